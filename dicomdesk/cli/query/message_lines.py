"""Queries and their responses as blocks of a log, and their statuses in the words of DCMTK's tools."""

from collections.abc import Mapping

from dicomdesk.cli.output.association_dump import message_uid
from dicomdesk.dicom.documents.data_set import DataSet, Element
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.dicom.transfer_syntaxes import IMPLICIT_VR_LITTLE_ENDIAN

__all__ = ["find_request_lines", "find_response_lines", "find_status_word", "status_detail_lines"]

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
        f"DIMSE Status                  : 0x{status:04x}: {_status_text(status)}",
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


def _status_text(status: int) -> str:
    if status >> 12 == 0xC:
        return "Failed: Unable to process"
    if status in _FIND_TEXTS:
        return _FIND_TEXTS[status]
    if status == 1 or status >> 12 == 0xB or status in (0x0107, 0x0116):
        return "Warning"
    is_failure = status >> 12 == 0xA or 0x0100 <= status <= 0x02FF
    return "Failure" if is_failure else "Unknown Status Code (non-standard)"
