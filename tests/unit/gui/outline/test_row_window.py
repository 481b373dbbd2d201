import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.row_window import FIRST_WINDOW, RowWindow
from tests.helpers.window.outlines import PlainOutline


class Numbered(Node):
    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def text(self, column: int) -> str:
        return str(self.number)

    def sort_value(self, column: int) -> str | float:
        return float(self.number)


def numbers(outline: PlainOutline) -> list[int]:
    return [node.number for node in outline.root.children if isinstance(node, Numbered)]


@pytest.fixture
def outline() -> PlainOutline:
    return PlainOutline()


def test_only_the_first_rows_are_shown_and_more_when_asked(outline: PlainOutline) -> None:
    rows = RowWindow(outline)
    rows.add([Numbered(number) for number in range(3 * FIRST_WINDOW)])
    assert len(outline.root.children) == FIRST_WINDOW
    assert rows.show_more()
    assert numbers(outline) == list(range(2 * FIRST_WINDOW))
    last = next(node for node in rows.all() if node.text(0) == str(3 * FIRST_WINDOW - 1))
    assert rows.show_row(last)
    assert not rows.show_more()


def test_what_is_hidden_is_counted(outline: PlainOutline) -> None:
    rows = RowWindow(outline)
    rows.add([Numbered(number) for number in range(10)])
    rows.filter(lambda node: int(node.text(0)) % 2 == 0)
    assert (numbers(outline), rows.hidden) == ([0, 2, 4, 6, 8], 5)
    rows.add([Numbered(11), Numbered(12)])
    assert (numbers(outline)[-1], rows.hidden) == (12, 6)
    rows.filter(None)
    assert (len(numbers(outline)), rows.hidden) == (12, 0)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.integers(0, 50)),
            st.tuples(st.just("discard"), st.integers(0, 50)),
            st.tuples(st.just("sort"), st.integers(0, 2)),
            st.tuples(st.just("filter"), st.integers(1, 4)),
            st.tuples(st.just("more"), st.just(0)),
            st.tuples(st.just("settle"), st.just(0)),
        )
    )
)
def test_whatever_is_done_the_window_shows_the_first_of_what_passes(steps: list[tuple[str, int]]) -> None:
    outline = PlainOutline()
    rows = RowWindow(outline)
    for step, value in steps:
        known = list(rows.all())
        match step:
            case "add":
                rows.add([Numbered(number) for number in range(value, value + 3)])
            case "discard":
                rows.discard(known[value : value + 2])
            case "sort":
                rows.sort(None if not value else 0, is_descending=value == 2)
            case "filter":
                rows.filter(lambda node, modulus=value: int(node.text(0)) % modulus == 0)  # type: ignore[misc] # bound now
            case "more":
                rows.show_more()
            case _:
                rows.settle()
        assert outline.root.children == list(rows.passing())[: len(outline.root.children)]
        assert len(outline.root.children) == min(len(rows.passing()), max(FIRST_WINDOW, len(outline.root.children)))
        assert rows.hidden == len(rows) - len(rows.passing())
