"""Command sets of our responses: C-FIND, C-MOVE, C-GET, N-ACTION, N-EVENT-REPORT.

Sources: PS3.7 9.3.2 (C-FIND), 9.3.3 (C-GET), 9.3.4 (C-MOVE), 10.3.1 (N-EVENT-REPORT), 10.3.5 (N-ACTION).
"""

from collections.abc import Sequence
from struct import Struct

from dicomdesk.network.dimse import command_sets
from dicomdesk.network.dimse.command_sets import CommandField, CommandSet, encoded_comment, write_command_set
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

__all__ = ["PendingRetrieval", "SubOperations", "action_response", "event_report_response", "service_response"]

_TAG = Struct("<HH")
_VALUE = Struct("<H")
_COUNTS_BYTES = sum(len(head) + _VALUE.size for head in command_sets.COUNT_HEADS)
"""The counts are the last elements of a pending response."""
_LARGEST_COUNT = 0xFFFF
"""Counts are of VR US."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOperations:
    """Counts of a retrieval (PS3.4 C.4.2.1.6)."""

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
        command_sets.AFFECTED_SOP_CLASS_UID: request.values.get(command_sets.AFFECTED_SOP_CLASS_UID, b""),
        command_sets.COMMAND_FIELD: request.number(command_sets.COMMAND_FIELD) | command_sets.RESPONSE,
        command_sets.MESSAGE_ID_RESPONDED_TO: request.number(command_sets.MESSAGE_ID),
        command_sets.COMMAND_DATA_SET_TYPE: command_sets.HAS_DATA_SET if has_data_set else command_sets.NO_DATA_SET,
        command_sets.STATUS: status,
    }
    if offending:
        values[command_sets.OFFENDING_ELEMENT] = b"".join(_TAG.pack(tag >> 16, tag & 0xFFFF) for tag in offending)
    if comment:
        values[command_sets.ERROR_COMMENT] = encoded_comment(comment)
    if counts is not None:
        if counts.remaining is not None:
            values[command_sets.NUMBER_OF_REMAINING_SUBOPERATIONS] = min(counts.remaining, _LARGEST_COUNT)
        values[command_sets.NUMBER_OF_COMPLETED_SUBOPERATIONS] = min(counts.completed, _LARGEST_COUNT)
        values[command_sets.NUMBER_OF_FAILED_SUBOPERATIONS] = min(counts.failed, _LARGEST_COUNT)
        values[command_sets.NUMBER_OF_WARNING_SUBOPERATIONS] = min(counts.warning, _LARGEST_COUNT)
    return write_command_set(values)


class PendingRetrieval:
    """The pending responses to a C-MOVE or C-GET request: one for each sub-operation, which differ in counts only."""

    def __init__(self, request: CommandSet) -> None:
        zero = service_response(request, Status.PENDING, counts=SubOperations(remaining=0))
        self._before = zero[:-_COUNTS_BYTES]

    def response(self, counts: SubOperations) -> bytes:
        """Return the command set; what remains is told as well."""
        values = (counts.remaining or 0, counts.completed, counts.failed, counts.warning)
        elements = zip(command_sets.COUNT_HEADS, values, strict=True)
        return self._before + b"".join(head + _VALUE.pack(min(value, _LARGEST_COUNT)) for head, value in elements)


def action_response(request: CommandSet, status: int, *, comment: str = "") -> bytes:
    """The response to an N-ACTION request, without data set."""
    values: dict[int, bytes | int] = {
        command_sets.AFFECTED_SOP_CLASS_UID: request.values.get(command_sets.REQUESTED_SOP_CLASS_UID, b""),
        command_sets.COMMAND_FIELD: CommandField.N_ACTION_RSP,
        command_sets.MESSAGE_ID_RESPONDED_TO: request.number(command_sets.MESSAGE_ID),
        command_sets.COMMAND_DATA_SET_TYPE: command_sets.NO_DATA_SET,
        command_sets.STATUS: status,
    }
    if comment:
        values[command_sets.ERROR_COMMENT] = encoded_comment(comment)
    values[command_sets.AFFECTED_SOP_INSTANCE_UID] = request.values.get(command_sets.REQUESTED_SOP_INSTANCE_UID, b"")
    values[command_sets.ACTION_TYPE_ID] = request.number(command_sets.ACTION_TYPE_ID, 1)
    return write_command_set(values)


def event_report_response(request: CommandSet, status: int, *, comment: str = "") -> bytes:
    """The response to an N-EVENT-REPORT request, without data set."""
    values: dict[int, bytes | int] = {
        command_sets.AFFECTED_SOP_CLASS_UID: request.values.get(command_sets.AFFECTED_SOP_CLASS_UID, b""),
        command_sets.COMMAND_FIELD: CommandField.N_EVENT_REPORT_RSP,
        command_sets.MESSAGE_ID_RESPONDED_TO: request.number(command_sets.MESSAGE_ID),
        command_sets.COMMAND_DATA_SET_TYPE: command_sets.NO_DATA_SET,
        command_sets.STATUS: status,
    }
    if comment:
        values[command_sets.ERROR_COMMENT] = encoded_comment(comment)
    values[command_sets.AFFECTED_SOP_INSTANCE_UID] = request.values.get(command_sets.AFFECTED_SOP_INSTANCE_UID, b"")
    values[command_sets.EVENT_TYPE_ID] = request.number(command_sets.EVENT_TYPE_ID, 1)
    return write_command_set(values)
