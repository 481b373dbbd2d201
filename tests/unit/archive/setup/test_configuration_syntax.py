"""Lines, values and tables of the archive's configuration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.setup.configuration_syntax import Value, read_lines, split_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("= 16384 # x", ["16384", "#", "x"]),
        ("(a, b) , c", ["a, b", "c"]),
        ("\"MY AE\" 'x y' (z", ["MY AE", "x y", "z"]),
        ('"opened)closed', ["opened", "closed"]),
        (" \t=,", []),
        ("()", [""]),
    ],
)
def test_values_are_separated_by_gaps_and_kept_together_by_quotes(text: str, values: list[str]) -> None:
    assert [value.text for value in split_values(text)] == values


def test_quoted_values_have_parts() -> None:
    (value,) = split_values("(WS1, localhost, 11113)")
    assert value == Value("WS1, localhost, 11113", is_quoted=True)
    assert value.parts() == ["WS1", "localhost", "11113"]


def test_lines_know_their_numbers() -> None:
    lines, tables, problems = read_lines("# comment\nA = 1\n\nHostTable BEGIN\n   \nws = x\nHostTable END\nB 2\n")
    assert [(line.number, line.name) for line in lines] == [(2, "A"), (8, "B")]
    assert [(table.name, [line.number for line in table.lines]) for table in tables] == [("HostTable", [6])]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("AETable BEGIN\nA /x\n", 'No "AETable END" in configuration file, line 2'),
        ("\n\n\nHostTable END", 'No "HostTable BEGIN" before END in configuration file, line 4'),
        ("HostTable FOO", 'Unknown HostTable status "FOO" in configuration file, line 1'),
        ("HostTable", 'Unknown HostTable status "" in configuration file, line 1'),
        (
            "HostTable BEGIN\nHostTable FOO\nHostTable END",
            'Illegal HostTable status "FOO" in configuration file, line 2',
        ),
        (
            "HostTable BEGIN\nAETable BEGIN\nAETable END",
            'No "HostTable END" before "AETable BEGIN" in configuration file, line 2',
        ),
        ("HostTable BEGIN\nAETable END", 'No "HostTable END" before "AETable END" in configuration file, line 2'),
    ],
)
def test_tables_that_do_not_begin_or_end_are_named(text: str, problem: str) -> None:
    assert read_lines(text)[2] == [problem]


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    lines, tables, _ = read_lines(text)
    assert len(lines) + sum(len(table.lines) for table in tables) <= text.count("\n") + 1
