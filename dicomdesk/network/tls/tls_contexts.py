"""TLS of both sides of a connection: contexts from settings, and the requestor's handshake."""

import ipaddress
import os
import socket
import ssl
import stat
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from time import monotonic

from dicomdesk.errors import PeerTimeoutError, TlsSettingsError
from dicomdesk.network.tls.tls_files import load_authorities, load_dh_parameters, load_identity, load_revocations
from dicomdesk.network.tls.tls_profiles import apply_profile
from dicomdesk.network.wire.connection import READ_TIMEOUT, Interruption, make_waiter
from dicomdesk.network.wire.tls_errors import requestor_error
from dicomdesk.network.wire.tls_stream import TlsStream
from dicomdesk.records import dataclass
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsSettings

__all__ = ["TlsContext", "client_context", "complete_handshake", "server_context", "shake_hands"]

_VERIFY_MODES = {
    PeerVerification.REQUIRED: ssl.CERT_REQUIRED,
    PeerVerification.IF_PRESENTED: ssl.CERT_OPTIONAL,
    PeerVerification.NONE: ssl.CERT_NONE,
}
_REVOCATION_FLAGS = {
    RevocationCheck.NONE: ssl.VerifyFlags.VERIFY_DEFAULT,
    RevocationCheck.LEAF: ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF,
    RevocationCheck.CHAIN: ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN,
}


_CONTEXTS_KEPT = 8
"""Making a context takes tens of milliseconds, which every association would have to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsContext:
    """Context that secures connections, made of settings."""

    context: ssl.SSLContext
    warnings: tuple[str, ...] = ()
    """What was ignored or is unwise, a line each, in the words of DCMTK's tools."""


def client_context(settings: TlsSettings) -> TlsContext:
    """For the requestor, who may be without a certificate. Raises KeyPassPhraseError and TlsSettingsError.

    Files are read again only when they have changed; a pipe is read once.
    """
    return _client_context(settings, _state_of_files(settings))


def server_context(settings: TlsSettings) -> TlsContext:
    """For the acceptor, who must have a certificate. Raises KeyPassPhraseError and TlsSettingsError.

    Files are read again only when they have changed; a pipe is read once.
    """
    return _server_context(settings, _state_of_files(settings))


@lru_cache(maxsize=_CONTEXTS_KEPT)
def _client_context(settings: TlsSettings, _state: frozenset[tuple[str, int, int]]) -> TlsContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    warnings = _load(context, settings, is_acceptor=False)
    # A requestor is always presented a certificate.
    is_verifying = settings.peer_verification is not PeerVerification.NONE
    context.verify_mode = ssl.CERT_REQUIRED if is_verifying else ssl.CERT_NONE
    context.check_hostname = settings.checks_host_name and is_verifying
    return TlsContext(context=context, warnings=warnings)


@lru_cache(maxsize=_CONTEXTS_KEPT)
def _server_context(settings: TlsSettings, _state: frozenset[tuple[str, int, int]]) -> TlsContext:
    if settings.certificate_file is None:
        raise TlsSettingsError("An acceptor needs a private key and a certificate for TLS")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    warnings = _load(context, settings, is_acceptor=True)
    warnings += load_dh_parameters(context, settings.dh_parameters_file)
    context.verify_mode = _VERIFY_MODES[settings.peer_verification]
    context.num_tickets = 0  # sessions are not resumed
    return TlsContext(context=context, warnings=warnings)


def _state_of_files(settings: TlsSettings) -> frozenset[tuple[str, int, int]]:
    """Changes when a file that the settings name does."""
    own = (settings.certificate_file, settings.private_key_file, settings.dh_parameters_file)
    files = [file for file in own if file is not None]
    files += (*settings.authority_files, *settings.authority_folders, *settings.revocation_files)
    return frozenset((*_states(files), *(state for folder in settings.authority_folders for state in _inside(folder))))


def _inside(folder: Path) -> tuple[tuple[str, int, int], ...]:
    try:
        return tuple(_states(folder.iterdir()))
    except OSError:
        return ()


def _states(files: Iterable[Path]) -> Iterable[tuple[str, int, int]]:
    for file in files:
        try:
            found = os.stat(file)
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode):
            yield str(file), found.st_mtime_ns, found.st_size


def _load(context: ssl.SSLContext, settings: TlsSettings, *, is_acceptor: bool) -> tuple[str, ...]:
    """Everything that both sides have; returns warnings, in the order in which DCMTK looks at the files."""
    warnings: tuple[str, ...] = ()
    if settings.trusts_system:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH if is_acceptor else ssl.Purpose.SERVER_AUTH)
    warnings += load_authorities(context, settings)
    warnings += load_revocations(context, settings)
    try:
        # The security level of the profile decides which certificates may be presented: first without further ciphers.
        apply_profile(context, settings.profile, (), is_acceptor=is_acceptor)
        warnings += load_identity(context, settings)
        warnings += apply_profile(context, settings.profile, settings.ciphers, is_acceptor=is_acceptor)
    except TlsSettingsError as error:
        error.warnings = (*warnings, *error.warnings)
        raise
    check = settings.revocation_check
    if check is RevocationCheck.NONE and settings.revocation_files:
        check = RevocationCheck.LEAF  # lists are given to be heeded
    context.verify_flags |= _REVOCATION_FLAGS[check]
    context.options |= ssl.OP_NO_RENEGOTIATION
    return warnings


def shake_hands(
    sock: socket.socket, settings: TlsSettings, host: str, timeout_s: float | None, interruption: Interruption
) -> TlsStream:
    """Secure a connected, non-blocking socket; it is closed when the handshake fails.

    Raises TlsSettingsError, PeerUnreachableError, AssociationAbortedError, PeerTimeoutError and
    ConnectionInterruptedError.
    """
    deadline = None if timeout_s is None else monotonic() + timeout_s
    try:
        stream = _secure(sock, client_context(settings).context, host)
    except BaseException:
        sock.close()
        raise
    try:
        complete_handshake(stream, deadline, interruption)
    except OSError as error:
        stream.close()
        raise requestor_error(error, stream.greeting) from error
    except BaseException:
        stream.close()
        raise
    return stream


def _secure(sock: socket.socket, context: ssl.SSLContext, host: str) -> TlsStream:
    name = host.rstrip(".") if context.check_hostname or not _is_address(host) else None
    try:
        return TlsStream(sock, context, server_name=name)
    except ValueError as error:  # also a name that has no form for the wire
        raise TlsSettingsError(f'"{host}" cannot be the name of a TLS peer') from error


def _is_address(host: str) -> bool:
    """Addresses are not sent as server name (RFC 6066 3)."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def complete_handshake(stream: TlsStream, deadline: float | None, interruption: Interruption) -> None:
    """Do all of the handshake. Raises OSError, PeerTimeoutError and ConnectionInterruptedError; closes nothing."""
    waiter = make_waiter(stream.socket, interruption)
    while True:
        try:
            stream.do_handshake()
        except BlockingIOError:
            is_ready = any(waiter.wait(deadline, reading=True, writing=False))
        except ssl.SSLWantWriteError:
            is_ready = any(waiter.wait(deadline, reading=False, writing=True))
        else:
            return
        if not is_ready:
            raise PeerTimeoutError(
                "The peer did not complete the TLS handshake in time",
                condition=READ_TIMEOUT,
                advice="The peer may not speak TLS on this port, or waits for an association without TLS.",
            )
