"""What the pre-flight of an exact send job says is what sending the same request then does."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES
from dicomdesk.engine.delivery.delivery import SendFailure
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import GroupForecast, ItemOutcome, JobOutcome
from dicomdesk.engine.preflight.preflight import Help, PreflightResult, Verdict
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.engine.send_exactly.request import Invention, Proposal
from dicomdesk.settings import ProfileSelection
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT
from tests.helpers.data.encoded import fragments, image_module
from tests.helpers.jobs.exact_sending import exact_request, send_exactly
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import write_instance
from tests.helpers.peers.fake_peer import Accept, Action, FakePeer, Reject

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
MPEG2 = "1.2.840.10008.1.2.4.100"
PIXELS = image_module(rows=2, columns=2) + fragments(b"\0\0")
REQUIRED = Proposal(only_required=True)


def look(port: int, paths: Iterable[str | Path], **options: object) -> tuple[PreflightResult, EventRecorder]:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(PreflightRequest(send=exact_request(port, paths, **options)), recorder)
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert len(recorder.of(GroupForecast)) == len(result.groups)
    return result, recorder


def test_files_go_as_they_are_or_converted(tmp_path: Path) -> None:
    ct, implicit = write_instance(tmp_path, "a"), write_instance(tmp_path, "b", transfer_syntax_uid=IMPLICIT)
    with FakePeer(associate=[Accept(refused={3: 4})]) as peer:
        result, _ = look(peer.port, [ct, implicit], proposal=REQUIRED)
        assert peer.stores == []
        peer.wait_for("released")
    assert [group.verdict for group in result.groups] == [Verdict.CONVERTED, Verdict.AS_IS]
    assert result.groups[0].converted_to == EXPLICIT
    assert result.can_all_go


def test_class_that_is_not_proposed_by_default_has_to_be_required(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a", sop_class_uid=SEGMENTATION)
    with FakePeer() as peer:
        before, _ = look(peer.port, [path])
        after, _ = look(peer.port, [path], proposal=REQUIRED)
        sent, _ = send_exactly(peer.port, [path])
    assert before.groups[0].helps == (Help.PROPOSE_REQUIRED,)
    assert (before.failure, sent.failure) == (SendFailure.SEND, SendFailure.SEND)
    assert after.can_all_go


def test_compressed_file_wants_its_transfer_syntax_proposed(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a", transfer_syntax_uid=MPEG2, rest=PIXELS)
    with FakePeer() as peer:
        before, _ = look(peer.port, [path], halt_on_error=False)
        after, _ = look(peer.port, [path], proposal=Proposal(preferred_transfer_syntax=MPEG2))
    assert before.groups[0].helps == (Help.PROPOSE_OWN,)
    assert (before.outcome, before.can_all_go, after.can_all_go) == (JobOutcome.COMPLETED, False, True)


def test_too_many_contexts_are_told(tmp_path: Path) -> None:
    paths = [
        write_instance(tmp_path, f"{number}", sop_class_uid=entry.uid)
        for number, entry in enumerate(STORAGE_SOP_CLASSES[:65])
    ]
    with FakePeer() as peer:
        result, _ = look(peer.port, paths, proposal=REQUIRED)
        combined, _ = look(peer.port, paths, proposal=Proposal(only_required=True, combine=True))
    assert (result.failure, result.groups[0].helps) == (SendFailure.PROPOSAL, (Help.COMBINE_CONTEXTS,))
    assert combined.can_all_go


def test_profiles_are_heeded(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a", sop_class_uid=SEGMENTATION)
    profile = tmp_path / "profile.cfg"
    profile.write_text(
        "[[TransferSyntaxes]]\n[Any]\nTransferSyntax1 = LittleEndianExplicit\n[[PresentationContexts]]\n[CT]\n"
        "PresentationContext1 = CTImageStorage\\Any\n[[Profiles]]\n[Default]\nPresentationContexts = CT\n"
    )
    for name, failure in (("Default", SendFailure.SEND), ("None", SendFailure.PROPOSAL)):
        with FakePeer() as peer:
            proposal = Proposal(profile=ProfileSelection(file=profile, name=name.upper()))
            result, _ = look(peer.port, [path], proposal=proposal)
        assert result.failure is failure
    proposal = Proposal(profile=ProfileSelection(file=tmp_path / "missing", name="X"))
    assert look(1, [path], proposal=proposal)[0].failure is SendFailure.PROFILE_FILE


def test_inventions_change_the_data(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a")
    with FakePeer() as peer:
        result, _ = look(peer.port, [path], invention=Invention())
    assert (result.groups[0].verdict, result.groups[0].converted_to) == (Verdict.CONVERTED, EXPLICIT)
    assert "changed" in result.groups[0].reason


ENDS: list[Action] = [Reject(), Accept(refuse_all=True)]


@pytest.mark.parametrize("action", ENDS, ids=["rejected", "refused"])
def test_peer_that_wants_nothing_is_told(tmp_path: Path, action: Action) -> None:
    path = write_instance(tmp_path, "a")
    with FakePeer(associate=[action]) as peer:
        result, _ = look(peer.port, [path])
        sent, _ = send_exactly(peer.port, [path])
    assert (result.failure, result.outcome) == (sent.failure, sent.outcome)
    assert result.count(Verdict.CANNOT_GO) == 1


@pytest.mark.parametrize("only_required", [False, True])
def test_each_verdict_is_what_sending_does(tmp_path: Path, only_required: bool) -> None:
    write_instance(tmp_path, "explicit")
    write_instance(tmp_path, "implicit", transfer_syntax_uid=IMPLICIT)
    write_instance(tmp_path, "segmentation", sop_class_uid=SEGMENTATION)
    write_instance(tmp_path, "compressed", transfer_syntax_uid=MPEG2, rest=PIXELS)
    (tmp_path / "bad").write_bytes(b"bad")
    paths = [*sorted(tmp_path.iterdir()), tmp_path / "missing"]
    proposal = Proposal(only_required=only_required)
    with FakePeer() as peer:
        result, _ = look(peer.port, paths, proposal=proposal, halt_on_error=False)
        sent, _ = send_exactly(peer.port, paths, proposal=proposal, halt_on_error=False)
    by_path = {item.path: item.group for item in result.items}
    assert set(by_path) >= {record.path for record in sent.report.items}
    for record in sent.report.items:
        group = by_path[record.path]
        assert (record.outcome is ItemOutcome.STORED) == (group.verdict is not Verdict.CANNOT_GO), record.path
        if record.outcome is ItemOutcome.STORED:
            assert (group.converted_to or group.transfer_syntax_uid) == record.network_transfer_syntax_uid
    assert result.failure is sent.failure is None
