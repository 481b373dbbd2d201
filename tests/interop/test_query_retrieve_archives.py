"""Studies are found and retrieved, each as it is kept, from DCMTK's archive and from ours, in both ways."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.query.form import QueryForm, identifier_below
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.engine.retrieve.outcome import DiagnosisKind
from dicomdesk.engine.retrieve.request import WAYS, RetrieveMethod, RetrieveRequest
from tests.helpers.archives import opened_archives
from tests.helpers.archives.opened_archives import AREA
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import of, query
from tests.helpers.jobs.querying import request_to as querying
from tests.helpers.jobs.retrieving import getting, moving, retrieve, study

Opening = Callable[[Path, Sequence[Path], Mapping[str, object]], AbstractContextManager[int]]


@contextmanager
def of_dcmtk(folder: Path, instances: Sequence[Path], configuration: Mapping[str, object]) -> Iterator[int]:
    with opened_archives.dcmtk_archive(folder, instances, configuration=configuration) as port:
        yield port


@contextmanager
def of_ours(folder: Path, instances: Sequence[Path], configuration: Mapping[str, object]) -> Iterator[int]:
    with opened_archives.our_archive(folder, instances, configuration=configuration) as archive:
        yield archive.port


@pytest.fixture(params=[of_dcmtk, of_ours], ids=["dcmtk", "ours"])
def opening(request: pytest.FixtureRequest) -> Opening:
    made: Opening = request.param
    return made


def header_of(path: Path) -> InstanceHeader:
    return read_header(str(path), InputFormat.FILE_ONLY)


def data_sets(folder: Path) -> dict[str, bytes]:
    """By SOP Instance UID."""
    found = {}
    for path in folder.iterdir():
        header = header_of(path)
        found[header.sop_instance_uid] = path.read_bytes()[header.data_set_offset :]
    return found


def find_studies(port: int) -> list[QueryResult]:
    keys = {0x00080052: "STUDY", 0x0020000D: "", 0x00100010: "", 0x00080020: ""}
    identifier = Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in keys.items()))
    outcome, facts = query(querying(port, identifier, called=AREA))
    assert outcome.outcome is JobOutcome.COMPLETED
    return [read_result(fact.identifier, fact.transfer_syntax_uid) for fact in of(facts, QueryAnswered)]


def matches(port: int, identifier: Identifier | None, model: QueryModel) -> list[QueryResult]:
    assert identifier is not None
    outcome, facts = query(querying(port, identifier, called=AREA, model=model))
    assert [ended.status for ended in outcome.ended] == [0]
    return [read_result(fact.identifier, fact.transfer_syntax_uid) for fact in of(facts, QueryAnswered)]


@pytest.mark.parametrize("model", [QueryModel.STUDY_ROOT, QueryModel.PATIENT_ROOT])
def test_a_form_leads_from_a_study_down_to_its_images(opening: Opening, model: QueryModel, tmp_path: Path) -> None:
    kept = write_studies(tmp_path / "kept")
    with opening(tmp_path / "archive", kept, {}) as archive:
        wanted = STUDIES[0]
        (patient,) = {header_of(path).patient_id for path in kept if header_of(path).study_instance_uid == wanted.uid}
        form = QueryForm(patient_id=patient, study_instance_uid=wanted.uid)
        (found,) = matches(archive, form.identifier, model)
        series = matches(archive, identifier_below(found, Level.STUDY, model), model)
        images = [
            image.unique_value(Level.IMAGE)
            for one in series
            for image in matches(archive, identifier_below(one, Level.SERIES, model, above=found), model)
        ]
    assert sorted(images) == sorted(uid for uid, _ in wanted.instances())


@pytest.mark.parametrize("method", WAYS)
def test_each_study_arrives_as_it_is_kept(opening: Opening, method: RetrieveMethod, tmp_path: Path) -> None:
    kept = write_studies(tmp_path / "kept")
    port, arrivals = free_port(), tmp_path / "in"
    with opening(tmp_path / "archive", kept, {"hosts": {"ASKER": ("127.0.0.1", port)}}) as archive:
        found = find_studies(archive)
        assert len(found) == len(STUDIES)
        assert {one.level for one in found} == {Level.STUDY}
        wanted = [study(one.unique_value(Level.STUDY)) for one in found]
        request: RetrieveRequest = (
            getting(archive, arrivals, *wanted, called=AREA, asks_first=True, parallel=2)
            if method is RetrieveMethod.GET
            else moving(archive, port, arrivals, *wanted, called=AREA, asks_first=True, parallel=2)
        )
        outcome, _ = retrieve(request)
    assert (outcome.outcome, outcome.missing, outcome.diagnoses) == (JobOutcome.COMPLETED, (), ())
    assert outcome.announced == outcome.stored == len(kept)
    assert data_sets(arrivals) == data_sets(tmp_path / "kept")


def test_a_destination_that_the_archive_does_not_know_is_diagnosed(opening: Opening, tmp_path: Path) -> None:
    kept = write_studies(tmp_path / "kept", STUDIES[:1])
    with opening(tmp_path / "archive", kept, {}) as archive:
        request = moving(archive, 0, tmp_path / "in", study(STUDIES[0].uid), called=AREA, explains=True)
        outcome, _ = retrieve(request)
    assert [one.kind for one in outcome.diagnoses] == [DiagnosisKind.DESTINATION_UNKNOWN]
    assert "C-GET" in outcome.diagnoses[0].advice
