"""TLS of both sides of a connection: contexts from settings, and the requestor's handshake."""

import socket
import ssl
from dataclasses import dataclass
from time import monotonic

from dicomdesk.errors import AssociationAbortedError, PeerTimeoutError, PeerUnreachableError, TlsSettingsError
from dicomdesk.network.connection import READ_TIMEOUT, Interruption, make_waiter
from dicomdesk.settings import PeerVerification, TlsSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsContext:
    """What connections are secured with, made of settings."""

    context: ssl.SSLContext
    warnings: tuple[str, ...] = ()
    """What was ignored or is unwise, a line each, in the words of DCMTK's tools."""


def client_context(settings: TlsSettings) -> TlsContext:
    """For the requestor. Raises KeyPassPhraseError and TlsSettingsError."""
    context = ssl.create_default_context()
    _load(context, settings)
    context.check_hostname = settings.checks_host_name
    if settings.peer_verification is not PeerVerification.REQUIRED:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return TlsContext(context=context)


def server_context(settings: TlsSettings) -> TlsContext:
    """For the acceptor, who must have a certificate. Raises KeyPassPhraseError and TlsSettingsError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, settings)
    context.verify_mode = {
        PeerVerification.REQUIRED: ssl.CERT_REQUIRED,
        PeerVerification.IF_PRESENTED: ssl.CERT_OPTIONAL,
        PeerVerification.NONE: ssl.CERT_NONE,
    }[settings.peer_verification]
    return TlsContext(context=context)


def _load(context: ssl.SSLContext, settings: TlsSettings) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        for authority in settings.authority_files:
            context.load_verify_locations(cafile=authority)
        if settings.certificate_file is not None:
            context.load_cert_chain(settings.certificate_file, settings.private_key_file, settings.pass_phrase or "")
    except OSError as error:
        raise TlsSettingsError(f"A certificate or key cannot be used: {error.strerror or error}") from error


def shake_hands(
    sock: socket.socket, settings: TlsSettings, host: str, timeout_s: float | None, interruption: Interruption
) -> ssl.SSLSocket:
    """Wrap a connected, non-blocking socket; it is closed when the handshake fails."""
    deadline = None if timeout_s is None else monotonic() + timeout_s
    secure = client_context(settings).context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        _complete(secure, deadline, interruption)
    except ssl.SSLError as error:
        secure.close()
        words = getattr(error, "verify_message", "") or error.reason or str(error)
        text = words.lower().replace("_", " ")
        raise PeerUnreachableError(
            f"The TLS handshake with the peer failed: {text}", condition=f"TLS error: {text}"
        ) from error
    except OSError as error:
        secure.close()
        raise AssociationAbortedError(f"The peer closed the connection during the TLS handshake: {error}") from error
    except BaseException:
        secure.close()
        raise
    return secure


def _complete(secure: ssl.SSLSocket, deadline: float | None, interruption: Interruption) -> None:
    waiter = make_waiter(secure, interruption)
    while True:
        try:
            secure.do_handshake()
        except ssl.SSLWantReadError:
            is_ready = any(waiter.wait(deadline, reading=True, writing=False))
        except ssl.SSLWantWriteError:
            is_ready = any(waiter.wait(deadline, reading=False, writing=True))
        else:
            return
        if not is_ready:
            raise PeerTimeoutError("The peer did not complete the TLS handshake in time", condition=READ_TIMEOUT)
