"""The command sets that services answer with: C-FIND, C-MOVE, C-GET, N-ACTION.

Sources: PS3.7 9.3.2 (C-FIND), 9.3.3 (C-GET), 9.3.4 (C-MOVE), 10.3.5 (N-ACTION).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from dicomdesk.network.dimse.command_sets import (
    ACTION_TYPE_ID,
    AFFECTED_SOP_CLASS_UID,
    AFFECTED_SOP_INSTANCE_UID,
    COMMAND_DATA_SET_TYPE,
    COMMAND_FIELD,
    ERROR_COMMENT,
    HAS_DATA_SET,
    MESSAGE_ID,
    MESSAGE_ID_RESPONDED_TO,
    NO_DATA_SET,
    NUMBER_OF_COMPLETED_SUBOPERATIONS,
    NUMBER_OF_FAILED_SUBOPERATIONS,
    NUMBER_OF_REMAINING_SUBOPERATIONS,
    NUMBER_OF_WARNING_SUBOPERATIONS,
    OFFENDING_ELEMENT,
    REQUESTED_SOP_CLASS_UID,
    REQUESTED_SOP_INSTANCE_UID,
    RESPONSE,
    STATUS,
    CommandField,
    CommandSet,
    write_command_set,
)

__all__ = ["SubOperations", "action_response", "service_response"]

_TAG = Struct("<HH")
_LONGEST_COMMENT = 64
"""Characters of a value of VR LO."""
_LARGEST_COUNT = 0xFFFF
"""Counts are of VR US."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOperations:
    """How far a retrieval is (PS3.4 C.4.2.1.6)."""

    completed: int = 0
    failed: int = 0
    warning: int = 0
    remaining: int | None = None
    """None where it is not told: in a final response that is no cancellation."""


def service_response(
    request: CommandSet,
    status: int,
    *,
    has_data_set: bool = False,
    comment: str = "",
    offending: Sequence[int] = (),
    counts: SubOperations | None = None,
) -> bytes:
    """The response to a C-FIND, C-MOVE or C-GET request; ``offending`` are tags, ``comment`` is cut to 64 letters."""
    values: dict[int, bytes | int] = {
        AFFECTED_SOP_CLASS_UID: request.values.get(AFFECTED_SOP_CLASS_UID, b""),
        COMMAND_FIELD: request.number(COMMAND_FIELD) | RESPONSE,
        MESSAGE_ID_RESPONDED_TO: request.number(MESSAGE_ID),
        COMMAND_DATA_SET_TYPE: HAS_DATA_SET if has_data_set else NO_DATA_SET,
        STATUS: status,
    }
    if offending:
        values[OFFENDING_ELEMENT] = b"".join(_TAG.pack(tag >> 16, tag & 0xFFFF) for tag in offending)
    if comment:
        values[ERROR_COMMENT] = _comment(comment)
    if counts is not None:
        if counts.remaining is not None:
            values[NUMBER_OF_REMAINING_SUBOPERATIONS] = min(counts.remaining, _LARGEST_COUNT)
        values[NUMBER_OF_COMPLETED_SUBOPERATIONS] = min(counts.completed, _LARGEST_COUNT)
        values[NUMBER_OF_FAILED_SUBOPERATIONS] = min(counts.failed, _LARGEST_COUNT)
        values[NUMBER_OF_WARNING_SUBOPERATIONS] = min(counts.warning, _LARGEST_COUNT)
    return write_command_set(values)


def action_response(request: CommandSet, status: int, *, comment: str = "") -> bytes:
    """The response to an N-ACTION request, without data set."""
    values: dict[int, bytes | int] = {
        AFFECTED_SOP_CLASS_UID: request.values.get(REQUESTED_SOP_CLASS_UID, b""),
        COMMAND_FIELD: CommandField.N_ACTION_RSP,
        MESSAGE_ID_RESPONDED_TO: request.number(MESSAGE_ID),
        COMMAND_DATA_SET_TYPE: NO_DATA_SET,
        STATUS: status,
    }
    if comment:
        values[ERROR_COMMENT] = _comment(comment)
    values[AFFECTED_SOP_INSTANCE_UID] = request.values.get(REQUESTED_SOP_INSTANCE_UID, b"")
    values[ACTION_TYPE_ID] = request.number(ACTION_TYPE_ID, 1)
    return write_command_set(values)


def _comment(text: str) -> bytes:
    value = text[:_LONGEST_COMMENT].encode("ascii", errors="replace")
    return value + b" " * (len(value) % 2)
