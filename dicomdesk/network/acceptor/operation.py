"""Operations that a peer asks for and that take their time: C-FIND, C-MOVE, C-GET, N-ACTION (PS3.7 9.1, 10.1).

Each is performed on the thread of its association, between reading: a service answers it through an ``Operation`` and
asks it now and then whether the peer has changed its mind. What arrives meanwhile is taken in then, and only then.
"""

from collections.abc import Callable
from typing import Protocol

from dicomdesk.errors import DataError, LocalError
from dicomdesk.network.dimse.command_sets import (
    ERROR_COMMENT,
    STATUS,
    CommandField,
    CommandSet,
)
from dicomdesk.network.dimse.fragments import DataConnection
from dicomdesk.network.dimse.instance_writer import InstanceWriter, StoreItem
from dicomdesk.network.dimse.messages import Message
from dicomdesk.network.dimse.requests import Request
from dicomdesk.records import dataclass

__all__ = ["Answer", "ExpectedAnswer", "Operation", "OperationWire", "Services"]

_MAX_MESSAGE_ID = 0xFFFF


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """Response that we wait for."""

    field: int
    """Command Field of the response."""
    message_id: int
    context_id: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of the peer to a request of ours."""

    status: int
    comment: str = ""


class OperationWire(Protocol):
    """The association, as an operation uses it."""

    @property
    def connection(self) -> DataConnection:
        """Connection to send to; errors of the peer are raised."""
        ...

    @property
    def max_pdu_bytes(self) -> int:
        """Length field of the largest P-DATA-TF that the peer takes."""
        ...

    def fileno(self) -> int:
        """Descriptor that tells of input."""
        ...

    def reply(self, context_id: int, command_set: bytes, data_set: bytes | None) -> None:
        """Send a message."""
        ...

    def take_input(self, *, waits: bool) -> None:
        """Take in what has arrived, or what arrives next; raises PeerError or LocalError when the association ends."""
        ...

    def is_cancelled(self, message_id: int) -> bool:
        """Whether a C-CANCEL for this message has been taken in."""
        ...

    def expect(self, expected: ExpectedAnswer | None) -> None:
        """Set which response is legal now; None for none."""
        ...

    def answer(self) -> CommandSet | None:
        """The response that was expected, once it was taken in."""
        ...


class Operation:
    """One operation while it is performed; for the thread of its association only.

    Every method may raise PeerError or LocalError: the association has ended, or is to end; let them pass.
    """

    def __init__(self, message: Message, wire: OperationWire) -> None:
        self.message = message
        self._wire = wire
        self._writer: InstanceWriter | None = None
        self._last_message_id = 0
        self.last_answer: Answer | None = None
        """To the last request of ours; also where waiting for it raised, because the association ended with it."""

    def reply(self, command_set: bytes, data_set: bytes | None = None) -> None:
        """Send a response, pending or final, in the context of the request."""
        self._wire.reply(self.message.context.context_id, command_set, data_set)

    def fileno(self) -> int:
        """Has input when the peer has sent something, or has gone: for waiting for something else meanwhile."""
        return self._wire.fileno()

    def is_cancelled(self) -> bool:
        """Whether the peer has sent a C-CANCEL; takes in what has arrived, without waiting."""
        self._wire.take_input(waits=False)
        return self._wire.is_cancelled(self.message.message_id)

    def store(self, item: StoreItem, meanwhile: Callable[[], None] | None = None) -> Answer:
        """Perform a C-STORE sub-operation on this association (PS3.4 C.4.3) and wait for its answer.

        ``meanwhile`` is called when all is sent, before the answer is waited for: what it raises ends the association.
        Raises TruncatedError or OSError where the file cannot be sent and nothing was; LocalError where it fails later.
        """
        if self._writer is None:
            self._writer = InstanceWriter(self._wire.connection, self._wire.max_pdu_bytes)
        self._writer.check(item)
        message_id = self._next_message_id()
        self._wire.expect(ExpectedAnswer(CommandField.C_STORE_RSP, message_id, item.context_id))
        try:
            self._writer.write(item, message_id)
        except (DataError, OSError) as error:
            raise LocalError(f"A file failed while it was being sent: {error}") from error
        if meanwhile is not None:
            meanwhile()
        return self._await_answer()

    def ask(self, request: Request) -> Answer:
        """Send a request of ours, as an N-EVENT-REPORT-RQ (PS3.7 10.1.1), and wait for the answer."""
        message_id = self._next_message_id()
        self._wire.expect(ExpectedAnswer(request.response_field, message_id, request.context_id))
        self._wire.reply(request.context_id, request.command_set(message_id), request.data_set)
        return self._await_answer()

    def _await_answer(self) -> Answer:
        self.last_answer = None
        try:
            while self._wire.answer() is None:
                self._wire.take_input(waits=True)
        finally:
            command = self._wire.answer()
            if command is not None:
                self.last_answer = Answer(command.number(STATUS), command.text(ERROR_COMMENT))
            self._wire.expect(None)
        if self.last_answer is None:
            raise AssertionError("the loop ends with an answer")
        return self.last_answer

    def _next_message_id(self) -> int:
        self._last_message_id = self._last_message_id % _MAX_MESSAGE_ID + 1
        return self._last_message_id


Services = Callable[[Operation], bool]
"""Performs an operation, to its final response, on the association's thread; False when it cannot."""
