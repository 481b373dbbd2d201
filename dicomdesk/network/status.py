"""DIMSE status codes of C-STORE and C-ECHO (PS3.4 B.2.3, PS3.7 annex C): class, DCMTK's words, advice."""

from enum import Enum

SUCCESS = 0x0000


class StatusClass(Enum):
    """What a status means for the instance."""

    SUCCESS = "success"
    WARNING = "warning"
    """Stored, with a remark."""
    REFUSED = "refused"
    """Not stored; the same instance may be taken another time."""
    ERROR = "error"
    """Not stored; the instance itself is the reason."""
    UNKNOWN = "unknown"


_TEXTS = {
    0x0000: "Success",
    0x0122: "Refused: SOPClassNotSupported",
    0xB000: "Warning: CoercionOfDataElements",
    0xB006: "Warning: ElementsDiscarded",
    0xB007: "Warning: DataSetDoesNotMatchSOPClass",
}
_TEXTS_BY_RANGE = (
    (0xFF00, 0xA700, "Refused: OutOfResources"),
    (0xFF00, 0xA900, "Error: DataSetDoesNotMatchSOPClass"),
    (0xF000, 0xC000, "Error: CannotUnderstand"),
)

_ADVICE = {
    0x0110: "The peer failed while processing; look into its log.",
    0x0111: "The peer holds an instance of this UID already.",
    0x0117: "The peer finds the SOP Instance UID invalid.",
    0x0122: "The peer accepted the presentation context but does not store this SOP class.",
    0x0124: "The peer does not allow our AE title to do this. Ask who runs it to permit it.",
    0x0210: "The peer believes that it has this message already.",
    0x0211: "The peer does not know this operation.",
    0x0212: "The peer finds an argument wrong.",
    0xB000: "Stored; the peer changed some of the values.",
    0xB006: "Stored; the peer dropped some of the elements.",
    0xB007: "Stored, though the peer finds that the data set does not match its SOP class.",
}
_ADVICE_BY_RANGE = (
    (0xFF00, 0xA700, "The peer is out of resources, often disk space. Try again later, or ask who runs it."),
    (0xFF00, 0xA900, "The peer finds that the data set does not match its SOP class. Sending again will not help."),
    (0xF000, 0xC000, "The peer cannot understand the data set. Sending again will not help; look into its log."),
    (0xF000, 0xB000, "Stored, with a warning of the peer."),
)


def status_text(status: int) -> str:
    """The status in DCMTK's words: "Success", "Refused: OutOfResources", "Unknown Status: 0x210"."""
    if status in _TEXTS:
        return _TEXTS[status]
    for mask, value, text in _TEXTS_BY_RANGE:
        if status & mask == value:
            return text
    return f"Unknown Status: 0x{status:x}"


def classify_status(status: int) -> StatusClass:
    """The class under which a status is counted."""
    if status == SUCCESS:
        return StatusClass.SUCCESS
    if status & 0xF000 == 0xB000 or status in {0x0001, 0x0107, 0x0116}:
        return StatusClass.WARNING
    if status & 0xFF00 == 0xA700 or status == 0x0122:
        return StatusClass.REFUSED
    if status & 0xFF00 == 0xA900 or status & 0xF000 == 0xC000:
        return StatusClass.ERROR
    return StatusClass.UNKNOWN


def status_advice(status: int) -> str:
    """What the status means and what can be done, one sentence; "" for success."""
    if status == SUCCESS:
        return ""
    if status in _ADVICE:
        return _ADVICE[status]
    for mask, value, text in _ADVICE_BY_RANGE:
        if status & mask == value:
            return text
    return "The standard does not define this status; look into the peer's log."
