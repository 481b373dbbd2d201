"""The DIMSE messages of one association: fragments in, whole messages or streamed data sets out (PS3.7 9.3).

For both roles: each says in a subclass of ``MessageReader`` what it makes of them. The data set of a C-STORE request is
never collected: what arrives goes to its sink at once, so memory is bounded by the receive buffer. Those of all other
messages are identifiers and the like: collected, up to a bound.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.dimse.command_sets import (
    COMMAND_FIELD,
    LARGEST_COMMAND_SET_BYTES,
    MESSAGE_ID,
    CommandSet,
    StoreRequestReader,
)
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, InstanceSink
from dicomdesk.network.negotiation import NegotiatedContext, Negotiation
from dicomdesk.network.upper_layer.data_pdus import message_pdus
from dicomdesk.network.upper_layer.pdu_reader import Fragment
from dicomdesk.records import dataclass

__all__ = ["LARGEST_IDENTIFIER_BYTES", "Message", "MessageReader", "send_message"]

LARGEST_IDENTIFIER_BYTES = 16 * 1024 * 1024
"""Bound for the data set of a message that is collected in memory: a query is a few KiB."""

_LARGEST_BATCH = 512
"""Fragments handed to a sink at once; below what one writev takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A DIMSE message that has arrived as a whole."""

    established: EstablishedAssociation
    context: NegotiatedContext
    command_set: CommandSet
    data_set: bytes | None
    """Encoded in the context's transfer syntax; None for a message without."""

    @property
    def association(self) -> int:
        """Number of the association."""
        return self.established.association

    @property
    def negotiation(self) -> Negotiation:
        """Outcome of the negotiation of the association."""
        return self.established.negotiation

    @property
    def field(self) -> int:
        """Command Field (0000,0100)."""
        return self.command_set.number(COMMAND_FIELD)

    @property
    def message_id(self) -> int:
        """Message ID (0000,0110), of a request."""
        return self.command_set.number(MESSAGE_ID)


class _Collector:
    """The data set of a message that is taken as a whole."""

    def __init__(self, context: NegotiatedContext, command: CommandSet) -> None:
        self.context = context
        self.command = command
        self._data = bytearray()

    def write(self, fragments: Iterable[memoryview]) -> None:
        for fragment in fragments:
            self._data += fragment
        if len(self._data) > LARGEST_IDENTIFIER_BYTES:
            raise PeerProtocolError(
                f"data set of more than {LARGEST_IDENTIFIER_BYTES} bytes in a message to be answered"
            )

    def data_set(self) -> bytes:
        return bytes(self._data)

    def discard(self) -> None:
        self._data.clear()


class MessageReader(ABC):
    """Message reader, for its association's thread: ``take`` each fragment, ``flush`` before its memory is reused.

    ``take`` and ``flush`` raise PeerProtocolError for what the peer must not send, and what the hooks of a role
    raise: the association is of no further use then. ``abandon`` ends it in any case.
    """

    def __init__(self, established: EstablishedAssociation) -> None:
        self._established = established
        self._accepted = {
            context.context_id: context for context in established.negotiation.contexts if context.is_accepted
        }
        self._context_id = 0
        """Of the message that is being received."""
        self._command = bytearray()
        self._commands = StoreRequestReader()
        self._sink: InstanceSink | _Collector | None = None
        self._has_data = False
        """Whether the data set of the message that is being received has begun."""
        self._pending: list[memoryview] = []

    # -- hooks of the role, on the thread of the association

    @abstractmethod
    def begin(self, context: NegotiatedContext, command: CommandSet) -> InstanceSink | None:
        """A command set has arrived: return where its data set is to go, or None to be given the message as a whole.

        Raises PeerProtocolError for what the peer must not send now, before any of its data set is collected.
        """

    @abstractmethod
    def finish(self, sink: InstanceSink) -> None:
        """All of a data set has gone to the sink that ``begin`` returned."""

    @abstractmethod
    def take_message(self, message: Message) -> None:
        """A whole message has arrived."""

    # -- fragments

    @property
    def is_between_messages(self) -> bool:
        """Whether no message has begun to arrive. Any thread may ask."""
        return self._sink is None and not self._command

    @property
    def awaits_rest(self) -> bool:
        """Whether a command or a data set has begun to arrive and is not complete."""
        return self._has_data if self._sink is not None else bool(self._command)

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

    def wait(self) -> None:
        """All that has arrived was taken: flush, since more is waited for."""
        self.flush()

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
            self._command.clear()  # only now: a thread that stops the association may ask at any moment

    def _begin(self, command: CommandSet) -> None:
        context = self._accepted[self._context_id]
        self._sink = self.begin(context, command)
        if self._sink is None:
            if command.has_data_set:
                self._sink = _Collector(context, command)
            else:
                self._deliver(context, command, None)

    def _finish(self) -> None:
        """The data set is complete."""
        self.flush()
        sink, self._sink = self._sink, None
        if isinstance(sink, _Collector):
            self._deliver(sink.context, sink.command, sink.data_set())
        elif sink is not None:
            self.finish(sink)

    def _deliver(self, context: NegotiatedContext, command: CommandSet, data_set: bytes | None) -> None:
        self.take_message(
            Message(established=self._established, context=context, command_set=command, data_set=data_set)
        )


def send_message(
    send: Callable[[bytes], None], max_pdu_bytes: int, context_id: int, command_set: bytes, data_set: bytes | None
) -> None:
    """Send a message in PDUs that the peer takes: of at most ``max_pdu_bytes``, 0 for any length."""
    send(message_pdus(context_id, command_set, is_command=True, max_pdu_bytes=max_pdu_bytes))
    if data_set is not None:
        send(message_pdus(context_id, data_set, is_command=False, max_pdu_bytes=max_pdu_bytes))
