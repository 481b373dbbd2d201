"""Both ends of TLS as settings, and a listener that speaks it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic

from dicomdesk.network.acceptor.listener import ListenerSettings
from dicomdesk.network.tls.tls_contexts import complete_handshake, server_context
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.network.wire.tls_stream import TlsStream
from dicomdesk.settings import Timeouts, TlsSettings
from tests.helpers.peers.receivers import DEADLINE_S, Receiver, listening
from tests.helpers.tls.certificates import Authority, Certificate

PATIENT = Timeouts(acse_s=DEADLINE_S, dimse_s=DEADLINE_S, socket_s=DEADLINE_S)


def presenting(certificate: Certificate, authority: Authority, **options: object) -> TlsSettings:
    """One who presents this certificate and trusts this authority; ``options`` are those of TlsSettings."""
    settings = TlsSettings(
        certificate_file=certificate.certificate,
        private_key_file=certificate.key,
        authority_files=(authority.certificate,),
    )
    return replace(settings, **options)  # type: ignore[arg-type] # options of a test


def identity(authority: Authority, name: str, *, uses_rsa: bool = False, **options: object) -> TlsSettings:
    """One with a new, sound certificate of the authority, who trusts it as well."""
    return presenting(authority.issue(name, uses_rsa=uses_rsa), authority, **options)


def secure_ends(
    ours: socket.socket, theirs: socket.socket, certificate: Certificate
) -> tuple[TlsStream, ssl.SSLSocket]:
    """A requestor's stream and the blocking TLS socket of its peer, after their handshake."""
    context = ssl.create_default_context(cafile=certificate.certificate)
    ours.settimeout(0)
    stream = TlsStream(ours, context, server_name="localhost")
    secured: list[ssl.SSLSocket] = []
    server = threading.Thread(
        target=lambda: secured.append(certificate.server_context().wrap_socket(theirs, server_side=True))
    )
    server.start()
    interruption = Interruption()
    complete_handshake(stream, monotonic() + DEADLINE_S, interruption)
    interruption.close()
    server.join(DEADLINE_S)
    return stream, secured[0]


@contextmanager
def tls_listening(receiver: Receiver, tls: TlsSettings, timeouts: Timeouts = PATIENT) -> Iterator[int]:
    """A listener of ours with TLS until the end of the block; its port."""
    settings = ListenerSettings(
        port=0,
        address="127.0.0.1",
        max_pdu_bytes=131072,
        timeouts=timeouts,
        ssl_context=server_context(tls).context,
        stop_grace_s=DEADLINE_S,
    )
    with listening(receiver, settings=settings) as (port, _):
        yield port
