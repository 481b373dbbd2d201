"""Reception of C-STORE requests (PS3.7 9.3.1), by either role: each to its sink, then answered.

The seams are called on the thread of the association concerned; several associations call at the same time. A call that
waits makes only its own peer wait. None of them may raise: what they raise ends the association with an A-ABORT.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from dicomdesk.errors import PeerProtocolError, StorageError
from dicomdesk.network.dimse.command_sets import (
    AFFECTED_SOP_CLASS_UID,
    AFFECTED_SOP_INSTANCE_UID,
    MESSAGE_ID,
    MOVE_ORIGINATOR_AE_TITLE,
    MOVE_ORIGINATOR_MESSAGE_ID,
    PRIORITY,
    CommandSet,
    store_response,
)
from dicomdesk.network.negotiation import NegotiatedContext, Negotiation
from dicomdesk.network.upper_layer.data_pdus import message_pdus
from dicomdesk.records import dataclass

__all__ = [
    "EstablishedAssociation",
    "IncomingStore",
    "IncomingStoreObserver",
    "InstanceSink",
    "StoreAnswer",
    "StoreHandler",
    "StoreReception",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishedAssociation:
    """Association that messages belong to."""

    association: int
    """Number within the listener; where we asked for it what its user knows it by, or 0."""
    negotiation: Negotiation


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStore:
    """One C-STORE request (PS3.7 9.3.1.1) as it came from the wire: text is decoded and unpadded but not checked."""

    association: int
    message_id: int
    context_id: int
    sop_class_uid: str
    """Affected SOP Class UID; may differ from the abstract syntax of the context, be empty or as hostile as below."""
    sop_instance_uid: str
    """Affected SOP Instance UID; never empty, otherwise hostile: any length, any character."""
    transfer_syntax_uid: str
    """Negotiated for the context: how the data set is encoded."""
    calling_ae_title: str
    peer_host: str
    called_ae_title: str = ""
    priority: int = 0
    """0 medium, 1 high, 2 low (PS3.7 9.3.1.1)."""
    move_originator_ae_title: str = ""
    move_originator_message_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAnswer:
    """Answer to a C-STORE request."""

    status: int
    """DIMSE status (PS3.4 B.2.3): 0 for success."""
    comment: str = ""
    """Error Comment (0000,0902), cut to 64 characters; "" sends none."""
    abort: bool = False
    """Abort the association after the response."""


class InstanceSink(Protocol):
    """Destination of the data set of one instance.

    The association's thread calls ``write`` any number of times, then exactly one of ``finish`` and ``discard``, and
    ``settle`` after ``finish``. A sink does not raise for disk trouble: it swallows the rest and answers from
    ``finish``.
    """

    def write(self, fragments: Sequence[memoryview]) -> None:
        """Take the next bytes of the data set, in order.

        The memory is reused as soon as this returns. The fragments are what has arrived so far, in no particular
        sizes; zero-length ones are left out.
        """
        ...

    def finish(self) -> StoreAnswer:
        """All bytes have arrived, the last fragment with the last flag: store for good and say how to answer."""
        ...

    def settle(self) -> None:
        """The answer has been sent, or could not be: do what the peer need not wait for. Nothing depends on it."""
        ...

    def discard(self) -> None:
        """The rest will never arrive (abort, loss, time-out, stop): leave nothing behind."""
        ...


class StoreHandler(Protocol):
    """Decision where instances go."""

    def begin(self, request: IncomingStore) -> InstanceSink:
        """Prepare for the data set of one instance; its bytes follow at once."""
        ...


class IncomingStoreObserver:
    """Facts about the instances of an association, each told once, in order; does nothing unless overridden."""

    def store_started(self, request: IncomingStore) -> None:
        """A C-STORE request has arrived; ``StoreHandler.begin`` is called next."""

    def store_awaited(self, request: IncomingStore) -> None:
        """The instance has not come as a whole, and the rest is waited for now; told once, of those of which it is so.

        What nobody needs before can be told to others here, or when it is answered: while the peer is waiting for the
        answer nothing is told.
        """

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        """The C-STORE response has been sent."""

    def warned(self, association: int, text: str) -> None:
        """Something is odd but was let through."""


class StoreReception:
    """The C-STORE requests of one association, one after the other; for its thread."""

    def __init__(
        self,
        established: EstablishedAssociation,
        handler: StoreHandler,
        observer: IncomingStoreObserver,
        send: Callable[[bytes], None],
        tell: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        """``send`` sends whole PDUs. ``tell`` calls what tells of an answer, when what came before was told."""
        self._established = established
        self._handler = handler
        self._observer = observer
        self._send = send
        self._tell = tell
        self._request: tuple[IncomingStore, CommandSet] | None = None
        self._is_awaited = False
        self._last: tuple[tuple[bytes, bytes] | None, NegotiatedContext | None, IncomingStore | None] = (None,) * 3
        """What tells a command that is like the last one, its context, and what was made of it."""
        self._warned_contexts: set[int] = set()

    def begin(self, context: NegotiatedContext, command: CommandSet) -> InstanceSink:
        """Take a request and return where its data set is to go. Raises PeerProtocolError."""
        success, last_context, last = self._last
        if success is None or last is None or command.success is not success or last_context is not context:
            request = self._read(context, command)
            self._last = command.success, context, request
        else:
            request = _another_like(last, command)
        self._observer.store_started(request)
        self._request, self._is_awaited = (request, command), False
        return self._handler.begin(request)

    def _read(self, context: NegotiatedContext, command: CommandSet) -> IncomingStore:
        sop_class_uid = command.text(AFFECTED_SOP_CLASS_UID)
        sop_instance_uid = command.text(AFFECTED_SOP_INSTANCE_UID)
        if not (sop_instance_uid and command.has_data_set):
            raise _malformed()
        negotiation = self._established.negotiation
        if sop_class_uid != context.abstract_syntax:
            self._warn_class(sop_class_uid, context)
        has_originator = MOVE_ORIGINATOR_MESSAGE_ID in command.values
        return IncomingStore(
            association=self._established.association,
            message_id=command.number(MESSAGE_ID),
            context_id=context.context_id,
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

    def wait(self) -> None:
        """More of the instance is waited for."""
        if self._request is not None and not self._is_awaited:
            self._is_awaited = True
            self._observer.store_awaited(self._request[0])

    def finish(self, sink: InstanceSink) -> StoreAnswer:
        """The data set has arrived as a whole: answer. Raises StorageError where the sink asks for an abort."""
        if self._request is None:
            raise AssertionError("an instance ends that has not begun")
        (request, command), self._request = self._request, None
        answer = sink.finish()
        response = store_response(command, answer.status, answer.comment)
        limit = self._established.negotiation.peer_max_pdu_bytes
        try:
            self._send(message_pdus(request.context_id, response, is_command=True, max_pdu_bytes=limit))
        finally:
            sink.settle()
        if self._tell is None:
            self._observer.store_answered(request, answer)
        else:
            self._tell(partial(self._observer.store_answered, request, answer))
        if answer.abort:
            raise StorageError(answer.comment or f"An instance could not be stored (status {answer.status:04X}H)")
        return answer

    def _warn_class(self, sop_class_uid: str, context: NegotiatedContext) -> None:
        if context.context_id not in self._warned_contexts:
            self._warned_contexts.add(context.context_id)
            self._observer.warned(
                self._established.association,
                f"SOP Class {sop_class_uid[:64]!r} stored in presentation context {context.context_id}, "
                f"which was negotiated for {context.abstract_syntax[:64]!r}",
            )


def _another_like(last: IncomingStore, command: CommandSet) -> IncomingStore:
    """The request of a command which differs from that of the last in Message ID and SOP Instance UID at most."""
    sop_instance_uid = command.text(AFFECTED_SOP_INSTANCE_UID)
    if not sop_instance_uid:
        raise _malformed()
    return IncomingStore(
        association=last.association,
        message_id=command.number(MESSAGE_ID),
        context_id=last.context_id,
        sop_class_uid=last.sop_class_uid,
        sop_instance_uid=sop_instance_uid,
        transfer_syntax_uid=last.transfer_syntax_uid,
        calling_ae_title=last.calling_ae_title,
        called_ae_title=last.called_ae_title,
        peer_host=last.peer_host,
        priority=last.priority,
        move_originator_ae_title=last.move_originator_ae_title,
        move_originator_message_id=last.move_originator_message_id,
    )


def _malformed() -> PeerProtocolError:
    return PeerProtocolError("DIMSE Badly formed message: C-STORE request without instance UID or data set")
