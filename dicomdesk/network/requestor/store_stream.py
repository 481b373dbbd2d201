"""The fast path of C-STORE: command sets from templates, data sets from where they are to the socket.

pynetdicom has negotiated; here P-DATA (PS3.8 9.3.5) is written with scatter/gather and the responses are read by hand.
Anything else that arrives goes to pynetdicom's state machine, which knows what it means.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Protocol

from dicomdesk.errors import AssociationAbortedError, PeerError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.dimse import command_sets
from dicomdesk.network.dimse.instance_writer import InstanceWriter, MoveOriginator, StoreItem
from dicomdesk.network.requestor.exchange import NO_ANSWER, NO_CONTEXT
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation
from dicomdesk.network.requestor.request_items import SendLimits
from dicomdesk.network.upper_layer.data_pdus import COMMAND, HEADERS, LAST, PDU_HEADER_BYTES
from dicomdesk.network.wire.connection import P_DATA_TF, InputPendingError

__all__ = ["OddAnswer", "OddAnswerJudge", "OddVerdict", "StoreItem", "StoreObserver", "StoreStream"]

_MAX_MESSAGE_ID = 0xFFFF
_MAX_COMMAND_BYTES = 1 << 16
_C_STORE_RSP = 0x8001
_EMPTY_PDV_LENGTH = 2


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
        """What DCMTK calls an answer to another message."""
        return _misnumbered(self.answered_message_id, self.message_id)


class OddVerdict(Enum):
    """What becomes of such an answer."""

    TAKEN = "taken"
    """As the answer to the request."""
    DROPPED = "dropped"
    """And the request is given up, of which who judged has taken care: the observer is not told."""
    REFUSED = "refused"
    """PeerProtocolError."""


OddAnswerJudge = Callable[[OddAnswer], OddVerdict]
"""On the thread that stores."""


class StoreObserver(Protocol):
    """Is told what happened to each item, in order, on the thread that stores."""

    def store_started(self, item: StoreItem, message_id: int) -> None:
        """The request is about to be sent."""

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:
        """The peer answered; ``comment`` is its Error Comment (0000,0902) or ""."""


class StoreStream:
    """Stores items over one association; used by its thread."""

    def __init__(
        self,
        association: PumpedAssociation,
        limits: SendLimits,
        accepted_context_ids: set[int],
        window: int,
        dimse_timeout_s: float | None,
    ) -> None:
        """``window`` is how many operations may be outstanding, 0 for any number."""
        self._association = association
        self._connection = association.connection
        self._writer = InstanceWriter(self._connection, limits.max_pdu_bytes)
        self._accepted = accepted_context_ids
        self._window = window or _MAX_MESSAGE_ID
        self._dimse_timeout_s = dimse_timeout_s
        self.is_inside_message = False
        """Whether a message was begun and not completed, so that the association is of no further use."""
        self._message_id = 0
        self._outstanding: dict[int, StoreItem] = {}
        self._judge_odd: OddAnswerJudge | None = None
        self._command = bytearray()
        self._command_context_id = 0

    def next_message_id(self) -> int:
        """1, 2, 3 ..., starting over after 65535."""
        self._message_id = self._message_id % _MAX_MESSAGE_ID + 1
        return self._message_id

    def store_all(
        self,
        items: Iterator[StoreItem],
        observer: StoreObserver,
        originator: MoveOriginator | None = None,
        judge_odd: OddAnswerJudge | None = None,
    ) -> None:
        """See RequestedAssociation.store_all."""
        self._writer.originator = originator
        self._judge_odd = judge_odd
        failure: Exception | None = None
        item = next(items, None)
        while item is not None:
            try:
                self._send(item, observer)
                item = next(items, None)
            except PeerError:
                raise
            except Exception as error:
                if self.is_inside_message:
                    raise
                failure, item = error, None
            while len(self._outstanding) >= self._window:
                self._receive_answer(observer)
        while self._outstanding:
            self._receive_answer(observer)
        if failure is not None:
            raise failure

    # -- requests

    def _send(self, item: StoreItem, observer: StoreObserver) -> None:
        if item.context_id not in self._accepted:
            raise PeerError(f"Presentation context {item.context_id} was not accepted", condition=NO_CONTEXT)
        self._writer.check(item)
        message_id = self.next_message_id()
        observer.store_started(item, message_id)
        self._outstanding[message_id] = item
        self.is_inside_message = True
        try:
            self._writer.write(item, message_id)
        except (PeerError, InputPendingError) as error:
            self._explain_interrupted_send(error, observer)
        self.is_inside_message = False

    # -- responses

    def _receive_answer(self, observer: StoreObserver) -> None:
        """Wait for one response and tell the observer."""
        deadline = None if self._dimse_timeout_s is None else monotonic() + self._dimse_timeout_s
        is_complete = False
        while not is_complete:
            try:
                pdu_type, pdu = self._connection.read_pdu(deadline)
            except PeerTimeoutError as error:
                if deadline is not None and monotonic() >= deadline:
                    text = f"The peer did not answer C-STORE within {self._dimse_timeout_s:g} s"
                    raise PeerTimeoutError(text, condition=NO_ANSWER) from error
                raise
            is_complete = self._take_pdu(pdu_type, pdu, observer)

    def _take_pdu(self, pdu_type: int, pdu: memoryview, observer: StoreObserver) -> bool:
        """Process one PDU; whether it completed a response."""
        if pdu_type != P_DATA_TF:
            self._association.dul.feed(pdu)
            raise self._association.end_error() or PeerProtocolError("The peer sent an unexpected PDU")
        if len(pdu) >= HEADERS.size:
            _, length, value_length, context_id, control = HEADERS.unpack_from(pdu)
            if control == COMMAND | LAST and value_length + 4 == length and not self._command:
                self._take_response(pdu[HEADERS.size :], context_id, observer)
                return True
        return self._take_fragments(pdu, observer)

    def _take_fragments(self, pdu: memoryview, observer: StoreObserver) -> bool:
        """A response in several fragments, or several in one PDU."""
        is_complete = False
        position = PDU_HEADER_BYTES
        if position == len(pdu):
            raise _malformed("with an empty PDU")
        while position < len(pdu):
            length = int.from_bytes(pdu[position : position + 4], "big")
            end = position + 4 + length
            if length < 2 or end > len(pdu):
                raise _malformed("with a PDV whose length is wrong")
            context_id, control = pdu[position + 4], pdu[position + 5]
            if not control & COMMAND:
                raise _malformed("with a data set")
            if length == _EMPTY_PDV_LENGTH and not control & LAST:
                raise _malformed("with an empty fragment")
            if len(self._command) + length > _MAX_COMMAND_BYTES:
                raise _malformed("with a command set that does not end")
            if self._command and context_id != self._command_context_id:
                raise _malformed("in two presentation contexts")
            self._command_context_id = context_id
            self._command += pdu[position + 6 : end]
            if control & LAST:
                command, self._command = self._command, bytearray()
                self._take_response(memoryview(command), context_id, observer)
                is_complete = True
            position = end
        return is_complete

    def _take_response(self, command: memoryview, context_id: int, observer: StoreObserver) -> None:
        values = command_sets.read_command_set(bytes(command))
        if values.number(command_sets.COMMAND_FIELD) != _C_STORE_RSP or values.has_data_set:
            raise _malformed("with a message that is no C-STORE response")
        message_id = values.number(command_sets.MESSAGE_ID_RESPONDED_TO)
        item = self._outstanding.get(message_id)
        if item is None or item.context_id != context_id:
            odd, verdict = self._judge(message_id, context_id)
            message_id, item = odd.message_id, odd.item
            if verdict is OddVerdict.DROPPED:
                del self._outstanding[message_id]
                return
        status = values.number(command_sets.STATUS)
        comment = values.text(command_sets.ERROR_COMMENT)
        del self._outstanding[message_id]
        observer.store_answered(item, message_id, status, comment)

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

    def _explain_interrupted_send(self, error: PeerError | InputPendingError, observer: StoreObserver) -> None:
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
            self._take_pdu(*pdu, observer)
        if isinstance(error, InputPendingError):
            raise PeerProtocolError("The peer sent something unexpected while it was sent an instance")
        raise error


def _misnumbered(message_id: int, expected: int) -> str:
    return f"DIMSE: Unexpected Response MsgId: {message_id} (expected: {expected})"


def _malformed(what: str, condition: str = "DIMSE Badly formed message") -> PeerProtocolError:
    return PeerProtocolError(f"The peer answered C-STORE {what}", condition=condition)
