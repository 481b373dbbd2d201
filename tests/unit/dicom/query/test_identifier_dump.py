from dicomdesk.dicom.query.identifier_dump import identifier_lines, identifier_values
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder


def identifier(syntax: str = EXPLICIT, name: bytes = b"Doe*") -> bytes:
    builder = Builder(syntax)
    return b"".join(
        (
            builder.element(0x00080052, "CS", "STUDY"),
            builder.element(0x00100010, "PN", name),
            builder.element(0x0020000D, "UI", ""),
        )
    )


def test_keys_are_shown_with_values_and_keywords() -> None:
    for syntax, words in ((EXPLICIT, "Little Endian Explicit"), (IMPLICIT, "Little Endian Implicit")):
        lines = identifier_lines(identifier(syntax), syntax)
        assert lines[:3] == ["", "# Dicom-Data-Set", f"# Used TransferSyntax: {words}"]
        assert lines[3].startswith("(0008,0052) [STUDY]")
        assert lines[3].endswith(" # QueryRetrieveLevel")
        assert lines[4].startswith("(0010,0010) [Doe*]")
        assert lines[5].startswith("(0020,000d) (no value available)")
        assert lines[-1] == ""


def test_hostile_values_are_cut_and_harmless() -> None:
    lines = identifier_lines(identifier(name=b"\x1b[2J" + b"x" * 1000), EXPLICIT)
    assert not any("\x1b" in line for line in lines)
    assert max(map(len, lines)) < 150


def test_what_is_no_identifier_is_said() -> None:
    lines = identifier_lines(identifier()[:-3], EXPLICIT)
    assert lines[-2].startswith("# cannot be read: ")


def test_keys_in_items_are_shown_below_their_sequence() -> None:
    builder = Builder(EXPLICIT)
    data = identifier() + builder.sequence(0x00400275, builder.item(builder.element(0x00400009, "SH", "S1")))
    assert identifier_values(data, EXPLICIT)["00400275.00400009"] == "S1"
    sequence, step = identifier_lines(data, EXPLICIT)[-3:-1]
    assert sequence.startswith("(0040,0275) (no value available)")
    assert step == "  (0040,0009) [S1]"


def test_values_are_by_tag() -> None:
    assert identifier_values(identifier(), EXPLICIT) == {"00080052": "STUDY", "00100010": "Doe*", "0020000d": ""}
