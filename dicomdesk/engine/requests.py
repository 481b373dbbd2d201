"""Values that requests of several jobs have in common."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ProfileSelection", "Proposal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSelection:
    """An association negotiation profile: which file, which profile in it."""

    file: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Which presentation contexts are proposed, independent of what a plan would make of the instances."""

    preferred_transfer_syntax: str = "1.2.840.10008.1.2.1"
    """UID; proposed before the uncompressed ones, or alone where it is implicit VR or a video."""
    only_required: bool = False
    """Only the SOP classes of the instances, instead of a fixed list of common ones."""
    combine: bool = False
    """One context with all transfer syntaxes for each SOP class, instead of two."""
    profile: ProfileSelection | None = None
    """Exactly what this profile says; the rest is ignored then."""
