"""Explanations of failed steps of a connection check: likely cause and advice in plain words, without any I/O."""

import errno
from collections.abc import Sequence

from dicomdesk.engine.explain.failure import Area
from dicomdesk.engine.explain.recognition import (
    explain_all,
    explain_rejection,
    explain_text,
    find_failure,
    name_titles,
)
from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    DicomdeskError,
    IllegalAeTitleError,
    PeerError,
    PeerProtocolError,
    PeerTimeoutError,
    PeerUnreachableError,
    SettingsError,
    TlsHandshakeError,
    UserIdentityError,
)
from dicomdesk.logs import Explanation
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.status import DimseService
from dicomdesk.network.status_meanings import status_advice
from dicomdesk.network.wire.greetings import ListenerKind
from dicomdesk.network.wire.listener_probe import IdentifiedListener
from dicomdesk.settings import AssociationSettings, Peer

__all__ = [
    "NOTHING",
    "Remedy",
    "explain_association",
    "explain_connection",
    "explain_echo",
    "explain_listener",
    "explain_name",
    "explain_no_verification",
    "explain_request",
    "explain_tls",
]


Remedy = Explanation
"""Likely cause of a failure, and advice."""
NOTHING = Remedy("", "")


def _remedy(key: str) -> Remedy:
    failure = find_failure(key)
    return Remedy(failure.cause, failure.advice)


_CONNECTION = {
    errno.ECONNREFUSED: "port-closed",
    errno.ETIMEDOUT: "no-answer-to-connection",
    errno.EHOSTUNREACH: "host-unreachable",
    errno.ENETUNREACH: "network-unreachable",
    errno.EACCES: "connecting-forbidden",
    errno.EPERM: "connecting-forbidden",
    errno.EAFNOSUPPORT: "address-family",
}
_LISTENERS = {
    ListenerKind.HTTP: "web-server",
    ListenerKind.SSH: "ssh-server",
    ListenerKind.FTP: "ftp-server",
    ListenerKind.MAIL: "mail-server",
    ListenerKind.GREETING: "other-service",
    ListenerKind.GONE: "service-gone",
}
# Words of TLS errors, in the order in which they are looked for, and what is behind them.
_TLS = (
    ("revoked", "certificate-revoked"),
    ("our certificate has expired", "our-certificate-expired"),
    ("has expired", "certificate-expired"),
    ("not valid yet", "certificate-not-yet-valid"),
    ("revocation list", "no-revocation-list"),
    ("another host name", "certificate-for-another-host"),
    ("another address", "certificate-for-another-address"),
    ("self-signed", "certificate-self-signed"),
    ("authority of our certificate", "our-authority-unknown"),
    ("not trusted", "certificate-not-trusted"),
    ("trusted authorities", "certificate-not-trusted"),
    ("issuer is not known", "certificate-not-trusted"),
    ("demands a certificate", "certificate-demanded"),
    ("our certificate", "our-certificate-refused"),
    ("version in common", "no-common-tls-version"),
    ("cipher suite", "no-common-cipher-suite"),
    ("nothing in common", "nothing-in-common"),
)
_LOOK = "Look into the peer's log."


def explain_name(host: str) -> Remedy:
    """A host name without address."""
    if not host.strip():
        return _remedy("no-host-name")
    return _remedy("unknown-host")


def explain_connection(failure: int) -> Remedy:
    """An error number of ``connect``."""
    return _remedy(_CONNECTION.get(failure, "cannot-connect"))


def explain_listener(listener: IdentifiedListener, *, with_tls: bool, speaks_plain_dicom: bool = False) -> Remedy:
    """Something else listens; NOTHING where it could not be told what."""
    if with_tls and speaks_plain_dicom:
        return _remedy("plain-on-tls")
    if not with_tls and listener.kind is ListenerKind.TLS:
        return _remedy("tls-on-plain")
    remedy = _remedy(_LISTENERS[listener.kind]) if listener.kind in _LISTENERS else NOTHING
    if remedy.cause and listener.words:
        return remedy._replace(cause=f'{remedy.cause} It says "{listener.words}".')
    return remedy


def explain_tls(error: DicomdeskError) -> Remedy:
    """A TLS handshake that failed, where the other side does speak TLS."""
    advice = getattr(error, "advice", "")
    if isinstance(error, SettingsError):
        settings = _remedy("key-or-certificate")
        return settings._replace(advice=advice or settings.advice)
    if isinstance(error, PeerTimeoutError):
        return _remedy("no-tls")
    text = str(error).lower()
    key = next((key for words, key in _TLS if words in text), "tls-hung-up")
    return Remedy(find_failure(key).cause, advice or _LOOK)


def explain_request(error: DicomdeskError, peer: Peer, settings: AssociationSettings) -> Remedy:
    """A request for an association that failed at whatever step: name, connection, TLS, negotiation.

    NOTHING where this machine failed in a way that says all.
    """
    if peer.host.isdecimal() and isinstance(error, PeerError):  # an address too, but hardly one that anybody means
        return _remedy("host-is-a-number")
    if isinstance(error, PeerUnreachableError) and not isinstance(error, TlsHandshakeError):
        known = explain_text(error.condition or str(error))
        key = known[0].key if known and known[0].area is Area.CONNECTING else "cannot-connect"
        remedy = _remedy(key)
        return remedy._replace(advice=getattr(error, "advice", "") or remedy.advice)
    if isinstance(error, PeerError | IllegalAeTitleError):
        return explain_association(error, peer, settings)
    return NOTHING


def explain_association(error: DicomdeskError, peer: Peer, settings: AssociationSettings) -> Remedy:
    """An association that was not established."""
    if isinstance(error, AssociationRejectedError):
        return _explain_rejection(error, peer, settings)
    if isinstance(error, SettingsError):
        return _remedy("what-is-proposed")
    if isinstance(error, TlsHandshakeError):
        return explain_tls(error)
    if isinstance(error, UserIdentityError):
        return _remedy("identity-not-confirmed")
    if isinstance(error, PeerTimeoutError):
        return _remedy("no-tls" if _HANDSHAKE in str(error) else "peer-is-silent")
    if isinstance(error, AssociationAbortedError):
        return _explain_answer(error, "peer-closes-request" if error.source is None else "peer-aborts-request")
    if isinstance(error, PeerProtocolError):
        return _explain_answer(error, "answer-unreadable")
    return _remedy("association-not-opened")


_HANDSHAKE = "TLS handshake"
_OF_ANSWERS = frozenset({"answer-cut", "answer-not-allowed", "answer-unreadable", "max-pdu-too-short", "not-dicom"})
"""What an answer that is none may be recognised as, besides an answer of something else."""
_OF_OTHERS = frozenset({*_LISTENERS.values(), "tls-on-plain"})


def _explain_answer(error: DicomdeskError, otherwise: str) -> Remedy:
    """Something else than an answer, by the words for it."""
    text = str(error)
    known = [each for each in explain_all(text) if each.key in _OF_OTHERS | _OF_ANSWERS]
    known.sort(key=lambda each: each.key not in _OF_OTHERS)
    return _remedy(known[0].key if known else otherwise)


def _explain_rejection(error: AssociationRejectedError, peer: Peer, settings: AssociationSettings) -> Remedy:
    if (error.source, error.reason) == (2, 1) and settings.user_identity is not None:
        return Remedy("The peer did not accept the user identity.", "Check user name and password, or the token.")
    failure = explain_rejection(error.result, error.source, error.reason)
    return name_titles(failure, settings.calling_ae_title, peer.ae_title)


def explain_no_verification(contexts: Sequence[NegotiatedContext]) -> Remedy:
    """An association without the one context that was proposed."""
    if any(context.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED for context in contexts):
        cause = "The peer does not offer Verification, as the standard asks of it."
    elif any(context.result is ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED for context in contexts):
        cause = "The peer offers Verification, but not in little endian as the standard asks of it."
    else:
        cause = "The peer does not let us use Verification."
    return Remedy(
        cause, "Storing may work all the same: see which SOP classes it accepts, or have Verification enabled."
    )


def explain_echo(status: int | None, error: DicomdeskError | None) -> Remedy:
    """A C-ECHO that failed: by its status, or without an answer."""
    if status is not None:
        return Remedy("The peer's application has a problem of its own.", status_advice(status, DimseService.C_ECHO))
    if isinstance(error, PeerTimeoutError):
        return Remedy("The peer's application hangs.", "Have the peer's DICOM service restarted; look into its log.")
    return Remedy("The peer broke off at a C-ECHO.", "Look into the peer's log.")
