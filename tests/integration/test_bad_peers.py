"""Peers, files and folders that fail at the worst moment: no job hangs, repeats for ever, lies or breaks down."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.dicom.data_sets.deflate import deflate
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.delivery.report_json import format_json_lines
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationRequested, Event, ItemFinished, ItemStarted, JobOutcome, NotSentCause
from dicomdesk.settings import AssociationSettings, Timeouts
from tests.helpers.data.datasets import DEFLATED, PIXEL_DATA, Builder
from tests.helpers.jobs.receiving import receiving
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send, send_request, write_instance, write_instances
from tests.helpers.peers.fake_peer import Accept, Action, FakePeer, Flood, Reject, Silence, p_data, pdu
from tests.helpers.peers.requestors import CT_IMAGE_STORAGE, Proposal, connected

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "answers",
    [
        [Accept(refuse_all=True), Reject(2, 3, 2)],
        [Reject(1, 1, 1), Accept(refuse_all=True)],
        [Reject(2, 3, 2), Reject(2, 3, 2), Accept(refuse_all=True)],
    ],
)
def test_peer_that_rejects_one_association_and_takes_nothing_over_the_other_is_not_asked_for_ever(
    answers: list[Action], tmp_path: Path
) -> None:
    write_instances(tmp_path, 4)
    with FakePeer(associate=[*answers, *[Reject()] * 20]) as peer:
        result, _ = send(peer.port, [tmp_path], parallel=len(answers))
    assert result.outcome is JobOutcome.COMPLETED
    assert {item.outcome.value for item in result.report.items} == {"not-sent"}
    assert all(item.no_acceptable_context for item in result.report.items)
    assert len(peer.associations) == len(answers)


@pytest.mark.parametrize("parallel", [1, 2])
def test_one_cancel_is_enough_while_a_peer_does_not_answer_the_association_request(
    parallel: int, tmp_path: Path
) -> None:
    write_instances(tmp_path, 3)
    patient = AssociationSettings(timeouts=Timeouts(connect_s=None, acse_s=None, dimse_s=None))
    recorder = EventRecorder()
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, [tmp_path], association=patient, parallel=parallel), recorder)
        recorder.wait_for(AssociationRequested, parallel)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert result.outcome is JobOutcome.CANCELLED
    assert [item.outcome.value for item in result.report.items] == ["not-sent"] * 3
    recorder.check()


EMPTY_PDUS = pdu(4, b"") * 500
EMPTY_FRAGMENTS = p_data(1, 1, b"") * 500


@pytest.mark.parametrize("rubbish", [EMPTY_PDUS, EMPTY_FRAGMENTS])
@pytest.mark.parametrize("when", ["store", "release"])
def test_peer_that_never_stops_talking_without_saying_anything_is_left(
    when: str, rubbish: bytes, tmp_path: Path
) -> None:
    write_instances(tmp_path, 1)
    brief = AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=0.2, dimse_s=0.2))
    actions: dict[str, object] = {"stores": [Flood(rubbish)]} if when == "store" else {"release": Flood(rubbish)}
    with FakePeer(**actions) as peer:  # type: ignore[arg-type] # by name
        result, _ = send(peer.port, [tmp_path], association=brief)
    assert [item.outcome.value for item in result.report.items] == ["failed" if when == "store" else "stored"]


def _write_long_instance(folder: Path, name: str) -> Path:
    """One that is not read at once."""
    rest = Builder().header(PIXEL_DATA, "OW", 3 << 20)
    path = Path(write_instance(folder, name, rest=rest))
    os.truncate(path, path.stat().st_size + (3 << 20))
    return path


def _send_while_first_is_cut_short(port: int, folder: Path, *, halt_on_error: bool) -> tuple[SendResult, EventRecorder]:
    first = _write_long_instance(folder, "0.dcm")
    write_instance(folder, "1.dcm")

    def cut_short(event: Event) -> None:
        if isinstance(event, ItemStarted) and event.index == 0:
            os.truncate(first, 2 << 20)

    recorder = EventRecorder(cut_short)
    with Engine() as engine:
        job = engine.submit(send_request(port, [folder], halt_on_error=halt_on_error), recorder)
        result = job.done.result(DEADLINE_S)
    recorder.check()
    return result, recorder


def test_file_that_shrinks_while_it_is_sent_is_left_out_and_the_rest_goes_over_a_new_association(
    tmp_path: Path,
) -> None:
    with FakePeer() as peer:
        result, recorder = _send_while_first_is_cut_short(peer.port, tmp_path, halt_on_error=False)
    assert result.outcome is JobOutcome.COMPLETED
    assert [item.outcome.value for item in result.report.items] == ["not-sent", "stored"]
    first = next(event for event in recorder.of(ItemFinished) if event.index == 0)
    assert (first.not_sent_cause, first.reason) == (NotSentCause.UNREADABLE, "The file is shorter than it was")
    assert len(peer.associations) == 2
    assert [store.sop_instance_uid for store in peer.stores] == [result.report.items[1].sop_instance_uid]


def test_file_that_shrinks_while_it_is_sent_halts_a_job_that_is_to_halt(tmp_path: Path) -> None:
    with FakePeer() as peer:
        result, _ = _send_while_first_is_cut_short(peer.port, tmp_path, halt_on_error=True)
    assert result.failure is SendFailure.SEND
    assert str(result.error) == "The file is shorter than it was"
    assert [item.outcome.value for item in result.report.items] == ["not-sent", "not-sent"]
    assert len(peer.associations) == 1
    assert not peer.stores


def test_data_set_that_inflates_a_thousandfold_is_stored_without_being_held_in_memory(tmp_path: Path) -> None:
    builder = Builder()
    undefined = builder.sequence(0x00081140, builder.item(builder.element(0x00081150, "UI", "1.2")), is_defined=False)
    pixels = builder.element(PIXEL_DATA, "OW", bytes(80 << 20))
    small, bomb = deflate(undefined, 6), deflate(undefined + pixels, 6)
    with receiving(tmp_path) as receiver, connected(receiver.port) as requestor:
        requestor.associate(Proposal(contexts=[(1, CT_IMAGE_STORAGE, (DEFLATED,))]))
        assert requestor.store("1.2.3.1", [small]) == 0
        assert requestor.store("1.2.3.2", [bomb[:10000], bomb[10000:]], message_id=2) == 0
        requestor.release()
        files = receiver.files()
    assert files["CT.1.2.3.2"].endswith(bomb)
    assert not files["CT.1.2.3.1"].endswith(small)


def test_inputs_that_were_not_taken_are_in_the_report(tmp_path: Path) -> None:
    write_instance(tmp_path, "good.dcm")
    (tmp_path / "bad.dcm").write_bytes(b"this is no DICOM file" * 20)
    with FakePeer() as peer:
        result, _ = send(peer.port, [tmp_path], halt_on_error=False)
    bad, good, summary = map(json.loads, sorted(format_json_lines(result.report, NOW).splitlines(), key=_kind))
    assert (bad["path"], bad["reason"], bad["is_failure"]) == (
        str(tmp_path / "bad.dcm"),
        "File meta information header missing",
        True,
    )
    assert good["outcome"] == "stored"
    assert (summary["instances"], summary["skipped"]) == (1, 1)


def _kind(line: str) -> int:
    return ["skipped", "instance", "summary"].index(json.loads(line)["type"])
