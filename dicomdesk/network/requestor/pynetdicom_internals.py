"""All internals of pynetdicom that dicomdesk touches: its upper layer, without threads or polling.

pynetdicom negotiates, releases and aborts; it is driven by whichever thread uses the association, through a
``Connection``. ``PumpedDul.send_pdu`` runs the state machine (PS3.8 9.2) at once; ``PumpedDul.receive_pdu`` waits on
the socket until something is there for the user. No reactor thread is ever started, and no message comes this way.

A contract test checks that pynetdicom still has what is used here, with the meaning that is assumed here.
"""

import logging
import warnings
from collections.abc import Callable, Sequence
from operator import itemgetter
from struct import Struct
from time import monotonic
from typing import Any

from pydicom import config as pydicom_config
from pynetdicom import _config
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dul import DULServiceProvider
from pynetdicom.fsm import InvalidEventError
from pynetdicom.pdu_primitives import A_ABORT, A_ASSOCIATE, A_P_ABORT, A_RELEASE, P_DATA
from pynetdicom.transport import T_CONNECT, AddressInformation, AssociationSocket

from dicomdesk.errors import (
    AssociationAbortedError,
    PeerError,
    PeerProtocolError,
    PeerReleasedError,
    PeerTimeoutError,
    ProposalTooLongError,
)
from dicomdesk.network.upper_layer.associate_accepts import AssociateAccept, read_associate_accept, write_plain_accept
from dicomdesk.network.upper_layer.association_items import (
    LONGEST_ITEM_BYTES,
    USER_INFORMATION,
    read_items,
    write_item,
    write_pdu,
)
from dicomdesk.network.upper_layer.data_pdus import PDU_HEADER_BYTES
from dicomdesk.network.upper_layer.pdu_reader import PduError
from dicomdesk.network.upper_layer.rejection import abort_error
from dicomdesk.network.wire.connection import PEER_RELEASED, Connection

UserPrimitive = A_ASSOCIATE | A_RELEASE | A_ABORT | A_P_ABORT

IDLE, CLOSING = "Sta1", "Sta13"
"""States of the upper layer (PS3.8 9.2.1) that are looked at: no association, awaiting close."""

_CONNECTION_CONFIRMED, _CONNECTION_CLOSED, _INVALID_PDU = "Evt2", "Evt17", "Evt19"
"""Events of the upper layer (PS3.8 9.2.2) that arise here."""

_REQUEST_PDU, _ACCEPT_PDU, _REJECT_PDU, _ABORT_PDU, _SHORT_PDU_BYTES = 0x01, 0x02, 0x03, 0x07, 10

_PDU_NAMES = {
    _REQUEST_PDU: "A-ASSOCIATE-RQ",
    _ACCEPT_PDU: "A-ASSOCIATE-AC",
    _REJECT_PDU: "A-ASSOCIATE-RJ",
    4: "P-DATA-TF",
    5: "A-RELEASE-RQ",
    6: "A-RELEASE-RP",
    _ABORT_PDU: "A-ABORT",
}

_ITEM = Struct(">BxH")
_FIXED_BYTES = 74
_REQUEST, _ASSOCIATE = "A-ASSOCIATE-RQ", "A-ASSOCIATE"


def _silence_pynetdicom() -> None:
    """Set the global switches of pynetdicom and pydicom: their records and remarks repeat what we raise, and hold what
    came from the wire, identifiers of patients included.
    """
    warnings.filterwarnings("ignore", module=r"pydicom\.")
    pydicom_config.settings.reading_validation_mode = pydicom_config.IGNORE
    _config.LOG_HANDLER_LEVEL = "none"
    _config.LOG_REQUEST_IDENTIFIERS = False
    _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.CODECS = ("ascii", "iso8859-1")
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)


_silence_pynetdicom()


class ConnectionSocket(AssociationSocket):
    """pynetdicom's view of a connection that is established already."""

    def __init__(self, association: "PumpedAssociation", connection: Connection) -> None:
        super().__init__(association, client_socket=connection.socket)
        self.connection = connection
        self._provider = association.dul
        self.is_parting = False
        """Whether what is sent from now on may be lost, but must not wait."""
        self.user_items: Sequence[tuple[int, bytes]] = ()
        """What the A-ASSOCIATE-RQ says beside that which pynetdicom writes."""
        # The base class announces an incoming connection; ours is the answer to T_CONNECT instead.
        self.event_queue.get_nowait()

    def connect(self, primitive: T_CONNECT) -> None:
        """Confirm the transport connection."""
        primitive.result = _CONNECTION_CONFIRMED
        self.provider_queue.put(primitive)

    def send(self, bytestream: bytes) -> None:
        """Send a whole PDU; a failure is kept for the user and closes the association."""
        if bytestream[0] == _REQUEST_PDU:
            bytestream = with_user_items(bytestream, self.user_items)
        try:
            if self.is_parting:
                self.connection.send_parting(bytestream)
            else:
                self.connection.send(bytestream)
        except PeerError as error:
            self._provider.fail(error, _CONNECTION_CLOSED)

    @property
    def ready(self) -> bool:
        """Unused: the pump waits on the connection itself."""
        return False

    def close(self) -> None:
        """Close the connection and tell the state machine."""
        if self.socket is None:
            return
        self._shutdown_socket()
        self.socket = None
        self._is_connected = False
        self.event_queue.put(_CONNECTION_CLOSED)

    def _shutdown_socket(self) -> None:
        self.connection.close()


class PumpedDul(DULServiceProvider):
    """The upper layer service provider, run by the thread that calls it."""

    def __init__(self, association: "PumpedAssociation", connection: Connection) -> None:
        super().__init__(association)
        self.connection = connection
        self.failure: PeerError | None = None
        """The first thing that went wrong on the connection, in plain words."""
        self.rejection: tuple[int, int, int] | None = None
        """Result, source and reason of an A-ASSOCIATE-RJ, also those that the standard does not know."""
        self.peer_abort: tuple[int, int] | None = None
        """Source and reason of the peer's A-ABORT."""
        self.accept: AssociateAccept | None = None
        """The A-ASSOCIATE-AC as it came; pynetdicom is given a plain one in its place."""
        self._last_pdu_type = 0

    @property
    def state(self) -> str:
        """The state of PS3.8 9.2.1, "Sta1" to "Sta13"."""
        return str(self.state_machine.current_state)

    def fail(self, error: PeerError, event: str) -> None:
        """Keep the reason and tell the state machine."""
        if self.failure is None:
            self.failure = error
        self.event_queue.put(event)

    def send_pdu(self, primitive: UserPrimitive | P_DATA) -> None:
        """Encode the primitive and send it before returning; nothing is sent where the state does not allow it."""
        super().send_pdu(primitive)
        self.run_pending()

    def run_pending(self) -> None:
        """Run the state machine until no event and no primitive of the user is left."""
        while self._has_event():
            try:
                self.state_machine.do_action(self.event_queue.get_nowait())
            except InvalidEventError:
                # The association is over and the user does not know yet.
                self.to_provider_queue.queue.clear()

    def _has_event(self) -> bool:
        """Whether the state machine has something to do: the next primitive of the user, or a close that is due."""
        if not self.event_queue.empty() or self._process_recv_primitive():
            return True
        return self.state == CLOSING and self._close()

    def _close(self) -> bool:
        """State 13: the last PDU is out. False when the connection was closed before."""
        if self.socket is None or self.socket.socket is None:
            return False
        self.socket.close()
        return True

    def feed(self, pdu: memoryview | bytes) -> None:
        """Process one PDU that was read from the connection by someone else."""
        self._last_pdu_type = pdu[0]
        if pdu[0] == _ABORT_PDU:  # it is one, whatever its length
            pdu = write_pdu(_ABORT_PDU, bytes(pdu[PDU_HEADER_BYTES:_SHORT_PDU_BYTES]).ljust(4, b"\0"))
            self.peer_abort = (pdu[8], pdu[9])
        elif pdu[0] == _REJECT_PDU and len(pdu) >= _SHORT_PDU_BYTES:
            self.rejection = (pdu[7], pdu[8], pdu[9])
        try:
            if pdu[0] == _ACCEPT_PDU:
                pdu = self._take_accept(bytes(pdu))
            decoded, event = self._decode_pdu(bytearray(pdu))
        except PduError as error:
            failure = PeerProtocolError(
                f"The peer gave an answer to the association request that cannot be read: {error}",
                condition="DUL Illegal or ill-formed PDU",
            )
            self.fail(failure, _INVALID_PDU)
        except Exception:  # noqa: BLE001 - whatever pynetdicom trips over, the PDU is to blame
            failure = PeerProtocolError(
                f"The peer sent a PDU of type {pdu[0]:02X} hexadecimal that cannot be decoded",
                condition="DUL Illegal or ill-formed PDU",
            )
            self.fail(failure, _INVALID_PDU)
        else:
            self._recv_pdu.put(decoded)
            self.event_queue.put(event)
        self._run_guarded()

    @property
    def last_pdu(self) -> str:
        """What the peer sent last, by its name."""
        return _PDU_NAMES.get(self._last_pdu_type, "a PDU")

    def _take_accept(self, pdu: bytes) -> bytes:
        """Read an A-ASSOCIATE-AC; what pynetdicom is to see of it. Raises PduError."""
        accept = read_associate_accept(pdu)
        self.accept = self.accept or accept
        usable, refused = {}, {}
        for context in self.assoc.requestor.requested_contexts:
            context_id, syntaxes = context.context_id or 0, [str(uid) for uid in context.transfer_syntax or ()]
            answer = accept.contexts.get(context_id)
            accepted = answer.transfer_syntaxes if answer is not None else ()
            if len(accepted) == 1 and accepted[0] in syntaxes:
                usable[context_id] = accepted[0]
            else:
                refused[context_id] = syntaxes[0]
        return write_plain_accept(usable, refused, accept.max_pdu_bytes)

    def _run_guarded(self) -> None:
        """Run the state machine; what a PDU makes it trip over ends the association, not the program."""
        try:
            self.run_pending()
        except Exception:  # noqa: BLE001 - the state machine and DIMSE decoding run on bytes of the peer
            self._recv_pdu.queue.clear()
            self.to_provider_queue.queue.clear()
            failure = PeerProtocolError(
                "The peer sent a message that cannot be decoded",
                condition="DIMSE Badly formed message",
            )
            self.fail(failure, _INVALID_PDU)
            self.run_pending()

    def pump(self, deadline: float | None = None) -> bool:
        """Wait for one PDU and process it; False when the deadline has passed or the association is over.

        The deadline also ends the patience with a peer that sends on and on but never what is waited for.
        """
        if not self.connection.is_open:
            return False
        try:
            _, pdu = self.connection.read_pdu(deadline)
        except PeerTimeoutError as error:
            if deadline is None or monotonic() < deadline:
                self.fail(error, _CONNECTION_CLOSED)
                self.run_pending()
            return False
        except AssociationAbortedError as error:
            self.fail(error, _CONNECTION_CLOSED)
            self.run_pending()
        except PeerProtocolError as error:
            self.fail(error, _INVALID_PDU)
            self.run_pending()
        else:
            self.feed(pdu)
        return deadline is None or monotonic() < deadline

    def receive_pdu(self, wait: bool = False, timeout: float | None = None) -> UserPrimitive | None:  # noqa: FBT001, FBT002 - pynetdicom's signature
        """The next primitive for the user: of those there, or after waiting for the peer up to ``timeout`` seconds."""
        deadline = None if timeout is None else monotonic() + timeout
        self.run_pending()
        while wait and self.to_user_queue.empty():
            if not self.pump(deadline):
                break
        primitive: UserPrimitive | None = super().receive_pdu(wait=False)
        return primitive

    def is_alive(self) -> bool:
        """Whether the association can still exchange PDUs."""
        return self.state != IDLE

    def start(self) -> None:
        """Not used: there is no thread."""
        raise RuntimeError("a pumped provider has no thread")

    def stop_dul(self) -> bool:
        """Nothing is to be stopped."""
        return True


class DeafDimse(DIMSEServiceProvider):
    """pynetdicom's DIMSE service provider, which is given P-DATA while the association is released (PS3.8 9.2.3 AR-6).

    All other messages are read elsewhere, from the connection.
    """

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Nobody waits for a message any more."""


class PumpedAssociation(Association):
    """pynetdicom's association, as the requestor, in the thread of its user."""

    def __init__(self, entity: ApplicationEntity, connection: Connection) -> None:
        super().__init__(entity, "requestor")
        self.connection = connection
        self.dul: PumpedDul = PumpedDul(self, connection)
        self.dimse: DeafDimse = DeafDimse(self)
        self.acse_timeout = entity.acse_timeout
        self.network_timeout = None
        self._is_paused = True
        """pynetdicom's sign that no reactor competes for messages."""
        self._socket = ConnectionSocket(self, connection)
        self.set_socket(self._socket)
        self._set_addresses()

    def _set_addresses(self) -> None:
        """Give pynetdicom the addresses of both ends, which its state machine reports when it closes."""
        self.requestor.address_info = _address(self.connection.socket.getsockname)
        self.acceptor.address_info = _address(self.connection.socket.getpeername)

    def kill(self) -> None:
        """Mark the association as over; there is no thread to end."""
        self._kill = True
        self.is_established = False

    def run_reactor(self) -> None:
        """Not used: there is no thread."""
        raise RuntimeError("a pumped association has no thread")

    def start(self) -> None:
        """Not used: there is no thread."""
        raise RuntimeError("a pumped association has no thread")

    def _abort_blocking(self, block: bool = True) -> None:  # noqa: FBT001, FBT002, ARG002 - pynetdicom's signature
        """Send A-ABORT when a PDU may begin now, and close; without waiting, once."""
        if self._sent_abort or self.is_released:
            return
        self._sent_abort = True
        if self.connection.is_open and self.connection.is_between_pdus:
            self._socket.is_parting = True
            self.acse.send_abort(0x00)
        self.connection.close()
        self.is_aborted = True
        self.kill()

    def release(self) -> None:
        """Ask for release and wait for the answer up to the ACSE timeout (PS3.8 7.2); ``is_released`` tells."""
        deadline = None if self.acse_timeout is None else monotonic() + self.acse_timeout
        self.acse.send_release()
        while True:
            remaining = None if deadline is None else max(0.0, deadline - monotonic())
            primitive = self.dul.receive_pdu(wait=True, timeout=remaining)
            if not isinstance(primitive, A_RELEASE):
                return
            if primitive.result is not None:
                self.is_released = True
                self.kill()
                return
            # Release collision (PS3.8 7.2.2.7): the requestor answers first.
            self.acse.send_release(is_response=True)

    def request_association(self, user_items: Sequence[tuple[int, bytes]] = ()) -> A_ASSOCIATE | None:
        """Send A-ASSOCIATE-RQ and wait for the answer; None when the association ended instead, or nothing came.

        ``user_items`` are types and values of user information that pynetdicom does not write for us. Raises
        ProposalTooLongError.
        """
        self._socket.user_items = user_items
        self.acse.send_request()
        answer = self.dul.receive_pdu(wait=True, timeout=self.acse_timeout)
        if not isinstance(answer, A_ASSOCIATE) or self.dul.rejection is not None:
            return None
        self.acceptor.primitive = answer
        return answer

    def end_error(self) -> PeerError | None:
        """Error that ended the association, in plain words; None while it stands.

        A release that the peer asked for is answered: it ends the association as well.
        """
        if self.dul.peer_abort is not None:
            return abort_error(*self.dul.peer_abort)
        if self.dul.failure is not None:
            return self.dul.failure
        if self.acse.is_release_requested():
            self._socket.is_parting = True
            self.acse.send_release(is_response=True)
            return PeerReleasedError(
                "The peer released the association in the middle of an operation", condition=PEER_RELEASED
            )
        if self.dul.state == IDLE:
            return PeerProtocolError(
                f"The peer sent {self.dul.last_pdu}, which the standard does not allow at this point",
                condition="DUL Unexpected PDU",
            )
        return None


def with_user_items(pdu: bytes, user_items: Sequence[tuple[int, bytes]]) -> bytes:
    """An A-ASSOCIATE-RQ of pynetdicom with more user information, all in ascending order of the type as DCMTK has it.

    Raises ProposalTooLongError.
    """
    before, user = _split_user_information(pdu)
    items = sorted([*read_items(user, _REQUEST), *user_items], key=itemgetter(0))
    size_bytes = sum(_ITEM.size + len(value) for _, value in items)
    if size_bytes > LONGEST_ITEM_BYTES:
        raise ProposalTooLongError(
            f"User identity and extended negotiation are too long: {size_bytes} bytes of user information, "
            f"at most {LONGEST_ITEM_BYTES} can be sent",
            condition=f"Total length of user items ({size_bytes} bytes) exceeds upper limit of "
            f"{LONGEST_ITEM_BYTES} bytes",
        )
    value = b"".join(write_item(kind, item) for kind, item in items)
    body = before[PDU_HEADER_BYTES:] + write_item(USER_INFORMATION, value)
    return write_pdu(_REQUEST_PDU, body)


def _split_user_information(pdu: bytes) -> tuple[bytes, bytes]:
    """An associate PDU without its user information, and the items of that."""
    before, user = pdu[:_FIXED_BYTES], b""
    for kind, value in read_items(pdu[_FIXED_BYTES:], _ASSOCIATE):
        if kind == USER_INFORMATION:
            user += value
        else:
            before += write_item(kind, value)
    return before, user


def make_entity(ae_title: str, *, acse_timeout_s: float | None, dimse_timeout_s: float | None) -> ApplicationEntity:
    """Entity that pynetdicom knows us by; one per association, because it holds a lock and the timeouts."""
    entity = ApplicationEntity(ae_title)
    entity.acse_timeout = acse_timeout_s
    entity.dimse_timeout = dimse_timeout_s
    entity.network_timeout = None
    return entity


def _address(name: Callable[[], Any]) -> AddressInformation:
    try:
        value = name()
    except OSError:
        value = ()
    if not isinstance(value, tuple) or len(value) not in {2, 4}:
        value = ("127.0.0.1", 0)
    return AddressInformation.from_tuple(value)
