import pytest

from dicomdesk.cli.status_dump import dumped_status


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0x0000, "0x0000: Success"),
        (0x0110, "0x0110: Failure"),
        (0x0122, "0x0122: Refused: SOP Class not supported"),
        (0x0213, "0x0213: Failure"),
        (0xA702, "0xa702: Refused: Out of resources"),
        (0xA801, "0xa801: Failure"),
        (0xA9FF, "0xa9ff: Error: Data Set does not match SOP Class"),
        (0xB007, "0xb007: Warning: Data Set does not match SOP Class"),
        (0xBFFF, "0xbfff: Warning"),
        (0xC123, "0xc123: Error: Cannot understand"),
        (0xFF01, "0xff01: Pending"),
        (0xD000, "0xd000: Unknown Status Code (non-standard)"),
        (0x1234, "0x1234: Unknown Status Code (non-standard)"),
    ],
)
def test_words_are_those_of_dcmtks_dumps(status: int, text: str) -> None:
    assert dumped_status(status) == text
