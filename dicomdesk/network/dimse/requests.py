"""DIMSE requests to a peer, and its responses to them, as values: all services but C-STORE.

Sources: PS3.7 9.3.2 (C-FIND), 9.3.3 (C-GET), 9.3.4 (C-MOVE), 9.3.5 (C-ECHO), 10.3.1 (N-EVENT-REPORT) and 10.3.5
(N-ACTION).
"""

from collections.abc import Mapping

from dicomdesk.network.dimse.command_sets import (
    ACTION_TYPE_ID,
    AFFECTED_SOP_CLASS_UID,
    AFFECTED_SOP_INSTANCE_UID,
    COMMAND_DATA_SET_TYPE,
    COMMAND_FIELD,
    EVENT_TYPE_ID,
    HAS_DATA_SET,
    MESSAGE_ID,
    MESSAGE_ID_RESPONDED_TO,
    MOVE_DESTINATION,
    NO_DATA_SET,
    NUMBER_OF_COMPLETED_SUBOPERATIONS,
    NUMBER_OF_FAILED_SUBOPERATIONS,
    NUMBER_OF_REMAINING_SUBOPERATIONS,
    NUMBER_OF_WARNING_SUBOPERATIONS,
    PRIORITY,
    REQUESTED_SOP_CLASS_UID,
    REQUESTED_SOP_INSTANCE_UID,
    RESPONSE,
    STATUS,
    CommandField,
    CommandSet,
    write_command_set,
)
from dicomdesk.network.dimse.messages import Message
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

__all__ = [
    "Request",
    "Response",
    "action_request",
    "cancel_request",
    "echo_request",
    "event_report_request",
    "find_request",
    "get_request",
    "move_request",
]

_LONGEST_COMMENT = 1024
"""64 characters are what the VR has room for (PS3.5 6.2); peers send more."""
_PENDING = frozenset({Status.PENDING, Status.PENDING_WITH_UNSUPPORTED_KEYS})
_COUNTS = (
    NUMBER_OF_COMPLETED_SUBOPERATIONS,
    NUMBER_OF_FAILED_SUBOPERATIONS,
    NUMBER_OF_WARNING_SUBOPERATIONS,
    NUMBER_OF_REMAINING_SUBOPERATIONS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; it gets its message ID when it is sent."""

    field: CommandField
    context_id: int
    """An accepted presentation context."""
    elements: Mapping[int, bytes | int]
    """All others of the command set."""
    data_set: bytes | None = None
    """In the transfer syntax of the context; None for none."""
    takes_pending_data_sets: bool = False
    """Bear with data sets in pending responses to a C-MOVE or C-GET, where none belongs; they are handed on."""

    @property
    def name(self) -> str:
        """Name as the standard writes it: "C-FIND", "N-EVENT-REPORT"."""
        return self.field.name.removesuffix("_RQ").replace("_", "-")

    @property
    def response_field(self) -> int:
        """Command Field of the responses."""
        return self.field | RESPONSE

    @property
    def may_be_pending(self) -> bool:
        """Whether there may be several responses, and the request can be cancelled."""
        return self.field in {CommandField.C_FIND_RQ, CommandField.C_GET_RQ, CommandField.C_MOVE_RQ}

    def command_set(self, message_id: int) -> bytes:
        """The encoded command set."""
        values: dict[int, bytes | int] = {
            **self.elements,
            COMMAND_FIELD: self.field,
            MESSAGE_ID: message_id,
            COMMAND_DATA_SET_TYPE: NO_DATA_SET if self.data_set is None else HAS_DATA_SET,
        }
        return write_command_set(dict(sorted(values.items())))

    def is_pending(self, response: CommandSet) -> bool:
        """Whether more responses follow this one."""
        return self.may_be_pending and response.number(STATUS) in _PENDING

    def may_have_data_set(self, *, is_pending: bool) -> bool:
        """Whether a data set may belong to a response."""
        if self.field == CommandField.C_ECHO_RQ:
            return False
        if self.field == CommandField.C_FIND_RQ:
            return is_pending
        return not is_pending or self.takes_pending_data_sets

    def must_have_data_set(self, *, is_pending: bool) -> bool:
        """Whether a response is nothing without its data set: a match of a C-FIND."""
        return is_pending and self.field == CommandField.C_FIND_RQ


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response."""

    command_set: CommandSet
    status: int
    is_pending: bool
    """Whether more responses follow."""
    data_set: bytes | None
    """In the transfer syntax of the request's context: the match of a C-FIND, what could not be retrieved (PS3.4
    C.4.2.1.4.2), the reply to an N-ACTION or N-EVENT-REPORT; None for none."""
    repeated: int = 0
    """How many more matches it stands for, which were passed over."""

    @property
    def comment(self) -> str:
        """What it says of its status, as it came, but not longer than anybody reads; see ``CommandSet.complaint``."""
        return self.command_set.complaint[:_LONGEST_COMMENT]

    @property
    def sub_operations(self) -> SubOperations | None:
        """Progress of a C-MOVE or C-GET, as the peer counts; None where it tells nothing that can be read."""
        values = self.command_set.values
        completed, failed, warning, remaining = (_number(values.get(tag, b"")) for tag in _COUNTS)
        if completed is failed is warning is remaining is None:
            return None
        return SubOperations(completed=completed or 0, failed=failed or 0, warning=warning or 0, remaining=remaining)


def _number(value: bytes) -> int | None:
    return value[0] | value[1] << 8 if len(value) == 2 else None


def read_response(request: Request, message: Message) -> Response:
    """Read a message that responds to the request; raises PeerProtocolError where it has no status."""
    command = message.command_set
    return Response(
        command_set=command,
        status=command.number(STATUS),
        is_pending=request.is_pending(command),
        data_set=message.data_set,
    )


def echo_request(context: NegotiatedContext) -> Request:
    """C-ECHO."""
    return _request(CommandField.C_ECHO_RQ, context, {})


def find_request(context: NegotiatedContext, identifier: bytes, *, priority: int = 0) -> Request:
    """C-FIND: the responses are pending with a match each, then a final one. Priority: 0 medium, 1 high, 2 low."""
    return _request(CommandField.C_FIND_RQ, context, {PRIORITY: priority}, identifier)


def get_request(context: NegotiatedContext, identifier: bytes, *, priority: int = 0) -> Request:
    """C-GET: the peer stores to us, in contexts for which the SCP role was agreed for us."""
    return _request(CommandField.C_GET_RQ, context, {PRIORITY: priority}, identifier)


def move_request(context: NegotiatedContext, identifier: bytes, destination: str, *, priority: int = 0) -> Request:
    """C-MOVE: the peer stores to whoever it knows by the AE title of the destination."""
    title = destination.encode("ascii", errors="replace")
    elements: dict[int, bytes | int] = {MOVE_DESTINATION: title + b" " * (len(title) % 2), PRIORITY: priority}
    return _request(CommandField.C_MOVE_RQ, context, elements, identifier)


def action_request(
    context: NegotiatedContext, sop_instance_uid: str, action_type: int, data_set: bytes | None
) -> Request:
    """N-ACTION."""
    elements: dict[int, bytes | int] = {
        REQUESTED_SOP_CLASS_UID: context.abstract_syntax.encode(),
        REQUESTED_SOP_INSTANCE_UID: sop_instance_uid.encode(),
        ACTION_TYPE_ID: action_type,
    }
    return Request(field=CommandField.N_ACTION_RQ, context_id=context.context_id, elements=elements, data_set=data_set)


def event_report_request(
    context: NegotiatedContext, sop_instance_uid: str, event_type: int, data_set: bytes | None
) -> Request:
    """N-EVENT-REPORT."""
    elements: dict[int, bytes | int] = {
        AFFECTED_SOP_INSTANCE_UID: sop_instance_uid.encode(),
        EVENT_TYPE_ID: event_type,
    }
    return _request(CommandField.N_EVENT_REPORT_RQ, context, elements, data_set)


def cancel_request(message_id: int) -> bytes:
    """The command set of a C-CANCEL-RQ (PS3.7 9.3.2.3) for the request with this message ID."""
    return write_command_set(
        {
            COMMAND_FIELD: CommandField.C_CANCEL_RQ,
            MESSAGE_ID_RESPONDED_TO: message_id,
            COMMAND_DATA_SET_TYPE: NO_DATA_SET,
        }
    )


def _request(
    field: CommandField,
    context: NegotiatedContext,
    elements: Mapping[int, bytes | int],
    data_set: bytes | None = None,
) -> Request:
    return Request(
        field=field,
        context_id=context.context_id,
        elements={AFFECTED_SOP_CLASS_UID: context.abstract_syntax.encode(), **elements},
        data_set=data_set,
    )
