"""Explanations of failed steps of a connection check: likely cause and advice in plain words, without any I/O."""

import errno
from collections.abc import Sequence
from typing import NamedTuple

from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    DicomdeskError,
    PeerProtocolError,
    PeerTimeoutError,
    SettingsError,
    TlsHandshakeError,
    UserIdentityError,
)
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.status import DimseService
from dicomdesk.network.status_meanings import status_advice
from dicomdesk.network.wire.listener_probe import IdentifiedListener, ListenerKind
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
    "explain_tls",
]


class Remedy(NamedTuple):
    """Likely cause of a failure, and advice."""

    cause: str
    advice: str


NOTHING = Remedy("", "")
_CONNECTION = {
    errno.ECONNREFUSED: Remedy(
        "The machine is there, but no service listens on that port, or a firewall refuses for it.",
        "Check the port number (DICOM often uses 104 or 11112) and that the peer's DICOM service runs.",
    ),
    errno.ETIMEDOUT: Remedy(
        "Nothing answers: a firewall drops the connection, the machine is off, or the address is not its own.",
        "Check the address, then have the firewall between here and there opened for this port.",
    ),
    errno.EHOSTUNREACH: Remedy(
        "No machine answers at that address, or a router or firewall on the way does not let us through.",
        "Check that the machine is on and the address is right; then ask the network administrator for a route.",
    ),
    errno.ENETUNREACH: Remedy(
        "This machine has no route to that network: a cable, a VPN or a gateway is missing.",
        "Check this machine's network connection, and the VPN where one is needed.",
    ),
    errno.EACCES: Remedy(
        "This machine's own firewall or policy forbids the connection.",
        "Allow outgoing connections to this address and port on this machine.",
    ),
    errno.EAFNOSUPPORT: Remedy(
        "This machine cannot use that kind of address.",
        "Use an IPv4 address, or turn on IPv6 on this machine.",
    ),
}
_CONNECTION[errno.EPERM] = _CONNECTION[errno.EACCES]
_OTHER_CONNECTION = Remedy(
    "The operating system could not connect.", "Check host and port, and this machine's network connection."
)
_LISTENERS = {
    ListenerKind.HTTP: Remedy(
        "A web server listens on that port, not a DICOM service.",
        "Use the port of the peer's DICOM service instead of that of its web interface.",
    ),
    ListenerKind.SSH: Remedy(
        "A secure shell server (SSH) listens on that port, not a DICOM service.",
        "Use the port of the peer's DICOM service.",
    ),
    ListenerKind.FTP: Remedy(
        "A file transfer server (FTP) listens on that port, not a DICOM service.",
        "Use the port of the peer's DICOM service.",
    ),
    ListenerKind.MAIL: Remedy(
        "A mail server listens on that port, not a DICOM service.", "Use the port of the peer's DICOM service."
    ),
    ListenerKind.GREETING: Remedy(
        "Another kind of service listens on that port: it speaks first, which DICOM never does.",
        "Use the port of the peer's DICOM service.",
    ),
    ListenerKind.GONE: Remedy(
        "The service has stopped taking connections since the check began.",
        "Try again; if it stays so, have the peer's DICOM service restarted.",
    ),
}
_TLS_ON_PLAIN = Remedy(
    "The peer expects TLS on that port, and was spoken to without.",
    "Turn on TLS for this node, or use the peer's port without TLS.",
)
_PLAIN_ON_TLS = Remedy(
    "The peer speaks DICOM without TLS on that port.",
    "Turn off TLS for this node, or use the peer's TLS port (often 2762).",
)
_NO_TLS = Remedy(
    "What listens on that port does not speak TLS.", "Turn off TLS for this node, or use the peer's TLS port."
)
# Words of TLS errors, in the order in which they are looked for, and what is behind them.
_TLS = (
    ("revoked", "The authority that issued the peer's certificate has withdrawn it."),
    ("our certificate has expired", "Our certificate has expired, or the peer's clock is wrong."),
    ("has expired", "The validity of the peer's certificate has ended, or this machine's clock is wrong."),
    ("not valid yet", "The peer's certificate begins to be valid later, or this machine's clock is wrong."),
    ("revocation list", "Certificates are to be checked for revocation, and no current list is at hand."),
    ("another host name", "The peer's certificate was issued for another name than the one that was dialled."),
    ("another address", "The peer's certificate was issued for another address than the one that was dialled."),
    ("self-signed", "The peer made its certificate itself, or another machine answers in its place."),
    ("authority of our certificate", "The peer does not know the authority that issued our certificate."),
    ("not trusted", "The authority that issued the peer's certificate is not among the trusted ones."),
    ("trusted authorities", "The authority that issued the peer's certificate is not among the trusted ones."),
    ("issuer is not known", "The authority that issued the peer's certificate is not among the trusted ones."),
    ("demands a certificate", "The peer serves only those who present a certificate."),
    ("our certificate", "The peer does not accept our certificate."),
    ("version in common", "One side is older than the other: they share no version of TLS."),
    ("cipher suite", "The two sides share no cipher suite."),
    ("nothing in common", "The two sides share no TLS version, no cipher suite, or a certificate of ours is missing."),
)
_LOOK = "Look into the peer's log."
_ABORTED = Remedy(
    "The peer's DICOM service broke off; it met something that it cannot handle.",
    "Look into the peer's log; often our AE title or address is not among those that it serves.",
)
_NO_ANSWER = Remedy(
    "Something takes connections there but does not answer DICOM: a service that hangs, or one that expects TLS.",
    "Check the port number, and have the peer's DICOM service restarted.",
)
_CLOSED = Remedy(
    "Something listens there that hangs up on us: often a peer that serves known addresses only, or no DICOM service.",
    "Check the port number, and have this machine's address allowed at the peer.",
)
_NOT_DICOM = Remedy("What listens on that port does not speak DICOM.", "Use the port of the peer's DICOM service.")


def explain_name(host: str) -> Remedy:
    """A host name without address."""
    if not host.strip():
        return Remedy("No host name is given.", "Give the host name or the address of the peer.")
    return Remedy(
        "The name is mistyped, or the name server of this network does not know it.",
        "Check the spelling, or use the peer's IP address.",
    )


def explain_connection(failure: int) -> Remedy:
    """An error number of ``connect``."""
    return _CONNECTION.get(failure, _OTHER_CONNECTION)


def explain_listener(listener: IdentifiedListener, *, with_tls: bool, speaks_plain_dicom: bool = False) -> Remedy:
    """Something else listens; NOTHING where it could not be told what."""
    if with_tls and speaks_plain_dicom:
        return _PLAIN_ON_TLS
    if not with_tls and listener.kind is ListenerKind.TLS:
        return _TLS_ON_PLAIN
    remedy = _LISTENERS.get(listener.kind, NOTHING)
    if remedy.cause and listener.words:
        return remedy._replace(cause=f'{remedy.cause} It says "{listener.words}".')
    return remedy


def explain_tls(error: DicomdeskError) -> Remedy:
    """A TLS handshake that failed, where the other side does speak TLS."""
    advice = getattr(error, "advice", "")
    if isinstance(error, SettingsError):
        return Remedy("Our own key, certificate or TLS settings cannot be used.", advice or "Correct the TLS settings.")
    if isinstance(error, PeerTimeoutError):
        return _NO_TLS
    text = str(error).lower()
    for words, cause in _TLS:
        if words in text:
            return Remedy(cause, advice or _LOOK)
    cause = "The peer hung up during the handshake: it may speak no TLS there, or demand a certificate of us."
    return Remedy(cause, advice or _LOOK)


def explain_association(error: DicomdeskError, peer: Peer, settings: AssociationSettings) -> Remedy:
    """An association that was not established."""
    if isinstance(error, AssociationRejectedError):
        return _explain_rejection(error, peer, settings)
    if isinstance(error, SettingsError):
        return Remedy("What is to be proposed cannot be sent.", "Correct the AE titles.")
    if isinstance(error, TlsHandshakeError):
        return explain_tls(error)
    if isinstance(error, UserIdentityError):
        return Remedy("The peer did not confirm the user identity.", "Check it, or do not ask for a confirmation.")
    if isinstance(error, PeerTimeoutError):
        return _NO_ANSWER
    if isinstance(error, AssociationAbortedError):
        return _CLOSED if error.source is None else _ABORTED
    if isinstance(error, PeerProtocolError):
        return _NOT_DICOM
    return Remedy("The association could not be opened.", "Look into the peer's log.")


def _explain_rejection(error: AssociationRejectedError, peer: Peer, settings: AssociationSettings) -> Remedy:
    calling, called = settings.calling_ae_title, peer.ae_title
    kind = (error.source, error.reason)
    if kind == (1, 3):
        return Remedy(
            f'The peer does not know our AE title "{calling}", or not with our address.',
            f'Have "{calling}" registered at the peer with this machine\'s address, or call as a title that it knows.',
        )
    if kind == (1, 7):
        return Remedy(
            f'The peer is not called "{called}".', "Correct the AE title of the peer; capitals and blanks matter."
        )
    if kind == (1, 1):
        return Remedy(
            f'The peer does not say why; often it does not know our AE title "{calling}" or our address, or takes none '
            "of the SOP classes proposed.",
            error.advice,
        )
    if kind == (2, 1) and settings.user_identity is not None:
        return Remedy("The peer did not accept the user identity.", "Check user name and password, or the token.")
    if kind == (2, 1):
        return Remedy("The peer does not say why; it may ask for a user name and password.", error.advice)
    if kind in {(3, 1), (3, 2)} or error.is_transient:
        return Remedy("The peer is busy: it serves as many associations as it can or may.", error.advice)
    return Remedy("The peer does not speak DICOM as we do.", error.advice)


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
