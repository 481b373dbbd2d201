from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from dicomdesk.cli.dcmsend.lines import SendLines
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine import events
from dicomdesk.engine.delivery.transfer_list import judge_status
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.logs import Level, console_log
from dicomdesk.settings import Peer
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT
from tests.helpers.jobs.sample_events import REQUESTED, accepted, finished, started

Tell = Callable[..., list[str]]


def request(*, halts: bool = True, scans: bool = False, multiple: bool = True, parallel: int = 1) -> SendRequest:
    return SendRequest(
        peer=Peer(host="peer", port=104),
        inputs=InputSelection(paths=("f",), scan_directories=scans),
        halt_on_error=halts,
        multiple_associations=multiple,
        parallel=parallel,
    )


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def tell(
        batch: Sequence[events.Event],
        level: Level = Level.INFO,
        asked: SendRequest | None = None,
        *,
        shows_contexts: bool = False,
    ) -> list[str]:
        lines = SendLines(console_log(level), asked or request(), shows_contexts=shows_contexts)
        lines.show([event for event in batch if lines.wants(event)])
        lines.show_last()
        return capsys.readouterr().err.splitlines()

    return tell


def test_transfer_is_told_in_dcmtks_lines(tell: Tell) -> None:
    batch = [
        events.JobStarted(job_id="j", at=datetime.now(UTC)),
        events.ScanFinished(job_id="j", items=2, size_bytes=1, skipped=0),
        REQUESTED,
        accepted(),
        started(IMPLICIT),
        finished(events.ItemOutcome.STORED, 0),
        started(),
        finished(events.ItemOutcome.WARNING, 0xB000),
        events.AssociationReleased(job_id="j", association=1),
    ]
    assert tell(batch) == [
        "I: checking input files ...",
        "I: starting association #1",
        "I: initializing network ...",
        "I: negotiating network association ...",
        "I: Requesting Association",
        "I: Association Accepted (Max Send PDV: 16372)",
        "I: sending SOP instances ...",
        "I: Converting transfer syntax: Little Endian Explicit -> Little Endian Implicit",
        "I: Sending C-STORE Request (MsgID 1, CT)",
        "I: Received C-STORE Response (Success)",
        "I: Sending C-STORE Request (MsgID 1, CT)",
        "I: Received C-STORE Response (Warning: CoercionOfDataElements)",
        "I: Releasing Association",
    ]
    assert tell(batch, Level.WARN) == []


def test_scanning_is_told_where_directories_are_taken(tell: Tell) -> None:
    begun = events.JobStarted(job_id="j", at=datetime.now(UTC))
    assert tell([begun], asked=request(scans=True)) == ["I: determining input files ..."]
    assert tell([begun]) == []


def test_number_of_the_association_is_told_only_where_there_may_be_several(tell: Tell) -> None:
    assert tell([REQUESTED], asked=request(multiple=False))[0] == "I: initializing network ..."


def test_bad_input_is_told(tell: Tell) -> None:
    skipped = events.InputSkipped(job_id="j", path="nofile", reason="No such file or directory")
    error = "E: cannot add DICOM file to the transfer list: nofile: No such file or directory"
    assert tell([skipped], Level.WARN) == [error]
    assert tell([skipped], Level.WARN, request(halts=False)) == [
        error,
        "W: bad DICOM file: nofile: No such file or directory, ignoring file",
    ]


def test_empty_name_is_told_in_its_own_words(tell: Tell) -> None:
    skipped = events.InputSkipped(job_id="j", path="<empty string>", reason="Illegal parameter")
    assert tell([skipped], Level.WARN) == ["E: cannot add DICOM file with empty filename"]


def test_directory_that_is_passed_over_is_a_warning(tell: Tell) -> None:
    reason = "ignoring directory because option --scan-directories is not set"
    skipped = events.InputSkipped(job_id="j", path="d", reason=reason, is_failure=False)
    assert tell([skipped, events.ScanFinished(job_id="j", items=0, size_bytes=0, skipped=1)]) == [f"W: {reason}: d"]


@pytest.mark.parametrize(("shows_contexts", "level", "letter"), [(True, Level.INFO, "I"), (False, Level.DEBUG, "D")])
def test_association_blocks_are_shown(*, shows_contexts: bool, level: Level, letter: str, tell: Tell) -> None:
    lines = tell([REQUESTED, accepted()], level, shows_contexts=shows_contexts)
    assert f"{letter}: Request Parameters:" in lines
    assert f"{letter}: ====================== BEGIN A-ASSOCIATE-RQ =====================" in lines
    assert f"{letter}:       =LittleEndianExplicit" in lines
    assert f"{letter}: Association Parameters Negotiated:" in lines
    assert lines.index(f"{letter}: Association Parameters Negotiated:") > lines.index("I: Requesting Association")


def test_messages_are_shown_in_debug_mode(tell: Tell) -> None:
    lines = tell([started(), finished(events.ItemOutcome.STORED, 0)], Level.DEBUG)
    assert "D: Message Type                  : C-STORE RQ" in lines
    assert "D: DIMSE Status                  : 0x0000: Success" in lines


def test_association_without_contexts_is_not_called_accepted(tell: Tell) -> None:
    assert tell([accepted(is_accepted=False)]) == []


@pytest.mark.parametrize("level", [Level.WARN, Level.INFO])
def test_instance_that_was_not_stored_is_never_silent(level: Level, tell: Tell) -> None:
    lines = tell([finished(events.ItemOutcome.REFUSED, 0xA700)], level)
    assert lines[-2] == "W: not stored by the peer: a.dcm: Refused: OutOfResources"
    assert lines[-1].startswith("W:   Peer ")


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (
            finished(events.ItemOutcome.NOT_SENT, reason="Gone", cause=events.NotSentCause.UNREADABLE),
            ["E: cannot send SOP instance from file: a.dcm: Gone"],
        ),
        (
            finished(events.ItemOutcome.NOT_SENT, reason="No.", cause=events.NotSentCause.NO_CONTEXT),
            ["I: not sent: a.dcm: No."],
        ),
        (
            finished(events.ItemOutcome.NOT_SENT, reason="No.", cause=events.NotSentCause.NOT_CONVERTED),
            ["W: not sent: a.dcm: No."],
        ),
        (finished(events.ItemOutcome.NOT_SENT, reason="No.", cause=events.NotSentCause.NOT_REACHED), []),
        (finished(events.ItemOutcome.FAILED, reason="Lost."), ["W: not answered by the peer: a.dcm: Lost."]),
    ],
)
def test_instance_without_answer_is_told_by_its_cause(event: events.ItemFinished, lines: list[str], tell: Tell) -> None:
    assert [line for line in tell([event]) if not line.startswith("W:   ")] == lines


def test_what_the_peer_says_of_a_refusal_is_shown(tell: Tell) -> None:
    reason = judge_status(0xA700, "Disk quota of ward 3 is used up").reason
    *_, line = tell([finished(events.ItemOutcome.REFUSED, 0xA700, reason=reason)], Level.WARN)
    assert line.endswith('The peer says: "Disk quota of ward 3 is used up"')


@pytest.mark.parametrize(("by_peer", "text"), [(True, "Peer Aborted Association"), (False, "Aborting Association")])
def test_abort_is_the_last_line_of_a_job_that_halts(*, by_peer: bool, text: str, tell: Tell) -> None:
    aborted = events.AssociationAborted(job_id="j", association=1, by_peer=by_peer, reason="r")
    released = events.AssociationReleased(job_id="j", association=2)
    assert tell([aborted, released]) == ["I: Releasing Association", f"I: {text}"]
    assert tell([aborted, released], asked=request(halts=False)) == [f"I: {text}", "I: Releasing Association"]


def test_rejection_comes_with_advice(tell: Tell) -> None:
    failed = events.AssociationFailed(job_id="j", association=1, reason="Rejected.", advice="Check the AE title.")
    assert tell([failed], Level.WARN) == ["W:   Rejected. Check the AE title."]


def test_retry_is_told(tell: Tell) -> None:
    retry = events.RetryScheduled(job_id="j", items=2, attempt=1, at=datetime.now(UTC), reason="The peer is busy")
    (line,) = tell([retry], Level.WARN)
    assert line.startswith("W: trying again with 2 instances at ")
    assert line.endswith(": The peer is busy")


@pytest.mark.parametrize(("level", "letter"), list(zip(events.NoticeLevel, "DIWE", strict=True)))
def test_notice_has_its_level(level: events.NoticeLevel, letter: str, tell: Tell) -> None:
    assert tell([events.Notice(job_id="j", level=level, text="a\nb\x1b")], Level.DEBUG) == [
        f"{letter}: a",
        f"{letter}: b\\x1b",
    ]


def test_what_is_made_ready_early_is_told_after_the_answer_before(tell: Tell) -> None:
    early = [
        events.InstanceNotSent(
            job_id="j",
            path="a.dcm",
            cause=events.NotSentCause.NOT_CONVERTED,
            reason="No.",
            transfer_syntax_uid=EXPLICIT,
            wanted_transfer_syntax_uid=IMPLICIT,
        ),
        finished(events.ItemOutcome.NOT_SENT, reason="No.", cause=events.NotSentCause.NO_CONTEXT),
    ]
    told = tell([started(), *early, finished(events.ItemOutcome.STORED, 0)])
    assert told.pop().startswith("W:   a.dcm: No. The peer does not take this SOP class")
    assert told == [
        "I: Sending C-STORE Request (MsgID 1, CT)",
        "I: Received C-STORE Response (Success)",
        "I: Converting transfer syntax: Little Endian Explicit -> Little Endian Implicit",
        "E: No conversion to transfer syntax Little Endian Implicit possible!",
        "I: not sent: a.dcm: No.",
    ]


def test_lines_of_parallel_associations_are_told_apart(tell: Tell) -> None:
    assert tell([started(IMPLICIT), finished(events.ItemOutcome.STORED, 0)], asked=request(parallel=2)) == [
        "I: [1] Converting transfer syntax: Little Endian Explicit -> Little Endian Implicit",
        "I: [1] Sending C-STORE Request (MsgID 1, CT)",
        "I: [1] Received C-STORE Response (Success)",
    ]
