"""Whether an association negotiation profile file can be used, found out before a job is begun."""

from pathlib import Path

__all__ = ["check_profile_file"]


def check_profile_file(path: Path) -> None:
    """Read the file; raises ProfileError, in DCMTK's words, where it cannot be read or is wrong."""
    from dicomdesk.network.presentation.profiles import load_profiles  # noqa: PLC0415 - only where there is a profile

    load_profiles(path)
