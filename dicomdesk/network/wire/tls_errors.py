"""Explains failures of TLS connections in plain words: by what OpenSSL reports, and by the peer's first bytes."""

import re
import ssl

from dicomdesk.errors import AssociationAbortedError, PeerError, PeerUnreachableError, TlsHandshakeError
from dicomdesk.network.wire.tls_records import may_be_tls_record
from dicomdesk.records import dataclass

__all__ = [
    "LONGEST_GREETING_BYTES",
    "Explanation",
    "acceptor_error",
    "explain",
    "explain_plain_bytes",
    "lost_error",
    "plain_alert",
    "requestor_error",
    "unanswered_error",
]

LONGEST_GREETING_BYTES = 16
"""How much of a peer's first bytes is looked at."""

_ENDS = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""The stream ended, told differently by different versions of Python."""
_LOST = "Peer aborted Association (or never connected)"
"""DCMTK's words for a connection that ends after the handshake, whatever the reason."""

_PROTOCOL_VERSION_ALERT = bytes.fromhex("15030100020246")
"""Fatal (RFC 8446 6.2): plain DICOM peers see that this is no DICOM, and whoever reads their log that it is TLS."""
_OPENSSL_IO_ERROR = "OpenSSL I/O error (SSL_ERROR_SYSCALL)"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A failure in words."""

    text: str
    """A clause about the peer, to follow "the TLS handshake failed:"."""
    advice: str = ""
    """A sentence."""


_NO_TRUST_IN_US = Explanation(
    "the peer does not trust the authority of our certificate",
    "Give the peer the certificate of our authority, or use a certificate from one that it trusts.",
)
_WANTS_CERTIFICATE = Explanation(
    "the peer demands a certificate and got none",
    "Set a private key and a certificate that the peer trusts.",
)
_NO_COMMON = Explanation(
    "the peer found nothing in common in our TLS versions, cipher suites and certificate",
    "Choose the same TLS profile on both sides; the peer may also demand a certificate.",
)
_NO_COMMON_VERSION = Explanation(
    "we and the peer have no TLS version in common",
    "Choose the same TLS profile on both sides, or one that reaches further down.",
)
_NO_COMMON_CIPHER = Explanation(
    "we and the peer have no cipher suite in common",
    "Choose the same TLS profile on both sides, allow a further cipher suite, or use an RSA certificate.",
)
_CLOSED = Explanation(
    "the peer closed the connection",
    "The peer may not speak TLS on this port, may demand a certificate, or may not serve this machine.",
)
_NOT_TLS = Explanation(
    "the peer answered with something that is not TLS",
    "Ask which port takes TLS, or connect without TLS.",
)

_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": Explanation(
        "the peer presented no certificate",
        "Give the peer a key and a certificate, or do not demand one.",
    ),
    "NO_SHARED_CIPHER": _NO_COMMON_CIPHER,
    "UNSUPPORTED_PROTOCOL": _NO_COMMON_VERSION,
    "VERSION_TOO_LOW": _NO_COMMON_VERSION,
    "NO_PROTOCOLS_AVAILABLE": _NO_COMMON_VERSION,
    "WRONG_SSL_VERSION": _NO_COMMON_VERSION,
    "WRONG_VERSION_NUMBER": _NOT_TLS,
    "UNKNOWN_PROTOCOL": _NOT_TLS,
    "HTTP_REQUEST": _NOT_TLS,
    "HTTPS_PROXY_REQUEST": _NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": _NOT_TLS,
    "BAD_RECORD_TYPE": _NOT_TLS,
    "UNEXPECTED_MESSAGE": _NOT_TLS,
    "UNEXPECTED_EOF_WHILE_READING": _CLOSED,
    "DH_KEY_TOO_SMALL": Explanation(
        "the peer's Diffie-Hellman parameters are too small", "Ask for larger ones, or allow ECDHE on the peer."
    ),
    "EE_KEY_TOO_SMALL": Explanation("the key of a certificate is too small", "It has to be replaced by a larger one."),
}

_FOR_ANOTHER = re.compile(r"not valid for '([^']*)'")
"""OpenSSL's words for a certificate of another host, and the one that was called."""
_ALERTS = {
    "UNKNOWN_CA": _NO_TRUST_IN_US,
    "CERTIFICATE_REQUIRED": _WANTS_CERTIFICATE,
    "HANDSHAKE_FAILURE": _NO_COMMON,
    "PROTOCOL_VERSION": _NO_COMMON_VERSION,
    "INSUFFICIENT_SECURITY": Explanation("the peer demands stronger cipher suites", "Choose a newer TLS profile."),
    "BAD_CERTIFICATE": Explanation(
        "the peer cannot use our certificate", "Look into the peer's log; another certificate may be needed."
    ),
    "UNSUPPORTED_CERTIFICATE": Explanation(
        "the peer does not take certificates of our kind", "Use an RSA certificate that is made for this purpose."
    ),
    "CERTIFICATE_REVOKED": Explanation("the peer says that our certificate was revoked", "Get a new certificate."),
    "CERTIFICATE_EXPIRED": Explanation(
        "the peer says that our certificate has expired", "Renew it, or compare the clocks of both machines."
    ),
    "CERTIFICATE_UNKNOWN": Explanation(
        "the peer does not accept our certificate", "Look into the peer's log; it may have to be made known there."
    ),
    "DECRYPT_ERROR": Explanation(
        "the peer could not check a signature of ours", "Key and certificate may be damaged, or something interferes."
    ),
    "ACCESS_DENIED": Explanation("the peer refuses access", "Ask the administrator of the peer."),
    "INTERNAL_ERROR": Explanation("the peer has a fault of its own", "Look into the peer's log."),
    "UNRECOGNIZED_NAME": Explanation(
        "the peer does not go by the host name that was dialled", "Use the name that the peer is set up with."
    ),
    "INAPPROPRIATE_FALLBACK": _NO_COMMON_VERSION,
    "NO_RENEGOTIATION": Explanation("the peer does not negotiate again"),
    "UNEXPECTED_MESSAGE": Explanation("the peer did not expect our message", "It may not speak TLS properly."),
}
"""By the name of the alert (RFC 8446 6.2), which the peer sent."""

_LENIENT = "Until then, the BCP 195 profile may bear with it."
_TRUST_AUTHORITY = "Add the certificate of its authority to the trusted ones, after asking who issued it."
_VERIFICATION = {
    2: Explanation("the certificate of its issuer is not known", _TRUST_AUTHORITY),
    3: Explanation(
        "there is no revocation list of its issuer",
        "Add the revocation list of every authority that is to be checked, or check none.",
    ),
    9: Explanation("it is not valid yet", "Compare the clocks of both machines."),
    10: Explanation("it has expired", "The peer needs a new certificate; or compare the clocks of both machines."),
    11: Explanation("the revocation list of its issuer is not valid yet", "Compare the clocks of both machines."),
    12: Explanation("the revocation list of its issuer has expired", "Get the authority's current revocation list."),
    18: Explanation(
        "it is self-signed and not among the trusted ones",
        "Add this very certificate to the trusted ones, after comparing its fingerprint with the peer's.",
    ),
    19: Explanation("its chain ends in an authority that is not trusted", _TRUST_AUTHORITY),
    20: Explanation("its issuer is not among the trusted authorities", _TRUST_AUTHORITY),
    21: Explanation("its issuer is not among the trusted authorities", _TRUST_AUTHORITY),
    23: Explanation("it was revoked", "The peer needs a new certificate. Until then nobody knows who answers there."),
    24: Explanation(
        "one of its authorities may not sign certificates", "The authority's certificate has to be remade."
    ),
    26: Explanation(
        "it is not made for this purpose", "The peer needs a certificate whose extended key usage fits its role."
    ),
    62: Explanation(
        "it is for another host name",
        "Dial the name that the certificate is for, or do not check host names.",
    ),
    64: Explanation(
        "it is for another address",
        "Dial the name that the certificate is for, or do not check host names.",
    ),
    66: Explanation("its key is too short for the TLS profile", f"The peer needs a larger key. {_LENIENT}"),
    67: Explanation(
        "the key of its authority is too short for the TLS profile", f"The authority has to be replaced. {_LENIENT}"
    ),
    68: Explanation(
        "it is signed with an algorithm too weak for the TLS profile", f"The peer needs a new certificate. {_LENIENT}"
    ),
}
"""By OpenSSL's verification result (X509_V_ERR...)."""


def explain(error: OSError) -> Explanation:
    """Explain in plain words what OpenSSL reported."""
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _VERIFICATION.get(error.verify_code)
        why = known.text if known else error.verify_message
        named = _FOR_ANOTHER.search(error.verify_message or "")
        whom = f" than {named[1]}" if named else ""
        return Explanation(f"the peer's certificate is refused: {why}{whom}", known.advice if known else "")
    if isinstance(error, _ENDS) or not isinstance(error, ssl.SSLError):
        return _CLOSED
    reason = (error.reason or "").upper()
    alert = reason.partition("_ALERT_")[2] or reason.removeprefix("TLSV1_").removeprefix("TLSV13_")
    found = _ALERTS.get(alert) if alert != reason else None
    found = found or _REASONS.get(reason)
    return found or Explanation(_words(error), "Look into the peer's log.")


def explain_plain_bytes(greeting: bytes) -> Explanation | None:
    """Explain first bytes of a peer that are no TLS; None where they could be, or are none."""
    if not greeting or may_be_tls_record(greeting):
        return None
    is_pdu = len(greeting) >= 6 and 1 <= greeting[0] <= 7 and greeting[1:3] == b"\0\0"
    if is_pdu and greeting[0] == 1:
        return Explanation(
            "the peer asks for an association without TLS, but this port takes TLS only",
            "Switch TLS on at the peer, or off here.",
        )
    if is_pdu:
        return Explanation("the peer speaks DICOM without TLS on this port", "Connect without TLS, or to its TLS port.")
    if greeting[:5] in (b"HTTP/", b"GET /", b"POST ", b"HEAD ", b"PUT /", b"OPTIO"):
        return Explanation("the peer speaks HTTP, not TLS", "This is the port of a web server or browser.")
    return _NOT_TLS


def plain_alert(greeting: bytes) -> bytes:
    """Alert to a peer that speaks no TLS, which OpenSSL leaves without an answer; b"" to one that does."""
    return _PROTOCOL_VERSION_ALERT if explain_plain_bytes(greeting) else b""


def requestor_error(error: OSError, greeting: bytes) -> PeerError:
    """Error for the requestor's handshake; ``greeting`` is what the peer sent first."""
    explanation = explain_plain_bytes(greeting) or explain(error)
    text = f"The TLS handshake with the peer failed: {explanation.text}"
    condition = _condition(error)
    if explanation is _CLOSED:
        return PeerUnreachableError(text, condition=condition, advice=explanation.advice)
    return TlsHandshakeError(text, condition=condition, advice=explanation.advice)


def lost_error(error: ssl.SSLError) -> AssociationAbortedError:
    """Error for a connection that ended with its handshake complete."""
    explanation = explain(error)
    text = f"The TLS connection failed: {explanation.text}"
    return AssociationAbortedError(text, condition=_LOST, advice=explanation.advice)


def unanswered_error(error: PeerError) -> PeerError:
    """Error for an association request without answer: in TLS 1.3 an acceptor judges us after our handshake."""
    cause = error.__cause__
    if not isinstance(cause, ssl.SSLError) or explain(cause) is _CLOSED:
        return error
    text = f"The TLS handshake with the peer failed: {explain(cause).text}"
    refusal = TlsHandshakeError(text, condition=error.condition, advice=error.advice)
    refusal.__cause__ = cause
    return refusal


def acceptor_error(error: OSError, greeting: bytes) -> AssociationAbortedError:
    """Error for the acceptor's handshake: DCMTK's line, and what it means."""
    explanation = explain_plain_bytes(greeting) or explain(error)
    condition = _condition(error)
    return AssociationAbortedError(f"{condition} ({explanation.text})", condition=condition, advice=explanation.advice)


def _condition(error: OSError) -> str:
    """DCMTK's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "TLS error: certificate verify failed"
    if isinstance(error, _ENDS):
        return "TLS error: unexpected eof while reading"
    if isinstance(error, ssl.SSLError):
        return f"TLS error: {_words(error)}"
    return _OPENSSL_IO_ERROR


def _words(error: ssl.SSLError) -> str:
    """OpenSSL's name of the reason, spelled as OpenSSL spells it."""
    words = (error.reason or error.strerror or str(error)).lower().replace("_", " ")
    return words.replace("ssl/tls alert", "sslv3 alert")
