import dataclasses
from collections.abc import Callable, Sequence

import pytest

from dicomdesk.cli.dcmrecv.lines import ReceiveLines
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine import events
from dicomdesk.logs import Level, console_log

CT, EXPLICIT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"
RECEIVED = events.AssociationReceived(
    job_id="j",
    association=1,
    peer_host="localhost",
    calling_ae_title="STORESCU",
    called_ae_title="ANY\x1bSCP",
    contexts=(events.ProposedContext(context_id=1, abstract_syntax=CT, transfer_syntaxes=(EXPLICIT,)),),
    peer_implementation_class_uid="3.4",
)
ACCEPTED = events.AssociationAccepted(
    job_id="j",
    association=1,
    negotiation=events.Negotiation(
        is_requestor=False,
        calling_ae_title="STORESCU",
        called_ae_title="ANY-SCP",
        responding_ae_title="ANY-SCP",
        peer_host="localhost",
        peer_port=104,
        our_implementation_class_uid="1",
        our_implementation_version="2",
        peer_implementation_class_uid="3",
        peer_implementation_version="4",
        our_max_pdu_bytes=16384,
        peer_max_pdu_bytes=16384,
        max_send_pdv_bytes=16372,
        contexts=(),
    ),
)
STARTED = events.ItemStarted(
    job_id="j", association=1, index=0, message_id=1, sop_class_uid=CT, sop_instance_uid="1.2.3"
)

Tell = Callable[..., list[str]]


def finished(
    status: int | None, path: str = "", reason: str = "", outcome: events.ItemOutcome | None = None
) -> events.ItemFinished:
    outcome = outcome or (events.ItemOutcome.REFUSED if status else events.ItemOutcome.STORED)
    return events.ItemFinished(
        job_id="j", association=1, index=0, path=path, outcome=outcome, status=status, reason=reason, message_id=1
    )


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def tell(batch: Sequence[events.Event], level: Level = Level.INFO, *, shows_contexts: bool = False) -> list[str]:
        lines = ReceiveLines(console_log(level), max_pdu_bytes=16384, shows_contexts=shows_contexts)
        lines.show([event for event in batch if lines.wants(event)])
        return capsys.readouterr().err.splitlines()

    return tell


def test_reception_is_told_in_dcmtks_lines(tell: Tell) -> None:
    batch = [
        events.ListenerStarted(job_id="j", address="", port=104),
        RECEIVED,
        ACCEPTED,
        STARTED,
        finished(0, "w/CT.1.2.3"),
        events.AssociationReleased(job_id="j", association=1),
    ]
    assert tell(batch) == [
        "I: starting service class provider and listening ...",
        "I: Association Received localhost: STORESCU -> ANY\\x1bSCP",
        "I: Association Acknowledged (Max Send PDV: 16372)",
        "I: Received C-STORE Request (MsgID 1)",
        "I: Stored received object to file: w/CT.1.2.3",
        "I: Sending C-STORE Response (Success)",
        "I: Received Association Release Request",
    ]
    assert tell(batch, Level.WARN) == []


def test_ignored_object_has_no_file(tell: Tell) -> None:
    assert tell([STARTED, finished(0)]) == [
        "I: Received C-STORE Request (MsgID 1)",
        "I: Sending C-STORE Response (Success)",
    ]


@pytest.mark.parametrize(("shows_contexts", "level", "letter"), [(True, Level.INFO, "I"), (False, Level.DEBUG, "D")])
def test_association_blocks_are_shown(*, shows_contexts: bool, level: Level, letter: str, tell: Tell) -> None:
    lines = tell([RECEIVED, ACCEPTED], level, shows_contexts=shows_contexts)
    assert lines[1] == f"{letter}: Incoming Association Request:"
    assert f"{letter}: Their Implementation Class UID:    3.4" in lines
    assert f"{letter}: ======================= END A-ASSOCIATE-AC ======================" in lines


def test_messages_are_shown_in_debug_mode(tell: Tell) -> None:
    lines = tell([STARTED, finished(0, "f")], Level.DEBUG)
    assert "D: ===================== INCOMING DIMSE MESSAGE ====================" in lines
    assert "D: ===================== OUTGOING DIMSE MESSAGE ====================" in lines


def test_refusal_is_told(tell: Tell) -> None:
    failed = events.AssociationFailed(job_id="j", association=1, reason="no acceptable presentation contexts")
    assert tell([failed]) == [
        "I: No Acceptable Presentation Contexts",
        "I: Refusing Association (no acceptable presentation contexts)",
    ]


def test_abort_of_the_peer_is_information_and_our_own_an_error(tell: Tell) -> None:
    by_peer = events.AssociationAborted(job_id="j", association=1, by_peer=True, reason="r")
    by_us = events.AssociationAborted(job_id="j", association=1, by_peer=False, reason="cannot handle this")
    assert tell([by_peer]) == ["I: Received Association Abort Request"]
    assert tell([by_us]) == ["E: cannot handle this", "I: Aborting Association"]
    assert tell([by_peer], Level.WARN) == []


@pytest.mark.parametrize("level", [Level.WARN, Level.INFO])
def test_object_that_was_not_stored_is_never_silent(level: Level, tell: Tell) -> None:
    lines = tell([finished(0xA700, reason="Disk full")], level)
    assert lines[-2] == "W: received object not stored, answered Refused: OutOfResources: Disk full"
    assert lines[-1].startswith("W:   The disk")


def test_what_was_not_stored_is_named_with_who_sent_it(tell: Tell) -> None:
    header = InstanceHeader(
        sop_class_uid=CT, sop_instance_uid="1.2.3", transfer_syntax_uid=EXPLICIT, data_set_offset=0, data_set_length=0
    )
    lines = tell([RECEIVED, dataclasses.replace(finished(0xA700), header=header)], Level.WARN)
    assert lines[-1].endswith("(SOP Instance UID 1.2.3 from STORESCU (localhost))")


def test_object_without_answer_is_told(tell: Tell) -> None:
    lost = finished(None, reason="Gone", outcome=events.ItemOutcome.FAILED)
    kept = finished(None, path="f", reason="Gone", outcome=events.ItemOutcome.FAILED)
    assert tell([lost], Level.WARN) == ["W: received object not stored: Gone"]
    assert tell([kept], Level.INFO) == [
        "I: Stored received object to file: f",
        "W: stored, but not answered: Gone",
    ]


def test_complete_study_is_told(tell: Tell) -> None:
    settled = events.StudySettled(
        job_id="j", study_instance_uid="1.2.3", folder="f", items=2, command_exit_code=None, here=60, again=40
    )
    assert tell([settled]) == ["I: Study quiet: 1.2.3 (60 here, 40 again)"]
    assert tell([dataclasses.replace(settled, expected=60)]) == ["I: Study complete: 1.2.3 (60 of 60 here, 40 again)"]


def test_each_line_of_a_notice_has_its_letter(tell: Tell) -> None:
    warned = events.Notice(job_id="j", level=events.NoticeLevel.WARNING, text="a\nb")
    assert tell([warned], Level.WARN) == ["W: a", "W: b"]


def test_lines_are_told_apart_while_several_associations_are_there(tell: Tell) -> None:
    second = dataclasses.replace(RECEIVED, association=2)
    batch = [
        RECEIVED,
        second,
        STARTED,
        finished(0, "f"),
        events.AssociationReleased(job_id="j", association=2),
        STARTED,
    ]
    assert tell(batch)[1:] == [
        "I: [2] Association Received localhost: STORESCU -> ANY\\x1bSCP",
        "I: [1] Received C-STORE Request (MsgID 1)",
        "I: [1] Stored received object to file: f",
        "I: [1] Sending C-STORE Response (Success)",
        "I: [2] Received Association Release Request",
        "I: Received C-STORE Request (MsgID 1)",
    ]
