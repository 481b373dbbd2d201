import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.presentation.profile_syntax import Section, Subsection, fold_key, read_sections


def entries(text: str) -> dict[str, str]:
    """The entries of one subsection with this text."""
    ((name, subsections),) = read_sections(f"[[s]]\n[u]\n{text}")
    assert name == "S"
    assert len(subsections) == 1
    return subsections[0].entries


def test_sections_subsections_and_entries_are_read() -> None:
    assert read_sections("[[A]]\n[b]\nc = d\ne=f\n[g]\n[[H]]\n") == [
        Section("A", [Subsection("B", {"C": "d", "E": "f"}), Subsection("G", {})]),
        Section("H", []),
    ]


@pytest.mark.parametrize(
    ("text", "folded"), [("aB", "AB"), (" a b ", "AB"), ("a.b!c", "ABC"), ("a_b-c9", "A_B-C9"), ("ä", "")]
)
def test_key_is_folded(text: str, folded: str) -> None:
    assert fold_key(text) == folded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("k=v\n", "v"),
        ("k=v", "v"),
        ("k =\t v\n", "v"),
        ("k=v \n", "v "),
        ("k=\n", ""),
        ("k", ""),
        ("k=v\r\n", "v"),
        ("k=v\n w\n", "v\nw"),
        ("k=v\n\n\t w\n", "v\nw"),
        ("k=v\n   \nx=y\n", "v"),
        ("k=\n  v\n", "v"),
        ("k=v # no comment\n", "v # no comment"),
        ("k=v\n# comment\n w\n", "v\nw"),
        ("k=v\n #x\n", "v\n#x"),
        ("k=a=b\n", "a=b"),
        ("k=\0v\n", "v"),
        ("  k=v\n", "v"),
        ("#k=w\nk=v\n", "v"),
        ("k=v\nK=w\n", "v"),
        ("k\n[x]\n=v", None),
    ],
)
def test_value_is_read(text: str, value: str | None) -> None:
    assert entries(text).get("K") == value


def test_key_without_equals_sign_swallows_what_follows() -> None:
    assert read_sections("[[A]]\nfoo\n[b]\nc = d\n") == [Section("A", [])]
    assert entries("foo\n[b]\nc = d\n") == {"FOOBC": "d"}


@pytest.mark.parametrize("text", ["[[ A ]]", "[ [A]]", "[[[A]]]", "[[a", "[[a\n]\n]"])
def test_odd_section_heads_are_read(text: str) -> None:
    assert [section.name for section in read_sections(text)] == ["A"]


def test_unclosed_head_takes_the_next_closing_bracket() -> None:
    assert read_sections("[[A]\n[b]\nc=d") == [Section("A", [])]


def test_entries_outside_of_subsections_are_dropped() -> None:
    assert read_sections("a=b\n[x]\nc=d\n[[A]]\ne=f\n") == [Section("A", [])]


def test_numbered_entries_end_at_the_first_gap() -> None:
    ((_, (subsection,)),) = read_sections("[[a]]\n[b]\nX2=w\nX1=v\nX4=y\nX03=z\n")
    assert subsection.numbered("X") == [("X1", "v"), ("X2", "w")]


@given(st.text(alphabet="[]=#aB1 \t\r\n\v\0é\\"))
def test_any_text_is_read_to_its_end(text: str) -> None:
    for section in read_sections(text):
        for subsection in section.subsections:
            assert all(key == fold_key(key) for key in subsection.entries)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_subsections_and_entries_are_known(end: str) -> None:
    text = end.join(["# comment", "[[A]]", "", "#", "[b]", "k = v", " w", "# x", "", "  ", "l = x", "k = twice", "[c]"])
    ((_, (first, second)),) = read_sections(text)
    assert (first.line, first.lines) == (5, {"K": 6, "L": 11})
    assert (second.line, second.lines) == (13, {})


def test_lines_are_known_of_heads_and_entries_that_share_one() -> None:
    ((_, (only,)),) = read_sections("[[A]] [b] k = v\nl\n=w")
    assert (only.line, only.lines) == (1, {"K": 1, "L": 2})
