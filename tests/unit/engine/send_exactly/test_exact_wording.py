"""DCMTK's words for files that cannot be sent, as its storescu logs them."""

import pytest

from dicomdesk.engine.delivery.delivery import NoContextError
from dicomdesk.engine.events import NoticeLevel
from dicomdesk.engine.send_exactly.exact_wording import failure_notices, local_condition
from dicomdesk.engine.send_exactly.request import Invention
from dicomdesk.errors import ConversionError, DataError, InvalidUidError, NotDicomError, TruncatedError
from tests.unit.engine.send_exactly.test_exact_choice import header, shaper

TITLES = ("US", "THEM")


@pytest.mark.parametrize(
    ("error", "condition"),
    [
        (FileNotFoundError(2, "No such file or directory"), "0001:0012 No such file or directory"),
        (OSError("odd"), "0001:0012 odd"),
        (NoContextError("none"), "0006:0208 DIMSE No valid Presentation Context ID"),
        (InvalidUidError("no UID"), "0006:0202 DIMSE Inappropriate data for message"),
        (ConversionError("no codec"), "0006:020e DIMSE Failed to send message"),
        (NotDicomError("End of stream"), "0001:0005 End of stream"),
        (
            TruncatedError("I/O suspension or premature end of stream"),
            "0001:000a I/O suspension or premature end of stream",
        ),
        (NotDicomError("File meta information header missing"), "0001:001c File meta information header missing"),
        (DataError("something of our own"), "something of our own"),
    ],
)
def test_conditions(error: DataError | OSError, condition: str) -> None:
    assert local_condition(error) == condition


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            NoContextError("none", words="No presentation context for: (CT) 1.2"),
            "No presentation context for: (CT) 1.2",
        ),
        (InvalidUidError("no UID"), "No SOP Class or Instance UID in file: a.dcm"),
        (NotDicomError("End of stream"), "Bad DICOM file: a.dcm: End of stream"),
        (PermissionError(13, "Permission denied"), "Bad DICOM file: a.dcm: Permission denied"),
    ],
)
def test_lines(error: DataError | OSError, words: str) -> None:
    told = failure_notices("a.dcm", error, shaper(), message_id=3, titles=TITLES)
    assert told == [(NoticeLevel.INFO, "Sending file: a.dcm"), (NoticeLevel.ERROR, words)]


def test_lines_of_what_cannot_be_converted() -> None:
    made = shaper(invention=Invention())
    made.choose(header("1.2.840.10008.1.2.4.50"))
    told = failure_notices("a.dcm", ConversionError("no codec"), made, message_id=3, titles=TITLES)
    assert [level for level, _ in told] == [NoticeLevel.INFO] * 4 + [NoticeLevel.WARNING, NoticeLevel.ERROR]
    texts = [text for _, text in told]
    assert texts[1].startswith("Inventing Identifying Information (pa0, st0, se0, im0):\n  PatientName=")
    cannot = "unable to convert dataset from 'JPEG Baseline' transfer syntax to 'Little Endian Explicit'"
    assert texts[2:] == [
        "Converting transfer syntax: JPEG Baseline -> Little Endian Explicit",
        "Sending Store Request (MsgID 3, CT)",
        f"DIMSE Warning: (US,THEM): sendMessage: {cannot}",
        "Store Failed, file: a.dcm:\n0006:020e DIMSE Failed to send message",
    ]
