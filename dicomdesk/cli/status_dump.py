"""DIMSE status codes in the words of DCMTK's message dumps, which are not those of its other lines."""

_TEXTS = {
    0x0000: "Success",
    0x0001: "Warning",
    0x0107: "Warning",
    0x0116: "Warning",
    0x0117: "Invalid SOP Class",
    0x0122: "Refused: SOP Class not supported",
    0x0124: "Refused: Not authorized",
    0x0210: "Duplicate invocation",
    0x0211: "Unrecognized operation",
    0x0212: "Mistyped argument",
    0xB000: "Warning: Coercion of Data Elements",
    0xB006: "Warning: Elements discarded",
    0xB007: "Warning: Data Set does not match SOP Class",
    0xFE00: "Cancel",
    0xFF00: "Pending",
    0xFF01: "Pending",
}
_TEXTS_BY_RANGE = (
    (0xFF00, 0xA700, "Refused: Out of resources"),
    (0xFF00, 0xA900, "Error: Data Set does not match SOP Class"),
    (0xF000, 0xA000, "Failure"),
    (0xF000, 0xB000, "Warning"),
    (0xF000, 0xC000, "Error: Cannot understand"),
    (0xFF00, 0x0100, "Failure"),
    (0xFF00, 0x0200, "Failure"),
)


def dumped_status(status: int) -> str:
    """A status of C-STORE as DCMTK's message dumps show it: "0xa700: Refused: Out of resources"."""
    text = _TEXTS.get(status)
    if text is None:
        matching = (words for mask, value, words in _TEXTS_BY_RANGE if status & mask == value)
        text = next(matching, "Unknown Status Code (non-standard)")
    return f"0x{status:04x}: {text}"
