import pytest

from dicomdesk.gui.models.extension_wording import extension_meaning, hex_text

CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY_FIND, STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.2"


@pytest.mark.parametrize(
    ("uid", "information", "meaning"),
    [
        (STUDY_FIND, b"\1\0\1", ("relational queries", "no date and time matched together", "fuzzy matching of names")),
        (STUDY_FIND, b"\7", ("relational queries: unknown value 7",)),
        (STUDY_MOVE, b"\0\1\1", ("no relational retrieval", "enhanced multi-frame conversion")),
        (
            CT,
            b"\2\0\3\0\1\0",
            ("level of support: 2, everything is kept", "digital signatures: 3", "elements: may be changed"),
        ),
        (CT, b"\x09", ("level of support: unknown value 9",)),
        (CT, b"", ()),
        ("1.2.3", b"\1", ()),
        ("1.2.840.10008.1.1", b"\1", ()),
    ],
)
def test_known_bytes_have_a_meaning(uid: str, information: bytes, meaning: tuple[str, ...]) -> None:
    assert extension_meaning(uid, information) == meaning


def test_bytes_are_shown_as_hexadecimal_and_cut() -> None:
    assert hex_text(b"\x01\xab") == "01 AB"
    assert hex_text(bytes(40), most=2) == "00 00 … (40 bytes)"
