"""Presentation contexts and the outcome of a negotiation, as values (PS3.8 7.1.1.13, 9.3.2.2, 9.3.3.2)."""

from dataclasses import dataclass
from enum import IntEnum


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiatedContext:
    """One presentation context after negotiation."""

    context_id: int
    abstract_syntax: str
    proposed_transfer_syntaxes: tuple[str, ...]
    result: ContextResult
    accepted_transfer_syntax: str | None
    """None unless accepted."""
    proposed_role: Role | None = None
    accepted_role: Role | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether messages can be exchanged in this context."""
        return self.result is ContextResult.ACCEPTED


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
    user_identity: str = ""
    """Kind of user identity presented, never its secret; "" for none."""
    tls: str = ""
    """TLS version and cipher; "" for a plain connection."""
