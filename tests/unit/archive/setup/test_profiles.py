from pathlib import Path

import pytest

from dicomdesk.archive.setup.profiles import load_archive_profiles
from dicomdesk.errors import ProfileError

WHOLE = """
[[TransferSyntaxes]]
[U]
TransferSyntax1 = LittleEndianExplicit
[[PresentationContexts]]
[In]
PresentationContext1 = CTImageStorage\\U
[Twice]
PresentationContext1 = CTImageStorage\\U
PresentationContext2 = CTImageStorage\\U
[[Profiles]]
[Incoming]
PresentationContexts = In
[Outgoing]
PresentationContexts = Twice
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "profiles.cfg"
    path.write_text(WHOLE)
    return path


def test_one_profile_is_for_what_comes_in_and_one_for_what_goes_out(file: Path) -> None:
    incoming, outgoing = load_archive_profiles(file, "Incoming", "Outgoing")
    assert incoming is not None
    assert outgoing is not None
    assert incoming.is_valid_for_acceptor
    assert not outgoing.is_valid_for_acceptor


@pytest.mark.parametrize(
    ("incoming", "outgoing", "words"),
    [
        ("Nothing", "Outgoing", "unknown configuration profile name: Nothing"),
        ("Incoming", "Nothing", "unknown configuration profile name: Nothing"),
        ("Outgoing", "Incoming", "profile 'Outgoing' is not valid for incoming use, duplicate abstract syntaxes found"),
    ],
)
def test_a_profile_that_cannot_be_used_is_named(file: Path, incoming: str, outgoing: str, words: str) -> None:
    with pytest.raises(ProfileError, match=f"^{words}$"):
        load_archive_profiles(file, incoming, outgoing)


def test_a_file_that_cannot_be_read_is_told_in_dcmtks_words(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"^cannot read association config file: "):
        load_archive_profiles(tmp_path / "none.cfg", "Incoming", "Outgoing")
    with pytest.raises(
        ProfileError, match=r"^cannot read association config file: unable to open configuration file: $"
    ):
        load_archive_profiles(None, "Incoming", "Outgoing")
