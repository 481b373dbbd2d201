"""The DIMSE messages of one established association: fragments in, handler calls and responses out (PS3.7 9.3).

The data set of a C-STORE is never collected: what arrives goes to the sink at once, so memory is bounded by the receive
buffer. One instance after the other: the response is sent before anything else is read.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from dicomdesk.errors import PeerProtocolError, StorageError
from dicomdesk.network.acceptor.handlers import IncomingStore, InstanceSink, ListenerObserver, StoreAnswer, StoreHandler
from dicomdesk.network.acceptor.operation import ExpectedAnswer, ServiceMessage
from dicomdesk.network.dimse.command_sets import (
    AFFECTED_SOP_CLASS_UID,
    AFFECTED_SOP_INSTANCE_UID,
    COMMAND_FIELD,
    LARGEST_COMMAND_SET_BYTES,
    MESSAGE_ID,
    MESSAGE_ID_RESPONDED_TO,
    MOVE_ORIGINATOR_AE_TITLE,
    MOVE_ORIGINATOR_MESSAGE_ID,
    PRIORITY,
    CommandField,
    CommandSet,
    StoreRequestReader,
    echo_response,
    message_pdus,
    store_response,
)
from dicomdesk.network.negotiation import NegotiatedContext, Negotiation
from dicomdesk.network.upper_layer.pdu_reader import Fragment
from dicomdesk.settings import LARGE_MAX_PDU_BYTES

LARGEST_IDENTIFIER_BYTES = 16 * 1024 * 1024
"""Bound for the data set of a message that is collected in memory: a query is a few KiB."""

_MOST_DUE = 64
"""Operations that wait until the present one has ended: none, as no peer may ask for several unless negotiated."""
_MOST_DUE_BYTES = LARGEST_IDENTIFIER_BYTES
"""Of the data sets of all that waits."""
_RESPONSE = 0x8000
_LARGEST_BATCH = 512
"""Fragments handed to a sink at once; below what one writev takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Established:
    """What the messages of an association have in common."""

    association: int
    negotiation: Negotiation


class _OtherSink:
    """Collects the data set of a message that is not a C-STORE, then has it answered."""

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._data = bytearray()

    def write(self, fragments: list[memoryview]) -> None:
        for fragment in fragments:
            self._data += fragment
        if len(self._data) > LARGEST_IDENTIFIER_BYTES:
            raise PeerProtocolError(
                f"data set of more than {LARGEST_IDENTIFIER_BYTES} bytes in a message to be answered"
            )

    def finish(self) -> None:
        self._deliver(bytes(self._data))

    def discard(self) -> None:
        self._data.clear()


class Reception:
    """Used by the thread of its association: ``take`` each fragment, ``flush`` before its memory is reused.

    ``take`` raises PeerProtocolError for what the peer must not send and StorageError where a sink asks for an abort:
    abort the association then. ``abandon`` ends it in any case.
    """

    def __init__(
        self,
        established: Established,
        handler: StoreHandler,
        observer: ListenerObserver,
        send: Callable[[bytes], None],
        *,
        has_services: bool = False,
    ) -> None:
        """``has_services``: whether there is somebody to answer more than C-STORE and C-ECHO."""
        self._established = established
        self._negotiation = established.negotiation
        self._accepted = {context.context_id: context for context in self._negotiation.contexts if context.is_accepted}
        self._handler = handler
        self._observer = observer
        self._send = send
        self._has_services = has_services
        self._due: deque[ServiceMessage] = deque()
        self._performed: int | None = None
        """Message ID of the operation that is being performed."""
        self._cancelled: set[int] = set()
        self._expected: ExpectedAnswer | None = None
        self._answer: CommandSet | None = None
        self._context_id = 0
        """Of the message that is being received."""
        self._command = bytearray()
        self._commands = StoreRequestReader()
        self._store: tuple[IncomingStore, CommandSet] | None = None
        self._sink: InstanceSink | _OtherSink | None = None
        self._has_data = False
        """Whether the data set of the message that is being received has begun."""
        self._pending: list[memoryview] = []
        self._warned_contexts: set[int] = set()

    @property
    def max_send_pdu_bytes(self) -> int:
        """Length field of the largest P-DATA-TF that we send."""
        theirs = self._negotiation.peer_max_pdu_bytes
        return min(theirs, LARGE_MAX_PDU_BYTES) if theirs else LARGE_MAX_PDU_BYTES

    @property
    def is_between_messages(self) -> bool:
        """Whether no message has begun to arrive. Any thread may ask."""
        return self._sink is None and not self._command

    @property
    def awaits_data_set(self) -> bool:
        """Whether a command is complete, and nothing of its data set has come yet."""
        return self._sink is not None and not self._has_data

    def take(self, fragment: Fragment) -> None:
        """Take the next fragment; its memory is used until ``flush``."""
        if self._sink is None:
            self._take_command(fragment)
            return
        if fragment.is_command or fragment.context_id != self._context_id:
            raise PeerProtocolError("DIMSE: Presentation Contexts of Command and Data Differ")
        self._has_data = True
        if fragment.data:
            self._pending.append(fragment.data)
            if len(self._pending) >= _LARGEST_BATCH:
                self.flush()
        if fragment.is_last:
            self._finish()

    def flush(self) -> None:
        """Hand on what was taken; afterwards the memory of all fragments is free."""
        if self._pending and self._sink is not None:
            self._sink.write(self._pending)
            self._pending = []

    def abandon(self) -> None:
        """The association has ended: an instance that is not complete is discarded."""
        sink, self._sink = self._sink, None
        self._pending = []
        self._command.clear()
        if sink is not None:
            sink.discard()

    def _take_command(self, fragment: Fragment) -> None:
        if not fragment.is_command:
            raise PeerProtocolError("The peer sent a data set without a command")
        if not self._command:
            if fragment.context_id not in self._accepted:
                raise PeerProtocolError(f"DIMSE No valid Presentation Context ID: {fragment.context_id}")
            self._context_id = fragment.context_id
        elif fragment.context_id != self._context_id:
            raise PeerProtocolError("The peer changed the presentation context in the middle of a command")
        self._command += fragment.data
        if len(self._command) > LARGEST_COMMAND_SET_BYTES:
            raise PeerProtocolError(f"The peer sent a command of more than {LARGEST_COMMAND_SET_BYTES} bytes")
        if fragment.is_last:
            self._has_data = False
            self._begin(self._commands.read(bytes(self._command)))
            self._command.clear()  # only now: a thread that stops the listener may ask at any moment

    def _begin(self, command: CommandSet) -> None:
        field = command.number(COMMAND_FIELD)
        if field == CommandField.C_STORE_RQ:
            self._begin_store(command)
        elif field == CommandField.C_ECHO_RQ:
            self._answer_echo(command)
        else:
            self._begin_other(command, field)

    def _begin_store(self, command: CommandSet) -> None:
        sop_class_uid = command.text(AFFECTED_SOP_CLASS_UID)
        sop_instance_uid = command.text(AFFECTED_SOP_INSTANCE_UID)
        if not (sop_instance_uid and command.has_data_set):
            raise PeerProtocolError("DIMSE Badly formed message: C-STORE request without instance UID or data set")
        established, negotiation = self._established, self._negotiation
        context = self._accepted[self._context_id]
        if sop_class_uid != context.abstract_syntax:
            self._warn_class(sop_class_uid, context)
        has_originator = MOVE_ORIGINATOR_MESSAGE_ID in command.values
        request = IncomingStore(
            association=established.association,
            message_id=command.number(MESSAGE_ID),
            context_id=self._context_id,
            sop_class_uid=sop_class_uid,
            sop_instance_uid=sop_instance_uid,
            transfer_syntax_uid=context.accepted_transfer_syntax or "",
            calling_ae_title=negotiation.calling_ae_title,
            called_ae_title=negotiation.called_ae_title,
            peer_host=negotiation.peer_host,
            priority=command.number(PRIORITY, 0),
            move_originator_ae_title=command.text(MOVE_ORIGINATOR_AE_TITLE),
            move_originator_message_id=command.number(MOVE_ORIGINATOR_MESSAGE_ID) if has_originator else None,
        )
        self._observer.store_started(request)
        self._store = request, command
        self._sink = self._handler.begin(request)

    def _warn_class(self, sop_class_uid: str, context: NegotiatedContext) -> None:
        if self._context_id not in self._warned_contexts:
            self._warned_contexts.add(self._context_id)
            self._observer.warned(
                self._established.association,
                f"SOP Class {sop_class_uid[:64]!r} stored in presentation context {self._context_id}, "
                f"which was negotiated for {context.abstract_syntax[:64]!r}",
            )

    def _finish(self) -> None:
        """The data set is complete."""
        self.flush()
        sink, self._sink = self._sink, None
        if isinstance(sink, _OtherSink):
            sink.finish()
        elif sink is not None and self._store is not None:
            request, command = self._store
            self._store = None
            answer = sink.finish()
            self.reply(self._context_id, store_response(command, answer.status, answer.comment))
            self._observer.store_answered(request, answer)
            self._abort_if_asked(answer)

    def _abort_if_asked(self, answer: StoreAnswer) -> None:
        if answer.abort:
            raise StorageError(answer.comment or f"An instance could not be stored (status {answer.status:04X}H)")

    def _answer_echo(self, command: CommandSet) -> None:
        if command.has_data_set:
            raise PeerProtocolError("DIMSE Badly formed message: C-ECHO request with a data set")
        self.reply(self._context_id, echo_response(command))
        self._observer.echoed(self._established.association, command.number(MESSAGE_ID))

    # -- what takes its time: see service_operations

    def next_due(self) -> ServiceMessage | None:
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
        """Which response is legal now; None for none."""
        self._expected, self._answer = expected, None

    def answer(self) -> CommandSet | None:
        """The expected response, once it is there."""
        return self._answer

    def _begin_other(self, command: CommandSet, field: int) -> None:
        if not self._has_services:
            raise refused_command(field)
        if command.has_data_set:
            self._sink = _OtherSink(partial(self._take_other, command))
        else:
            self._take_other(command, None)

    def _take_other(self, command: CommandSet, data_set: bytes | None) -> None:
        field = command.number(COMMAND_FIELD)
        if field == CommandField.C_CANCEL_RQ:
            self._take_cancellation(command.number(MESSAGE_ID_RESPONDED_TO))
        elif field & _RESPONSE:
            self._take_answer(command, field)
        elif len(self._due) >= _MOST_DUE:
            raise PeerProtocolError(f"The peer asks for more than {_MOST_DUE} operations at once")
        elif sum(len(message.data_set or b"") for message in self._due) + len(data_set or b"") > _MOST_DUE_BYTES:
            raise PeerProtocolError(f"The peer asks at once for what takes more than {_MOST_DUE_BYTES} bytes")
        else:
            self._due.append(
                ServiceMessage(
                    association=self._established.association,
                    negotiation=self._negotiation,
                    context=self._accepted[self._context_id],
                    command_set=command,
                    data_set=data_set,
                )
            )

    def _take_cancellation(self, message_id: int) -> None:
        """One that comes too late, or is for nothing, is ignored."""
        if message_id == self._performed or any(message.message_id == message_id for message in self._due):
            self._cancelled.add(message_id)

    def _take_answer(self, command: CommandSet, field: int) -> None:
        answered = ExpectedAnswer(field, command.number(MESSAGE_ID_RESPONDED_TO), self._context_id)
        if self._expected is None or self._answer is not None:
            raise PeerProtocolError(f"The peer sent a response (0x{field:04x}) to nothing")
        if answered != self._expected:
            raise PeerProtocolError(f"The peer sent a response (0x{field:04x}) to something else")
        self._answer = command

    def reply(self, context_id: int, command_set: bytes, data_set: bytes | None = None) -> None:
        """Send a message, in PDUs that the peer takes."""
        limit = self._negotiation.peer_max_pdu_bytes
        self._send(message_pdus(context_id, command_set, is_command=True, max_pdu_bytes=limit))
        if data_set is not None:
            self._send(message_pdus(context_id, data_set, is_command=False, max_pdu_bytes=limit))


def refused_command(field: int) -> PeerProtocolError:
    """DCMTK's words."""
    return PeerProtocolError(
        f"cannot handle this kind of DIMSE command (0x{field:04x}), we are a Storage SCP only",
    )
