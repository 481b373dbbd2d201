"""States of lines and what they come to."""

import pytest

from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.lists.results import (
    LineResult,
    LineState,
    ListOutcome,
    count_states,
    is_settled,
    summary_text,
)

SETTLED = {
    (False, False): {LineState.FOUND, LineState.AMBIGUOUS, LineState.NOT_FOUND, LineState.FETCHED},
    (True, False): {LineState.AMBIGUOUS, LineState.NOT_FOUND, LineState.FETCHED},
    (True, True): {LineState.NOT_FOUND, LineState.FETCHED},
}


@pytest.mark.parametrize(("fetches", "takes_all"), SETTLED)
@pytest.mark.parametrize("state", LineState)
def test_what_is_settled_is_not_done_again(state: LineState, fetches: bool, takes_all: bool) -> None:
    assert is_settled(state, fetches=fetches, takes_all=takes_all) == (state in SETTLED[fetches, takes_all])


def test_a_summary_names_what_there_is() -> None:
    results = [LineResult(number=1, state=LineState.FETCHED), LineResult(number=2), LineResult(number=3)]
    assert summary_text(count_states(results)) == "3 lines: 1 fetched, 2 to do"
    assert summary_text(count_states([])) == "0 lines"


@pytest.mark.parametrize("state", LineState)
def test_all_is_well_where_each_line_is_found_or_fetched(state: LineState) -> None:
    outcome = ListOutcome(outcome=JobOutcome.COMPLETED, results=(LineResult(number=1, state=state),))
    assert outcome.is_all_well == (state in {LineState.FOUND, LineState.FETCHED})
