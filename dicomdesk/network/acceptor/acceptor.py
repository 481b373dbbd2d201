"""One incoming connection, from its first byte to its end: negotiation, messages, release or abort (PS3.8 9.2)."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import field, replace
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from dicomdesk.errors import DicomdeskError, LocalError, PeerError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.acceptor.access_control import AccessControl, Refusal
from dicomdesk.network.acceptor.association_answer import (
    LOCAL_LIMIT_EXCEEDED,
    Acceptance,
    Judge,
    Rejection,
    TransportFacts,
    answer_request,
    check_protocol,
    refuse,
)
from dicomdesk.network.acceptor.association_places import Holder
from dicomdesk.network.acceptor.interpreter_turns import HeavyTurns
from dicomdesk.network.acceptor.message_reception import Reception, refused_command
from dicomdesk.network.acceptor.observers import IncomingAssociation, ListenerObserver
from dicomdesk.network.acceptor.operation import Operation, Services
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, StoreHandler
from dicomdesk.network.negotiation import PEER_CLOSED, ExtendedNegotiation
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy
from dicomdesk.network.upper_layer.association_pdus import (
    ABORT_SOURCE_PROVIDER,
    ABORT_SOURCE_USER,
    RELEASE_RP,
    AssociateRequest,
    read_associate_request,
    write_abort,
)
from dicomdesk.network.upper_layer.pdu_reader import (
    LARGEST_DATA_PDU_BYTES,
    AbortReason,
    Fragment,
    Pdu,
    PduError,
    PduReader,
    PduType,
)
from dicomdesk.network.wire.incoming_connection import LONGEST_FAREWELL_S, READ_TIMEOUT, IncomingConnection
from dicomdesk.network.wire.peer_pace import Pace
from dicomdesk.records import dataclass
from dicomdesk.settings import AccessRules, PlaceRules, Timeouts

if TYPE_CHECKING:
    import ssl

logger = logging.getLogger(__name__)

_FAREWELL_WHILE_STOPPING_S = 0.5
_STOPPED = "the receiver is being stopped"


class AcceptorState(Enum):
    """Where a connection is; the states of PS3.8 9.2.1 in brackets."""

    AWAITING_REQUEST = "awaiting-request"
    """[Sta2] Also during a TLS handshake."""
    ESTABLISHED = "established"
    """[Sta6]"""
    ENDED = "ended"
    """[Sta13] Nothing more is read but to let the peer close."""


class StopMode(Enum):
    """How far a listener is stopped."""

    RUNNING = "running"
    AFTER_INSTANCE = "after-instance"
    """Finish the instance that is being received, then abort."""
    AT_ONCE = "at-once"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorSettings:
    """What all associations of a listener have in common."""

    policy: AcceptancePolicy
    max_pdu_bytes: int
    timeouts: Timeouts
    ssl_context: "ssl.SSLContext | None" = None
    """None for plain connections."""
    access: AccessControl = field(default_factory=lambda: AccessControl(AccessRules()))
    """Whom to serve."""
    places: PlaceRules = field(default_factory=PlaceRules)
    """How slow a peer may be."""
    heavy_turns: HeavyTurns = field(default_factory=HeavyTurns)
    """One for all."""


class Admission(Protocol):
    """Numbers and places for associations, given out by the listener; called on the threads of the associations."""

    def next_number(self) -> int:
        """The number of the association that is asked for, from 1."""
        ...

    def take_place(self, holder: Holder, address: str) -> str:
        """Let one more association be established, which counts until ``leave``: "" then, else why there is no room.

        Waits for a place where there is none.
        """
        ...

    def leave(self, holder: Holder) -> None:
        """The association is over, has given way, or is to wait for a place no longer."""
        ...

    def remark(self, kind: str, address: str) -> str | None:
        """Return what to append to a remark of this kind about an address; None where there were too many of them."""
        ...

    def host_name(self, address: str) -> str:
        """The name to show for an address; may take long."""
        ...


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Handler and observer of all associations, and what else is called for them."""

    handler: StoreHandler
    observer: ListenerObserver
    services: Services | None = None
    """Who answers what is neither C-STORE nor C-ECHO."""
    judge: Judge | None = None
    """Who decides about each association in the place of the policy."""
    ended: Callable[[int], None] | None = None
    """Called with the number of each association that is over, before the observer hears of its end."""


class Acceptor:
    """One connection and its association; ``run`` is for their thread, ``stop`` and the gauges are for any."""

    def __init__(
        self,
        sock: socket.socket,
        address: tuple[str, int],
        *,
        settings: AcceptorSettings,
        callbacks: Callbacks,
        admission: Admission,
    ) -> None:
        self._connection = IncomingConnection(
            sock, send_timeout_s=settings.timeouts.socket_s, least_bytes_per_s=settings.places.least_bytes_per_s
        )
        self._pace = Pace(settings.places)
        self._host, self._port = address
        self._settings = settings
        self._callbacks = callbacks
        self._observer = callbacks.observer
        self._admission = admission
        self._reader = PduReader()
        self._longest_data_pdu_bytes = settings.max_pdu_bytes
        """What passes without a warning."""
        self._reception: Reception | None = None
        self._state = AcceptorState.AWAITING_REQUEST
        self._stop_mode = StopMode.RUNNING
        self._stop_reason = _STOPPED
        self._is_cut = False
        self._has_failed = False
        self._number = 0
        acse_s = settings.timeouts.acse_s
        self._request_deadline = None if acse_s is None else monotonic() + acse_s
        self._farewell_s = LONGEST_FAREWELL_S

    @property
    def bytes_received(self) -> int:
        """Gauge."""
        return self._connection.bytes_received

    @property
    def peer_address(self) -> str:
        """Address where the connection comes from."""
        return self._host

    @property
    def state(self) -> AcceptorState:
        """Changes at any time while ``run`` runs."""
        return self._state

    @property
    def has_failed(self) -> bool:
        """Whether the connection ended by an abort or a loss; for its thread, after ``run``."""
        return self._has_failed

    def stop(self, mode: StopMode) -> None:
        """Make ``run`` end soon; to be called again with a stronger mode, and any number of times."""
        if self._stop_mode is StopMode.AT_ONCE:
            return
        self._stop_mode = mode
        self._connection.hurry()
        reception = self._reception
        if mode is StopMode.AT_ONCE or reception is None or reception.is_between_messages:
            self._connection.interrupt()
        if reception is None:
            self._admission.leave(self)

    def cut(self, reason: str = _STOPPED) -> None:
        """Make ``run`` end now, without an A-ABORT; also when it waits for the peer to take data."""
        self._stop_reason = reason
        self._is_cut = True
        self._stop_mode = StopMode.AT_ONCE
        self._connection.interrupt(at_once=True)
        self._admission.leave(self)

    def lingering_s(self) -> float:
        """See ``Holder``."""
        return self._pace.lingering_s()

    def give_way(self, reason: str) -> None:
        """See ``Holder``: with an A-ABORT, unless the peer takes no data."""
        if self._connection.is_blocked:
            self.cut(reason)
        else:
            self._stop_reason = reason
            self.stop(StopMode.AT_ONCE)

    def run(self) -> None:
        """Serve the connection to its end; raises nothing."""
        try:
            self._serve()
        except PduError as error:
            self._abort(str(error), source=ABORT_SOURCE_PROVIDER, reason=error.reason)
        except PeerProtocolError as error:
            self._abort(str(error))
        except PeerError as error:
            self._handle_silence_or_loss(error)
        except LocalError as error:
            self._abort(str(error))
        except Exception:
            # The top of a worker: a defect of ours, or of a handler, ends this association only.
            logger.exception("Association %d ended by a defect", self._number)
            self._abort("internal error")
        finally:
            self._close()

    def _serve(self) -> None:
        turns = self._settings.heavy_turns
        if self._settings.ssl_context is not None:
            self._connection.start_tls(self._settings.ssl_context, self._limit_s())
        while self._state is not AcceptorState.ENDED:
            count = self._receive()
            if count == 0:
                self._end_of_stream()
                return
            if turns.are_kept:
                with turns.turn(self.bytes_received):
                    self._take(count)
            else:
                self._take(count)
            if self._callbacks.services is not None:
                self._perform_due(self._callbacks.services)
            if self._stop_mode is not StopMode.RUNNING and self._must_stop():
                self._abort(self._stop_reason)

    def _receive(self) -> int:
        """Receive into the reader's space; 0 at the end of the stream. Raises PeerError, also for slow messages."""
        pace = self._pace
        limit_s = self._limit_s()
        pace.waits()
        count = self._connection.receive_into(self._reader.space, limit_s)
        if pace.received(count) and count:
            rules = self._settings.places
            raise PeerTimeoutError(
                f"{self._host} sent a message too slowly: less than {rules.least_bytes_per_s} bytes a second "
                f"for {rules.patience_s:g} s",
                condition=READ_TIMEOUT,
            )
        return count

    def _take(self, count: int) -> None:
        for piece in self._reader.pieces(count):
            if isinstance(piece, Fragment):
                if self._reception is None:
                    raise PduError("P-DATA-TF PDU before an association was established", AbortReason.UNEXPECTED_PDU)
                self._reception.take(piece)
            else:
                self._take_pdu(piece)
                if self._state is AcceptorState.ENDED:
                    return
        reader, reception = self._reader, self._reception
        is_inside = reader.is_inside_pdu
        if reception is not None:
            reception.wait()
            is_inside = is_inside or reception.awaits_rest
        self._pace.is_at(inside_message=is_inside)
        if reader.largest_data_pdu_bytes > self._longest_data_pdu_bytes:
            self._warn_of_long_pdu()

    def _perform_due(self, services: Services) -> None:
        """Perform the operations that were asked for, one after the other."""
        reception = self._reception
        while reception is not None and self._state is AcceptorState.ESTABLISHED:
            message = reception.next_due()
            if message is None:
                return
            try:
                if not services(Operation(message, _Wire(self, reception))):
                    raise refused_command(message.field)
            finally:
                reception.operation_ended(message.message_id)

    def take_input(self, *, waits: bool) -> None:
        """Take in what has arrived during an operation, or wait for it; see ``OperationWire``."""
        while waits or self._connection.has_input():
            count = self._receive()
            if count == 0:
                self._end_of_stream()
            else:
                self._take(count)
            if self._state is AcceptorState.ENDED:
                raise PeerError("The association has ended")
            if waits:
                break
        if self._stop_mode is not StopMode.RUNNING:
            raise LocalError(self._stop_reason)

    @property
    def connection(self) -> IncomingConnection:
        """Connection of the association; for its thread."""
        return self._connection

    def _warn_of_long_pdu(self) -> None:
        """Once: DCMTK would abort, but nothing is lost by taking it."""
        self._longest_data_pdu_bytes = LARGEST_DATA_PDU_BYTES
        self._observer.warned(
            self._number,
            f"the peer sends PDUs of {self._reader.largest_data_pdu_bytes} bytes, "
            f"although at most {self._settings.max_pdu_bytes} were announced",
        )

    def _take_pdu(self, pdu: Pdu) -> None:
        action = _ACTIONS.get((self._state, pdu.pdu_type))
        if action is None:
            raise PduError(f"Unexpected PDU of type {pdu.pdu_type.name}", AbortReason.UNEXPECTED_PDU)
        action(self, pdu.body)

    def _limit_s(self) -> float | None:
        """Longest time to wait for the next bytes."""
        slowest_s = self._pace.wait_limit_s
        if self._reception is None:
            limit_s = None if self._request_deadline is None else self._request_deadline - monotonic()
            if limit_s is not None and limit_s <= 0:  # it may be sending without a pause
                raise PeerTimeoutError("The peer did not ask for an association in time", condition=READ_TIMEOUT)
        else:
            timeouts = self._settings.timeouts
            limit_s = timeouts.socket_s if self._reader.is_inside_pdu else timeouts.dimse_s
        if limit_s is None or slowest_s is None:
            return slowest_s if limit_s is None else limit_s
        return min(limit_s, slowest_s)

    def _must_stop(self) -> bool:
        reception = self._reception
        return self._stop_mode is StopMode.AT_ONCE or reception is None or reception.is_between_messages

    # -- negotiation

    def _answer_request(self, body: bytes) -> None:
        request = read_associate_request(body)
        self._number = self._admission.next_number()
        thread = threading.current_thread()
        thread.name = thread.name.replace("association-from", f"association-{self._number}-from")
        host = self._admission.host_name(self._host)
        self._observer.association_received(self._describe(request, host))
        answer = self._decide(request, host)
        for warning in answer.warnings:
            self._observer.warned(self._number, warning)
        if isinstance(answer, Rejection):
            self._end()
            self._observer.association_refused(self._number, answer.reason_text)
            self._send_last(answer.pdu)
        else:
            self._establish(answer)

    def _decide(self, request: AssociateRequest, host: str) -> Acceptance | Rejection:
        """An association that is accepted counts from now on; one that is not served never takes room from others."""
        settings, tls = self._settings, self._connection.tls
        wrong_protocol = check_protocol(request)
        if wrong_protocol is not None:
            return wrong_protocol
        refusal = settings.access.check(request, self._host, tls)
        if refusal is not None:
            told = f"refused {request.calling_ae_title or 'nobody'} from {host}: {refusal.text}"
            return replace(refuse(refusal), warnings=(told,))
        policy: AcceptancePolicy | Refusal = settings.policy
        if self._callbacks.judge is not None:
            policy = self._callbacks.judge(self._describe(request, host))
        if isinstance(policy, Refusal):
            return refuse(policy)
        facts = TransportFacts(peer_host=host, peer_port=self._port, tls=tls, peer_address=self._host)
        confirms = settings.access.checks_identity
        answer = answer_request(request, policy, settings.max_pdu_bytes, facts, confirms_identity=confirms)
        if isinstance(answer, Acceptance) and (lack := self._admission.take_place(self, self._host)):
            more = self._admission.remark("place", self._host)
            return replace(LOCAL_LIMIT_EXCEEDED, warnings=() if more is None else (lack + more,))
        return answer

    def _describe(self, request: AssociateRequest, host: str) -> IncomingAssociation:
        return IncomingAssociation(
            association=self._number,
            peer_host=host,
            peer_port=self._port,
            peer_address=self._host,
            calling_ae_title=request.calling_ae_title,
            called_ae_title=request.called_ae_title,
            contexts=request.contexts,
            max_pdu_bytes=request.max_pdu_bytes,
            implementation_class_uid=request.implementation_class_uid,
            implementation_version=request.implementation_version,
            user_identity=request.user_identity.exchange() if request.user_identity else None,
            extensions=tuple(
                ExtendedNegotiation(sop_class_uid=uid, information=information)
                for uid, information in request.extended_negotiation.items()
            ),
        )

    def _establish(self, acceptance: Acceptance) -> None:
        negotiation = acceptance.negotiation
        established = EstablishedAssociation(association=self._number, negotiation=negotiation)
        callbacks = self._callbacks
        has_services = callbacks.services is not None
        self._reception = Reception(
            established, callbacks.handler, callbacks.observer, self._connection.send, has_services=has_services
        )
        self._state = AcceptorState.ESTABLISHED
        self._observer.association_accepted(self._number, negotiation)
        self._connection.send(acceptance.pdu)

    # -- ends

    def _answer_release(self, _body: bytes) -> None:
        if self._is_inside_message():
            self._observer.warned(self._number, "the peer released the association in the middle of a message")
        self._end()
        self._observer.association_released(self._number)
        self._send_last(RELEASE_RP)

    def _take_abort(self, body: bytes) -> None:
        self._farewell_s = 0.0
        is_provider = len(body) == 4 and body[2] == ABORT_SOURCE_PROVIDER
        reason = f"its DICOM upper layer gave up (reason {body[3]})" if is_provider else "asked for by its application"
        self._fail(f"The peer aborted the association: {reason}", by_peer=True)

    def _end_of_stream(self) -> None:
        """The peer closed, or ``stop`` ended the wait."""
        if self._stop_mode is not StopMode.RUNNING:
            self._abort(self._stop_reason)
            return
        self._farewell_s = 0.0
        where = " in the middle of a message" if self._is_inside_message() else ""
        self._fail(f"{PEER_CLOSED}{where}", by_peer=True)

    def _is_inside_message(self) -> bool:
        reception = self._reception
        return self._reader.is_inside_pdu or (reception is not None and not reception.is_between_messages)

    def _handle_silence_or_loss(self, error: PeerError) -> None:
        if self._state is AcceptorState.ENDED:
            return
        if isinstance(error, PeerTimeoutError):
            self._abort(error.condition if self._reception is None else str(error))
        else:
            self._farewell_s = 0.0
            text = PEER_CLOSED if self._has_only_looked(error) else str(error)
            self._fail(self._stop_reason if self._is_cut else text, by_peer=not self._is_cut)

    def _has_only_looked(self, error: PeerError) -> bool:
        """Whether the peer reset a connection over which it had sent nothing, as some health checks do."""
        is_reset = isinstance(error.__cause__, ConnectionResetError) and self._settings.ssl_context is None
        return is_reset and not self._number and not self._is_inside_message()

    def _abort(self, text: str, *, source: int = ABORT_SOURCE_USER, reason: int = 0) -> None:
        """Send an A-ABORT (action AA-1 or AA-8) unless the association has ended already."""
        if self._state is not AcceptorState.ENDED:
            self._fail(text, by_peer=False)
            self._send_last(write_abort(source, reason))

    def _fail(self, text: str, *, by_peer: bool) -> None:
        """The connection ends without release: say so to whom it concerns."""
        was_established = self._state is AcceptorState.ESTABLISHED
        self._has_failed = True
        self._end()
        if was_established:
            self._observer.association_aborted(self._number, text, by_peer=by_peer)
        elif self._number:
            self._observer.association_refused(self._number, text)
        else:
            more = self._admission.remark("request", self._host)
            if more is not None:
                self._observer.request_failed(self._admission.host_name(self._host), text + more)

    def _end(self) -> None:
        """Leave whatever state it is: what is incomplete is discarded before anyone hears of the end."""
        self._state = AcceptorState.ENDED
        if self._reception is not None:
            self._reception.abandon()
        self._admission.leave(self)
        if self._callbacks.ended is not None and self._number:
            self._callbacks.ended(self._number)

    def _send_last(self, pdu: bytes) -> None:
        with contextlib.suppress(DicomdeskError):  # the peer may have gone: there is nobody left to tell
            self._connection.send(pdu)

    def _close(self) -> None:
        is_stopping = self._stop_mode is not StopMode.RUNNING
        self._connection.close(farewell_s=min(self._farewell_s, _FAREWELL_WHILE_STOPPING_S if is_stopping else 60.0))


_ACTIONS: dict[tuple[AcceptorState, PduType], Callable[[Acceptor, bytes], None]] = {
    (AcceptorState.AWAITING_REQUEST, PduType.ASSOCIATE_RQ): Acceptor._answer_request,
    (AcceptorState.AWAITING_REQUEST, PduType.ABORT): Acceptor._take_abort,
    (AcceptorState.ESTABLISHED, PduType.RELEASE_RQ): Acceptor._answer_release,
    (AcceptorState.ESTABLISHED, PduType.ABORT): Acceptor._take_abort,
}
"""What is expected when (PS3.8 9.2.3); everything else is answered with an A-ABORT."""


class _Wire:
    """The association as an operation uses it."""

    def __init__(self, acceptor: Acceptor, reception: Reception) -> None:
        self._acceptor = acceptor
        self.connection = acceptor.connection
        self.fileno = acceptor.connection.fileno
        self.max_pdu_bytes = reception.max_send_pdu_bytes
        self.reply = reception.reply
        self.take_input = acceptor.take_input
        self.is_cancelled = reception.is_cancelled
        self.expect = reception.expect
        self.answer = reception.answer
