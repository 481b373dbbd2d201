from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.problems.book import ProblemBook
from dicomdesk.gui.sending.given_up import MOST_REASONS, GivenUp
from dicomdesk.gui.sending.nodes import StudyNode

GONE = "No such file or directory"
STEPS = st.tuples(
    st.sampled_from(("report", "report", "report", "dismiss", "mend")),
    st.integers(0, 1),
    st.integers(0, 6),
    st.sampled_from((ItemState.FAILED, ItemState.NOT_SENT)),
    st.sampled_from(("one", "two", "")),
)


def study(errand_id: int) -> StudyNode:
    found = StudyNode(None, title=f"Study {errand_id}")
    found.errand_id = errand_id
    return found


def told(book: ProblemBook) -> list[tuple[object, str, str]]:
    return [(problem.row, problem.title, problem.words) for problem in book]


def test_a_folder_that_vanishes_is_one_problem_that_leads_to_its_first_instance() -> None:
    book, gone = ProblemBook(), study(7)
    given_up = GivenUp(book.shelf("send"))
    given_up.report(gone, 3, "/data/IM3", ItemState.NOT_SENT, GONE)
    assert told(book) == [((7, 3), "Study 7, IM3", f"Not sent: {GONE}")]
    for number in range(4, 3902 + 3):
        given_up.report(gone, number, f"/data/IM{number}", ItemState.NOT_SENT, GONE)
    assert told(book) == [((7, 3), "Study 7", f"Not sent, 3,902 instances: {GONE}")]
    given_up.mend(gone)
    assert not told(book)


def test_reasons_that_differ_for_each_instance_are_told_apart_up_to_a_number() -> None:
    book, refused = ProblemBook(), study(1)
    given_up = GivenUp(book.shelf("send"))
    for number in range(100):
        given_up.report(refused, number, f"IM{number}", ItemState.REFUSED, f"No place for {number}")
    assert len(book) == MOST_REASONS + 1
    words = told(book)[-1][2]
    assert words.startswith(
        f"Refused, {100 - MOST_REASONS} instances: for different reasons, the last one: No place for 99"
    )


@given(st.lists(STEPS, max_size=40))
def test_what_is_told_is_each_instance_once_with_its_last_reason(
    steps: list[tuple[str, int, int, ItemState, str]],
) -> None:
    book = ProblemBook()
    given_up = GivenUp(book.shelf("send"))
    studies = (study(1), study(2))
    wanted: dict[tuple[int, int], tuple[ItemState, str]] = {}
    for step, which, number, state, reason in steps:
        chosen = studies[which]
        if step == "report":
            wanted[chosen.errand_id, number] = (state, reason)
            given_up.report(chosen, number, f"IM{number}", state, reason)
        elif step == "mend":
            wanted = {key: value for key, value in wanted.items() if key[0] != chosen.errand_id}
            given_up.mend(chosen)
        else:
            for problem in [each for each in book if each.row == (chosen.errand_id, number)]:
                book.dismiss(problem)
                for each in given_up.dismiss(chosen, number):
                    del wanted[chosen.errand_id, each]
    rows = {problem.row for problem in book}
    groups = {(errand_id, *why) for (errand_id, _), why in wanted.items()}
    assert len(rows) == len(book) == len(groups)
    assert rows <= wanted.keys(), "each leads to one that is in need"
    counts = sum(int(words.split(", ")[1].split()[0]) if " instances" in words else 1 for _, _, words in told(book))
    assert counts == len(wanted)
