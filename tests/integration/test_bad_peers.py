"""Peers, files and folders that fail at the worst moment: no job hangs, repeats for ever, lies or breaks down."""

import os
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemFinished, ItemStarted, JobOutcome, NotSentCause
from dicomdesk.engine.send import SendFailure, SendResult
from tests.helpers.datasets import PIXEL_DATA, Builder
from tests.helpers.peers import Accept, Action, FakePeer, Reject
from tests.helpers.recorder import DEADLINE_S, EventRecorder
from tests.helpers.sending import send, send_request, write_instance, write_instances


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
        job = engine.send(send_request(port, [folder], halt_on_error=halt_on_error), recorder)
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
