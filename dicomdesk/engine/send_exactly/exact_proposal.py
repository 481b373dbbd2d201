"""Proposal of an exact send job: by rule, for the SOP classes of the files, or as a profile says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dicomdesk.engine.send_exactly.request import Proposal
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext
from dicomdesk.network.presentation.proposals import COMMON_SOP_CLASSES, propose_contexts

if TYPE_CHECKING:
    from dicomdesk.network.presentation.profiles import ProfileFile

__all__ = ["load_profile_file", "make_proposal"]


def load_profile_file(proposal: Proposal) -> "ProfileFile | None":
    """The profile file that the proposal names, None where it names none. Raises ProfileError."""
    if proposal.profile is None:
        return None
    from dicomdesk.network.presentation.profiles import load_profiles  # noqa: PLC0415 - only where asked for: start-up time

    return load_profiles(proposal.profile.file)


def make_proposal(
    proposal: Proposal, sop_classes: Sequence[str], profiles: "ProfileFile | None"
) -> tuple[tuple[ProposedContext, ...], tuple[ExtendedNegotiation, ...]]:
    """The presentation contexts and extended negotiation; ``sop_classes`` are those of the files.

    Raises ProfileError for a profile that is not in the file, ProposalError for more contexts than there may be.
    """
    if profiles is not None and proposal.profile is not None:
        profile = profiles.profile(proposal.profile.name)
        extensions = tuple(
            ExtendedNegotiation(sop_class_uid=uid, information=information)
            for uid, information in profile.extended_negotiation.items()
        )
        return profile.proposed_contexts(), extensions
    contexts = propose_contexts(
        sop_classes if proposal.only_required else COMMON_SOP_CLASSES,
        preferred_transfer_syntax=proposal.preferred_transfer_syntax,
        combine=proposal.combine,
    )
    return contexts, ()
