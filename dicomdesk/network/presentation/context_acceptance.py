"""Acceptance of presentation contexts: transfer syntax and role by policy (PS3.8 9.3.3.2, PS3.7 D.3.3.4).

Three policies. One comes from a profile file: the order of its list decides among the transfer syntaxes proposed. One
accepts Verification only, as DCMTK's ``dcmrecv`` does without a profile. And one accepts everything that can be stored,
in the way that loses least; it ranks what is proposed:

1. lossless and explicit VR little endian (compressed, deflated or neither), in the proposer's order, for that is what
   it can send with the least trouble: most senders put the encoding of their files first;
2. explicit VR big endian, where values of unknown VR cannot be converted either way;
3. implicit VR, in which the VRs of private elements are lost;
4. lossy, only where nothing else is proposed: a sender with uncompressed files that is asked for a lossy syntax might
   compress them, while one with lossy files that offers others too can decompress them without further loss.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from dicomdesk.dicom.sop_classes import VERIFICATION, find_sop_class, is_storable
from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    Compression,
    find_transfer_syntax,
)
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext, ProposedContext, Role
from dicomdesk.network.presentation.profiles import Profile
from dicomdesk.records import dataclass

_NO_ROLE = Role(scu=False, scp=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptancePolicy:
    """Policy of an acceptor."""

    contexts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Transfer syntaxes by abstract syntax, the preferred one first."""
    any_storage: bool = False
    """Whether everything that can be stored is accepted too, in any known transfer syntax."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """Roles that the requestor may play by abstract syntax; the others have the default role."""
    extended_negotiation: Mapping[str, bytes] = field(default_factory=dict)
    """What to answer for accepted abstract syntaxes, whether or not the peer asks (PS3.7 D.3.3.5)."""
    refused: Mapping[int, ContextResult] = field(default_factory=dict)
    """Contexts of one proposal, by their IDs, that are not accepted whatever else is said here."""
    needs_context: bool = True
    """Whether an association without any accepted context is rejected."""
    role_may_be_unsaid: frozenset[str] = frozenset()
    """Abstract syntaxes of which the requestor may be the SCP only, but need not say so: many do not (PS3.4 J.3)."""


def policy_from_profile(profile: Profile) -> AcceptancePolicy:
    """Accept what a profile lists; it must be valid for acceptors."""
    return AcceptancePolicy(
        contexts={context.abstract_syntax: context.transfer_syntaxes for context in profile.contexts},
        roles=profile.roles,
        extended_negotiation=profile.extended_negotiation,
    )


def accept_all_policy() -> AcceptancePolicy:
    """Accept Verification and all that can be stored: standard, newer than this program, private."""
    return AcceptancePolicy(any_storage=True)


def verification_only_policy() -> AcceptancePolicy:
    """Accept Verification in the default transfer syntax, nothing else."""
    return AcceptancePolicy(contexts={VERIFICATION: (IMPLICIT_VR_LITTLE_ENDIAN,)})


def with_commitment_reports(policy: AcceptancePolicy) -> AcceptancePolicy:
    """Accept also who comes to report on storage commitment, in the reversed roles of PS3.4 J.3.3."""
    from dicomdesk.dicom.query.sop_classes import COMMITMENT  # noqa: PLC0415 - start-up time of those who take none

    return replace(
        policy,
        contexts={**policy.contexts, COMMITMENT: (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)},
        roles={**policy.roles, COMMITMENT: Role(scu=False, scp=True)},
        role_may_be_unsaid=policy.role_may_be_unsaid | {COMMITMENT},
    )


def decide(proposed: Iterable[ProposedContext], policy: AcceptancePolicy) -> list[NegotiatedContext]:
    """Answer each proposed context; an accepted role is set only where a role item is to be returned."""
    return [_decide(context, policy) for context in proposed]


def role_warnings(contexts: Iterable[NegotiatedContext]) -> list[str]:
    """Return what is odd about the roles proposed, in DCMTK's words."""
    warnings = []
    for context in contexts:
        if context.accepted_role == _NO_ROLE:
            warnings.append(
                "setting accepted SCP/SCU role to NONE, i.e. both role fields are 0 in SCP/SCU role selection sub-item"
            )
        if context.accepted_role is not None and context.proposed_role == _NO_ROLE:
            warnings.append("DULFSM: both role fields are 0 in SCP/SCU role selection sub-item")
        if context.result is ContextResult.NO_REASON:
            warnings.append(
                "ASSOC: SCP/SCU role selection failed, Default role (i.e. SCU) proposed but only SCP role configured "
                "for acceptance"
            )
    return warnings


def _decide(context: ProposedContext, policy: AcceptancePolicy) -> NegotiatedContext:
    result, transfer_syntax = _choose(context, policy)
    role = None
    allowed = policy.roles.get(context.abstract_syntax)
    if transfer_syntax is not None and allowed is not None:
        if context.role is not None:
            role = _common_role(context.role, allowed)
        elif not allowed.scu and context.abstract_syntax not in policy.role_may_be_unsaid:
            result, transfer_syntax = ContextResult.NO_REASON, None
    return NegotiatedContext(
        context_id=context.context_id,
        abstract_syntax=context.abstract_syntax,
        proposed_transfer_syntaxes=context.transfer_syntaxes,
        result=result,
        accepted_transfer_syntax=transfer_syntax,
        proposed_role=context.role,
        accepted_role=role,
    )


def _choose(context: ProposedContext, policy: AcceptancePolicy) -> tuple[ContextResult, str | None]:
    refusal = policy.refused.get(context.context_id)
    if refusal is not None:
        return refusal, None
    preferred = policy.contexts.get(context.abstract_syntax)
    if preferred is not None:
        chosen = next((uid for uid in preferred if uid in context.transfer_syntaxes), None)
    elif policy.any_storage and _is_acceptable(context.abstract_syntax):
        known = [uid for uid in context.transfer_syntaxes if find_transfer_syntax(uid) is not None]
        chosen = min(known, key=_loss_rank, default=None)
    else:
        return ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED, None
    if chosen is None:
        return ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED, None
    return ContextResult.ACCEPTED, chosen


def _is_acceptable(abstract_syntax: str) -> bool:
    return (
        abstract_syntax == VERIFICATION or is_storable(abstract_syntax) or find_sop_class(abstract_syntax) is not None
    )


def _loss_rank(uid: str) -> int:
    syntax = find_transfer_syntax(uid)
    if syntax is None or syntax.compression is Compression.LOSSY:
        return 3
    if not syntax.is_explicit_vr:
        return 2
    return 0 if syntax.is_little_endian else 1


def _common_role(proposed: Role, allowed: Role) -> Role:
    """Return the roles of both; a proposal without any role is answered with those allowed, as DCMTK does."""
    if proposed == _NO_ROLE:
        return allowed
    return Role(scu=proposed.scu and allowed.scu, scp=proposed.scp and allowed.scp)
