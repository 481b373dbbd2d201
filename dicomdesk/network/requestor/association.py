"""Requested associations: opened, used by one thread at a time, released or aborted."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.errors import (
    AssociationAbortedError,
    PeerError,
    PeerTimeoutError,
)
from dicomdesk.network.dimse.instance_writer import MoveOriginator
from dicomdesk.network.dimse.requests import Request, Response, echo_request
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, IncomingStoreObserver, StoreHandler
from dicomdesk.network.negotiation import ExtendedNegotiation, Negotiation, ProposedContext
from dicomdesk.network.requestor.answered_items import check_identity, describe
from dicomdesk.network.requestor.exchange import NO_CONTEXT, Exchange
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation, make_entity
from dicomdesk.network.requestor.request_items import ProposedItems, propose, send_limits, user_items
from dicomdesk.network.requestor.store_stream import OddAnswerJudge, StoreItem, StoreObserver, StoreStream
from dicomdesk.network.upper_layer.rejection import rejection_error
from dicomdesk.network.wire.connection import (
    READ_TIMEOUT,
    Connection,
    ConnectionInterruptedError,
    Interruption,
)
from dicomdesk.network.wire.dialer import dial
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.network.requestor.reported_action import ReportedAction
    from dicomdesk.network.wire.tls_stream import TlsStream

ExchangeT = TypeVar("ExchangeT", bound=Exchange)

_AT_REQUEST = (
    ("without releasing the association", "instead of answering the association request"),
    ("in the middle of a PDU", "in the middle of its answer to the association request"),
)
"""Words for the end of a connection, and what they are where there is no association yet."""

_SLACK_BYTES = 1 << 18
"""Peers that overlook our maximum PDU length are borne with up to this, or twice what we announced."""


def open_association(  # noqa: PLR0913 - by keyword only; most callers need three of them
    *,
    peer: Peer,
    settings: AssociationSettings,
    contexts: Sequence[ProposedContext],
    extensions: Sequence[ExtendedNegotiation] = (),
    operations_window: int = 1,
    interruption: Interruption | None = None,
    sock: "socket.socket | TlsStream | None" = None,
) -> "RequestedAssociation":
    """Connect, negotiate, and return the established association, also when no context was accepted.

    ``extensions`` are proposed for the SOP classes of contexts, one for each at most (PS3.7 D.3.3.5).
    ``operations_window`` above 1 proposes so many outstanding operations (0: unlimited). ``interruption``, set by
    another thread, ends the attempt and later aborts the association; it stays its maker's to close. ``sock`` is a
    connection that stands already, with TLS where the peer has it; it is taken over.

    Raises PeerUnreachableError, AssociationRejectedError, AssociationAbortedError, PeerTimeoutError, PeerProtocolError;
    UserIdentityError where the settings ask for a confirmation of the user name and none came; LocalError where this
    machine has no socket left; SettingsError where the
    titles, contexts, extensions or the identity cannot be sent.
    """
    with contextlib.ExitStack() as stack:
        if interruption is None:
            interruption = Interruption()
            stack.callback(interruption.close)
        try:
            association = _open(
                peer, settings, ProposedItems(contexts, extensions), operations_window, interruption, sock
            )
        except ConnectionInterruptedError as error:
            raise _interrupted() from error
        except PeerError as error:
            error.name_peer(_name(peer.ae_title, peer.host, peer.port))
            raise
        association.closes_later = stack.pop_all()
    return association


def _open(
    peer: Peer,
    settings: AssociationSettings,
    proposed: ProposedItems,
    operations_window: int,
    interruption: Interruption,
    sock: "socket.socket | TlsStream | None",
) -> "RequestedAssociation":
    timeouts = settings.timeouts
    connection = Connection(
        sock or _connect(peer, settings, interruption),
        interruption=interruption,
        stall_timeout_s=timeouts.socket_s,
        max_data_pdu_bytes=max(2 * settings.max_pdu_bytes, _SLACK_BYTES),
    )
    try:
        entity = make_entity("DICOMDESK", acse_timeout_s=timeouts.acse_s, dimse_timeout_s=timeouts.dimse_s)
        pumped = PumpedAssociation(entity, connection)
        propose(pumped, peer, settings, proposed.contexts, operations_window)
        negotiation = _negotiate(pumped, peer, settings, proposed)
    except BaseException:
        connection.close()
        raise
    return RequestedAssociation(pumped, negotiation, settings)


def _connect(peer: Peer, settings: AssociationSettings, interruption: Interruption) -> "socket.socket | TlsStream":
    """A connection to the peer, with TLS where it has it."""
    timeouts = settings.timeouts
    sock = dial(peer.host, peer.port, timeouts.connect_s, interruption)
    if peer.tls is None:
        return sock
    from dicomdesk.network.tls.tls_contexts import shake_hands  # noqa: PLC0415 - only where TLS is asked for

    return shake_hands(sock, peer.tls, peer.host, timeouts.acse_s, interruption)


def _negotiate(
    pumped: PumpedAssociation, peer: Peer, settings: AssociationSettings, proposed: ProposedItems
) -> Negotiation:
    items = user_items(settings.user_identity, proposed)
    try:
        answer = pumped.request_association(items)
        accept = pumped.dul.accept
        if answer is None or accept is None:
            if pumped.dul.rejection is not None:
                raise rejection_error(*pumped.dul.rejection, settings.calling_ae_title, peer.ae_title)
            raise _unanswered(pumped)
        negotiation = describe(pumped, peer, settings, accept, proposed)
        check_identity(negotiation.user_identity)
        pumped.is_established = True
    except (PeerError, ConnectionInterruptedError):
        pumped.abort()
        raise
    return negotiation


def _unanswered(pumped: PumpedAssociation) -> PeerError:
    error = pumped.end_error()
    if error is None:
        return PeerTimeoutError("The peer did not answer the association request in time", condition=READ_TIMEOUT)
    if pumped.connection.is_tls:
        from dicomdesk.network.wire.tls_errors import unanswered_error  # noqa: PLC0415 - only where TLS is in use

        return unanswered_error(error)
    if not isinstance(error, AssociationAbortedError) or error.source is not None:
        return error
    text = str(error)
    for words, said in _AT_REQUEST:
        text = text.replace(words, said)
    advice = error.advice or "The peer may take TLS only, or may not serve this machine."
    return AssociationAbortedError(text, condition=error.condition, advice=advice)


def _name(called_ae_title: str, host: str, port: int) -> str:
    """The peer at the beginning of a sentence."""
    return f"The peer {called_ae_title} ({host}:{port})"


def _interrupted() -> AssociationAbortedError:
    return AssociationAbortedError("The association was aborted on request")


class RequestedAssociation:
    """An established association. One thread at a time uses it; ``abort`` and the gauges are for any thread.

    An error of the peer, and a file that fails while it is sent, end the association: it is aborted and closed when the
    exception arrives.
    """

    def __init__(self, pumped: PumpedAssociation, negotiation: Negotiation, settings: AssociationSettings) -> None:
        self.negotiation = negotiation
        self._name = _name(negotiation.called_ae_title, negotiation.peer_host, negotiation.peer_port)
        self.closes_later = contextlib.ExitStack()
        """What is closed with the association."""
        self._pumped = pumped
        self._connection = pumped.connection
        self._use = threading.Lock()
        limits = send_limits(negotiation.peer_max_pdu_bytes, settings)
        self._max_pdu_bytes = limits.max_pdu_bytes
        self._dimse_timeout_s = settings.timeouts.dimse_s
        self._accepted = [context for context in negotiation.contexts if context.is_accepted]
        self._established = EstablishedAssociation(association=0, negotiation=negotiation)
        self._stream = StoreStream(pumped, self._established, limits, settings.timeouts.dimse_s)

    @property
    def bytes_sent(self) -> int:
        """Gauge: bytes given to the network so far."""
        return self._connection.bytes_sent

    @property
    def is_open(self) -> bool:
        """Whether the association can be used."""
        return self._connection.is_open

    def exchange(
        self,
        request: Request,
        handler: StoreHandler | None = None,
        observer: IncomingStoreObserver | None = None,
        *,
        number: int = 0,
    ) -> Exchange:
        """Send a request of any service but C-STORE, and iterate over the responses.

        ``handler`` takes the instances that the peer stores to us during a C-GET, in contexts for which the SCP role
        was agreed for us; without it they are a PeerProtocolError. ``observer`` is told of each of them. ``number``
        is what both know this association by.
        """
        stores = None if handler is None else (handler, observer or IncomingStoreObserver())
        return self._begin_exchange(Exchange, request, stores, self._name, number)

    def act(self, request: Request) -> "ReportedAction":
        """Begin an N-ACTION of storage commitment, which takes reports too; see ``ReportedAction``."""
        from dicomdesk.network.requestor.reported_action import ReportedAction  # noqa: PLC0415 - start-up time of all others

        return self._begin_exchange(ReportedAction, request)

    def ask(self, request: Request) -> Response:
        """Send a request and wait for its final response. Raises as ``Exchange``."""
        *_, final = self._begin_exchange(Exchange, request)
        return final

    def echo(self) -> int:
        """C-ECHO (PS3.7 9.1.5): the status that the peer answers.

        Raises PeerError where the peer did not accept verification; others where the association fails.
        """
        contexts = [context for context in self._accepted if context.abstract_syntax == VERIFICATION]
        if not contexts:
            with self._using():
                raise PeerError("The peer does not accept verification (C-ECHO)", condition=NO_CONTEXT)
        return self.ask(echo_request(contexts[0])).status

    def _begin_exchange(
        self,
        kind: type[ExchangeT],
        request: Request,
        stores: tuple[StoreHandler, IncomingStoreObserver] | None = None,
        peer: str = "The peer",
        number: int = 0,
    ) -> ExchangeT:
        return kind(
            self._pumped,
            replace(self._established, association=number),
            request,
            message_id=self._stream.next_message_id(),
            max_pdu_bytes=self._max_pdu_bytes,
            dimse_timeout_s=self._dimse_timeout_s,
            in_use=self._exchanging,
            stores=stores,
            peer=peer,
        )

    def skip_message_id(self) -> None:
        """Use up a message ID without sending; for the iterator that ``store_all`` takes its items from."""
        self._stream.next_message_id()

    def store_all(
        self,
        items: Iterator[StoreItem],
        observer: StoreObserver,
        originator: MoveOriginator | None = None,
        judge_odd: OddAnswerJudge | None = None,
    ) -> None:
        """C-STORE each item, in order; the observer is told of each request and each answer, on this thread.

        The next item is taken when the previous one has been sent, before its answer is read. When the iterator raises,
        outstanding answers are collected, then the exception goes on and the association stays usable. ``originator``
        is who asked for the instances by C-MOVE. Where one request is outstanding, ``judge_odd`` is asked of an answer
        that has another message ID or comes in another context; without it such an answer is a PeerProtocolError.
        """
        with self._using():
            self._stream.prepare(observer, originator, judge_odd)
            self._stream.store_all(items)

    def release(self) -> None:
        """Release (PS3.8 7.2), waiting for the answer up to the ACSE timeout; nothing when it is over already."""
        if not self.is_open:
            return
        with self._using():
            self._pumped.release()
            if not self._pumped.is_released:
                raise self._pumped.end_error() or PeerTimeoutError(
                    "The peer did not answer the release request in time", condition=READ_TIMEOUT
                )
        self._end()

    def abort(self) -> None:
        """Abort at once. Any thread, any time: a thread that uses the association gets AssociationAbortedError."""
        self._connection.interruption.set()
        self._end_if_interrupted()

    @contextlib.contextmanager
    def _using(self) -> Iterator[None]:
        """Hold the association for an operation: errors of the peer, and an abort on request, end the association."""
        try:
            with self._use:
                if not self.is_open:
                    raise AssociationAbortedError("The association is over")
                try:
                    yield
                except ConnectionInterruptedError as error:
                    raise _interrupted() from error
                except PeerError as error:
                    error.name_peer(self._name)
                    self._end()
                    raise
                except Exception:
                    if self._stream.is_inside_message:
                        self._end()
                    raise
        finally:
            self._end_if_interrupted()

    @contextlib.contextmanager
    def _exchanging(self) -> Iterator[None]:
        """An exchange: the association ends unless it comes to its final response."""
        is_complete = False
        with self._using():
            try:
                yield
                is_complete = True
            finally:
                if not is_complete:
                    self._end()

    def _end_if_interrupted(self) -> None:
        """Carry out an abort on request, unless a thread is using the association: it will do so itself."""
        if self._connection.interruption.is_set and self._use.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._use.release()

    def _end(self) -> None:
        """Abort where the association still stands, and close everything."""
        self._pumped.abort()
        self._connection.close()
        self.closes_later.close()
