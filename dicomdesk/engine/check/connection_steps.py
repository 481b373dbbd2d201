"""First steps of a connection check: name resolution, TCP connection, TLS handshake."""

import errno
import os
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dicomdesk.engine.check.step_log import OpenStep, StepLog
from dicomdesk.engine.check_findings import CheckStage
from dicomdesk.engine.explain import remedies
from dicomdesk.engine.explain.remedies import NOTHING, Remedy
from dicomdesk.errors import DicomdeskError, PeerError, PeerUnreachableError, SettingsError
from dicomdesk.human import count_text, printable
from dicomdesk.network.negotiation import ProposedContext, TlsSession
from dicomdesk.network.requestor.association import open_association
from dicomdesk.network.wire.connection import ConnectionInterruptedError, Interruption
from dicomdesk.network.wire.dialer import Address, connect, resolve
from dicomdesk.network.wire.greetings import ListenerKind
from dicomdesk.network.wire.listener_probe import IdentifiedListener, identify_listener
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings

if TYPE_CHECKING:
    from dicomdesk.network.wire.tls_stream import TlsStream

__all__ = ["ConnectionSteps", "OpenedConnection", "certificate_remedy"]

_CONNECT_S = 10.0
"""For each address, where the settings have no limit."""
_EXPIRY_WARNING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class OpenedConnection:
    """Established connection, with TLS where that is asked for; the caller closes it."""

    sock: "socket.socket | TlsStream"
    address: Address


class ConnectionSteps:
    """Resolves, connects and secures. Used by the job's thread only; all may raise ConnectionInterruptedError."""

    def __init__(
        self,
        peer: Peer,
        settings: AssociationSettings,
        context: ProposedContext,
        steps: StepLog,
        interruption: Interruption,
    ) -> None:
        """``context`` is what a DICOM service is asked for where TLS failed, to learn whether it speaks without."""
        self._peer = peer
        self._settings = settings
        self._context = context
        self._steps = steps
        self._interruption = interruption

    def reach(self) -> OpenedConnection | None:
        """Take the steps; None where one failed."""
        addresses = self._resolve()
        connected = self._connect(addresses) if addresses else None
        if connected is None or self._peer.tls is None:
            return None if connected is None else OpenedConnection(*connected)
        return self._secure(*connected, self._peer.tls)

    def identify(self, address: Address) -> IdentifiedListener:
        """Identify a listener that seems not to speak DICOM."""
        return identify_listener(address, self._interruption)

    def _resolve(self) -> list[Address]:
        host = self._peer.host
        with self._steps.step(CheckStage.RESOLUTION) as step:
            try:
                addresses = resolve(host, self._peer.port)
            except PeerUnreachableError as error:
                step.fail(printable(f"{error}."), remedies.explain_name(host))
                return []
            texts = [_address_text(address) for address in addresses]
            if texts == [host]:
                step.succeed(f"{host} is an address.")
            else:
                step.succeed(printable(f"{host} has {count_text(len(texts), 'address', 'addresses')}."), texts)
        return addresses

    def _connect(self, addresses: list[Address]) -> tuple[socket.socket, Address] | None:
        limit_s = self._settings.timeouts.connect_s or _CONNECT_S
        details: list[str] = []
        failures: list[int] = []
        with self._steps.step(CheckStage.TCP) as step:
            for family, name in addresses:
                start_s = time.monotonic()
                sock, failure = connect(family, name, start_s + limit_s, self._interruption)
                took_ms = (time.monotonic() - start_s) * 1000
                where = f"{_address_text((family, name))} port {self._peer.port}"
                if sock is not None:
                    details.append(f"{where}: connected in {took_ms:.0f} ms")
                    self._note_connected(step, where, details, failures)
                    return sock, (family, name)
                failures.append(failure)
                details.append(f"{where}: {_failure_words(failure)} after {took_ms:.0f} ms")
            # A machine that refuses says more than one that is silent.
            failure = min(failures, key=lambda number: number != errno.ECONNREFUSED)
            where = f"{self._peer.host} port {self._peer.port}"
            step.fail(
                printable(f"No connection to {where}: {_failure_words(failure)}."),
                remedies.explain_connection(failure),
                details,
            )
        return None

    @staticmethod
    def _note_connected(step: OpenStep, where: str, details: list[str], failures: list[int]) -> None:
        if not failures:
            step.succeed(f"Connected to {where}.", details if len(details) > 1 else ())
            return
        remedy = Remedy(
            "The name has addresses that do not answer: each connection has to try them first.",
            "Have the name server's entry corrected, or use the address that answers as host.",
        )
        step.warn(
            f"Connected to {where}, after {count_text(len(failures), 'address', 'addresses')} failed.", remedy, details
        )

    def _secure(self, sock: socket.socket, address: Address, tls: TlsSettings) -> OpenedConnection | None:
        from dicomdesk.network.tls.tls_contexts import shake_hands  # noqa: PLC0415 - only where TLS is asked for

        with self._steps.step(CheckStage.TLS) as step:
            try:
                timeout_s = self._settings.timeouts.acse_s
                secure = shake_hands(sock, tls, self._peer.host, timeout_s, self._interruption)
            except (PeerError, SettingsError) as error:
                sock.close()
                step.fail(printable(_sentence(error)), self._explain_handshake(error, address))
                return None
            except ConnectionInterruptedError:
                sock.close()
                raise
            session = secure.agreed or TlsSession(version="", cipher="")
            remedy = certificate_remedy(session, datetime.now(UTC))
            text, details = f"TLS is up: {session}.", _session_lines(session)
            if remedy is NOTHING:
                step.succeed(text, details)
            else:
                step.warn(text, remedy, details)
        return OpenedConnection(secure, address)

    def _explain_handshake(self, error: DicomdeskError, address: Address) -> Remedy:
        if isinstance(error, SettingsError):
            return remedies.explain_tls(error)
        listener = self.identify(address)
        if listener.kind is ListenerKind.TLS:
            return remedies.explain_tls(error)
        is_plain = listener.kind is ListenerKind.UNKNOWN and self._speaks_plain_dicom()
        remedy = remedies.explain_listener(listener, with_tls=True, speaks_plain_dicom=is_plain)
        return remedies.explain_tls(error) if remedy is NOTHING else remedy

    def _speaks_plain_dicom(self) -> bool:
        """Whether an association request without TLS gets a DICOM answer, whatever it says."""
        plain = replace(self._peer, tls=None)
        try:
            association = open_association(
                peer=plain, settings=self._settings, contexts=(self._context,), interruption=self._interruption
            )
            association.release()
        except PeerError as error:
            return getattr(error, "source", None) is not None
        except SettingsError:
            return False
        return True


def certificate_remedy(session: TlsSession, now: datetime) -> Remedy:
    """Return the remedy for weaknesses of an established TLS session; NOTHING where all is well."""
    expires = session.peer_expires
    if expires is not None and expires <= now:
        return Remedy(
            f"The peer's certificate expired on {expires:%Y-%m-%d}, which was not to be checked.",
            "Have the peer's certificate renewed.",
        )
    if expires is not None and expires - now <= _EXPIRY_WARNING:
        left = (expires - now).days
        when = f"in {count_text(left, 'day')}" if left else "in less than a day"
        return Remedy(
            f"The peer's certificate expires {when}, on {expires:%Y-%m-%d}.",
            "Have the peer's certificate renewed before that; connections will fail afterwards.",
        )
    if session.version in {"SSLv3", "TLSv1", "TLSv1.1"}:
        return Remedy(
            f"{session.version} is outdated and not secure any more (RFC 8996).",
            "Have the peer brought to TLS 1.2 or 1.3.",
        )
    return NOTHING


def _session_lines(session: TlsSession) -> list[str]:
    lines = []
    if session.has_peer_certificate and session.peer_expires is None:
        lines.append("the peer's certificate cannot be read")
    if session.peer_subject:
        lines.append(f"certificate of {printable(session.peer_subject)}")
    if session.peer_issuer:
        lines.append(f"issued by {printable(session.peer_issuer)}")
    if session.peer_expires is not None:
        lines.append(f"valid until {session.peer_expires:%Y-%m-%d}")
    if session.has_peer_certificate and not session.is_peer_verified:
        lines.append("not verified, as asked for")
    return lines


def _address_text(address: Address) -> str:
    return address[1][0]


def _failure_words(failure: int) -> str:
    return "no answer in time" if failure == errno.ETIMEDOUT else os.strerror(failure).lower()


def _sentence(error: DicomdeskError) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."
