"""Presentation contexts and the outcome of a negotiation, as values (PS3.8 7.1.1.13, 9.3.2.2, 9.3.3.2)."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum

from dicomdesk.records import dataclass

MAX_CONTEXTS = 128
"""Presentation contexts of one association: identifiers are odd and at most 255 (PS3.8 9.3.2.2)."""

_IDENTITY_WORDS = {1: "user name", 2: "user name and passcode", 3: "Kerberos", 4: "SAML", 5: "JSON Web Token"}

PEER_CLOSED = "The peer closed the connection"
"""By itself the reason of a connection over which nothing was sent: somebody looked whether the port is open."""


class ContextResult(IntEnum):
    """Result of one presentation context (PS3.8 9.3.3.2)."""

    ACCEPTED = 0
    USER_REJECTION = 1
    NO_REASON = 2
    ABSTRACT_SYNTAX_NOT_SUPPORTED = 3
    TRANSFER_SYNTAXES_NOT_SUPPORTED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """SCP/SCU role selection of the requestor for one abstract syntax (PS3.7 D.3.3.4)."""

    scu: bool
    scp: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedContext:
    """One presentation context to be proposed."""

    context_id: int
    """Odd, 1 to 255."""
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]
    """UIDs in order of preference."""
    role: Role | None = None


def context_number(position: int) -> int:
    """Return the identifier of the presentation context at a position from 0: 1, 3, 5 ... (PS3.8 9.3.2.2)."""
    return 2 * position + 1


def number_contexts(offers: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[ProposedContext, ...]:
    """Return contexts for abstract syntaxes with their transfer syntaxes, numbered in this order."""
    return tuple(
        ProposedContext(
            context_id=context_number(position), abstract_syntax=abstract_syntax, transfer_syntaxes=transfer_syntaxes
        )
        for position, (abstract_syntax, transfer_syntaxes) in enumerate(offers)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiatedContext:
    """One presentation context after negotiation."""

    context_id: int
    abstract_syntax: str
    proposed_transfer_syntaxes: tuple[str, ...]
    result: ContextResult
    accepted_transfer_syntax: str | None
    """None unless accepted; as an acceptor answered, be it what nobody has proposed, or several with backslashes."""
    proposed_role: Role | None = None
    accepted_role: Role | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether messages can be exchanged in this context: accepted, and with something that was proposed."""
        is_proposed = self.accepted_transfer_syntax in self.proposed_transfer_syntaxes
        return self.result is ContextResult.ACCEPTED and is_proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedNegotiation:
    """SOP Class Extended Negotiation for one SOP class (PS3.7 D.3.3.5)."""

    sop_class_uid: str
    information: bytes
    """Service class application information; its meaning is the SOP class's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiatedExtension:
    """SOP Class Extended Negotiation after negotiation."""

    sop_class_uid: str
    proposed: bytes
    """b"" where the acceptor answers what it was not asked, as DCMTK's tools do by their profiles."""
    accepted: bytes | None
    """None where the acceptor did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdentityExchange:
    """What was said of the user, without any secret (PS3.7 D.3.3.7)."""

    kind: int
    """As in ``settings.UserIdentityType``, or a number that the standard does not know."""
    user_name: str = ""
    """Of kinds 1 and 2, printable; "" where unknown or not to be shown."""
    primary_bytes: int = 0
    """Size of the user name or token."""
    wants_response: bool = False
    has_response: bool = False
    response_bytes: int = 0
    """Size of the server's response, whose content is a secret."""

    def __str__(self) -> str:
        return _IDENTITY_WORDS.get(self.kind, f"type {self.kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSession:
    """Outcome of a TLS handshake."""

    version: str
    """As OpenSSL names it: "TLSv1.3"."""
    cipher: str
    """As OpenSSL names it."""
    has_peer_certificate: bool = False
    """Whether the peer presented a certificate, be it one that cannot be read."""
    peer_subject: str = ""
    """Of the peer's certificate, RFC 4514; "" when there is none, it has no name, or cannot be read."""
    peer_issuer: str = ""
    peer_expires: datetime | None = None
    """End of the peer certificate's validity, UTC; None when it presented none, or one that cannot be read."""
    is_peer_verified: bool = False

    def __str__(self) -> str:
        return f"{self.version} {self.cipher}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation:
    """Everything that was agreed for one association, for every front end."""

    is_requestor: bool
    """Whether we asked for the association."""
    calling_ae_title: str
    called_ae_title: str
    responding_ae_title: str
    peer_host: str
    peer_port: int
    our_implementation_class_uid: str
    our_implementation_version: str
    peer_implementation_class_uid: str
    peer_implementation_version: str
    our_max_pdu_bytes: int
    peer_max_pdu_bytes: int
    """0 is unlimited."""
    max_send_pdv_bytes: int
    """Largest data fragment that we send."""
    contexts: tuple[NegotiatedContext, ...]
    application_context: str = "1.2.840.10008.3.1.1.1"
    max_operations_invoked: int = 1
    """Asynchronous operations window as negotiated; 0 is unlimited."""
    user_identity: UserIdentityExchange | None = None
    """None where none was presented."""
    extensions: tuple[NegotiatedExtension, ...] = ()
    """SOP Class Extended Negotiation, in the order of the proposal."""
    tls: TlsSession | None = None
    """None for a plain connection."""
    peer_address: str = ""
    """Where the connection really leads; ``peer_host`` may be a name that nobody has confirmed. "" where not known."""
    oddities: tuple[str, ...] = ()
    """What is wrong in the acceptor's answer and costs no more than itself, a sentence each; of a requestor only."""
