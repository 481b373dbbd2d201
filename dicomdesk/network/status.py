"""DIMSE statuses: their names, classes, and DCMTK's words for them; see ``status_meanings`` for what to do.

PS3.7 annex C has those that every service may use; PS3.4 gives a number a meaning of its own in some: B.2.3 (C-STORE),
C.4.1.1.4 (C-FIND), C.4.2.1.5 (C-MOVE), C.4.3.1.4 (C-GET). Codes are plain numbers on the wire and in events; a peer may
answer any of 65,536.
"""

from collections.abc import Mapping
from enum import Enum, IntEnum

__all__ = [
    "DimseService",
    "Status",
    "StatusClass",
    "classify_status",
    "dumped_status",
    "is_out_of_resources",
    "status_text",
]


class Status(IntEnum):
    """Every status that the standard names; where two services name one number, the second name is an alias."""

    SUCCESS = 0x0000
    WARNING = 0x0001
    """Of printing services only; named so by toolkits."""
    NO_SUCH_ATTRIBUTE = 0x0105
    INVALID_ATTRIBUTE_VALUE = 0x0106
    ATTRIBUTE_LIST_ERROR = 0x0107
    PROCESSING_FAILURE = 0x0110
    DUPLICATE_SOP_INSTANCE = 0x0111
    NO_SUCH_SOP_INSTANCE = 0x0112
    NO_SUCH_EVENT_TYPE = 0x0113
    NO_SUCH_ARGUMENT = 0x0114
    INVALID_ARGUMENT_VALUE = 0x0115
    ATTRIBUTE_VALUE_OUT_OF_RANGE = 0x0116
    INVALID_SOP_INSTANCE = 0x0117
    NO_SUCH_SOP_CLASS = 0x0118
    CLASS_INSTANCE_CONFLICT = 0x0119
    MISSING_ATTRIBUTE = 0x0120
    MISSING_ATTRIBUTE_VALUE = 0x0121
    SOP_CLASS_NOT_SUPPORTED = 0x0122
    NO_SUCH_ACTION = 0x0123
    NOT_AUTHORIZED = 0x0124
    DUPLICATE_TRANSACTION_UID = 0x0131
    REFERENCED_INSTANCE_FAILURE = 0x0132
    DUPLICATE_INVOCATION = 0x0210
    UNRECOGNIZED_OPERATION = 0x0211
    MISTYPED_ARGUMENT = 0x0212
    RESOURCE_LIMITATION = 0x0213
    OUT_OF_RESOURCES = 0xA700
    OUT_OF_RESOURCES_FOR_MATCHES = 0xA701
    OUT_OF_RESOURCES_FOR_SUB_OPERATIONS = 0xA702
    MOVE_DESTINATION_UNKNOWN = 0xA801
    DOES_NOT_MATCH_SOP_CLASS = 0xA900
    COERCION_OF_DATA_ELEMENTS = 0xB000
    SUB_OPERATIONS_NOT_ALL_WELL = 0xB000
    ELEMENTS_DISCARDED = 0xB006
    DATA_SET_DOES_NOT_MATCH_SOP_CLASS = 0xB007
    CANNOT_UNDERSTAND = 0xC000
    UNABLE_TO_PROCESS = 0xC000
    DUPLICATE_HERE = 0xC111
    """The range is free for providers; ours answer this to an instance that is here already."""
    CANCEL = 0xFE00
    PENDING = 0xFF00
    PENDING_WITH_UNSUPPORTED_KEYS = 0xFF01


class DimseService(Enum):
    """Service that a status answers."""

    C_STORE = "C-STORE"
    C_ECHO = "C-ECHO"
    C_FIND = "C-FIND"
    C_MOVE = "C-MOVE"
    C_GET = "C-GET"
    N_ACTION = "N-ACTION"
    N_EVENT_REPORT = "N-EVENT-REPORT"


class StatusClass(Enum):
    """Class of a status: what it means for the instance."""

    SUCCESS = "success"
    WARNING = "warning"
    """Stored, with a remark."""
    REFUSED = "refused"
    """Not stored; the same instance may be taken another time."""
    ERROR = "error"
    """Not stored; the instance itself is the reason."""
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # each instance is counted by it, and that of Enum is written in Python


_Ranges = tuple[tuple[int, int, str], ...]
"""Mask, value under it, words."""

_TEXTS: Mapping[int, str] = {
    0x0000: "Success",
    0x0122: "Refused: SOPClassNotSupported",
    0xB000: "Warning: CoercionOfDataElements",
    0xB006: "Warning: ElementsDiscarded",
    0xB007: "Warning: DataSetDoesNotMatchSOPClass",
}
_TEXTS_BY_RANGE: _Ranges = (
    (0xFF00, 0xA700, "Refused: OutOfResources"),
    (0xFF00, 0xA900, "Error: DataSetDoesNotMatchSOPClass"),
    (0xF000, 0xC000, "Error: CannotUnderstand"),
)
_RETRIEVAL_TEXTS: Mapping[int, str] = {
    0xA701: "Refused: OutOfResourcesNumberOfMatches",
    0xA702: "Refused: OutOfResourcesSubOperations",
    0xA801: "Refused: MoveDestinationUnknown",
    0xB000: "Warning: SubOperationsCompleteOneOrMoreFailures",
}
_TEXTS_BY_SERVICE: Mapping[DimseService, Mapping[int, str]] = {
    DimseService.C_MOVE: _RETRIEVAL_TEXTS,
    DimseService.C_GET: _RETRIEVAL_TEXTS,
}
"""Numbers that mean something else there than after C-STORE."""
_UNABLE_TO_PROCESS = "Failed: UnableToProcess"
"""What Cxxx is where no data set was to be understood (PS3.4 C.4.1.1.4, C.4.2.1.5, C.4.3.1.4)."""
_QUERY_RETRIEVE = frozenset({DimseService.C_FIND, DimseService.C_MOVE, DimseService.C_GET})

_DUMPED_TEXTS: Mapping[int, str] = {
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
_DUMPED_TEXTS_BY_RANGE: _Ranges = (
    (0xFF00, 0xA700, "Refused: Out of resources"),
    (0xFF00, 0xA900, "Error: Data Set does not match SOP Class"),
    (0xF000, 0xA000, "Failure"),
    (0xF000, 0xB000, "Warning"),
    (0xF000, 0xC000, "Error: Cannot understand"),
    (0xFF00, 0x0100, "Failure"),
    (0xFF00, 0x0200, "Failure"),
)


def status_text(status: int, service: DimseService = DimseService.C_STORE) -> str:
    """The status in DCMTK's words: "Success", "Refused: OutOfResources", "Unknown Status: 0x210"."""
    if service in _QUERY_RETRIEVE and status & 0xF000 == Status.UNABLE_TO_PROCESS:
        return _UNABLE_TO_PROCESS
    text = _TEXTS_BY_SERVICE.get(service, {}).get(status) or _look_up(status, _TEXTS, _TEXTS_BY_RANGE)
    return text or f"Unknown Status: 0x{status:x}"


def dumped_status(status: int) -> str:
    """A status of C-STORE as DCMTK's message dumps show it: "0xa700: Refused: Out of resources"."""
    text = _look_up(status, _DUMPED_TEXTS, _DUMPED_TEXTS_BY_RANGE) or "Unknown Status Code (non-standard)"
    return f"0x{status:04x}: {text}"


def classify_status(status: int) -> StatusClass:
    """The class under which a status is counted."""
    if status == Status.SUCCESS:
        return StatusClass.SUCCESS
    if status & 0xF000 == 0xB000 or status in _WARNINGS:
        return StatusClass.WARNING
    if is_out_of_resources(status) or status == Status.SOP_CLASS_NOT_SUPPORTED:
        return StatusClass.REFUSED
    if status & 0xFF00 == 0xA900 or status & 0xF000 == 0xC000:
        return StatusClass.ERROR
    return StatusClass.UNKNOWN


_WARNINGS = frozenset({Status.WARNING, Status.ATTRIBUTE_LIST_ERROR, Status.ATTRIBUTE_VALUE_OUT_OF_RANGE})


def is_out_of_resources(status: int) -> bool:
    """Whether a peer may take the same instance another time (A7xx)."""
    return status & 0xFF00 == Status.OUT_OF_RESOURCES


def _look_up(status: int, texts: Mapping[int, str], ranges: _Ranges) -> str:
    text = texts.get(status)
    if text is None:
        text = next((words for mask, value, words in ranges if status & mask == value), "")
    return text
