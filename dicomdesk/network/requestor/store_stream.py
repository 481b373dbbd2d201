"""Stream of C-STORE requests: command sets from templates, data sets from where they are to the socket.

pynetdicom has negotiated; here P-DATA (PS3.8 9.3.5) is written with scatter/gather, and a response that comes in one
piece, as nearly all do, is read without detours. Anything else but P-DATA that arrives goes to pynetdicom's state
machine, which knows what it means.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from time import monotonic
from typing import Protocol

from dicomdesk.errors import AssociationAbortedError, PeerError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.dimse import command_sets
from dicomdesk.network.dimse.command_sets import CommandField, CommandSet
from dicomdesk.network.dimse.instance_writer import InstanceWriter, MoveOriginator, StoreItem
from dicomdesk.network.dimse.messages import Message, MessageReader
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, InstanceSink
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.requestor.exchange import NO_ANSWER, NO_CONTEXT
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation
from dicomdesk.network.requestor.request_items import SendLimits
from dicomdesk.network.upper_layer.data_pdus import COMMAND, HEADERS, LAST
from dicomdesk.network.upper_layer.pdu_reader import FragmentReader
from dicomdesk.network.wire.connection import P_DATA_TF, InputPendingError
from dicomdesk.records import dataclass

__all__ = ["OddAnswer", "OddAnswerJudge", "OddVerdict", "StoreItem", "StoreObserver", "StoreStream"]

_MAX_MESSAGE_ID = 0xFFFF
_C_STORE_RSP = int(CommandField.C_STORE_RSP).to_bytes(2, "little")
_DATA_SET_TYPE, _NO_DATA_SET = command_sets.COMMAND_DATA_SET_TYPE, command_sets.NO_DATA_SET.to_bytes(2, "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class OddAnswer:
    """An answer that is not one to the only outstanding request, if what it says of itself is true."""

    item: StoreItem
    """What was requested."""
    message_id: int
    """Of the request."""
    answered_message_id: int
    answered_context_id: int
    """One that was accepted."""

    @property
    def condition(self) -> str:
        """Condition by which DCMTK's tools call an answer to another message."""
        return _misnumbered(self.answered_message_id, self.message_id)


class OddVerdict(Enum):
    """Verdict on such an answer."""

    TAKEN = "taken"
    """As the answer to the request."""
    DROPPED = "dropped"
    """And the request is given up, of which who judged has taken care: the observer is not told."""
    REFUSED = "refused"
    """PeerProtocolError."""


OddAnswerJudge = Callable[[OddAnswer], OddVerdict]
"""On the thread that stores."""


class StoreObserver(Protocol):
    """What happened to each item, told in order on the thread that stores."""

    def store_started(self, item: StoreItem, message_id: int) -> None:
        """The request is about to be sent."""

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:
        """The peer answered; ``comment`` is what it says of the status, see ``CommandSet.complaint``."""


class StoreStream(MessageReader):
    """Message reader of a requestor that stores items; used by the thread of its association."""

    def __init__(
        self,
        association: PumpedAssociation,
        established: EstablishedAssociation,
        limits: SendLimits,
        dimse_timeout_s: float | None,
    ) -> None:
        super().__init__(established)
        self._association = association
        self._connection = association.connection
        self._writer = InstanceWriter(self._connection, limits.max_pdu_bytes)
        self._fragments = FragmentReader()
        self._window = established.negotiation.max_operations_invoked or _MAX_MESSAGE_ID
        self._dimse_timeout_s = dimse_timeout_s
        self.is_inside_message = False
        """Whether a message was begun and not completed, so that the association is of no further use."""
        self._message_id = 0
        self._outstanding: dict[int, StoreItem] = {}
        self._observer: StoreObserver
        self._judge_odd: OddAnswerJudge | None

    def next_message_id(self) -> int:
        """1, 2, 3 ..., starting over after 65535."""
        self._message_id = self._message_id % _MAX_MESSAGE_ID + 1
        return self._message_id

    def prepare(
        self, observer: StoreObserver, originator: MoveOriginator | None, judge_odd: OddAnswerJudge | None
    ) -> None:
        """Say for whom items are stored from now on, see ``RequestedAssociation.store_all``."""
        self._observer, self._judge_odd = observer, judge_odd
        self._writer.originator = originator

    def store_all(self, items: Iterator[StoreItem]) -> None:
        """See ``RequestedAssociation.store_all``."""
        failure: Exception | None = None
        item = next(items, None)
        while item is not None:
            try:
                self._send(item)
                item = next(items, None)
            except PeerError:
                raise
            except Exception as error:
                if self.is_inside_message:
                    raise
                failure, item = error, None
            while len(self._outstanding) >= self._window:
                self._receive_answer()
        while self._outstanding:
            self._receive_answer()
        if failure is not None:
            raise failure

    # -- requests

    def _send(self, item: StoreItem) -> None:
        if item.context_id not in self._accepted:
            raise PeerError(f"Presentation context {item.context_id} was not accepted", condition=NO_CONTEXT)
        self._writer.check(item)
        message_id = self.next_message_id()
        self._observer.store_started(item, message_id)
        self._outstanding[message_id] = item
        self.is_inside_message = True
        try:
            self._writer.write(item, message_id)
        except (PeerError, InputPendingError) as error:
            self._explain_interrupted_send(error)
        self.is_inside_message = False

    # -- responses

    def _receive_answer(self) -> None:
        """Wait until at least one response has come."""
        deadline = None if self._dimse_timeout_s is None else monotonic() + self._dimse_timeout_s
        awaited = len(self._outstanding)
        while len(self._outstanding) == awaited:
            try:
                pdu_type, pdu = self._connection.read_pdu(deadline)
            except PeerTimeoutError as error:
                if deadline is not None and monotonic() >= deadline:
                    text = f"The peer did not answer C-STORE within {self._dimse_timeout_s:g} s"
                    raise PeerTimeoutError(text, condition=NO_ANSWER) from error
                raise
            self._take_pdu(pdu_type, pdu)

    def _take_pdu(self, pdu_type: int, pdu: memoryview) -> None:
        if pdu_type != P_DATA_TF:
            self._association.dul.feed(pdu)
            raise self._association.end_error() or PeerProtocolError("The peer sent an unexpected PDU")
        if len(pdu) >= HEADERS.size and not self._command:
            _, length, value_length, context_id, control = HEADERS.unpack_from(pdu)
            if control == COMMAND | LAST and value_length + 4 == length:
                command = command_sets.read_command_set(bytes(pdu[HEADERS.size :]))
                _require_response(command)
                self._take_response(command, context_id)
                return
        self._take_fragments(pdu)

    def _take_fragments(self, pdu: memoryview) -> None:
        """A part of a response, or several."""
        try:
            for fragment in self._fragments.fragments(pdu):
                self.take(fragment)
        except PeerProtocolError as error:
            if error.condition:
                raise
            raise _malformed(f"with a message that cannot be decoded: {error}") from error

    def begin(self, context: NegotiatedContext, command: CommandSet) -> None:  # noqa: ARG002 - of the role
        """See ``MessageReader``."""
        _require_response(command)

    def finish(self, sink: InstanceSink) -> None:  # noqa: ARG002 - as above
        """See ``MessageReader``."""
        raise AssertionError("no response to C-STORE has a data set")

    def take_message(self, message: Message) -> None:
        """See ``MessageReader``."""
        self._take_response(message.command_set, message.context.context_id)

    def _take_response(self, command: CommandSet, context_id: int) -> None:
        message_id = command.number(command_sets.MESSAGE_ID_RESPONDED_TO)
        item = self._outstanding.get(message_id)
        if item is None or item.context_id != context_id:
            odd, verdict = self._judge(message_id, context_id)
            message_id, item = odd.message_id, odd.item
            if verdict is OddVerdict.DROPPED:
                del self._outstanding[message_id]
                return
        status = command.number(command_sets.STATUS)
        comment = command.complaint if status else command.text(command_sets.ERROR_COMMENT)
        del self._outstanding[message_id]
        self._observer.store_answered(item, message_id, status, comment)

    def _judge(self, message_id: int, context_id: int) -> tuple[OddAnswer, OddVerdict]:
        """Return what becomes of an answer that has another message ID, or comes in another context, than any."""
        if len(self._outstanding) == 1 and self._judge_odd is not None and context_id in self._accepted:
            ((expected, item),) = self._outstanding.items()
            odd = OddAnswer(
                item=item, message_id=expected, answered_message_id=message_id, answered_context_id=context_id
            )
            verdict = self._judge_odd(odd)
            if verdict is not OddVerdict.REFUSED:
                return odd, verdict
        if message_id in self._outstanding:
            expected = self._outstanding[message_id].context_id
            raise _malformed(f"in presentation context {context_id} instead of {expected}")
        expected = next(iter(self._outstanding), 0)
        raise _malformed(
            f"for message {message_id}, which is not outstanding",
            condition=_misnumbered(message_id, expected),
        )

    def _explain_interrupted_send(self, error: PeerError | InputPendingError) -> None:
        """Sending stopped in the middle: what the peer said before is the better reason. Always raises."""
        while True:
            pdu = self._connection.buffered_pdu()
            if pdu is None:
                try:
                    self._connection.receive_available()
                except AssociationAbortedError:
                    break
                pdu = self._connection.buffered_pdu()
            if pdu is None:
                break
            self._take_pdu(*pdu)
        if isinstance(error, InputPendingError):
            raise PeerProtocolError("The peer sent something unexpected while it was sent an instance")
        raise error


def _require_response(command: CommandSet) -> None:
    values = command.values  # compared as they are, since there is one for each instance
    if values.get(command_sets.COMMAND_FIELD) == _C_STORE_RSP and values.get(_DATA_SET_TYPE) == _NO_DATA_SET:
        return
    if command.number(command_sets.COMMAND_FIELD) != CommandField.C_STORE_RSP or command.has_data_set:
        raise _malformed("with a message that is no C-STORE response")


def _misnumbered(message_id: int, expected: int) -> str:
    return f"DIMSE: Unexpected Response MsgId: {message_id} (expected: {expected})"


def _malformed(what: str, condition: str = "DIMSE Badly formed message") -> PeerProtocolError:
    return PeerProtocolError(f"The peer answered C-STORE {what}", condition=condition)
