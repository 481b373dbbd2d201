import io
import sys
from collections.abc import Callable, Sequence

import pytest

from dicomdesk.cli.storescu.lines import StoreLines
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine import events
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.logs import Level, console_log
from dicomdesk.settings import Peer
from tests.helpers.data.datasets import IMPLICIT
from tests.helpers.jobs.sample_events import REQUESTED, accepted, finished, started

Tell = Callable[..., list[str]]


def request() -> ExactSendRequest:
    return ExactSendRequest(peer=Peer(host="peer", port=104), inputs=InputSelection(paths=("f",)))


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def tell(
        batch: Sequence[events.Event],
        level: Level = Level.INFO,
        *,
        shows_contexts: bool = False,
    ) -> list[str]:
        lines = StoreLines(console_log(level), request(), shows_contexts=shows_contexts, shows_dots=False)
        lines.show([event for event in batch if lines.wants(event)])
        lines.show_last()
        return capsys.readouterr().err.splitlines()

    return tell


def test_plain_run_reads_as_dcmtks(tell: Tell) -> None:
    batch = [
        REQUESTED,
        accepted(),
        started(),
        finished(events.ItemOutcome.STORED, 0),
        events.AssociationReleased(job_id="j", association=1),
    ]
    assert tell(batch) == [
        "I: Requesting Association",
        "I: Association Accepted (Max Send PDV: 16372)",
        "I: Sending file: a.dcm",
        "I: Converting transfer syntax: Little Endian Explicit -> Little Endian Explicit",
        "I: Sending Store Request (MsgID 1, CT)",
        "I: Received Store Response (Success)",
        "I: Releasing Association",
    ]
    assert tell(batch, Level.WARN) == []


def test_conversion_names_both_transfer_syntaxes(tell: Tell) -> None:
    line = "I: Converting transfer syntax: Little Endian Explicit -> Little Endian Implicit"
    assert line in tell([started(converted_to=IMPLICIT)])


def test_what_is_passed_over_by_rule_is_told(tell: Tell) -> None:
    ignored = events.InputSkipped(job_id="j", path="d", reason="ignoring directory", is_failure=False)
    assert tell([ignored], Level.WARN) == ["W: ignoring directory: d"]


def test_bad_input_is_left_to_the_notice_on_it(tell: Tell) -> None:
    assert tell([events.InputSkipped(job_id="j", path="f", reason="cannot access file")]) == []


def test_invented_identity_is_told_with_what_it_could_not_replace(tell: Tell) -> None:
    invented = events.InventedIdentity(
        patient=0,
        study=1,
        series=2,
        image=3,
        patient_name="N",
        patient_id="P",
        study_instance_uid="1.1",
        study_id="S",
        series_instance_uid="1.2",
        series_number="2",
        sop_instance_uid="1.3",
        instance_number="3",
        missing=("StudyID (0020,0010)",),
    )
    lines = tell([started(invented=invented)])
    assert lines[1:11] == [
        "I: Inventing Identifying Information (pa0, st1, se2, im3):",
        "I:   PatientName=N",
        "I:   PatientID=P",
        "I:   StudyInstanceUID=1.1",
        "I:   StudyID=S",
        "I:   SeriesInstanceUID=1.2",
        "I:   SeriesNumber=2",
        "I:   SOPInstanceUID=1.3",
        "I:   ImageNumber=3",
        "E: updateStringAttributeValue: cannot find: StudyID (0020,0010): Tag not found",
    ]
    assert tell([started(invented=invented)], Level.WARN) == [
        "E: updateStringAttributeValue: cannot find: StudyID (0020,0010): Tag not found"
    ]


def test_refusal_is_named_at_the_default_level(tell: Tell) -> None:
    batch = [started(), finished(events.ItemOutcome.REFUSED, 0xA700)]
    line, remark = tell(batch, Level.WARN)
    assert line == "W: not stored by the peer: a.dcm: Refused: OutOfResources"
    assert remark.startswith("W:   Peer ")


def test_condition_in_a_notice_gets_its_number(tell: Tell) -> None:
    text = "Store Failed, file: f:\nDIMSE Failed to send message"
    notice = events.Notice(job_id="j", level=events.NoticeLevel.ERROR, text=text)
    assert tell([notice], Level.WARN) == ["E: Store Failed, file: f:", "E: 0006:020e DIMSE Failed to send message"]


def test_file_that_was_not_sent_is_left_to_the_notices_on_it(tell: Tell) -> None:
    cause = events.NotSentCause.UNREADABLE
    assert tell([finished(events.ItemOutcome.NOT_SENT, reason="bad", cause=cause)]) == []


def test_file_whose_turn_never_came_is_told_in_debug_mode_only(tell: Tell) -> None:
    never = finished(events.ItemOutcome.NOT_SENT, reason="ended", cause=events.NotSentCause.NOT_REACHED)
    assert tell([never]) == []
    assert tell([never], Level.DEBUG) == ["D: not sent: a.dcm: ended"]


def test_abort_is_told_last(tell: Tell) -> None:
    aborted = events.AssociationAborted(job_id="j", association=1, by_peer=True, reason="")
    notice = events.Notice(job_id="j", level=events.NoticeLevel.WARNING, text="note")
    assert tell([aborted, notice]) == ["W: note", "I: Peer Aborted Association"]


def test_rejection_comes_with_advice(tell: Tell) -> None:
    failed = events.AssociationFailed(job_id="j", association=1, reason="It said no.", advice="Ask.")
    assert tell([failed], Level.WARN) == ["W:   It said no. Ask."]
    quiet = events.AssociationFailed(job_id="j", association=1, reason="Nobody there.")
    assert tell([quiet]) == []


def test_parameters_are_shown_in_verbose_mode_if_asked_for(tell: Tell) -> None:
    lines = tell([REQUESTED, accepted()], shows_contexts=True)
    assert lines[0] == "I: Request Parameters:"
    assert "I: Association Parameters Negotiated:" in lines
    assert "I:     Abstract Syntax: =CTImageStorage" in lines


def test_no_accepted_context_is_left_to_the_end(tell: Tell) -> None:
    assert tell([accepted(is_accepted=False)]) == []


def test_debug_mode_shows_messages(tell: Tell) -> None:
    lines = tell([started(), finished(events.ItemOutcome.REFUSED, 0xA700)], Level.DEBUG)
    assert "D: Message Type                  : C-STORE RQ" in lines
    assert "I: Received Store Response" in lines
    assert "D: DIMSE Status                  : 0xa700: Refused: Out of resources" in lines


@pytest.mark.parametrize(("size_bytes", "dots"), [(1, 1), (16372, 1), (16373, 2), (300270, 19)])
def test_each_pdu_is_a_dot(size_bytes: int, dots: int, capsys: pytest.CaptureFixture[str]) -> None:
    lines = StoreLines(console_log(Level.INFO), request(), shows_contexts=False, shows_dots=True)
    lines.show([accepted(), started(), finished(events.ItemOutcome.STORED, 0, size_bytes=size_bytes)])
    assert capsys.readouterr().out == f"XMIT: {'.' * dots}\n"


def test_there_are_no_dots_in_other_modes(capsys: pytest.CaptureFixture[str]) -> None:
    for level in (Level.WARN, Level.DEBUG):
        lines = StoreLines(console_log(level), request(), shows_contexts=False, shows_dots=True)
        lines.show([accepted(), started(), finished(events.ItemOutcome.STORED, 0, size_bytes=9)])
    assert capsys.readouterr().out == ""


def test_dots_stand_between_the_lines_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    lines = StoreLines(console_log(Level.INFO), request(), shows_contexts=False, shows_dots=True)
    lines.show([accepted(), started(), finished(events.ItemOutcome.STORED, 0, size_bytes=9)])
    assert terminal.getvalue().splitlines()[-3:] == [
        "I: Sending Store Request (MsgID 1, CT)",
        "XMIT: .",
        "I: Received Store Response (Success)",
    ]
