"""What was agreed by a TLS handshake, as a value."""

import socket
import ssl

from dicomdesk import human
from dicomdesk.network.contexts import TlsSession

__all__ = ["describe_session"]


def describe_session(secured: socket.socket) -> TlsSession | None:
    """Of a completed handshake, None for a plain socket; the peer's certificate is described also when not verified."""
    if not isinstance(secured, ssl.SSLSocket):
        return None
    cipher = secured.cipher()
    version, cipher_name = secured.version() or "", cipher[0] if cipher else ""
    certificate = secured.getpeercert(binary_form=True)
    if certificate is None:
        return TlsSession(version=version, cipher=cipher_name)
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - only where a peer presents a certificate

    is_verified = secured.context.verify_mode is not ssl.CERT_NONE
    try:
        peer = load_der_x509_certificate(certificate)
        return TlsSession(
            version=version,
            cipher=cipher_name,
            peer_subject=human.printable(peer.subject.rfc4514_string()),
            peer_issuer=human.printable(peer.issuer.rfc4514_string()),
            peer_expires=peer.not_valid_after_utc,
            is_peer_verified=is_verified,
        )
    except ValueError:  # a certificate that OpenSSL takes, but that does not keep to the letter
        return TlsSession(version=version, cipher=cipher_name, is_peer_verified=is_verified)
