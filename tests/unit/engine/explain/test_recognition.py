"""What is recognised in lines of logs, DCMTK's and ours, and in statuses and rejections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.explain.recognition import (
    explain_lines,
    explain_rejection,
    explain_text,
    status_failure,
)
from dicomdesk.network.upper_layer.rejection import abort_error, dcmtk_rejection_lines, rejection_error

LINES = [
    ("F: Association Request Failed: 0006:031c TCP Initialization Error: Connection refused", "port-closed"),
    ("F: Association Request Failed: 0006:0320 Attempt to connect to unknown host: pacs", "unknown-host"),
    ("F: cannot negotiate network association: DUL network read timeout", "peer-is-silent"),
    ("F: Association Request Failed: 0006:0317 Peer aborted Association (or never connected)", "peer-closes-request"),
    ("E: Store Failed, file: a.dcm:", ""),
    ("E: Store Failed, file: a.dcm: 0006:0317 Peer aborted Association (or never connected)", "aborted-in-transfer"),
    ("E: cannot send SOP instance: DIMSE No data available (timeout in non-blocking mode)", "no-response-in-transfer"),
    ("F: Association Rejected:", ""),
    ("F: Reason: Called AE Title Not Recognized", "rejected-1-7"),
    ("F: Reason: Calling AE Title Not Recognized", "rejected-1-3"),
    ("F: Reason: Local Limit Exceeded", "rejected-3-2"),
    ("F: Result: Rejected Permanent, Source: Service User Reason: No Reason", "rejected-1-1"),
    ("E: No Acceptable Presentation Contexts", "no-context-accepted"),
    ("E: No presentation context for: (CT) 1.2.840.10008.5.1.4.1.1.2", "no-context-for-file"),
    ("E: TLS error: tlsv1 alert unknown ca", "our-authority-unknown"),
    ("E: TLS error: certificate verify failed", "certificate-not-trusted"),
    ("E: 000b:090b TLS error: wrong version number", "no-tls"),
    ("F: cannot start SCP and listen on port 104: Insufficient port privileges", "port-privileged"),
    ("F: cannot start SCP and listen on port 11112: TCP Initialization Error: Address already in use", "port-taken"),
    ("E: cannot write DICOM file: /in/a: No space left on device", "disk-full"),
    ("E: OSError: [Errno 24] Too many open files", "no-descriptors"),
    ("E: image.dcm: I/O suspension or premature end of stream", "file-cut"),
    ("W: image.dcm has changed since it was listed", "file-changed"),
    ("I: Received Move Response 1 (Refused: MoveDestinationUnknown) [Status: 0xa801]", "status-c-move-a801"),
    ("D: DIMSE Status                  : 0xa700: Refused: Out of resources", "status-c-store-a700"),
    ("I: Received Store Response (Unknown Status: 0x210)", "status-c-store-0210"),
    ('{"event": "item-finished", "status": 42752, "outcome": "refused"}', "status-c-store-a700"),
    ("A700", "status-c-store-a700"),
    ("0xc001", "status-c-store-c001"),
    ("A801H", "status-c-move-a801"),
    ("1/1/3", "rejected-1-3"),
    ("result 1, 1, 7", "rejected-1-7"),
    ("Success", ""),
    ("0x0000", ""),
    ("version 1.2.3", ""),
    ("1.2.840.10008.1.1", ""),
    ("", ""),
]


@pytest.mark.parametrize(("line", "key"), LINES)
def test_a_line_is_explained_as_what_it_tells_of(line: str, key: str) -> None:
    assert [failure.key for failure in explain_text(line)] == ([key] if key else [])


def test_the_service_is_the_one_that_is_named_or_the_first_that_has_the_status() -> None:
    assert explain_text("A702", "C-GET")[0].key == "status-c-get-a702"
    assert explain_text("findscu: status A900")[0].key == "status-c-find-a900"
    assert explain_text("FF01")[0].key == "status-c-find-ff01"


def test_our_words_and_dcmtks_for_a_rejection_are_explained_alike() -> None:
    for result, source, reason in [
        (1, 1, 1),
        (1, 1, 2),
        (1, 1, 3),
        (1, 1, 7),
        (1, 2, 1),
        (1, 2, 2),
        (2, 3, 1),
        (2, 3, 2),
    ]:
        error = rejection_error(result, source, reason)
        theirs = explain_lines([f"F: {line}" for line in dcmtk_rejection_lines(error)])
        ours = explain_text(str(error))
        assert [each.failure.key for each in theirs] == [each.key for each in ours] == [f"rejected-{source}-{reason}"]


def test_a_rejection_for_now_is_to_be_tried_again_whatever_its_reason() -> None:
    for source, reason in [(1, 3), (3, 1), (3, 2), (2, 9)]:
        assert explain_rejection(2, source, reason).advice.startswith("Try again later")
    assert not explain_rejection(1, 1, 3).advice.startswith("Try again later")


def test_an_abort_of_ours_is_explained() -> None:
    assert explain_text(str(abort_error(2, 1)))[0].key in {"peer-aborts-request", "aborted-in-transfer"}


def test_lines_are_explained_once_each_with_all_their_numbers() -> None:
    lines = ["x", "E: No space left on device", "1/1/7", "E: No space left on device"]
    assert [(each.failure.key, each.lines) for each in explain_lines(lines)] == [
        ("disk-full", (2, 4)),
        ("rejected-1-7", (3,)),
    ]


def test_success_is_no_failure() -> None:
    assert status_failure(0) is None


@given(st.text(max_size=300))
def test_no_text_makes_trouble(text: str) -> None:
    for failure in explain_text(text):
        assert failure.sentence
