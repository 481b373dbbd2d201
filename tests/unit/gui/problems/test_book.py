from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.gui.problems.book import Problem, ProblemBook

VIEWS = ("send", "receive", "query")
STEPS = st.tuples(st.sampled_from(("report", "mend", "dismiss", "clear")), st.sampled_from(VIEWS), st.integers(0, 5))


def report(book: ProblemBook, view: str, row: int, words: str = "why") -> None:
    book.report(Problem(view=view, row=row, at=1.0, title=f"{view} {row}", words=words))


def test_problem_that_is_told_anew_stands_once_with_its_last_words_at_the_end() -> None:
    book = ProblemBook()
    report(book, "send", 1, "first")
    report(book, "send", 2)
    report(book, "send", 1, "second")
    assert [(problem.row, problem.words) for problem in book] == [(2, "why"), (1, "second")]


def test_what_is_dismissed_comes_back_only_when_it_is_reported_again() -> None:
    book = ProblemBook()
    report(book, "send", 1)
    book.dismiss(next(iter(book)))
    book.mend("send", 1)
    assert len(book) == 0
    report(book, "send", 1)
    assert len(book) == 1


@given(st.lists(STEPS, max_size=60))
def test_count_is_that_of_the_list_whatever_happens(steps: list[tuple[str, str, int]]) -> None:
    book = ProblemBook()
    told = 0

    def note() -> None:
        nonlocal told
        told += 1

    book.changed.connect(note)
    wanted: dict[tuple[str, int], None] = {}
    for step, view, row in steps:
        before, told = [*book], 0
        match step:
            case "report":
                book.shelf(view).report(row, "title", "words")
                wanted.pop((view, row), None)
                wanted[view, row] = None
            case "mend":
                book.shelf(view).mend(row)
                wanted.pop((view, row), None)
            case "dismiss":
                for problem in [problem for problem in book if problem.row == row]:
                    book.dismiss(problem)
                    wanted.pop((problem.view, row), None)
            case _:
                book.dismiss_all()
                wanted.clear()
        assert [(problem.view, problem.row) for problem in book] == list(wanted)
        assert len(book) == len(wanted) == sum(book.shelf(each).count for each in VIEWS)
        assert [book.shelf(each).count for each in VIEWS] == [sum(key[0] == each for key in wanted) for each in VIEWS]
        assert bool(told) is ([*book] != before)
