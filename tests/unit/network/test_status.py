"""DIMSE status codes in words."""

import pytest

from dicomdesk.network.status import StatusClass, classify_status, status_advice, status_text

TABLE = [
    (0x0000, StatusClass.SUCCESS, "Success"),
    (0x0001, StatusClass.WARNING, "Unknown Status: 0x1"),
    (0x0107, StatusClass.WARNING, "Unknown Status: 0x107"),
    (0x0110, StatusClass.UNKNOWN, "Unknown Status: 0x110"),
    (0x0116, StatusClass.WARNING, "Unknown Status: 0x116"),
    (0x0122, StatusClass.REFUSED, "Refused: SOPClassNotSupported"),
    (0x0210, StatusClass.UNKNOWN, "Unknown Status: 0x210"),
    (0xA700, StatusClass.REFUSED, "Refused: OutOfResources"),
    (0xA7FF, StatusClass.REFUSED, "Refused: OutOfResources"),
    (0xA800, StatusClass.UNKNOWN, "Unknown Status: 0xa800"),
    (0xA900, StatusClass.ERROR, "Error: DataSetDoesNotMatchSOPClass"),
    (0xA9FF, StatusClass.ERROR, "Error: DataSetDoesNotMatchSOPClass"),
    (0xB000, StatusClass.WARNING, "Warning: CoercionOfDataElements"),
    (0xB006, StatusClass.WARNING, "Warning: ElementsDiscarded"),
    (0xB007, StatusClass.WARNING, "Warning: DataSetDoesNotMatchSOPClass"),
    (0xB00F, StatusClass.WARNING, "Unknown Status: 0xb00f"),
    (0xC000, StatusClass.ERROR, "Error: CannotUnderstand"),
    (0xCFFF, StatusClass.ERROR, "Error: CannotUnderstand"),
    (0xD000, StatusClass.UNKNOWN, "Unknown Status: 0xd000"),
    (0xFE00, StatusClass.UNKNOWN, "Unknown Status: 0xfe00"),
    (0xFF00, StatusClass.UNKNOWN, "Unknown Status: 0xff00"),
]


@pytest.mark.parametrize(("status", "status_class", "text"), TABLE)
def test_status_is_classified_and_named(status: int, status_class: StatusClass, text: str) -> None:
    assert classify_status(status) is status_class
    assert status_text(status) == text


def test_every_status_but_success_has_advice() -> None:
    assert status_advice(0) == ""
    assert all(status_advice(status) for status in range(1, 0x10000))
