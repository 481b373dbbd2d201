"""Facts that tools tell in the words of the tool that they replace: as log lines, and as notices in JSON."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dicomdesk.cli.dcmqrscp.json_lines import ArchiveJsonReporter
from dicomdesk.cli.dcmqrscp.lines import ArchiveLines
from dicomdesk.cli.dcmrecv.lines import ReceiveLines, receive_words
from dicomdesk.cli.dcmsend.lines import SendLines, send_words
from dicomdesk.cli.echoscu.lines import EchoLines, echo_words
from dicomdesk.cli.output.job_watch import JsonReporter, Lines, json_reporter
from dicomdesk.cli.output.json_lines import Words
from dicomdesk.cli.storescu.lines import StoreLines, store_words
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.dicom.transfer_syntaxes import JPEG_BASELINE
from dicomdesk.engine import events
from dicomdesk.engine.invented_identities import Inventor
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.logs import Level, Log, console_log
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.data.datasets import CT_IMAGE

PEER = Peer(host="localhost", port=104)
FAILED = events.RequestFailed(job_id="j", peer_host="10.0.0.9", reason="no PDU")
ECHO = events.EchoReceived(job_id="j", association=1, message_id=7)
FAULT = events.ItemFinished(
    job_id="j", association=1, index=0, path="", outcome=events.ItemOutcome.REFUSED, status=0xA700, fault="disk full"
)
TIME = re.compile(r"^([A-Z]: )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\[\d+\] )?")
"""An archive serves many at once, so its lines have that before DCMTK's words."""
NO_CONTEXTS = "E: No Acceptable Presentation Contexts"
NO_ASSOCIATION = "E: cannot negotiate network association: No acceptable Presentation Contexts"
REST = "W: trying to continue with a new association in order to send the remaining 3 SOP instances"


CANNOT_CONVERT = "unable to convert dataset from 'JPEG Baseline' transfer syntax to 'Little Endian Implicit'"
SENDING = "I: Sending file: a.dcm"
CAUSE = events.NotSentCause
INVENTED = Inventor(images_per_series=1, series_per_study=1, studies_per_patient=1).invent()
EXACT = ExactSendRequest(
    peer=Peer(host="localhost", port=104, ae_title="THEM"),
    inputs=InputSelection(paths=()),
    association=AssociationSettings(calling_ae_title="US"),
)
NO_CONTEXT = "E: No presentation context found for sending C-STORE with SOP Class / Transfer Syntax"


def not_sent(cause: events.NotSentCause, sop_class_uid: str = CT_IMAGE, **more: object) -> events.InstanceNotSent:
    fact = events.InstanceNotSent(
        job_id="j",
        path="a.dcm",
        cause=cause,
        reason="Permission denied",
        sop_class_uid=sop_class_uid,
        transfer_syntax_uid=JPEG_BASELINE,
        wanted_transfer_syntax_uid="1.2.840.10008.1.2",
        message_id=3,
    )
    return replace(fact, **more)  # type: ignore[arg-type] # fields of the fact


def renamed(problem: str = "", *, has_replaced: bool = False) -> events.FileRenamed:
    return events.FileRenamed(job_id="j", path="a", new_path="a.bad", problem=problem, has_replaced=has_replaced)


def storage(state: events.StorageState, advice: str) -> events.StorageChanged:
    return events.StorageChanged(
        job_id="j", state=state, folder="f", free_bytes=1, full_in_s=None, text="only 1 B is free", advice=advice
    )


def test_receiving_says_when_there_is_little_room_and_when_there_is_enough() -> None:
    (low,) = receive_words(storage(events.StorageState.LOW, "make room"))
    (enough,) = receive_words(storage(events.StorageState.OK, ""))
    assert (low.level, low.text) == (events.NoticeLevel.WARNING, "only 1 B is free; make room (f)")
    assert (enough.level, enough.text) == (events.NoticeLevel.INFO, "only 1 B is free (f)")


def settled(code: int | None) -> events.StudySettled:
    return events.StudySettled(job_id="j", study_instance_uid="1.2", folder="f", items=1, command_exit_code=code)


def lines_of(tool: str, log: Log) -> Lines[events.Event]:
    if tool == "dcmrecv":
        return ReceiveLines(log, max_pdu_bytes=16384, shows_contexts=False)
    if tool == "dcmqrscp":
        return ArchiveLines(log, max_pdu_bytes=16384, shows_contexts=False)
    if tool == "echoscu":
        return EchoLines(log, PEER, AssociationSettings())
    if tool == "storescu":
        return StoreLines(log, EXACT, shows_contexts=False, shows_dots=False)
    return SendLines(log, SendRequest(peer=PEER, inputs=InputSelection(paths=())), shows_contexts=False)


def reporter_of(tool: str) -> JsonReporter[events.Event]:
    if tool == "dcmqrscp":
        return ArchiveJsonReporter()
    words: dict[str, Words] = {
        "dcmrecv": receive_words,
        "dcmsend": send_words,
        "echoscu": echo_words,
        "storescu": store_words(EXACT),
    }
    reporter = json_reporter(is_wanted=True, words=words[tool])
    assert reporter is not None
    return reporter


NO_ACTION = "0006:0303 DUL Finite State Machine Error: No action defined"
TOLD = [
    ("dcmrecv", FAILED, ["E: Could not receive association request: no PDU"], "10.0.0.9"),
    ("dcmqrscp", FAILED, ["E: Could not receive association request from 10.0.0.9: no PDU"], "10.0.0.9"),
    ("dcmrecv", ECHO, ["I: Received C-ECHO Request (MsgID 7)", "I: Sending C-ECHO Response (Success)"], None),
    ("dcmqrscp", ECHO, ["I: Received Echo SCP RQ: MsgID 7"], None),
    ("dcmrecv", FAULT, ["E: cannot store received object: disk full"], None),
    ("dcmrecv", settled(3), ["E: the command for a received study ended with exit code 3"], None),
    ("dcmrecv", settled(0), [], None),
    ("dcmrecv", settled(None), [], None),
    (
        "dcmsend",
        events.ReleaseFailed(job_id="j", association=1, condition="DUL network read timeout"),
        [
            "E: Association Release Failed: 0006:031a DUL network read timeout",
            f"E: Association Abort Failed: {NO_ACTION}, state 1 event 14",
        ],
        None,
    ),
    (
        "echoscu",
        events.EchoSent(job_id="j", association=1, message_id=2),
        ["I: Sending Echo Request (MsgID 2)"],
        None,
    ),
    (
        "echoscu",
        events.EchoAnswered(job_id="j", association=1, message_id=2, status=0),
        ["I: Received Echo Response (Success)"],
        None,
    ),
    (
        "echoscu",
        events.EchoAnswered(job_id="j", association=1, message_id=2, status=0x122),
        ["I: Received Echo Response (Unknown Status: 0x122)"],
        None,
    ),
    (
        "dcmsend",
        events.ContextsRefused(job_id="j", association=1, items_later=3),
        [NO_CONTEXTS, NO_ASSOCIATION, REST],
        None,
    ),
    ("dcmsend", events.ContextsRefused(job_id="j", association=1, items_later=0), [NO_CONTEXTS, NO_ASSOCIATION], None),
    ("dcmsend", not_sent(CAUSE.NO_CONTEXT), [f"{NO_CONTEXT}: CTImageStorage / JPEG Baseline"], None),
    ("dcmsend", not_sent(CAUSE.NO_CONTEXT, "1.2.3.4"), [f"{NO_CONTEXT}: 1.2.3.4 / JPEG Baseline"], None),
    ("dcmsend", not_sent(CAUSE.UNREADABLE), [], None),
    (
        "dcmsend",
        not_sent(CAUSE.NOT_CONVERTED),
        [
            "I: Converting transfer syntax: JPEG Baseline -> Little Endian Implicit",
            "E: No conversion to transfer syntax Little Endian Implicit possible!",
        ],
        None,
    ),
    ("storescu", events.InputListingStarted(job_id="j"), ["I: determining input files ..."], None),
    ("storescu", events.InputCheckStarted(job_id="j"), ["I: checking input files ..."], None),
    (
        "storescu",
        events.InputIgnored(job_id="j", problem="cannot access file: a"),
        ["W: cannot access file: a, ignoring file"],
        None,
    ),
    *(
        (
            "storescu",
            not_sent(CAUSE.NO_CONTEXT, uid),
            [SENDING, f"E: No presentation context for: ({name}) {uid}"],
            None,
        )
        for uid, name in {
            "1.2.840.10008.5.1.4.1.1.13.1.3": "BT",
            "1.2.840.10008.1.1": "VerificationSOPClass",
            "1.2.3.4.5": "unknown SOP class",
        }.items()
    ),
    (
        "storescu",
        not_sent(CAUSE.UNREADABLE, has_invalid_uids=True),
        [SENDING, "E: No SOP Class or Instance UID in file: a.dcm"],
        None,
    ),
    ("storescu", not_sent(CAUSE.UNREADABLE), [SENDING, "E: Bad DICOM file: a.dcm: Permission denied"], None),
    (
        "storescu",
        not_sent(CAUSE.NOT_CONVERTED, invented=INVENTED),
        [
            SENDING,
            "I: Inventing Identifying Information (pa0, st0, se0, im0):",
            *(f"I: {line}" for line in INVENTED.lines()[1:]),
            "I: Converting transfer syntax: JPEG Baseline -> Little Endian Implicit",
            "I: Sending Store Request (MsgID 3, CT)",
            f"W: DIMSE Warning: (US,THEM): sendMessage: {CANNOT_CONVERT}",
            "E: Store Failed, file: a.dcm:",
            "E: 0006:020e DIMSE Failed to send message",
        ],
        None,
    ),
    (
        "storescu",
        events.StoreBrokenOff(job_id="j", path="a.dcm", reason="too short"),
        ["E: Store Failed, file: a.dcm:", "E: too short"],
        None,
    ),
    ("storescu", renamed(), ["D: renamed file 'a' to 'a.bad'"], None),
    (
        "storescu",
        renamed(has_replaced=True),
        ["D: renamed file 'a' to 'a.bad'", "W: replaced file 'a.bad', which was there before"],
        None,
    ),
    ("storescu", renamed("disk full"), ["W: cannot rename file 'a' to 'a.bad'"], None),
]
LETTERS = {"debug": "D", "info": "I", "warning": "W", "error": "E"}


@pytest.mark.parametrize(("tool", "fact", "expected", "peer_host"), TOLD)
def test_fact_is_told_in_the_words_of_the_tool(
    tool: str, fact: events.Event, expected: Sequence[str], peer_host: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for level, letters in {Level.INFO: "IWE", Level.WARN: "WE"}.items():
        lines = lines_of(tool, console_log(level))
        lines.show([event for event in (fact,) if lines.wants(event)])
        shown = [line for line in expected if line[0] in letters]
        told = [TIME.sub(r"\1", line) for line in capsys.readouterr().err.splitlines()]
        assert told[: len(shown)] == shown
    reporter_of(tool).show([fact])
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    notices = [one for one in objects if one["event"] == "notice"]
    assert [f"{LETTERS[one['level']]}: {line}" for one in notices for line in one["text"].split("\n")] == list(expected)
    assert all(one["peer_host"] == peer_host for one in notices)
    assert objects[: len(notices)] == notices
    assert len(objects) - len(notices) == (not isinstance(fact, events.WordedEvent))


def test_every_fact_that_is_told_in_words_has_some_here() -> None:
    assert {type(fact) for _, fact, _, _ in TOLD} >= set(events.WordedEvent.__args__)
