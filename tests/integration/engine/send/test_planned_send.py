import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.dicom.data_sets.deflate import deflate
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    ContextsRefused,
    Event,
    InputSkipped,
    InstanceNotSent,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobFinished,
    JobOutcome,
    Notice,
    NotSentCause,
    RetryScheduled,
    ScanFinished,
)
from dicomdesk.errors import AssociationRejectedError, PeerUnreachableError
from dicomdesk.settings import AssociationSettings, Timeouts
from tests.helpers.data.datasets import CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send, send_request, write_instance, write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, Close, FakePeer, Hold, Reject, Silence, Status

MR = "1.2.840.10008.5.1.4.1.1.4"


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and "dicomdesk" in thread.name]
    assert not left


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicomdesk.engine.send.retry.FIRST_DELAY_S", 0.01)


def outcomes(result: SendResult) -> list[str]:
    return [item.outcome.value for item in result.report.items]


def test_folder_is_delivered_as_it_is(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 5)
    with FakePeer() as peer:
        result, recorder = send(peer.port, [tmp_path])
    assert (result.outcome, result.failure, result.error) == (JobOutcome.COMPLETED, None, None)
    assert outcomes(result) == ["stored"] * 5
    assert [store.message_id for store in peer.stores] == [1, 2, 3, 4, 5]
    for path, store in zip(paths, peer.stores, strict=True):
        assert Path(path).read_bytes().endswith(store.data)
    assert [event.path for event in recorder.of(ItemFinished)] == paths
    assert recorder.of(ScanFinished)[0].items == 5
    assert [len(recorder.of(kind)) for kind in (ItemStarted, AssociationReleased, AssociationAborted)] == [5, 1, 0]
    assert "released" in peer.events


def test_report_has_what_was_negotiated(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a.dcm")
    with FakePeer(associate=[Accept(transfer_syntaxes={1: IMPLICIT})]) as peer:
        result, recorder = send(peer.port, [path])
    (item,) = result.report.items
    assert (item.number, item.path, item.association, item.context_id) == (1, path, 1, 1)
    assert (item.transfer_syntax_uid, item.network_transfer_syntax_uid) == (EXPLICIT, IMPLICIT)
    assert item.data_set_bytes == recorder.of(ItemFinished)[0].size_bytes > 100
    assert (result.report.associations, result.report.contexts_proposed) == (1, 1)
    started = recorder.of(ItemStarted)[0]
    assert (started.converted_from, started.converted_to) == (EXPLICIT, IMPLICIT)


def test_large_file_is_sent_in_pieces(tmp_path: Path) -> None:
    pixels = os.urandom(3 << 20)
    path = write_instance(
        tmp_path, "large.dcm", rest=b"\xe0\x7f\x10\0OW\0\0" + len(pixels).to_bytes(4, "little") + pixels
    )
    with FakePeer() as peer:
        result, _ = send(peer.port, [path])
    assert outcomes(result) == ["stored"]
    assert Path(path).read_bytes().endswith(peer.stores[0].data)
    assert len(peer.stores[0].data) > len(pixels)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x0000, "stored"),
        (0xB000, "warning"),
        (0xA700, "refused"),
        (0xA900, "refused"),
        (0xC000, "refused"),
        (0x0122, "refused"),
        (0x0210, "refused"),
    ],
)
@pytest.mark.parametrize("halt", [True, False])
def test_status_of_the_peer_never_ends_the_job(tmp_path: Path, status: int, outcome: str, halt: bool) -> None:
    write_instances(tmp_path, 2)
    with FakePeer(stores=[Status(status, comment="why"), Status()]) as peer:
        result, recorder = send(peer.port, [tmp_path], halt_on_error=halt)
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == [outcome, "stored"]
    assert result.report.items[0].status == status
    assert ("why" in recorder.of(ItemFinished)[0].reason) is bool(status)


def test_no_input_is_a_failure_with_a_report(tmp_path: Path) -> None:
    result, _ = send(1, [tmp_path])
    assert (result.outcome, result.failure) == (JobOutcome.FAILED, SendFailure.NO_INPUT_FILES)
    assert result.report.items == ()


@pytest.mark.parametrize(
    ("halt", "failure"), [(True, SendFailure.INVALID_INPUT_FILE), (False, SendFailure.NO_VALID_INPUT_FILES)]
)
def test_bad_input_alone_is_a_failure(tmp_path: Path, halt: bool, failure: SendFailure) -> None:
    (tmp_path / "text.dcm").write_text("not DICOM at all")
    result, recorder = send(1, [tmp_path], halt_on_error=halt)
    assert (result.outcome, result.failure) == (JobOutcome.FAILED, failure)
    assert "text.dcm" in recorder.of(InputSkipped)[0].path
    assert recorder.of(InputSkipped)[0].reason


def test_bad_input_among_others_is_passed_over_without_halt(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    (tmp_path / "000a.dcm").write_text("not DICOM at all")
    with FakePeer() as peer:
        result, recorder = send(peer.port, [tmp_path], halt_on_error=False)
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == ["stored", "stored"]
    assert recorder.of(ScanFinished)[0].skipped == 1


def test_bad_input_among_others_ends_the_job_with_halt(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    (tmp_path / "000a.dcm").write_text("not DICOM at all")
    with FakePeer() as peer:
        result, recorder = send(peer.port, [tmp_path])
        assert not peer.associations
    assert result.failure is SendFailure.INVALID_INPUT_FILE
    assert outcomes(result) == ["not-sent"]
    assert recorder.of(ItemFinished)[0].not_sent_cause is NotSentCause.NOT_REACHED


def test_unreachable_peer_is_an_association_failure(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    with FakePeer() as peer:
        port = peer.port
    result, recorder = send(port, [tmp_path], halt_on_error=False)
    assert (result.outcome, result.failure) == (JobOutcome.FAILED, SendFailure.ASSOCIATION)
    assert isinstance(result.error, PeerUnreachableError)
    assert outcomes(result) == ["not-sent"] * 2
    assert len(recorder.of(AssociationFailed)) == 1
    assert recorder.of(JobFinished)[0].error


def test_rejection_is_an_association_failure_with_advice(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Reject(result=1, source=1, reason=7)]) as peer:
        result, recorder = send(peer.port, [tmp_path])
    assert result.failure is SendFailure.ASSOCIATION
    assert isinstance(result.error, AssociationRejectedError)
    assert recorder.of(AssociationFailed)[0].advice


def test_permanent_rejection_is_not_tried_again(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Reject(result=1), Accept()]) as peer:
        result, recorder = send(peer.port, [tmp_path], retries=3)
    assert result.failure is SendFailure.ASSOCIATION
    assert not recorder.of(RetryScheduled)


def test_transient_rejection_is_tried_again(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Reject(result=2), Reject(result=2), Accept()]) as peer:
        result, recorder = send(peer.port, [tmp_path], retries=2)
    assert outcomes(result) == ["stored"]
    assert [event.attempt for event in recorder.of(RetryScheduled)] == [1, 2]
    assert result.report.associations == 3


def test_retries_of_the_association_are_bounded(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Reject(result=2)]) as peer:
        result, recorder = send(peer.port, [tmp_path], retries=2)
    assert result.failure is SendFailure.ASSOCIATION
    assert len(recorder.of(AssociationRequested)) == 3


def test_refused_status_is_tried_again_over_a_new_association(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(0xA700), Status(), Status(), Status()]) as peer:
        result, recorder = send(peer.port, [tmp_path], retries=1)
    assert outcomes(result) == ["stored"] * 3
    assert [item.attempts for item in result.report.items] == [2, 1, 1]
    assert [store.association for store in peer.stores] == [0, 0, 0, 1]
    assert [event.items for event in recorder.of(RetryScheduled)] == [1]


def test_refused_status_is_final_after_the_last_try(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(stores=[Status(0xA700)]) as peer:
        result, _ = send(peer.port, [tmp_path], retries=2)
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == ["refused"]
    assert result.report.items[0].attempts == 3


def test_permanent_status_is_not_tried_again(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(stores=[Status(0xC000), Status()]) as peer:
        result, _ = send(peer.port, [tmp_path], retries=2)
    assert outcomes(result) == ["refused"]
    assert result.report.items[0].attempts == 1


@pytest.mark.parametrize("action", [Abort(), Close(), Close(reset=True)])
def test_lost_association_ends_the_job_with_halt(tmp_path: Path, action: Abort | Close) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(), action]) as peer:
        result, recorder = send(peer.port, [tmp_path])
    assert (result.outcome, result.failure) == (JobOutcome.FAILED, SendFailure.SEND)
    assert outcomes(result) == ["stored", "failed", "not-sent"]
    assert recorder.of(AssociationAborted)[0].by_peer


def test_lost_association_is_replaced_without_halt(tmp_path: Path) -> None:
    write_instances(tmp_path, 4)
    with FakePeer(stores=[Status(), Abort(), Status(), Status()]) as peer:
        result, _ = send(peer.port, [tmp_path], halt_on_error=False)
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == ["stored", "failed", "stored", "stored"]
    assert len(peer.associations) == 2


def test_lost_association_is_tried_again_with_retries(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(), Abort(), Status()]) as peer:
        result, _ = send(peer.port, [tmp_path], retries=1)
    assert outcomes(result) == ["stored"] * 3
    assert [item.attempts for item in result.report.items] == [1, 2, 1]


def test_peer_that_aborts_always_is_given_up(tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 20)
    with FakePeer(stores=[Abort()]) as peer:
        result, _ = send(peer.port, [tmp_path], halt_on_error=False)
    assert (result.outcome, result.failure) == (JobOutcome.FAILED, SendFailure.SEND)
    assert outcomes(result) == ["failed"] * 4 + ["not-sent"] * 16


def test_silent_peer_is_given_up_in_time(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    association = AssociationSettings(timeouts=Timeouts(dimse_s=0.2))
    with FakePeer(stores=[Silence()]) as peer:
        result, _ = send(peer.port, [tmp_path], association=association)
    assert result.failure is SendFailure.SEND
    assert outcomes(result) == ["failed", "not-sent"]


def test_refused_context_ends_the_job_with_halt(tmp_path: Path) -> None:
    write_instance(tmp_path, "a.dcm")
    write_instance(tmp_path, "b.dcm", sop_class_uid=MR)
    write_instance(tmp_path, "c.dcm")
    with FakePeer(associate=[Accept(refused={3: 3})]) as peer:
        result, recorder = send(peer.port, [tmp_path])
    assert result.failure is SendFailure.SEND
    assert outcomes(result) == ["stored", "not-sent", "not-sent"]
    assert result.report.items[1].no_acceptable_context
    assert result.report.items[1].network_transfer_syntax_uid == EXPLICIT
    (refused,) = recorder.of(InstanceNotSent)
    assert (refused.sop_class_uid, refused.transfer_syntax_uid) == (MR, EXPLICIT)
    assert refused.cause is NotSentCause.NO_CONTEXT
    assert "aborted" in peer.events


def test_refused_context_is_passed_over_without_halt(tmp_path: Path) -> None:
    write_instance(tmp_path, "a.dcm")
    write_instance(tmp_path, "b.dcm", sop_class_uid=MR)
    write_instance(tmp_path, "c.dcm")
    with FakePeer(associate=[Accept(refused={3: 3})]) as peer:
        result, recorder = send(peer.port, [tmp_path], halt_on_error=False)
    assert outcomes(result) == ["stored", "not-sent", "stored"]
    assert recorder.of(ItemFinished)[1].not_sent_cause is NotSentCause.NO_CONTEXT
    assert result.report.items[1].reason


@pytest.mark.parametrize("halt", [True, False])
def test_all_contexts_refused_is_no_failure_of_the_job(tmp_path: Path, halt: bool) -> None:
    write_instances(tmp_path, 2)
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        result, recorder = send(peer.port, [tmp_path], halt_on_error=halt)
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == ["not-sent"] * 2
    assert all(item.no_acceptable_context and item.association == 0 for item in result.report.items)
    assert [fact.items_later for fact in recorder.of(ContextsRefused)] == [0]
    assert not recorder.of(Notice)


def vanish_when_scanned(path: str) -> Callable[[Event], None]:
    def react(event: Event) -> None:
        if isinstance(event, ScanFinished):
            Path(path).unlink()

    return react


@pytest.mark.parametrize("halt", [True, False])
def test_file_that_vanishes_is_named(tmp_path: Path, halt: bool) -> None:
    paths = write_instances(tmp_path, 3)
    recorder = EventRecorder(vanish_when_scanned(paths[1]))
    with FakePeer() as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, paths, halt_on_error=halt), recorder)
        result = job.done.result(DEADLINE_S)
    assert outcomes(result) == ["stored", "not-sent", "not-sent" if halt else "stored"]
    assert result.report.items[1].reason == "No such file or directory"
    assert recorder.of(ItemFinished)[1].not_sent_cause is NotSentCause.UNREADABLE
    assert result.failure is (SendFailure.SEND if halt else None)


def test_truncated_file_is_not_sent(tmp_path: Path) -> None:
    path = Path(write_instance(tmp_path, "a.dcm", rest=b"\x28\0\x10\0US\x02\0\x10\0"))
    path.write_bytes(path.read_bytes()[:-3])
    write_instance(tmp_path, "b.dcm")
    with FakePeer() as peer:
        result, _ = send(peer.port, [tmp_path], halt_on_error=False)
    assert outcomes(result) == ["not-sent", "stored"]
    assert result.report.items[0].reason


def test_lossless_compressed_may_not_be_proposed_alone_when_legal_only(tmp_path: Path) -> None:
    write_instance(tmp_path, "j2k.dcm", transfer_syntax_uid="1.2.840.10008.1.2.4.90")
    with FakePeer() as peer:
        result, _ = send(peer.port, [tmp_path], propose_only_legal_contexts=True)
    assert result.failure is SendFailure.NO_PRESENTATION_CONTEXT
    assert outcomes(result) == ["not-sent"]


def test_more_than_128_contexts_take_another_association(tmp_path: Path) -> None:
    for number in range(130):
        write_instance(tmp_path, f"{number:03}.dcm", sop_class_uid=f"1.2.826.0.1.3680043.9.9999.{number + 1}")
    with FakePeer() as peer:
        result, _ = send(peer.port, [tmp_path])
    assert outcomes(result) == ["stored"] * 130
    assert [len(association.contexts) for association in peer.associations] == [128, 2]
    assert (result.report.associations, result.report.contexts_proposed) == (2, 130)


def test_single_association_leaves_the_rest(tmp_path: Path) -> None:
    for number in range(130):
        write_instance(tmp_path, f"{number:03}.dcm", sop_class_uid=f"1.2.826.0.1.3680043.9.9999.{number + 1}")
    with FakePeer() as peer:
        result, recorder = send(peer.port, [tmp_path], multiple_associations=False)
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == ["stored"] * 128 + ["not-sent"] * 2
    assert recorder.of(ItemFinished)[-1].not_sent_cause is NotSentCause.NOT_REACHED


def test_single_association_is_not_replaced_when_lost(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(stores=[Abort(), Status()]) as peer:
        result, _ = send(peer.port, [tmp_path], multiple_associations=False, halt_on_error=False)
    assert outcomes(result) == ["failed", "not-sent", "not-sent"]
    assert len(peer.associations) == 1


def test_parallel_associations_share_the_instances(tmp_path: Path) -> None:
    write_instances(tmp_path, 40)
    go_on = threading.Event()
    begun: set[int] = set()

    def react(event: Event) -> None:
        if isinstance(event, ItemStarted):
            begun.add(event.association)
            if begun == {1, 2, 3, 4}:
                go_on.set()

    recorder = EventRecorder(react)
    with FakePeer(stores=[Hold(go_on, Status())]) as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, [tmp_path], parallel=4), recorder)
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert outcomes(result) == ["stored"] * 40
    assert len({store.sop_instance_uid for store in peer.stores}) == 40
    assert {item.association for item in result.report.items} == {1, 2, 3, 4}
    assert result.report.associations == 4


def test_parallel_goes_on_when_the_peer_takes_fewer_associations(tmp_path: Path) -> None:
    write_instances(tmp_path, 10)
    with FakePeer(associate=[Accept(), Reject(result=2, source=3, reason=2)]) as peer:
        result, recorder = send(peer.port, [tmp_path], parallel=3)
    assert outcomes(result) == ["stored"] * 10
    assert len(recorder.of(AssociationFailed)) == 2


def test_parallel_halts_all_when_one_is_lost(tmp_path: Path) -> None:
    write_instances(tmp_path, 30)
    with FakePeer(in_object={5: Abort()}) as peer:
        result, _ = send(peer.port, [tmp_path], parallel=3)
    assert result.failure is SendFailure.SEND
    assert outcomes(result).count("failed") == 1


def cancel_at_second(times: int) -> tuple[EventRecorder, list[Callable[[], None]]]:
    cancels: list[Callable[[], None]] = []

    def react(event: Event) -> None:
        if isinstance(event, ItemStarted) and event.index == 1:
            for _ in range(times):
                cancels[0]()

    return EventRecorder(react), cancels


def test_first_cancel_ends_after_the_current_instance_and_releases(tmp_path: Path) -> None:
    write_instances(tmp_path, 5)
    recorder, cancels = cancel_at_second(1)
    started = threading.Event()
    with FakePeer(associate=[Hold(started, Accept())]) as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, [tmp_path]), recorder)
        cancels.append(job.cancel)
        started.set()
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert result.outcome is JobOutcome.CANCELLED
    assert outcomes(result) == ["stored", "stored", "not-sent", "not-sent", "not-sent"]
    assert "released" in peer.events


def test_second_cancel_aborts(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(), Silence()]) as peer, Engine() as engine:
        recorder = EventRecorder()
        job = engine.submit(send_request(peer.port, [tmp_path]), recorder)
        recorder.wait_for(ItemStarted, 2)
        job.cancel()
        job.cancel()
        result = job.done.result(DEADLINE_S)
        peer.wait_for("aborted")
    recorder.check()
    assert result.outcome is JobOutcome.CANCELLED
    assert outcomes(result) == ["stored", "failed", "not-sent"]
    assert not recorder.of(AssociationAborted)[0].by_peer


def test_second_cancel_ends_the_wait_for_an_association(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        recorder = EventRecorder()
        job = engine.submit(send_request(peer.port, [tmp_path]), recorder)
        recorder.wait_for(AssociationRequested)
        job.cancel()
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert result.outcome is JobOutcome.CANCELLED
    assert outcomes(result) == ["not-sent"]


def test_cancel_ends_the_wait_for_another_try(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(stores=[Status(0xA700)]) as peer, Engine() as engine:
        recorder = EventRecorder()
        job = engine.submit(send_request(peer.port, [tmp_path], retries=5), recorder)
        recorder.wait_for(RetryScheduled)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert result.outcome is JobOutcome.CANCELLED
    assert outcomes(result) == ["refused"]
    assert result.report.items[0].status == 0xA700


def test_cancel_after_the_end_changes_nothing(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    recorder = EventRecorder()
    with FakePeer() as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, [tmp_path]), recorder)
        result = job.done.result(DEADLINE_S)
        job.cancel()
    assert result.outcome is JobOutcome.COMPLETED


def test_a_fault_of_ours_still_gives_report_and_last_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("failed by a fault of this program")
    write_instances(tmp_path, 3)

    def break_down(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dicomdesk.engine.preparation.InstancePreparer.prepare", break_down)
    with FakePeer() as peer:
        result, recorder = send(peer.port, [tmp_path], parallel=2)
    assert result.outcome is JobOutcome.FAILED
    assert "ZeroDivisionError" in str(result.error)
    assert len(result.report.items) == 3
    assert all(event.outcome is ItemOutcome.NOT_SENT for event in recorder.of(ItemFinished))


def test_deflated_instance_goes_deflated(tmp_path: Path) -> None:
    data_set = deflate(Builder().instance(sop_instance_uid="1.2.3.9"), 6)
    (tmp_path / "a.dcm").write_bytes(part10(data_set, DEFLATED, sop_class_uid=CT_IMAGE, sop_instance_uid="1.2.3.9"))
    with FakePeer() as peer:
        result, _ = send(peer.port, [tmp_path])
    assert outcomes(result) == ["stored"]
    assert peer.stores[0].data == data_set


@pytest.mark.corpus
def test_dicomdir_names_what_is_sent(corpus: Path) -> None:
    found = sorted((corpus / "dicomdir").rglob("DICOMDIR"))
    with FakePeer() as peer:
        result, _ = send(
            peer.port,
            [],
            inputs=InputSelection(paths=(str(found[0]),), read_dicomdir=True),
            halt_on_error=False,
        )
    assert len(result.report.items) > 0
    assert peer.stores
