"""Which presentation contexts are accepted. Stands in until the profile-aware policy is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dicomdesk.dicom.sop_classes import find_sop_class
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.network.contexts import ContextResult, NegotiatedContext, ProposedContext

_VERIFICATION = "1.2.840.10008.1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptancePolicy:
    """Accepts storage (not with ``verification_only``) and Verification."""

    verification_only: bool = False
    extended_negotiation: Mapping[str, bytes] = field(default_factory=dict)


def accept_all_policy() -> AcceptancePolicy:
    """Every storage SOP class in every known transfer syntax."""
    return AcceptancePolicy()


def verification_only_policy() -> AcceptancePolicy:
    """Verification only."""
    return AcceptancePolicy(verification_only=True)


def decide(contexts: Sequence[ProposedContext], policy: AcceptancePolicy) -> list[NegotiatedContext]:
    """One result for each proposed context."""
    return [_decide(context, policy) for context in contexts]


def _decide(context: ProposedContext, policy: AcceptancePolicy) -> NegotiatedContext:
    is_storage = find_sop_class(context.abstract_syntax) is not None and not policy.verification_only
    chosen = next((uid for uid in context.transfer_syntaxes if find_transfer_syntax(uid) is not None), None)
    result = ContextResult.ACCEPTED
    if not is_storage and context.abstract_syntax != _VERIFICATION:
        result = ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED
    elif chosen is None:
        result = ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED
    return NegotiatedContext(
        context_id=context.context_id,
        abstract_syntax=context.abstract_syntax,
        proposed_transfer_syntaxes=context.transfer_syntaxes,
        result=result,
        accepted_transfer_syntax=chosen if result is ContextResult.ACCEPTED else None,
        proposed_role=context.role,
    )
