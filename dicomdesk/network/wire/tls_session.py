"""Describes the outcome of a TLS handshake as a value."""

import socket
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk import human
from dicomdesk.network.negotiation import TlsSession

if TYPE_CHECKING:
    from cryptography.x509 import Name

__all__ = ["describe_session"]

_LONGEST_NAME = 256


def describe_session(secured: socket.socket | ssl.SSLObject) -> TlsSession | None:
    """Describe a completed handshake, None for a plain socket; the peer's certificate also when not verified."""
    if not isinstance(secured, ssl.SSLSocket | ssl.SSLObject):
        return None
    cipher = secured.cipher()
    version, cipher_name = secured.version() or "", cipher[0] if cipher else ""
    certificate = secured.getpeercert(binary_form=True)
    if certificate is None:
        return TlsSession(version=version, cipher=cipher_name)
    from dicomdesk.network.wire.certificates import ignore_remarks, read_certificates  # noqa: PLC0415 - only with one

    session = TlsSession(
        version=version,
        cipher=cipher_name,
        has_peer_certificate=True,
        is_peer_verified=secured.context.verify_mode is not ssl.CERT_NONE,
    )
    try:
        (peer,) = read_certificates(certificate, is_pem=False)
    except ValueError:  # a certificate that OpenSSL takes, but that does not keep to the letter
        return session
    ignore_remarks()
    return replace(
        session,
        peer_subject=_shown(peer.subject),
        peer_issuer=_shown(peer.issuer),
        peer_expires=peer.not_valid_after_utc,
    )


def _shown(name: "Name") -> str:
    """A name in one harmless line (RFC 4514), cut where it is longer than any in use."""
    text = human.printable(name.rfc4514_string())
    return text if len(text) <= _LONGEST_NAME else text[:_LONGEST_NAME] + "..."
