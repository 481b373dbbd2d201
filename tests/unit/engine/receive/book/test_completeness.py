import pytest

from dicomdesk.engine.receive.book.completeness import (
    CompletenessState,
    CountSource,
    better_count,
    completeness,
    related_instances,
)


@pytest.mark.parametrize(
    ("here", "expected", "state", "missing"),
    [
        (60, None, CompletenessState.UNKNOWN, 0),
        (60, 100, CompletenessState.INCOMPLETE, 40),
        (100, 100, CompletenessState.COMPLETE, 0),
        (101, 100, CompletenessState.MORE, 0),
        (0, 1, CompletenessState.INCOMPLETE, 1),
    ],
)
def test_a_study_is_complete_when_as_many_are_here_as_were_said_to_be(
    here: int, expected: int | None, state: CompletenessState, missing: int
) -> None:
    found = completeness(here, expected)
    assert (found.state, found.missing, found.here, found.expected) == (state, missing, here, expected)


def test_the_better_source_is_believed_and_can_take_back_what_it_said() -> None:
    known = better_count((None, CountSource.UNKNOWN), (90, CountSource.DATA))
    known = better_count(known, (100, CountSource.RETRIEVE))
    assert better_count(known, (90, CountSource.DATA)) == (100, CountSource.RETRIEVE)
    assert better_count(known, (101, CountSource.RETRIEVE)) == (101, CountSource.RETRIEVE)
    assert better_count(known, (None, CountSource.USER)) == known
    assert better_count(known, (None, CountSource.RETRIEVE)) == (None, CountSource.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("100 ", 100),
        (" 7", 7),
        ("0", None),
        ("", None),
        ("-3", None),
        ("1e9", None),
        ("9" * 13, None),
        ("\u0663", None),
    ],
)
def test_a_count_in_the_data_is_a_plain_number_or_says_nothing(text: str, count: int | None) -> None:
    assert related_instances(text) == count
