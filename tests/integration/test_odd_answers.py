"""Answers that do not say truly what they answer: taken where there is no doubt and DCMTK's tools take them."""

from pathlib import Path

import pytest

from dicomdesk.engine.delivery.delivery import SendFailure
from dicomdesk.engine.events import ItemFinished, ItemOutcome, Notice, NoticeLevel
from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.requestor.store_stream import OddVerdict
from tests.helpers.jobs.exact_sending import notices, send_exactly
from tests.helpers.jobs.exact_sending import outcomes as exact_outcomes
from tests.helpers.jobs.requesting import Recorded, associate, ct_items
from tests.helpers.jobs.sending import send, write_instances
from tests.helpers.peers.fake_peer import Accept, FakePeer, Send, Status, command_set, p_data, store_answer

STORED, FAILED = ItemOutcome.STORED, ItemOutcome.FAILED


@pytest.mark.parametrize("offset", [-1, 1, 3, 300])
@pytest.mark.parametrize("code", [0, 0xB000, 0xC000])
def test_a_send_job_takes_an_answer_to_another_message_and_says_so(tmp_path: Path, offset: int, code: int) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(), Status(code, message_id_offset=offset), Status()]) as peer:
        result, recorder = send(peer.port, paths)
        assert peer.events.count("stored") == 3
    assert result.failure is None
    assert [event.status for event in recorder.of(ItemFinished)] == [0, code, 0]
    (notice,) = recorder.of(Notice)
    assert notice.level is NoticeLevel.WARNING
    assert notice.text.startswith(f"the peer answers message {2 + offset} where only message 2 waits for an answer")
    assert notice.text.endswith(paths[1])


def test_a_peer_that_never_counts_gets_everything(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 5)
    with FakePeer(stores=[store_answer(1, 1)]) as peer:
        result, recorder = send(peer.port, paths, parallel=2)
    assert [item.outcome for item in result.report.items] == [STORED] * 5
    others = [event for event in recorder.of(ItemFinished) if event.message_id != 1]
    assert len(recorder.of(Notice)) == len(others) >= 3


def test_with_several_outstanding_there_is_doubt() -> None:
    with FakePeer(associate=[Accept(window=2)], stores=[Status(message_id_offset=7)]) as peer:
        association = associate(peer.port, operations_window=2)
        with pytest.raises(PeerProtocolError, match="which is not outstanding"):
            association.store_all(ct_items(b"a", b"b", b"c"), Recorded(), judge_odd=lambda _: OddVerdict.TAKEN)


def test_a_send_job_takes_no_answer_in_another_context(tmp_path: Path) -> None:
    with FakePeer(stores=[store_answer(3, 1)]) as peer:
        result, _ = send(peer.port, write_instances(tmp_path, 2))
        assert len(peer.stores) == 1
    assert result.failure is SendFailure.SEND


@pytest.mark.parametrize("message_id", [2, 0, 99])
def test_an_exact_job_stops_at_an_answer_to_another_message(tmp_path: Path, message_id: int) -> None:
    with FakePeer(stores=[store_answer(1, message_id)]) as peer:
        result, _ = send_exactly(peer.port, write_instances(tmp_path, 2))
        peer.wait_for("aborted")
    assert result.failure is SendFailure.ASSOCIATION_LOST
    assert f"Unexpected Response MsgId: {message_id} (expected: 1)" in getattr(result.error, "condition", "")


def test_an_exact_job_that_is_not_to_halt_goes_on_with_the_next_file(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(), Status(message_id_offset=-1), Status()]) as peer:
        result, recorder = send_exactly(peer.port, paths, halt_on_error=False, renames_files=True)
        peer.wait_for("released")
    assert exact_outcomes(result) == [STORED, FAILED, STORED]
    assert result.failure is None
    assert f"Store Failed, file: {paths[1]}:\nDIMSE: Unexpected Response MsgId: 1 (expected: 2)" in notices(recorder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000.dcm.done", "001.dcm.bad", "002.dcm.done"]


def test_an_exact_job_takes_an_answer_in_another_context_and_says_so(tmp_path: Path) -> None:
    with FakePeer(stores=[store_answer(3, 1), Status()]) as peer:
        result, recorder = send_exactly(peer.port, write_instances(tmp_path, 2))
    assert exact_outcomes(result) == [STORED, STORED]
    warnings = [event.text for event in recorder.of(Notice) if event.level is NoticeLevel.WARNING]
    assert len(warnings) == 1
    assert warnings[0].startswith("the peer answers in presentation context 3 instead of ")


@pytest.mark.parametrize("context_id", [2, 254])
def test_no_job_takes_an_answer_in_a_context_that_there_is_not(tmp_path: Path, context_id: int) -> None:
    paths = write_instances(tmp_path, 1)
    with FakePeer(stores=[store_answer(context_id, 1)]) as peer:
        assert send(peer.port, paths)[0].failure is SendFailure.SEND
    with FakePeer(stores=[store_answer(context_id, 1)]) as peer:
        assert send_exactly(peer.port, paths)[0].failure is SendFailure.ASSOCIATION_LOST


@pytest.mark.parametrize("missing", [0x0100, 0x0120, 0x0900])
def test_no_job_takes_an_answer_that_lacks_what_it_needs(tmp_path: Path, missing: int) -> None:
    values = {0x0100: 0x8001, 0x0120: 1, 0x0800: 0x0101, 0x0900: 0}
    del values[missing]
    answer = Send(p_data(1, 3, command_set(list(values.items()))))
    with FakePeer(stores=[answer]) as peer:
        assert send(peer.port, write_instances(tmp_path, 1))[0].failure is SendFailure.SEND
