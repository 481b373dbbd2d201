from pathlib import Path

import pytest

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.delivery.ledger import MemoryLedger
from dicomdesk.engine.delivery.transfer_list import TransferList
from dicomdesk.engine.events import InputSkipped, ScanFinished
from dicomdesk.engine.job import EventRelay, JobControl, JobState
from dicomdesk.engine.send.planned_inputs import find_instances, plan_options
from dicomdesk.engine.stats import TransferStats
from dicomdesk.network.presentation.context_planning import PlannedInstance
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.jobs.recorder import EventRecorder
from tests.helpers.jobs.sending import send_request, write_instances

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"


class Search:
    """One search for instances, and what came of it."""

    def __init__(self) -> None:
        self.recorder, self.control = EventRecorder(), JobControl()
        self.control.advance(JobState.RUNNING)
        report = EventRelay(self.recorder)
        self.transfer = TransferList("job", report, MemoryLedger(), TransferStats())

    @property
    def found(self) -> list[FoundInstance]:
        return [item.found for item in self.transfer.items]

    def run(self, folder: Path, *, halts: bool = True) -> bool:
        request = send_request(1, [folder], halt_on_error=halts)
        intake = Intake("job", self.control, EventRelay(self.recorder))
        return find_instances(request, intake, self.transfer)


def test_instances_are_found_with_the_input_that_they_came_from(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 3)
    search = Search()
    assert search.run(tmp_path)
    assert [each.place for each in search.found] == [(path, "") for path in paths]
    assert {each.origin for each in search.found} == {str(tmp_path)}
    (finished,) = search.recorder.of(ScanFinished)
    assert (finished.items, finished.size_bytes) == (3, sum(item.size_bytes for item in search.transfer.items))


@pytest.mark.parametrize("halts", [True, False])
def test_a_bad_file_ends_sending_only_where_it_is_to_halt(tmp_path: Path, *, halts: bool) -> None:
    write_instances(tmp_path, 1)
    (tmp_path / "zz").write_bytes(b"DICM")
    search = Search()
    if halts:
        with pytest.raises(EndedError, match="bad DICOM file") as caught:
            search.run(tmp_path)
        assert caught.value.failure is SendFailure.INVALID_INPUT_FILE
    else:
        assert search.run(tmp_path, halts=False)
    assert [event.path for event in search.recorder.of(InputSkipped)] == [str(tmp_path / "zz")]
    assert (len(search.found), search.transfer.is_complete) == (1, True)


@pytest.mark.parametrize(
    ("has_bad", "failure"), [(True, SendFailure.NO_VALID_INPUT_FILES), (False, SendFailure.NO_INPUT_FILES)]
)
def test_nothing_to_send_has_a_reason(tmp_path: Path, failure: SendFailure, *, has_bad: bool) -> None:
    if has_bad:
        (tmp_path / "bad").write_bytes(b"DICM")
    with pytest.raises(EndedError) as caught:
        Search().run(tmp_path, halts=False)
    assert caught.value.failure is failure


def test_a_cancelled_search_is_not_whole_and_blames_nobody(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    search = Search()
    search.control.cancel()
    assert not search.run(tmp_path)
    assert (search.found, search.transfer.is_complete) == ([], True)


def test_what_can_be_decompressed_is_looked_up_only_where_something_is_compressed() -> None:
    request = send_request(1, [])
    assert not plan_options(request, [PlannedInstance(CT_IMAGE, EXPLICIT)]).decodable
    assert plan_options(request, [PlannedInstance(CT_IMAGE, JPEG_LOSSLESS)]).decodable
