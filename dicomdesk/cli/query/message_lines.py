"""Queries and their responses as blocks of a log, and their statuses in the words of DCMTK's tools."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dicomdesk.cli.output.association_dump import message_uid
from dicomdesk.dicom.documents.data_set import DataSet, Element
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.dicom.transfer_syntaxes import IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.human import printable

if TYPE_CHECKING:
    from dicomdesk.engine.retrieve.facts import RetrieveStarted, SubOperations

__all__ = [
    "counts_of",
    "find_request_lines",
    "find_response_lines",
    "find_status_word",
    "retrieve_request_lines",
    "retrieve_response_lines",
    "retrieve_status_word",
    "status_detail_lines",
]

_STATUS_DETAIL = {0x0901: b"AT", 0x0902: b"LO", 0x0903: b"US"}
"""Offending Element, Error Comment, Error ID (PS3.7 annex C)."""
_FIND_WORDS = {
    0x0000: "Success",
    0x0122: "Refused: SOPClassNotSupported",
    0xA700: "Refused: OutOfResources",
    0xA900: "Error: DataSetDoesNotMatchSOPClass",
    0xFE00: "Cancel: MatchingTerminatedDueToCancelRequest",
    0xFF00: "Pending",
    0xFF01: "Pending: WarningUnsupportedOptionalKeys",
}
_FIND_TEXTS = {
    0x0000: "Success: Matching is complete",
    0x0122: "Refused: SOP Class not supported",
    0xA700: "Refused: Out of resources",
    0xA900: "Error: Data Set does not match SOP Class",
    0xFE00: "Cancel: Matching terminated due to Cancel Request",
    0xFF00: "Pending: Matches are continuing",
    0xFF01: "Pending: Matches are continuing - Warning: Unsupported optional keys",
}


_RETRIEVE_WORDS = {
    0x0000: "Success",
    0x0122: "Refused: SOPClassNotSupported",
    0xA701: "Refused: OutOfResourcesNumberOfMatches",
    0xA702: "Refused: OutOfResourcesSubOperations",
    0xA900: "Error: DataSetDoesNotMatchSOPClass",
    0xB000: "Warning: SubOperationsCompleteOneOrMoreFailures",
    0xFE00: "Cancel: SubOperationsTerminatedDueToCancelIndication",
    0xFF00: "Pending",
}
_RETRIEVE_TEXTS = {
    0x0000: "Success: Sub-operations complete - No failures or warnings",
    0x0122: "Refused: SOP Class not supported",
    0xA701: "Refused: Out of resources - Unable to calculate number of matches",
    0xA702: "Refused: Out of resources - Unable to perform sub-operations",
    0xA900: "Error: Data Set does not match SOP Class",
    0xB000: "Warning: Sub-operations complete - One or more failures or warnings",
    0xFE00: "Cancel: Sub-operations terminated due to Cancel Indication",
    0xFF00: "Pending: Sub-operations are continuing",
}
_UNKNOWN_DESTINATION = 0xA801
_COUNTS = (
    (0x1020, "Remaining Suboperations       "),
    (0x1021, "Completed Suboperations       "),
    (0x1022, "Failed Suboperations          "),
    (0x1023, "Warning Suboperations         "),
)


def retrieve_status_word(status: int, *, is_move: bool) -> str:
    """The status of a C-MOVE or C-GET as one word of a line."""
    if is_move and status == _UNKNOWN_DESTINATION:
        return "Refused: MoveDestinationUnknown"
    if status >> 12 == 0xC:
        return "Failed: UnableToProcess"
    return _RETRIEVE_WORDS.get(status, f"Unknown Status: 0x{status:x}")


def retrieve_request_lines(context_id: int, message_id: int, sop_class_uid: str, *, destination: str = "") -> list[str]:
    """The block for a C-MOVE request, or for a C-GET request where there is no destination; its end is left out."""
    lines = [
        "===================== OUTGOING DIMSE MESSAGE ====================",
        f"Message Type                  : C-{'MOVE' if destination else 'GET'} RQ",
        f"Presentation Context ID       : {context_id}",
        f"Message ID                    : {message_id}",
        f"Affected SOP Class UID        : {message_uid(sop_class_uid)}",
        "Data Set                      : present",
        "Priority                      : medium",
    ]
    return [*lines, f"Move Destination              : {printable(destination)}"] if destination else lines


def retrieve_response_lines(
    started: "RetrieveStarted", status: int, counts: Sequence[int | None], *, has_data_set: bool = False
) -> list[str]:
    """The block for the response to a C-MOVE or C-GET request; ``counts`` as from ``counts_of``."""
    is_move = bool(started.destination)
    context = [] if is_move else [f"Presentation Context ID       : {started.context_id}"]
    shown = [f"{name}: {'none' if count is None else count}" for (_, name), count in zip(_COUNTS, counts, strict=True)]
    return [
        "===================== INCOMING DIMSE MESSAGE ====================",
        f"Message Type                  : C-{'MOVE' if is_move else 'GET'} RSP",
        *context,
        f"Message ID Being Responded To : {started.message_id}",
        f"Affected SOP Class UID        : {message_uid(started.sop_class_uid)}",
        *shown,
        f"Data Set                      : {'present' if has_data_set else 'none'}",
        f"DIMSE Status                  : 0x{status:04x}: {_retrieve_status_text(status, is_move=is_move)}",
        "======================= END DIMSE MESSAGE =======================",
    ]


def counts_of(counts: "SubOperations | None", elements: Mapping[int, bytes] | None = None) -> tuple[int | None, ...]:
    """Remaining, completed, failed and warning sub-operations; None for what ``elements``, if told, do not have."""
    if counts is None:
        return (None, None, None, None)
    found = (counts.remaining, counts.completed, counts.failed, counts.warning)
    if elements is None:
        return found
    return tuple(count if number in elements else None for (number, _), count in zip(_COUNTS, found, strict=True))


def _retrieve_status_text(status: int, *, is_move: bool) -> str:
    if is_move and status == _UNKNOWN_DESTINATION:
        return "Refused: Move Destination unknown"
    return _text_of(status, _RETRIEVE_TEXTS)


def find_status_word(status: int) -> str:
    """The status of a C-FIND as one word of a line."""
    if status >> 12 == 0xC:
        return "Failed: UnableToProcess"
    return _FIND_WORDS.get(status, f"Unknown Status: 0x{status:x}")


def find_request_lines(context_id: int, message_id: int, sop_class_uid: str) -> list[str]:
    """The block for a C-FIND request."""
    return [
        "===================== OUTGOING DIMSE MESSAGE ====================",
        "Message Type                  : C-FIND RQ",
        f"Presentation Context ID       : {context_id}",
        f"Message ID                    : {message_id}",
        f"Affected SOP Class UID        : {message_uid(sop_class_uid)}",
        "Data Set                      : present",
        "Priority                      : medium",
        "======================= END DIMSE MESSAGE =======================",
    ]


def find_response_lines(message_id: int, sop_class_uid: str, status: int, *, has_data_set: bool) -> list[str]:
    """The block for the response to a C-FIND request."""
    return [
        "===================== INCOMING DIMSE MESSAGE ====================",
        "Message Type                  : C-FIND RSP",
        f"Message ID Being Responded To : {message_id}",
        f"Affected SOP Class UID        : {message_uid(sop_class_uid)}",
        f"Data Set                      : {'present' if has_data_set else 'none'}",
        f"DIMSE Status                  : 0x{status:04x}: {_text_of(status, _FIND_TEXTS)}",
        "======================= END DIMSE MESSAGE =======================",
    ]


def status_detail_lines(elements: Mapping[int, bytes]) -> list[str]:
    """What a response says of its status, from the elements of its command set; [] where it says nothing."""
    found = {
        number: Element(number, vr, elements[number]) for number, vr in _STATUS_DETAIL.items() if number in elements
    }
    if not found:
        return []
    return ["Status Detail:", *data_set_lines(DataSet(found, transfer_syntax_uid=IMPLICIT_VR_LITTLE_ENDIAN))]


def _text_of(status: int, texts: Mapping[int, str]) -> str:
    if status >> 12 == 0xC:
        return "Failed: Unable to process"
    if status in texts:
        return texts[status]
    if status == 1 or status >> 12 == 0xB or status in (0x0107, 0x0116):
        return "Warning"
    is_failure = status >> 12 == 0xA or 0x0100 <= status <= 0x02FF
    return "Failure" if is_failure else "Unknown Status Code (non-standard)"
