"""Association negotiation profiles of an archive: one as acceptor, one as requestor."""

from pathlib import Path

from dicomdesk.errors import ProfileError
from dicomdesk.network.presentation.profiles import Profile, load_profiles

__all__ = ["ArchiveProfiles", "load_archive_profiles"]

ArchiveProfiles = tuple[Profile | None, Profile | None]
"""For what comes in, and for what goes out; None for the built-in lists."""


def load_archive_profiles(file: Path | None, incoming: str, outgoing: str) -> ArchiveProfiles:
    """Read both profiles of a file; raises ProfileError in the words of DCMTK's dcmqrscp."""
    try:
        profiles = load_profiles("" if file is None else file)
    except ProfileError as error:
        text = "unable to open configuration file: " if file is None else str(error)
        raise ProfileError(
            f"cannot read association config file: {text}",
            explanation=error.explanation,
            file=error.file,
            line=error.line,
        ) from error
    found: list[Profile] = []
    for name in (incoming, outgoing):
        try:
            found.append(profiles.profile(name))
        except ProfileError as error:
            raise ProfileError(f"unknown configuration profile name: {name}") from error
    if not found[0].is_valid_for_acceptor:
        raise ProfileError(f"profile '{incoming}' is not valid for incoming use, duplicate abstract syntaxes found")
    return found[0], found[1]
