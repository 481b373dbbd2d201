"""What the pre-flight says is what a real send of the same request then does."""

import struct
from collections.abc import Iterable
from pathlib import Path

import pytest

from dicomdesk.engine.delivery.delivery import SendFailure
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationReleased,
    AssociationRequested,
    GroupForecast,
    ItemOutcome,
    JobOutcome,
    ScanFinished,
)
from dicomdesk.engine.preflight.preflight import Help, PreflightResult, Verdict
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.settings import Decompression
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.data.encoded import explicit, fragments, image_module
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send, send_request, write_instance, write_instances
from tests.helpers.peers.fake_peer import Accept, FakePeer, Reject, Silence

MR = "1.2.840.10008.5.1.4.1.1.4"
RLE = "1.2.840.10008.1.2.5"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_2000 = "1.2.840.10008.1.2.4.90"


def look(port: int, paths: Iterable[str | Path], **options: object) -> tuple[PreflightResult, EventRecorder]:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(PreflightRequest(send=send_request(port, paths, **options)), recorder)
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert len(recorder.of(GroupForecast)) == len(result.groups)
    return result, recorder


def write_compressed(folder: Path, name: str, transfer_syntax_uid: str, *frames: bytes) -> str:
    rest = image_module(rows=2, columns=2) + fragments(*(frames or (b"\0\0",)))
    return write_instance(folder, name, transfer_syntax_uid=transfer_syntax_uid, rest=rest)


def rle_frame() -> bytes:
    return struct.pack("<16I", 1, 64, *[0] * 14) + b"\x03abcd\0"


def test_what_the_peer_takes_goes_as_it_is(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    write_instance(tmp_path, "mr.dcm", sop_class_uid=MR)
    with FakePeer() as peer:
        result, recorder = look(peer.port, [tmp_path])
        peer.wait_for("released")
        assert peer.stores == []
    assert (result.outcome, result.failure, result.error, result.can_all_go) == (JobOutcome.COMPLETED, None, None, True)
    ct, mr = result.groups
    assert (ct.verdict, ct.items, ct.sop_class_name, ct.reason) == (Verdict.AS_IS, 3, "CT Image Storage", "")
    assert (mr.verdict, mr.items, len(mr.paths)) == (Verdict.AS_IS, 1, 1)
    assert ct.size_bytes > 3 * 100
    assert [item.group for item in result.items] == [ct, ct, ct, mr]
    assert recorder.of(ScanFinished)[0].items == 4
    assert [len(recorder.of(kind)) for kind in (AssociationRequested, AssociationReleased)] == [1, 1]


def test_conversion_is_told_with_its_target(tmp_path: Path) -> None:
    write_instance(tmp_path, "a.dcm")
    with FakePeer(associate=[Accept(transfer_syntaxes={1: IMPLICIT})]) as peer:
        result, _ = look(peer.port, [tmp_path])
    (group,) = result.groups
    assert (group.verdict, group.converted_to, result.can_all_go) == (Verdict.CONVERTED, IMPLICIT, True)
    assert "Little Endian Implicit" in group.reason


def test_values_of_odd_length_are_said_to_be_padded(tmp_path: Path) -> None:
    odd = struct.pack("<HH2sH", 0x0028, 0x4000, b"LO", 3) + b"odd"
    write_instance(tmp_path, "a.dcm", rest=odd)
    with FakePeer() as peer:
        result, _ = look(peer.port, [tmp_path])
    (group,) = result.groups
    assert (group.verdict, group.converted_to) == (Verdict.CONVERTED, EXPLICIT)
    assert "padded" in group.reason


def test_class_that_the_peer_does_not_know_cannot_go(tmp_path: Path) -> None:
    write_instance(tmp_path, "a.dcm", sop_class_uid=MR)
    write_instance(tmp_path, "b.dcm")
    with FakePeer(associate=[Accept(refused={1: 3})]) as peer:
        result, _ = look(peer.port, [tmp_path])
        sent, _ = send(peer.port, [tmp_path])
    assert [group.verdict for group in result.groups] == [Verdict.CANNOT_GO, Verdict.AS_IS]
    group = result.groups[0]
    assert group.helps == (Help.CHANGE_PEER,)
    assert "does not take MR Image Storage" in group.reason
    assert "MR Image Storage" in group.advice
    assert (result.outcome, result.failure) == (JobOutcome.FAILED, SendFailure.SEND) == (sent.outcome, sent.failure)


def test_lossy_instance_may_go_decompressed_where_the_peer_takes_that(tmp_path: Path) -> None:
    write_compressed(tmp_path, "a.dcm", JPEG_BASELINE)
    write_instance(tmp_path, "b.dcm", sop_class_uid=MR)
    with FakePeer(associate=[Accept(refused={1: 4}), Accept()]) as peer:
        result, recorder = look(peer.port, [tmp_path], halt_on_error=False)
        asked = peer.associations[1].contexts
    group = result.groups[0]
    assert (group.verdict, group.helps) == (Verdict.CANNOT_GO, (Help.ALLOW_LOSSY_DECOMPRESSION,))
    assert "the peer takes it so" in group.advice
    assert [abstract_syntax for abstract_syntax, _ in asked.values()] == [CT_IMAGE]
    assert (result.outcome, result.can_all_go) == (JobOutcome.COMPLETED, False)
    assert len(recorder.of(AssociationRequested)) == 2


def test_advice_does_not_promise_what_the_peer_refuses(tmp_path: Path) -> None:
    write_compressed(tmp_path, "a.dcm", JPEG_BASELINE)
    write_instance(tmp_path, "b.dcm", sop_class_uid=MR)
    with FakePeer(associate=[Accept(refused={1: 4}), Accept(refuse_all=True)]) as peer:
        result, _ = look(peer.port, [tmp_path], halt_on_error=False)
    assert result.groups[0].helps == (Help.CHANGE_PEER,)


def test_help_that_is_promised_does_help(tmp_path: Path) -> None:
    write_compressed(tmp_path, "a.dcm", RLE, rle_frame())
    refuses_rle = [Accept(refused={1: 4}), Accept(), Accept(transfer_syntaxes={1: EXPLICIT})]
    with FakePeer(associate=refuses_rle) as peer:
        before, _ = look(peer.port, [tmp_path], decompression=Decompression.NEVER)
        after, _ = look(peer.port, [tmp_path], decompression=Decompression.LOSSLESS)
        sent, _ = send(peer.port, [tmp_path], decompression=Decompression.LOSSLESS)
    assert before.groups[0].helps == (Help.ALLOW_LOSSLESS_DECOMPRESSION,)
    assert (after.groups[0].verdict, after.groups[0].converted_to) == (Verdict.CONVERTED, EXPLICIT)
    assert sent.report.items[0].network_transfer_syntax_uid == EXPLICIT


def test_jpeg_2000_needs_fallback_contexts(tmp_path: Path) -> None:
    write_compressed(tmp_path, "a.dcm", JPEG_2000)
    with FakePeer(associate=[Accept(refused={1: 4}), Accept()]) as peer:
        result, _ = look(peer.port, [tmp_path])
    assert result.groups[0].helps == (Help.FALLBACK_CONTEXTS,)


def test_conversion_that_fails_is_found(tmp_path: Path) -> None:
    write_compressed(tmp_path, "a.dcm", RLE, b"no RLE at all ")
    with FakePeer(associate=[Accept(transfer_syntaxes={1: EXPLICIT})]) as peer:
        result, _ = look(peer.port, [tmp_path])
        sent, _ = send(peer.port, [tmp_path])
    assert result.groups[0].verdict is Verdict.CANNOT_GO
    assert (result.failure, str(result.error)) == (sent.failure, str(sent.error))


def test_files_that_cannot_be_read_are_a_group(tmp_path: Path) -> None:
    good = write_instance(tmp_path, "good.dcm")
    (tmp_path / "text.dcm").write_bytes(b"this is not DICOM")
    with FakePeer() as peer:
        halted, _ = look(peer.port, [tmp_path])
        result, _ = look(peer.port, [tmp_path], halt_on_error=False)
        sent, _ = send(peer.port, [tmp_path])
    assert (halted.failure, str(halted.error)) == (sent.failure, str(sent.error))
    bad, as_is = result.groups
    assert (bad.verdict, bad.sop_class_uid, bad.helps, bad.items) == (Verdict.CANNOT_GO, "", (Help.REPAIR_INPUT,), 1)
    assert (as_is.paths, result.outcome, result.can_all_go) == ((good,), JobOutcome.COMPLETED, False)


def test_file_that_is_cut_short_is_found(tmp_path: Path) -> None:
    path = Path(write_instance(tmp_path, "a.dcm", rest=explicit(0x7FE00010, b"OW", b"\0" * 50)))
    path.write_bytes(path.read_bytes()[:-20])
    with FakePeer() as peer:
        result, _ = look(peer.port, [tmp_path])
        sent, _ = send(peer.port, [tmp_path])
    assert result.groups[0].helps == (Help.REPAIR_INPUT,)
    assert (result.failure, str(result.error)) == (sent.failure, str(sent.error))


def test_nothing_to_send_is_a_failure(tmp_path: Path) -> None:
    result, _ = look(1, [tmp_path])
    assert (result.failure, result.groups) == (SendFailure.NO_INPUT_FILES, ())
    (tmp_path / "x").write_bytes(b"x")
    result, _ = look(1, [tmp_path], halt_on_error=False)
    assert result.failure is SendFailure.NO_VALID_INPUT_FILES


def test_peer_that_rejects_is_told_for_all(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    with FakePeer(associate=[Reject(result=1, source=1, reason=7)]) as peer:
        result, _ = look(peer.port, [tmp_path])
    (group,) = result.groups
    assert (result.failure, group.verdict, group.items) == (SendFailure.ASSOCIATION, Verdict.CANNOT_GO, 2)
    assert "AE title" in group.advice


def test_more_than_one_association_is_asked_for_where_that_is_planned(tmp_path: Path) -> None:
    for number in range(130):
        write_instance(tmp_path, f"{number}.dcm", sop_class_uid=f"1.2.826.0.1.{number}")
    with FakePeer() as peer:
        result, _ = look(peer.port, [tmp_path])
        single, _ = look(peer.port, [tmp_path], multiple_associations=False)
        sent, _ = send(peer.port, [tmp_path], multiple_associations=False)
    assert (len(result.negotiations), {group.association for group in result.groups}) == (2, {1, 2})
    assert result.can_all_go
    left = [item for item in single.items if item.group.helps == (Help.MORE_ASSOCIATIONS,)]
    assert len(left) == 2
    assert (single.outcome, sent.outcome) == (JobOutcome.COMPLETED, JobOutcome.COMPLETED)


def test_illegal_proposals_are_told(tmp_path: Path) -> None:
    write_compressed(tmp_path, "a.dcm", JPEG_2000)
    with FakePeer() as peer:
        result, _ = look(peer.port, [tmp_path], propose_only_legal_contexts=True)
        sent, _ = send(peer.port, [tmp_path], propose_only_legal_contexts=True)
    assert result.groups[0].helps == (Help.ALLOW_ILLEGAL_PROPOSAL,)
    assert result.failure is sent.failure is SendFailure.NO_PRESENTATION_CONTEXT


def test_peer_that_takes_nothing_is_no_failure_as_in_sending(tmp_path: Path) -> None:
    write_instance(tmp_path, "a.dcm")
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        result, _ = look(peer.port, [tmp_path])
        sent, _ = send(peer.port, [tmp_path])
    assert (result.outcome, result.failure) == (sent.outcome, sent.failure)
    assert not result.can_all_go


def test_cancel_ends_the_wait_at_once(tmp_path: Path) -> None:
    write_instance(tmp_path, "a.dcm")
    recorder = EventRecorder()
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        job = engine.submit(PreflightRequest(send=send_request(peer.port, [tmp_path])), recorder)
        recorder.wait_for(AssociationRequested)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert (result.outcome, result.failure) == (JobOutcome.CANCELLED, None)


@pytest.mark.parametrize("accepted", [EXPLICIT, IMPLICIT, "1.2.840.10008.1.2.2"])
def test_each_verdict_is_what_sending_does(tmp_path: Path, accepted: str) -> None:
    write_instance(tmp_path, "explicit.dcm")
    write_instance(tmp_path, "implicit.dcm", transfer_syntax_uid=IMPLICIT)
    write_instance(tmp_path, "big.dcm", transfer_syntax_uid="1.2.840.10008.1.2.2")
    write_compressed(tmp_path, "rle.dcm", RLE, rle_frame())
    write_compressed(tmp_path, "broken.dcm", RLE, b"nothing ")
    write_compressed(tmp_path, "jpeg.dcm", JPEG_BASELINE)
    (tmp_path / "not.dcm").write_bytes(b"not")
    accept = Accept(transfer_syntaxes=dict.fromkeys((1, 3), accepted), refused={5: 4})
    with FakePeer(associate=[accept]) as peer:
        result, _ = look(peer.port, [tmp_path], halt_on_error=False)
        asked = dict(peer.associations[0].contexts)
        sent, _ = send(peer.port, [tmp_path], halt_on_error=False)
        assert peer.associations[-1].contexts == asked
    by_path = {item.path: item.group for item in result.items}
    for record in sent.report.items:
        group = by_path[record.path]
        if record.outcome is ItemOutcome.STORED:
            wanted = group.converted_to or group.transfer_syntax_uid
            assert (group.verdict is not Verdict.CANNOT_GO, wanted) == (True, record.network_transfer_syntax_uid)
        else:
            assert (group.verdict, group.reason) == (Verdict.CANNOT_GO, record.reason), record.path
