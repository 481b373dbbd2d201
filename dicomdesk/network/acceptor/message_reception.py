"""Reception of the DIMSE messages of an established association by its acceptor: handler calls, responses (PS3.7 9.3).

One instance after the other: the response is sent before anything else is read. What takes its time waits its turn.
"""

from collections import deque
from collections.abc import Callable

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.acceptor.observers import ListenerObserver
from dicomdesk.network.acceptor.operation import ExpectedAnswer
from dicomdesk.network.dimse.command_sets import (
    COMMAND_FIELD,
    MESSAGE_ID_RESPONDED_TO,
    RESPONSE,
    CommandField,
    CommandSet,
    echo_response,
)
from dicomdesk.network.dimse.messages import LARGEST_IDENTIFIER_BYTES, Message, MessageReader, send_message
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, InstanceSink, StoreHandler, StoreReception
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.settings import LARGE_MAX_PDU_BYTES

_MOST_DUE = 64
"""Operations that wait until the present one has ended: none, as no peer may ask for several unless negotiated."""
_MOST_DUE_BYTES = LARGEST_IDENTIFIER_BYTES
"""Of the data sets of all that waits."""


_C_STORE_RQ = int(CommandField.C_STORE_RQ)


class Reception(MessageReader):
    """Message reader of an acceptor; ``take`` also raises StorageError where a sink asks for an abort."""

    def __init__(
        self,
        established: EstablishedAssociation,
        handler: StoreHandler,
        observer: ListenerObserver,
        send: Callable[[bytes], None],
        *,
        has_services: bool = False,
    ) -> None:
        """``has_services``: whether there is somebody to answer more than C-STORE and C-ECHO."""
        super().__init__(established)
        self._negotiation = established.negotiation
        self._association = established.association
        self._observer = observer
        self._send = send
        self._has_services = has_services
        self._due: deque[Message] = deque()
        self._performed: int | None = None
        """Message ID of the operation that is being performed."""
        self._cancelled: set[int] = set()
        self._expected: ExpectedAnswer | None = None
        self._answer: CommandSet | None = None
        self._stores = StoreReception(established, handler, observer, send)

    @property
    def max_send_pdu_bytes(self) -> int:
        """Length field of the largest P-DATA-TF that we send."""
        theirs = self._negotiation.peer_max_pdu_bytes
        return min(theirs, LARGE_MAX_PDU_BYTES) if theirs else LARGE_MAX_PDU_BYTES

    # -- messages as they arrive

    def begin(self, context: NegotiatedContext, command: CommandSet) -> InstanceSink | None:
        """See ``MessageReader``."""
        field = command.number(COMMAND_FIELD)
        if field == _C_STORE_RQ:
            return self._stores.begin(context, command)
        if field == CommandField.C_ECHO_RQ:
            if command.has_data_set:
                raise PeerProtocolError("DIMSE Badly formed message: C-ECHO request with a data set")
        elif not self._has_services:
            raise refused_command(field)
        return None

    def finish(self, sink: InstanceSink) -> None:
        """See ``MessageReader``."""
        self._stores.finish(sink)

    def wait(self) -> None:
        """See ``MessageReader``."""
        self.flush()
        if self._sink is not None:
            self._stores.wait()

    def take_message(self, message: Message) -> None:
        """See ``MessageReader``."""
        command, field = message.command_set, message.field
        if field == CommandField.C_ECHO_RQ:
            self.reply(message.context.context_id, echo_response(command))
            self._observer.echoed(self._association, message.message_id)
        elif field == CommandField.C_CANCEL_RQ:
            self._take_cancellation(command.number(MESSAGE_ID_RESPONDED_TO))
        elif field & RESPONSE:
            self._take_answer(message)
        elif len(self._due) >= _MOST_DUE:
            raise PeerProtocolError(f"The peer asks for more than {_MOST_DUE} operations at once")
        elif sum(len(due.data_set or b"") for due in (*self._due, message)) > _MOST_DUE_BYTES:
            raise PeerProtocolError(f"The peer asks at once for what takes more than {_MOST_DUE_BYTES} bytes")
        else:
            self._due.append(message)

    # -- what takes its time: see operation

    def next_due(self) -> Message | None:
        """The next operation to be performed, until ``operation_ended``."""
        if not self._due:
            return None
        message = self._due.popleft()
        self._performed = message.message_id
        return message

    def operation_ended(self, message_id: int) -> None:
        """A C-CANCEL that is still to come is too late."""
        self._cancelled.discard(message_id)
        self._performed = self._expected = self._answer = None

    def is_cancelled(self, message_id: int) -> bool:
        """Whether a C-CANCEL for this message has arrived."""
        return message_id in self._cancelled

    def expect(self, expected: ExpectedAnswer | None) -> None:
        """Set which response is legal now; None for none."""
        self._expected, self._answer = expected, None

    def answer(self) -> CommandSet | None:
        """The expected response, once it is there."""
        return self._answer

    def _take_cancellation(self, message_id: int) -> None:
        """Take a C-CANCEL; one that comes too late, or is for nothing, is ignored."""
        if message_id == self._performed or any(message.message_id == message_id for message in self._due):
            self._cancelled.add(message_id)

    def _take_answer(self, message: Message) -> None:
        command, field = message.command_set, message.field
        answered = ExpectedAnswer(field, command.number(MESSAGE_ID_RESPONDED_TO), message.context.context_id)
        if self._expected is None or self._answer is not None:
            raise PeerProtocolError(f"The peer sent a response (0x{field:04x}) to nothing")
        if answered != self._expected:
            raise PeerProtocolError(f"The peer sent a response (0x{field:04x}) to something else")
        self._answer = command

    def reply(self, context_id: int, command_set: bytes, data_set: bytes | None = None) -> None:
        """Send a message, in PDUs that the peer takes."""
        send_message(self._send, self._negotiation.peer_max_pdu_bytes, context_id, command_set, data_set)


def refused_command(field: int) -> PeerProtocolError:
    """DCMTK's words."""
    return PeerProtocolError(
        f"cannot handle this kind of DIMSE command (0x{field:04x}), we are a Storage SCP only",
    )
