"""Facts that tools tell in the words of the tool that they replace: as log lines, and as notices in JSON."""

import json
from collections.abc import Sequence

import pytest

from dicomdesk.cli.dcmqrscp.json_lines import ArchiveJsonReporter
from dicomdesk.cli.dcmqrscp.lines import ArchiveLines
from dicomdesk.cli.dcmrecv.lines import ReceiveLines, receive_words
from dicomdesk.cli.dcmsend.lines import SendLines, send_words
from dicomdesk.cli.echoscu.lines import EchoLines, echo_words
from dicomdesk.cli.output.job_watch import JsonReporter, Lines, json_reporter
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.dicom.transfer_syntaxes import JPEG_BASELINE
from dicomdesk.engine import events
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.logs import Level, Log, console_log
from dicomdesk.settings import AssociationSettings, Peer

PEER = Peer(host="localhost", port=104)
FAILED = events.RequestFailed(job_id="j", peer_host="10.0.0.9", reason="no PDU")
ECHO = events.EchoReceived(job_id="j", association=1, message_id=7)
FAULT = events.ItemFinished(
    job_id="j", association=1, index=0, path="", outcome=events.ItemOutcome.REFUSED, status=0xA700, fault="disk full"
)
NO_CONTEXTS = "E: No Acceptable Presentation Contexts"
NO_ASSOCIATION = "E: cannot negotiate network association: No acceptable Presentation Contexts"
REST = "W: trying to continue with a new association in order to send the remaining 3 SOP instances"


NO_CONTEXT = "E: No presentation context found for sending C-STORE with SOP Class / Transfer Syntax"


def no_context(sop_class_uid: str) -> events.ContextRefused:
    return events.ContextRefused(job_id="j", sop_class_uid=sop_class_uid, transfer_syntax_uid=JPEG_BASELINE)


def settled(code: int | None) -> events.StudySettled:
    return events.StudySettled(job_id="j", study_instance_uid="1.2", folder="f", items=1, command_exit_code=code)


def lines_of(tool: str, log: Log) -> Lines[events.Event]:
    if tool == "dcmrecv":
        return ReceiveLines(log, max_pdu_bytes=16384, shows_contexts=False)
    if tool == "dcmqrscp":
        return ArchiveLines(log, max_pdu_bytes=16384, shows_contexts=False)
    if tool == "echoscu":
        return EchoLines(log, PEER, AssociationSettings())
    return SendLines(log, SendRequest(peer=PEER, inputs=InputSelection(paths=())), shows_contexts=False)


def reporter_of(tool: str) -> JsonReporter[events.Event]:
    if tool == "dcmqrscp":
        return ArchiveJsonReporter()
    words = {"dcmrecv": receive_words, "dcmsend": send_words, "echoscu": echo_words}
    reporter = json_reporter(is_wanted=True, words=words[tool])
    assert reporter is not None
    return reporter


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
    ("dcmsend", no_context("1.2.840.10008.5.1.4.1.1.2"), [f"{NO_CONTEXT}: CTImageStorage / JPEG Baseline"], None),
    ("dcmsend", no_context("1.2.3.4"), [f"{NO_CONTEXT}: 1.2.3.4 / JPEG Baseline"], None),
    (
        "dcmsend",
        events.ConversionFailed(
            job_id="j", transfer_syntax_uid=JPEG_BASELINE, wanted_transfer_syntax_uid="1.2.840.10008.1.2"
        ),
        [
            "I: Converting transfer syntax: JPEG Baseline -> Little Endian Implicit",
            "E: No conversion to transfer syntax Little Endian Implicit possible!",
        ],
        None,
    ),
]
LETTERS = {"info": "I", "warning": "W", "error": "E"}


@pytest.mark.parametrize(("tool", "fact", "expected", "peer_host"), TOLD)
def test_fact_is_told_in_the_words_of_the_tool(
    tool: str, fact: events.Event, expected: Sequence[str], peer_host: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for level in (Level.INFO, Level.WARN):
        lines = lines_of(tool, console_log(level))
        lines.show([event for event in (fact,) if lines.wants(event)])
        shown = [line for line in expected if level is Level.INFO or line[0] in "WE"]
        assert capsys.readouterr().err.splitlines()[: len(shown)] == shown
    reporter_of(tool).show([fact])
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    notices = [one for one in objects if one["event"] == "notice"]
    assert [f"{LETTERS[one['level']]}: {one['text']}" for one in notices] == list(expected)
    assert all(one["peer_host"] == peer_host for one in notices)
    assert objects[: len(notices)] == notices
    assert len(objects) - len(notices) == (not isinstance(fact, events.WordedEvent))


def test_every_fact_that_is_told_in_words_has_some_here() -> None:
    assert {type(fact) for _, fact, _, _ in TOLD} >= set(events.WordedEvent.__args__)
