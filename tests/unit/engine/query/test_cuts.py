import pytest

from dicomdesk.engine.query.cuts import CutSign, find_cut


@pytest.mark.parametrize("matches", [50, 64, 100, 200, 250, 256, 500, 512, 1000, 1024, 2000, 2500, 5000, 10_000])
def test_a_round_number_is_noticed(matches: int) -> None:
    cut = find_cut(matches, 0)
    assert cut is not None
    assert (cut.sign, cut.text) == (CutSign.ROUND, f"Exactly {matches:,} answers: there may be more")


@pytest.mark.parametrize("matches", [0, 1, 2, 5, 10, 20, 25, 32, 49, 51, 99, 101, 300, 499, 501, 612, 700, 1001])
def test_other_numbers_tell_nothing(matches: int) -> None:
    assert find_cut(matches, 0) is None


def test_the_number_of_another_query_is_noticed() -> None:
    cut = find_cut(37, 0, earlier=(12, 37))
    assert cut is not None
    assert (cut.sign, cut.text) == (CutSign.EQUAL, "Again exactly 37 answers: there may be more")
    assert find_cut(3, 0, earlier=(3, 3)) is None
    assert find_cut(37, 0, earlier=(12, 36)) is None


@pytest.mark.parametrize("status", [0xA700, 0xA701])
def test_a_refusal_for_too_many_is_noticed(status: int) -> None:
    cut = find_cut(7, status)
    assert cut is not None
    assert (cut.sign, cut.text) == (CutSign.REFUSED, "The peer ended after 7 answers: there are more")


def test_where_nothing_came_nothing_was_cut() -> None:
    assert find_cut(0, 0xA700) is None
    assert find_cut(0, 0, "limit") is None


@pytest.mark.parametrize(
    "comment", ["Result limit reached", "Maximum number of matches", "too many results", "truncated"]
)
def test_a_comment_about_a_limit_is_noticed(comment: str) -> None:
    cut = find_cut(7, 0, comment)
    assert cut is not None
    assert cut.sign is CutSign.SAID


def test_other_comments_and_failures_tell_nothing() -> None:
    assert find_cut(7, 0, "thank you") is None
    assert find_cut(100, 0xC001, "limit") is None


def test_an_end_by_cancel_that_nobody_asked_for_is_noticed() -> None:
    found = find_cut(5, 0xFE00)
    assert found is not None
    assert found.sign is CutSign.REFUSED
    assert find_cut(0, 0xFE00) is None
