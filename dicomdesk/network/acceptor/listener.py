"""Listens for associations and owns the threads that serve them.

One thread accepts; each connection has a thread of its own, so that a peer that is slow or silent makes nobody wait. A
waiting thread waits in the kernel: idle associations cost no processor time.
"""

import contextlib
import errno
import logging
import selectors
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import field
from time import monotonic
from typing import TYPE_CHECKING

from dicomdesk.errors import LocalError, PortInUseError
from dicomdesk.network.acceptor.acceptor import Acceptor, AcceptorSettings, AcceptorState, Callbacks, StopMode
from dicomdesk.network.acceptor.access_control import AccessControl
from dicomdesk.network.acceptor.association_places import Holder, Places, Remarks, address_group, choose_dropped
from dicomdesk.network.acceptor.interpreter_turns import LONG_TURN_S, SHORT_TURN_S, InterpreterTurns
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy
from dicomdesk.network.wire.connection import no_descriptor_error
from dicomdesk.network.wire.host_names import HostNames
from dicomdesk.network.wire.incoming_connection import IncomingConnection
from dicomdesk.records import dataclass
from dicomdesk.settings import DEFAULT_MAX_PDU_BYTES, AccessRules, PlaceRules, Timeouts

if TYPE_CHECKING:
    import ssl

logger = logging.getLogger(__name__)

LARGEST_PENDING = 256
"""Connections at once without an association, before it or after it; above that the oldest of the address that has
most of them are dropped.
"""

_TOO_MANY_PENDING = "too many connections were waiting"

_MOST_REMARKS = 20
"""About one address in a minute."""
_BACKLOG = 128
_PAUSE_S = 0.2
"""Before accepting is tried again where there are no descriptors."""
_LONGEST_ABORT_S = 2.0
"""How long associations may take to send their A-ABORT and to hang up when the listener stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """Where and how to listen."""

    port: int
    """0 takes a free one."""
    address: str = ""
    """Address to listen on; "" is all, IPv4 and IPv6 where the system has both."""
    max_associations: int = 100
    """Established at once; more are rejected as transient, local limit exceeded (PS3.8 9.3.4), where none gives way."""
    places: PlaceRules = field(default_factory=PlaceRules)
    """Which association gives way to another, and which is too slow."""
    max_pdu_bytes: int = DEFAULT_MAX_PDU_BYTES
    timeouts: Timeouts = field(default_factory=Timeouts)
    """``acse_s`` is for the arrival of the A-ASSOCIATE-RQ, TLS handshake included; ``dimse_s`` for each pause."""
    resolve_hosts: bool = False
    """Whether to look up names of peers."""
    ssl_context: "ssl.SSLContext | None" = None
    """None for plain connections."""
    access: AccessRules = field(default_factory=AccessRules)
    """Whom to serve."""
    stop_grace_s: float = 30.0
    """How long ``stop`` waits for instances that are being received."""


class Listener:
    """Listening socket and threads of associations: ``start`` once; ``stop`` any number of times, by any thread.

    The gauges are for any thread.
    """

    def __init__(self, settings: ListenerSettings, policy: AcceptancePolicy, callbacks: Callbacks) -> None:
        """Nothing happens before ``start``."""
        self._settings = settings
        if settings.ssl_context is not None:
            IncomingConnection.prepare_tls()
        self._acceptor_settings = AcceptorSettings(
            policy=policy,
            max_pdu_bytes=settings.max_pdu_bytes,
            timeouts=settings.timeouts,
            ssl_context=settings.ssl_context,
            access=AccessControl(settings.access),
            places=settings.places,
        )
        self._places = Places(settings.max_associations, settings.places)
        self._remarks = Remarks(_MOST_REMARKS)
        self._turns = InterpreterTurns()
        self._turn_s = LONG_TURN_S
        self._callbacks = callbacks
        self._host_names = HostNames(is_enabled=settings.resolve_hosts)
        self._lock = threading.Lock()
        self._threads: dict[Acceptor, threading.Thread] = {}
        """Of all connections, oldest first."""
        self._ending: list[threading.Thread] = []
        """Threads that have nothing left to do but to end."""
        self._last_number = 0
        self._finished_bytes = 0
        self._stopping = threading.Event()
        self._socket: socket.socket | None = None
        self._accept_thread: threading.Thread | None = None
        try:
            self._wake_reader, self._wake_writer = socket.socketpair()
        except OSError as error:
            raise no_descriptor_error(error) from error
        self._is_refusal_told = False
        """Whether it was told, since the last connection, that none can be accepted."""

    # -- gauges

    @property
    def associations(self) -> int:
        """Established now."""
        return self._places.taken

    @property
    def bytes_received(self) -> int:
        """Over all connections since ``start``, protocol included."""
        with self._lock:
            return self._finished_bytes + sum(acceptor.bytes_received for acceptor in self._threads)

    # -- life

    def start(self, *, bound: Callable[[], None] | None = None) -> int:
        """Listen; returns the port. Raises PortInUseError, or LocalError where the address is not ours.

        ``bound`` is called when the port is ours and nobody is served yet: the time to give up privileges. Threads of
        this process take shorter turns from then on, so that busy associations make the others wait less, and still
        shorter ones while many connections fail.
        """
        self._socket = _listening_socket(self._settings.address, self._settings.port)
        if bound is not None:
            try:
                bound()
            except BaseException:
                self._socket.close()
                raise
        sys.setswitchinterval(min(sys.getswitchinterval(), LONG_TURN_S))
        port: int = self._socket.getsockname()[1]
        self._accept_thread = threading.Thread(target=self._accept, name=f"listener-{port}", daemon=True)
        self._accept_thread.start()
        return port

    def stop(self, *, abort: bool = False, release_grace_s: float = 0.0) -> None:
        """Accept nothing more, let instances that are being received end (not with ``abort``), abort, join all threads.

        Waits ``release_grace_s`` at most for peers to release their associations, then ``stop_grace_s`` at most for
        instances that are being received.
        """
        self._stopping.set()
        self._places.close()
        with contextlib.suppress(OSError):  # stopped before
            self._wake_writer.send(b"!")
        if self._accept_thread is not None:
            self._accept_thread.join()
        if not abort:
            self._join(monotonic() + release_grace_s)
            self._stop_acceptors(StopMode.AFTER_INSTANCE, self._settings.stop_grace_s)
        self._stop_acceptors(StopMode.AT_ONCE, _LONGEST_ABORT_S)
        for acceptor in self._acceptors():
            acceptor.cut()
        self._join(None)
        self._wake_reader.close()
        self._wake_writer.close()

    def _stop_acceptors(self, mode: StopMode, limit_s: float) -> None:
        for acceptor in self._acceptors():
            acceptor.stop(mode)
        self._join(monotonic() + limit_s)

    def _acceptors(self) -> list[Acceptor]:
        with self._lock:
            return list(self._threads)

    def _join(self, deadline: float | None) -> None:
        with self._lock:
            threads = [*self._threads.values(), *self._ending]
        for thread in threads:
            thread.join(None if deadline is None else max(deadline - monotonic(), 0.0))

    # -- the accepting thread

    def _accept(self) -> None:
        listening = self._socket
        if listening is None:
            return
        with listening, _selector() as selector:
            selector.register(listening, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                if self._stopping.is_set():
                    return
                try:
                    sock, address = listening.accept()
                    self._is_refusal_told = False
                    self._serve(sock, (_plain_address(address[0]), address[1]))
                except OSError as error:
                    self._survive(error)

    def _survive(self, error: OSError) -> None:
        """The peer went away again, or we are out of descriptors or memory: then wait a little, or be woken.

        Whoever waits to be accepted meanwhile is, once associations have ended.
        """
        if error.errno in (errno.EAGAIN, errno.ECONNABORTED, errno.EINTR, errno.EPROTO):
            return
        if not self._is_refusal_told:
            self._is_refusal_told = True
            logger.warning("No more connections can be accepted for now: %s", error.strerror)
        self._stopping.wait(_PAUSE_S)

    def _serve(self, sock: socket.socket, address: tuple[str, int]) -> None:
        sock.settimeout(None)
        acceptor = Acceptor(sock, address, settings=self._acceptor_settings, callbacks=self._callbacks, admission=self)
        thread = threading.Thread(
            target=self._run, args=(acceptor,), name=f"association-from-{address[0]}:{address[1]}", daemon=True
        )
        with self._lock:
            pending = [other for other in self._threads if other.state is not AcceptorState.ESTABLISHED]
            self._threads[acceptor] = thread
        for index in choose_dropped([other.peer_address for other in pending], LARGEST_PENDING - 1):
            pending[index].cut(_TOO_MANY_PENDING)
        try:
            thread.start()
        except RuntimeError:
            logger.warning("No thread could be started for a connection from %s", address[0])
            with self._lock:
                del self._threads[acceptor]
            sock.close()

    # -- called on the associations' threads

    def _run(self, acceptor: Acceptor) -> None:
        try:
            acceptor.run()
        finally:
            with self._lock:
                self._finished_bytes += acceptor.bytes_received
                self._ending = [thread for thread in self._ending if thread.is_alive()]
                self._ending.append(self._threads.pop(acceptor))
                turn_s = self._turns.ended(monotonic(), is_failure=acceptor.has_failed)
                if turn_s != self._turn_s:
                    self._turn_s = turn_s
                    self._acceptor_settings.heavy_turns.are_kept = turn_s == SHORT_TURN_S
                    sys.setswitchinterval(turn_s)

    def next_number(self) -> int:
        """See ``Admission``."""
        with self._lock:
            self._last_number += 1
            return self._last_number

    def take_place(self, holder: Holder, address: str) -> str:
        """See ``Admission``."""
        return self._places.take(holder, address)

    def leave(self, holder: Holder) -> None:
        """See ``Admission``."""
        self._places.leave(holder)

    def remark(self, kind: str, address: str) -> str | None:
        """See ``Admission``."""
        return self._remarks.admit((kind, address_group(address)))

    def host_name(self, address: str) -> str:
        """See ``Admission``."""
        return self._host_names.find(address)


def _selector() -> selectors.BaseSelector:
    """Selector that needs no descriptor of its own, where there is one."""
    return getattr(selectors, "PollSelector", selectors.DefaultSelector)()


def _listening_socket(address: str, port: int) -> socket.socket:
    has_both = not address and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if has_both or ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family, backlog=_BACKLOG, dualstack_ipv6=has_both)
    except OSError as error:
        where = f"{address or 'all addresses'}, port {port}"
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortInUseError(f"Cannot listen on {where}: {error.strerror}") from error
        raise LocalError(f"Cannot listen on {where}: {error.strerror or error}") from error
    listening.settimeout(0.0)
    return listening


def _plain_address(address: str) -> str:
    """Without the prefix of an IPv4 address on a socket for both."""
    return address.removeprefix("::ffff:")
