"""Exact send jobs: checks before the association, proposals, and how each way to end is told."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    InputSkipped,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobOutcome,
    NotSentCause,
    ScanFinished,
)
from dicomdesk.engine.send_exactly.request import Proposal
from dicomdesk.errors import AssociationRejectedError, ProfileError, ProposalError
from dicomdesk.network.presentation.proposals import COMMON_SOP_CLASSES
from dicomdesk.settings import ProfileSelection, UserIdentity, UserIdentityType
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.jobs.exact_sending import exact_request, notices, outcomes, send_exactly
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import write_instance, write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, Close, FakePeer, Hold, Reject, Silence, Status

NOT_SENT, STORED, REFUSED, FAILED = (
    ItemOutcome.NOT_SENT,
    ItemOutcome.STORED,
    ItemOutcome.REFUSED,
    ItemOutcome.FAILED,
)
REQUIRED = Proposal(only_required=True)

PROFILE = """
[[TransferSyntaxes]]
[Explicit]
TransferSyntax1 = LittleEndianExplicit
[[PresentationContexts]]
[CT]
PresentationContext1 = CTImageStorage\\Explicit
PresentationContext2 = MRImageStorage\\Explicit
[[SCPSCURoleSelection]]
[Roles]
Role1 = MRImageStorage\\BOTH
[[ExtendedNegotiation]]
[Extended]
ExtendedNegotiation1 = CTImageStorage\\0102FF
[[Profiles]]
[Store]
PresentationContexts = CT
SCPSCURoleSelection = Roles
ExtendedNegotiation = Extended
"""


def assert_complete(result: SendResult, count: int) -> None:
    """Every file and repetition is in the report once; what was not stored has a reason."""
    items = result.report.items
    assert [item.number for item in items] == list(range(1, count + 1))
    assert all(item.reason for item in items if item.outcome is not STORED)


def test_files_go_in_order_each_as_often_as_asked_for(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, paths, repeats=2)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.COMPLETED
    assert (result.failure, result.error, result.status) == (None, None, None)
    assert [store.message_id for store in peer.stores] == [1, 2, 3, 4, 5, 6]
    uids = [store.sop_instance_uid for store in peer.stores]
    assert uids[0::2] == uids[1::2]
    assert [event.path for event in recorder.of(ItemStarted)] == [path for path in paths for _ in range(2)]
    assert {event.transfer_syntax_uid for event in recorder.of(ItemStarted)} == {EXPLICIT}
    assert [context[0] for context in peer.associations[0].contexts.values()][::2] == list(COMMON_SOP_CLASSES)
    assert peer.associations[0].calling_ae_title == "STORESCU"
    assert_complete(result, 6)
    assert result.report.associations == 1
    assert result.report.contexts_proposed == 128


def test_files_are_not_looked_into_before_the_association(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"no DICOM at all")
    with FakePeer(associate=[Reject()]) as peer:
        result, recorder = send_exactly(peer.port, [tmp_path / "junk"])
    assert result.failure is SendFailure.ASSOCIATION
    assert isinstance(result.error, AssociationRejectedError)
    assert recorder.of(ScanFinished)[0].items == 1
    assert outcomes(result) == [NOT_SENT]


@pytest.mark.parametrize("halts", [True, False])
def test_missing_files(tmp_path: Path, *, halts: bool) -> None:
    good, missing = write_instance(tmp_path, "good.dcm"), str(tmp_path / "missing.dcm")
    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, [good, missing, good], halt_on_error=halts)
    assert [event.path for event in recorder.of(InputSkipped)] == [missing]
    assert [skipped.path for skipped in result.report.skipped] == [missing]
    assert_complete(result, 2)
    if halts:
        assert result.failure is SendFailure.INVALID_INPUT_FILE
        assert str(result.error) == f"cannot access file: {missing}"
        assert outcomes(result) == [NOT_SENT] * 2
        assert not peer.associations
    else:
        assert result.failure is None
        assert f"cannot access file: {missing}, ignoring file" in notices(recorder)
        assert outcomes(result) == [STORED] * 2


def test_without_files_left_the_association_is_opened_and_released(tmp_path: Path) -> None:
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, [tmp_path / "missing"], halt_on_error=False)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.COMPLETED
    assert not result.report.items


def test_folders_are_passed_over_or_scanned(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, [tmp_path])
        assert result.failure is SendFailure.NO_INPUT_FILES
        assert str(result.error) == "no input files to be sent"
        assert not recorder.of(InputSkipped)[0].is_failure
        selection = InputSelection(paths=(str(tmp_path),), scan_directories=True)
        result, recorder = send_exactly(peer.port, [], inputs=selection)
    assert [item.path for item in result.report.items] == paths
    assert notices(recorder)[:2] == ["determining input files ...", "checking input files ..."]


def test_required_proposes_the_classes_of_the_files_in_order(tmp_path: Path) -> None:
    mr = "1.2.840.10008.5.1.4.1.1.4"
    paths = [
        write_instance(tmp_path, "a", sop_class_uid=mr),
        write_instance(tmp_path, "b", transfer_syntax_uid=IMPLICIT),
        write_instance(tmp_path, "c", sop_class_uid=mr),
    ]
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, paths, proposal=replace(REQUIRED, combine=True))
    assert [sop_class for sop_class, _ in peer.associations[0].contexts.values()] == [mr, CT_IMAGE]
    assert outcomes(result) == [STORED] * 3


@pytest.mark.parametrize(
    ("sop_class_uid", "cut", "words"),
    [
        ("1.2.3.4", None, "unknown storage SOP class in file: {path}: 1.2.3.4"),
        (CT_IMAGE, -5, "missing SOP class (or instance) in file: {path}"),
        (CT_IMAGE, 0, "missing SOP class (or instance) in file: {path}"),
    ],
)
def test_required_needs_the_class(tmp_path: Path, sop_class_uid: str, cut: int | None, words: str) -> None:
    good, bad = write_instance(tmp_path, "good"), Path(write_instance(tmp_path, "bad", sop_class_uid=sop_class_uid))
    bad.write_bytes(bad.read_bytes()[:cut])
    words = words.format(path=bad)
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, [good, bad], proposal=REQUIRED)
        assert result.failure is SendFailure.INVALID_INPUT_FILE
        assert str(result.error) == words
        result, recorder = send_exactly(peer.port, [bad, good], proposal=REQUIRED, halt_on_error=False)
        assert f"{words}, ignoring file" in notices(recorder)
        assert outcomes(result) == [STORED]
        result, recorder = send_exactly(peer.port, [bad], proposal=REQUIRED, halt_on_error=False)
    assert result.failure is SendFailure.ASSOCIATION
    assert isinstance(result.error, ProposalError)
    assert result.error.condition.startswith("0006:0103 ")
    assert recorder.of(AssociationRequested)
    assert recorder.of(AssociationFailed)


def test_more_classes_than_fit_are_no_proposal(tmp_path: Path) -> None:
    classes = [sop_class.uid for sop_class in STORAGE_SOP_CLASSES[:65]]
    paths = [write_instance(tmp_path, f"{index:03}", sop_class_uid=uid) for index, uid in enumerate(classes)]
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, paths, proposal=REQUIRED)
        assert result.failure is SendFailure.PROPOSAL
        assert isinstance(result.error, ProposalError)
        assert result.error.condition == "0006:0101 ASC Bad presentation context ID"
        assert_complete(result, 65)
        result, _ = send_exactly(peer.port, paths, proposal=replace(REQUIRED, combine=True))
    assert outcomes(result) == [STORED] * 65


def test_a_profile_is_proposed_as_it_is(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a")
    profile = tmp_path / "profile.cfg"
    profile.write_text(PROFILE)
    with FakePeer() as peer:
        proposal = Proposal(profile=ProfileSelection(file=profile, name="store"))
        result, recorder = send_exactly(peer.port, [path], proposal=proposal)
    assert outcomes(result) == [STORED]
    mr = "1.2.840.10008.5.1.4.1.1.4"
    assert peer.associations[0].contexts == {1: (CT_IMAGE, [EXPLICIT]), 3: (mr, [EXPLICIT])}
    request = peer.associations[0].pdu
    assert b"\x54\x00" + (len(mr) + 4).to_bytes(2) + len(mr).to_bytes(2) + mr.encode() + b"\1\1" in request
    uid = CT_IMAGE.encode()
    assert b"\x56\x00" + (len(uid) + 5).to_bytes(2) + len(uid).to_bytes(2) + uid + b"\1\2\xff" in request
    assert [context.role is None for context in recorder.of(AssociationRequested)[0].contexts] == [True, False]


def test_profiles_that_cannot_be_used(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a")
    profile = tmp_path / "profile.cfg"
    profile.write_text(PROFILE)
    with FakePeer() as peer:
        missing = ProfileSelection(file=tmp_path / "none", name="store")
        result, recorder = send_exactly(peer.port, [path], proposal=Proposal(profile=missing))
        assert result.failure is SendFailure.PROFILE_FILE
        assert str(result.error) == f"unable to open configuration file: {tmp_path / 'none'}"
        assert not recorder.of(ScanFinished)
        unknown = ProfileSelection(file=profile, name="nope")
        result, recorder = send_exactly(peer.port, [path], proposal=Proposal(profile=unknown))
    assert result.failure is SendFailure.PROPOSAL
    assert isinstance(result.error, ProfileError)
    assert str(result.error) == "profile key undefined: NOPE"
    assert outcomes(result) == [NOT_SENT]
    assert not peer.associations


def test_a_failure_status_halts_and_releases(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 4)
    with FakePeer(stores=[Status(), Status(0xA700), Status()]) as peer:
        result, recorder = send_exactly(peer.port, paths, repeats=2)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.FAILED
    assert result.failure is SendFailure.STATUS
    assert result.status == 0xA700
    assert len(peer.stores) == 2
    assert outcomes(result) == [STORED, REFUSED, *[NOT_SENT] * 6]
    assert_complete(result, 8)
    assert recorder.of(AssociationReleased)
    assert {event.not_sent_cause for event in recorder.of(ItemFinished)[2:]} == {NotSentCause.NOT_REACHED}


@pytest.mark.parametrize("status", [0x0001, 0x0107, 0x0116, 0xB000, 0xB007])
def test_a_warning_does_not_halt(tmp_path: Path, status: int) -> None:
    with FakePeer(stores=[Status(status)]) as peer:
        result, _ = send_exactly(peer.port, write_instances(tmp_path, 2))
    assert result.outcome is JobOutcome.COMPLETED
    assert len(peer.stores) == 2


def test_what_is_wrong_behind_a_failure_status_is_never_looked_at(tmp_path: Path) -> None:
    paths = [*write_instances(tmp_path, 1), str(tmp_path / "junk"), *write_instances(tmp_path, 1)]
    (tmp_path / "junk").write_bytes(b"junk")
    with FakePeer(stores=[Status(0xC000)]) as peer:
        result, recorder = send_exactly(peer.port, paths)
        peer.wait_for("released")
    assert result.failure is SendFailure.STATUS
    assert not any("Bad DICOM file" in text for text in notices(recorder))
    causes = [event.not_sent_cause for event in recorder.of(ItemFinished)]
    assert causes == [None, NotSentCause.NOT_REACHED, NotSentCause.NOT_REACHED]


def test_without_halting_all_statuses_are_borne(tmp_path: Path) -> None:
    with FakePeer(stores=[Status(0xA700), Status(0xFE00), Status()]) as peer:
        result, _ = send_exactly(peer.port, write_instances(tmp_path, 3), halt_on_error=False)
    assert result.outcome is JobOutcome.COMPLETED
    assert (result.failure, result.status) == (None, None)
    assert outcomes(result) == [REFUSED, REFUSED, STORED]


def test_no_context_at_all(tmp_path: Path) -> None:
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        result, recorder = send_exactly(peer.port, write_instances(tmp_path, 2), halt_on_error=False)
    assert result.failure is SendFailure.NO_PRESENTATION_CONTEXT
    assert str(result.error) == "No Acceptable Presentation Contexts"
    assert [event.not_sent_cause for event in recorder.of(ItemFinished)] == [NotSentCause.NO_CONTEXT] * 2
    assert all(item.no_acceptable_context for item in result.report.items)
    assert_complete(result, 2)


@pytest.mark.parametrize("halts", [True, False])
@pytest.mark.parametrize("action", [Abort(), Close(), Close(reset=True)])
def test_the_loss_of_the_association_ends_the_job(tmp_path: Path, action: Abort | Close, *, halts: bool) -> None:
    with FakePeer(stores=[Status(), action]) as peer:
        result, recorder = send_exactly(peer.port, write_instances(tmp_path, 4), halt_on_error=halts)
    assert result.failure is SendFailure.ASSOCIATION_LOST
    assert outcomes(result) == [STORED, FAILED, NOT_SENT, NOT_SENT]
    assert_complete(result, 4)
    assert recorder.of(AssociationAborted)[0].by_peer
    assert any(text.startswith("Store Failed, file: ") for text in notices(recorder))


def test_an_abort_in_the_middle_of_an_object(tmp_path: Path) -> None:
    path = Path(write_instance(tmp_path, "a"))
    path.write_bytes(path.read_bytes() + b"\xe0\x7f\x10\x00OW\0\0\0\0\x20\0" + bytes(0x200000))
    with FakePeer(in_object={0: Abort()}) as peer:
        result, _ = send_exactly(peer.port, [path, path], halt_on_error=False)
    assert result.failure is SendFailure.ASSOCIATION_LOST
    assert outcomes(result) == [FAILED, NOT_SENT]


def test_a_peer_that_does_not_answer(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    with FakePeer(stores=[Silence()]) as peer:
        request = exact_request(peer.port, paths)
        timeouts = replace(request.association.timeouts, dimse_s=0.2)
        result, recorder = send_exactly(
            peer.port, paths, association=replace(request.association, timeouts=timeouts), halt_on_error=False
        )
    assert result.failure is SendFailure.ASSOCIATION_LOST
    assert not recorder.of(AssociationAborted)[0].by_peer


def test_a_release_without_consent_is_a_failure(tmp_path: Path) -> None:
    with FakePeer(release=Close()) as peer:
        result, _ = send_exactly(peer.port, write_instances(tmp_path, 1), halt_on_error=False)
    assert result.failure is SendFailure.RELEASE
    assert outcomes(result) == [STORED]


@pytest.mark.parametrize("status", [0, 0xA700])
def test_the_association_is_aborted_at_the_end_where_asked_for(tmp_path: Path, status: int) -> None:
    with FakePeer(stores=[Status(status)]) as peer:
        result, recorder = send_exactly(peer.port, write_instances(tmp_path, 1), aborts_at_end=True)
        peer.wait_for("aborted")
    assert result.failure is (SendFailure.STATUS if status else None)
    assert not recorder.of(AssociationAborted)[0].by_peer


def test_the_first_cancel_finishes_the_current_file_and_releases(tmp_path: Path) -> None:
    paths, answer = write_instances(tmp_path, 3), threading.Event()
    recorder = EventRecorder()
    with FakePeer(stores=[Hold(answer, Status())]) as peer, Engine() as engine:
        job = engine.submit(exact_request(peer.port, paths, repeats=3), recorder)
        recorder.wait_for(ItemStarted)
        job.cancel()
        answer.set()
        result = job.done.result(DEADLINE_S)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.CANCELLED
    assert (result.failure, result.error) == (None, None)
    assert outcomes(result) == [STORED, *[NOT_SENT] * 8]
    assert_complete(result, 9)
    assert len(peer.stores) == 1


@pytest.mark.parametrize("count", [1, 2])
def test_the_second_cancel_aborts(tmp_path: Path, count: int) -> None:
    paths, answer = write_instances(tmp_path, count), threading.Event()
    recorder = EventRecorder()
    with FakePeer(stores=[Hold(answer, Status())]) as peer, Engine() as engine:
        job = engine.submit(exact_request(peer.port, paths), recorder)
        recorder.wait_for(ItemStarted)
        job.cancel()
        job.cancel()
        result = job.done.result(DEADLINE_S)
        answer.set()
    assert result.outcome is JobOutcome.CANCELLED
    assert outcomes(result) == [FAILED, NOT_SENT][:count]
    assert not recorder.of(AssociationAborted)[0].by_peer


def test_more_repetitions_than_anyone_can_list_do_not_exhaust_memory(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    with FakePeer(stores=[Status(), Status(0xA700)]) as peer:
        result, recorder = send_exactly(peer.port, paths, repeats=4_000_000_000)
    assert recorder.of(ScanFinished)[0].items == 8_000_000_000
    assert outcomes(result) == [STORED, REFUSED, NOT_SENT, NOT_SENT, NOT_SENT]  # the third was opened already
    assert [item.reason.rpartition(" (")[2] for item in result.report.items[3:]] == [
        "3999999997 times)",
        "4000000000 times)",
    ]


def test_a_file_name_that_is_none(tmp_path: Path) -> None:
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, ["a\0b", "", tmp_path / ("x" * 300)], halt_on_error=False)
    assert len(result.report.skipped) == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_does_not_stop_the_job(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with FakePeer() as peer:
        for proposal in (Proposal(), REQUIRED):
            result, _ = send_exactly(
                peer.port, [fifo, write_instance(tmp_path, "a")], halt_on_error=False, proposal=proposal
            )
            assert outcomes(result)[-1] is STORED


def test_a_job_cancelled_while_it_waits_for_the_association_is_cancelled(tmp_path: Path) -> None:
    recorder = EventRecorder()
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        job = engine.submit(exact_request(peer.port, write_instances(tmp_path, 2)), recorder)
        recorder.wait_for(AssociationRequested)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert result.outcome is JobOutcome.CANCELLED
    assert outcomes(result) == [NOT_SENT, NOT_SENT]


def test_renaming_of_a_file_named_twice(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 1) * 2
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, paths, renames_files=True, halt_on_error=False)
    assert outcomes(result)[0] is STORED
    assert [path.name for path in tmp_path.iterdir()] == ["000.dcm.done"]


def test_the_user_is_identified_as_in_every_association(tmp_path: Path) -> None:
    identity = UserIdentity(kind=UserIdentityType.USER_NAME, primary=b"someone")
    with FakePeer() as peer:
        association = replace(exact_request(peer.port, []).association, user_identity=identity)
        send_exactly(peer.port, write_instances(tmp_path, 1), association=association)
    assert b"someone" in peer.associations[0].pdu
