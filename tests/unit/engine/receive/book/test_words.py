import pytest

from dicomdesk.engine.receive.book.words import counts_text


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((60, 40), "60 here, 40 again"),
        ((60, 0, 3), "60 here, 3 not stored"),
        ((60, 0, 0, 100), "60 of 100 here"),
        ((0,), "0 here"),
    ],
)
def test_counts_are_said_as_everywhere(counts: tuple[int, ...], text: str) -> None:
    assert counts_text(*counts) == text
