"""What is said of a line."""

import pytest

from dicomdesk.cli.query.list_lines import line_text
from dicomdesk.engine.lists.results import LineResult, LineState


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (LineResult(number=1, state=LineState.FOUND, matches=1), "found, 1 match"),
        (LineResult(number=1, state=LineState.AMBIGUOUS, matches=3, reason="x"), "ambiguous, 3 matches"),
        (LineResult(number=1, state=LineState.NOT_FOUND), "not found"),
        (
            LineResult(number=1, state=LineState.FETCHED, announced=1200, stored=1200),
            "fetched, 1,200 of 1,200 instances",
        ),
        (LineResult(number=1, state=LineState.FETCHED, stored=1), "fetched, 1 instance"),
        (
            LineResult(number=1, state=LineState.INCOMPLETE, announced=3, stored=2, reason="why"),
            "incomplete, 2 of 3 instances: why",
        ),
        (LineResult(number=1, state=LineState.FAILED, reason="a\nb"), "failed: a\\nb"),
    ],
)
def test_a_line_is_told_in_a_few_words(result: LineResult, text: str) -> None:
    assert line_text(result) == text
