import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, make_url

from dicomdesk.archive.matching.wildcards import like, matches, matches_name, name_alternatives, one_of

SQLITE, POSTGRESQL = make_url("sqlite://").get_dialect()(), make_url("postgresql://").get_dialect()()


def parameters(condition: object, dialect: object) -> list[object]:
    compiled = condition.compile(dialect=dialect)  # type: ignore[attr-defined]  # any SQL element
    return list(compiled.params.values())


def test_a_value_without_wildcards_is_compared_as_it_is() -> None:
    assert str(like(column("c"), "A%[", SQLITE)) == "c = :c_1"


def test_what_a_database_takes_for_special_is_made_harmless() -> None:
    assert parameters(like(column("c"), "*[a]%_!?", SQLITE), SQLITE) == ["*[[]a]%_!?"]
    assert "%[a]!%!_!!_" in parameters(like(column("c"), "*[a]%_!?", POSTGRESQL), POSTGRESQL)


def test_a_literal_start_is_a_range_that_an_index_serves() -> None:
    assert parameters(like(column("c"), "SMI*", SQLITE), SQLITE) == ["SMI", "SMI\U0010ffff", "SMI*"]
    assert "<" not in str(like(column("c"), "*SMI", SQLITE))


def test_a_star_alone_matches_all() -> None:
    assert str(like(column("c"), "**", SQLITE)) == "true"


def test_a_list_of_any_length_is_one_parameter() -> None:
    values = [f"1.{number}" for number in range(10_000)]
    assert len(parameters(one_of(column("c"), values, SQLITE), SQLITE)) == 1
    assert len(parameters(one_of(column("c"), values, POSTGRESQL), POSTGRESQL)) == 1
    assert str(one_of(column("c"), [], SQLITE)) == "false"


@pytest.mark.parametrize(
    ("pattern", "alternatives"),
    [
        ("DOE*", ("DOE*",)),
        ("DOE^*", ("DOE^*", "DOE")),
        ("DOE^*^*", ("DOE^*^*", "DOE", "DOE^*")),
        ("*^*", ("*^*", "*")),
        ("DOE^J*", ("DOE^J*",)),
        ("DOE", ("DOE",)),
    ],
)
def test_components_at_the_end_may_be_left_out(pattern: str, alternatives: tuple[str, ...]) -> None:
    assert name_alternatives(pattern) == alternatives
    assert all(matches_name(one.replace("*", ""), pattern) for one in alternatives)


@pytest.mark.parametrize(
    ("value", "pattern", "wanted"),
    [("A.B", "A.B", True), ("AxB", "A.B", False), ("AB", "A?B", False), ("A\nB", "A?B", True), ("", "*", True)],
)
def test_matches_takes_only_star_and_question_mark_for_special(value: str, pattern: str, wanted: bool) -> None:
    assert matches(value, pattern) is wanted


@given(st.text(max_size=20))
def test_a_value_matches_itself_with_its_wildcards(value: str) -> None:
    assert matches(value, value)


@given(st.text("ab\n", max_size=8), st.text("ab*?", max_size=8))
def test_matches_means_what_a_regular_expression_means(value: str, pattern: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(sign, sign) for sign in pattern)
    assert matches(value, pattern) is (re.fullmatch(expression, value, re.DOTALL) is not None)


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    """A regular expression would not end in a lifetime, with all threads standing still."""
    assert not matches("a" * 512, "*a" * 200 + "*b")
    assert matches("a" * 512 + "b", "*a" * 200 + "*b")
