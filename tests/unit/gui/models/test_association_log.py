from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.events import AssociationAborted, Event, ItemOutcome, JobFinished, JobOutcome, RequestFailed
from dicomdesk.gui.models import association_log
from dicomdesk.gui.models.association_log import (
    CONTEXTS,
    DIRECTION,
    LASTED,
    PEER,
    PROBLEMS,
    SIZE,
    STATE,
    STORED,
    AssociationLog,
    AssociationRecord,
    AssociationState,
    association_columns,
    association_word,
)
from dicomdesk.gui.problems.book import ProblemBook
from dicomdesk.paths import resource
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

PACS = "PACS@pacs.example:104"
ABORTED_BY_US = AssociationAborted(job_id=scenes.SEND_JOB, association=1, by_peer=False, reason="Cancelled")
HEADER = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)


@pytest.fixture
def outline() -> PlainOutline:
    return PlainOutline()


@pytest.fixture
def book() -> ProblemBook:
    return ProblemBook()


@pytest.fixture
def log(outline: PlainOutline, book: ProblemBook) -> AssociationLog:
    return AssociationLog(outline, book.shelf("associations"))


def only(outline: PlainOutline) -> AssociationRecord:
    (record,) = outline.root.children
    assert isinstance(record, AssociationRecord)
    return record


def play(log: AssociationLog, events: list[Event], at: float = 10.0) -> None:
    for number, event in enumerate(events):
        log.apply(event, at + number)


def test_outgoing_association_is_told_whole(log: AssociationLog, outline: PlainOutline, book: ProblemBook) -> None:
    play(log, [*scenes.outgoing(1), scenes.finished(HEADER, 0), scenes.released(scenes.SEND_JOB, 1)])
    record = only(outline)
    assert [record.text(c) for c in (DIRECTION, PEER, STATE, LASTED, CONTEXTS, STORED, PROBLEMS, SIZE)] == [
        "Outgoing",
        "PACS@pacs.example:104",
        "Released",
        "3.0 s",
        "3 / 5",
        "1",
        "",
        "525 KB",
    ]
    assert log.open == 0
    assert len(book) == 0


def test_a_connection_that_came_to_nothing_is_a_row_with_the_reason_each_time(
    log: AssociationLog, outline: PlainOutline, book: ProblemBook
) -> None:
    for reason in (
        "TLS error: no shared cipher",
        "TLS error: certificate has expired",
        "The peer closed the connection",
    ):
        log.apply(RequestFailed(job_id=scenes.RECEIVE_JOB, peer_host="10.1.4.66", reason=reason), 10.0)
    records = [node for node in outline.root.children if isinstance(node, AssociationRecord)]
    assert [(record.text(PEER), record.text(STATE), record.reason) for record in records] == [
        ("@10.1.4.66", "Not established", "TLS error: no shared cipher"),
        ("@10.1.4.66", "Not established", "TLS error: certificate has expired"),
    ]
    assert all(record.advice for record in records)
    assert (log.open, len(book)) == (0, 0)  # the listener reports it


def test_incoming_association_names_who_called(log: AssociationLog, outline: PlainOutline) -> None:
    play(log, scenes.incoming(1))
    record = only(outline)
    assert record.text(PEER) == "CT1@10.1.4.20"
    assert record.state is AssociationState.ESTABLISHED
    assert log.open == 1


def test_rejection_keeps_reason_and_advice(log: AssociationLog, outline: PlainOutline, book: ProblemBook) -> None:
    play(log, scenes.rejected(scenes.ECHO_JOB, 1))
    record = only(outline)
    assert record.state is AssociationState.REFUSED
    assert "does not know our AE title" in record.reason
    assert record.advice
    assert record.text(CONTEXTS) == ""
    assert record.proposed == 1
    assert len(book) == 1


def test_final_states_are_final(log: AssociationLog, outline: PlainOutline, book: ProblemBook) -> None:
    play(log, [*scenes.outgoing(1), scenes.aborted(scenes.SEND_JOB, 1), scenes.released(scenes.SEND_JOB, 1)])
    assert only(outline).state is AssociationState.ABORTED
    assert len(book) == 1


def test_messages_are_kept_up_to_a_bound_and_all_counted(
    log: AssociationLog, outline: PlainOutline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(association_log, "MOST_MESSAGES", 3)
    play(log, scenes.outgoing(1))
    play(log, [scenes.finished(HEADER, n, ItemOutcome.REFUSED, status=0xA700) for n in range(5)])
    record = only(outline)
    assert (len(record.messages), record.message_count, record.problems) == (3, 5, 5)


def test_oldest_association_that_is_over_is_forgotten(
    log: AssociationLog, outline: PlainOutline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(association_log, "MOST_ASSOCIATIONS", 2)
    for number in (1, 2, 3):
        play(log, scenes.outgoing(number))
        if number == 2:
            play(log, [scenes.released(scenes.SEND_JOB, 2)])
    numbers = [node.number for node in outline.root.children if isinstance(node, AssociationRecord)]
    assert numbers == [1, 3]


def test_clearing_leaves_open_ones(log: AssociationLog, outline: PlainOutline) -> None:
    play(log, [*scenes.outgoing(1), *scenes.incoming(1), scenes.released(scenes.SEND_JOB, 1)])
    log.clear_finished()
    assert len(log) == len(outline.root.children) == 1


def test_open_association_grows_older(log: AssociationLog, outline: PlainOutline) -> None:
    play(log, scenes.outgoing(1), at=10.0)
    log.measure(25.0)
    assert only(outline).text(LASTED) == "15.0 s"


def test_events_of_unknown_associations_are_passed_over(log: AssociationLog, outline: PlainOutline) -> None:
    play(log, [scenes.released("x", 1), scenes.finished(HEADER, 0)])
    assert not outline.root.children


@pytest.mark.parametrize("state", list(AssociationState))
def test_each_state_has_word_and_icon(state: AssociationState) -> None:
    assert association_word(state)
    assert resource(f"icons/{state.value}.svg")


def test_sort_values_of_a_column_have_one_type(log: AssociationLog, outline: PlainOutline) -> None:
    play(log, [*scenes.outgoing(1), *scenes.rejected("e", 1)])
    for column in range(len(association_columns())):
        assert len({type(node.sort_value(column)) for node in outline.root.children}) == 1


CHECK = "check-7"


def of_check(events: list[Event]) -> list[Event]:
    """The events as those of a check."""
    return [replace(event, job_id=CHECK) for event in events]


def play_check(log: AssociationLog, associations: int) -> None:
    """A check whose second association is rejected, as peers do that take nothing of what is proposed."""
    for number in range(1, associations + 1):
        if number == 2:
            events = of_check(scenes.rejected(CHECK, number))
        else:
            events = of_check([*scenes.outgoing(number), scenes.released(CHECK, number)])
        play(log, events, at=100.0 * number)


def test_check_is_one_row_with_its_associations_below(
    log: AssociationLog, outline: PlainOutline, book: ProblemBook
) -> None:
    play(log, [*scenes.outgoing(1), scenes.released(scenes.SEND_JOB, 1)])
    play_check(log, 26)
    first, check = outline.root.children
    assert isinstance(check, AssociationRecord)
    assert not first.children
    assert [part.number for part in check.whole] == list(range(1, 27))
    assert log.find(CHECK, 26) is check.children[-1]
    assert [part.text for part in check.parts(PEER) or ()][1] == "check, 26 associations"
    assert check.text(CONTEXTS) == "75 / 126"
    assert check.text(STATE) == "Released"
    assert check.lasted_s == 2502.0
    assert len(book) == 0, "a peer may refuse what it does not accept"


def test_check_is_open_while_one_of_its_associations_is(log: AssociationLog, outline: PlainOutline) -> None:
    play_check(log, 3)
    play(log, of_check(scenes.outgoing(4)), at=400.0)
    check = only(outline)
    assert check.state is AssociationState.RELEASED
    assert check.shown_state is AssociationState.ESTABLISHED
    log.clear_finished()
    assert len(log) == 4
    play(log, of_check([scenes.released(CHECK, 4)]), at=500.0)
    log.clear_finished()
    assert len(log) == 0
    assert not outline.root.children


def test_check_that_is_not_established_is_a_problem_of_its_peer_alone(log: AssociationLog, book: ProblemBook) -> None:
    play(log, of_check(scenes.rejected(CHECK, 1)))
    assert len(book) == 0


def test_problem_has_words_time_and_row(log: AssociationLog, book: ProblemBook) -> None:
    play(log, scenes.rejected(scenes.SEND_JOB, 3, peer=PACS), at=50.0)
    (problem,) = book
    assert (problem.view, problem.row, problem.at) == ("associations", (scenes.SEND_JOB, 3), 51.0)
    assert problem.title == "Outgoing: PACS@pacs.example:104"
    assert problem.words.startswith("Not established. ")
    assert "does not know our AE title" in problem.words


def test_what_a_later_association_with_the_same_peer_mends_is_no_problem(
    log: AssociationLog, book: ProblemBook
) -> None:
    play(log, scenes.rejected(scenes.SEND_JOB, 1, peer=PACS))
    play(log, [*scenes.outgoing(2), scenes.aborted(scenes.SEND_JOB, 2)])
    assert [problem.row for problem in book] == [(scenes.SEND_JOB, 2)], "it opened, which mends what did not open"
    play(log, [*scenes.incoming(1), scenes.released(scenes.RECEIVE_JOB, 1)])
    assert len(book) == 1, "another way"
    play(log, [*scenes.outgoing(3), scenes.released(scenes.SEND_JOB, 3)])
    assert len(book) == 0


@pytest.mark.parametrize(
    ("job_id", "events", "left"),
    [
        ("echo-9", scenes.rejected("echo-9", 1), 0),
        (scenes.SEND_JOB, [*scenes.outgoing(1), ABORTED_BY_US], 0),
        (scenes.SEND_JOB, [*scenes.outgoing(1), scenes.aborted(scenes.SEND_JOB, 1)], 1),
    ],
)
def test_what_its_user_broke_off_is_no_problem(
    log: AssociationLog, book: ProblemBook, job_id: str, events: list[Event], left: int
) -> None:
    play(log, events)
    assert len(book) == 1
    play(log, [JobFinished(job_id=job_id, outcome=JobOutcome.CANCELLED, counts={})])
    assert len(book) == left


_STEPS = ("out", "in", "reject", "abort", "release", "cancel", "clear")


@given(st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(1, 4)), max_size=40))
def test_book_lists_rows_in_trouble_and_never_one_that_is_gone(steps: list[tuple[str, int]]) -> None:
    outline, book = PlainOutline(), ProblemBook()
    log = AssociationLog(outline, book.shelf("associations"))
    for at, (step, number) in enumerate(steps):
        match step:
            case "out":
                events = scenes.outgoing(at)
            case "in":
                events = scenes.incoming(at)
            case "reject":
                events = scenes.rejected(scenes.SEND_JOB, at, peer=PACS)
            case _ if number >= at:
                continue
            case "abort":
                events = [scenes.aborted(scenes.SEND_JOB, at - number)]
            case "release":
                events = [scenes.released(job, at - number) for job in (scenes.SEND_JOB, scenes.RECEIVE_JOB)]
            case "cancel":
                events = [JobFinished(job_id=scenes.SEND_JOB, outcome=JobOutcome.CANCELLED, counts={})]
            case _:
                events = []
                log.clear_finished()
        play(log, events, at=float(10 * at))
        shown = {id(node) for node in outline.root.children}
        for problem in book:
            assert isinstance(problem.row, tuple)
            record = log.find(*problem.row)
            assert record is not None
            assert id(record) in shown
            assert record.state in {AssociationState.REFUSED, AssociationState.ABORTED}
        assert book.shelf("associations").count == len(book) == len(list(book))


def test_old_check_is_forgotten_whole(
    log: AssociationLog, outline: PlainOutline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(association_log, "MOST_ASSOCIATIONS", 5)
    play_check(log, 5)
    play(log, scenes.outgoing(1))
    assert len(log) == len(outline.root.children) == 1
    assert log.find(CHECK, 3) is None


def test_messages_of_all_associations_are_bounded(
    log: AssociationLog, outline: PlainOutline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(association_log, "MOST_MESSAGES_OF_ALL", 20)
    header = scenes.header(scenes.JANE, ("1", "", "CT"), 1)
    for number in range(1, 11):
        for event in scenes.incoming(number):
            log.apply(event, 1.0)
        for index in range(7):
            log.apply(scenes.finished(header, index, association=number, job_id=scenes.RECEIVE_JOB), 1.0)
    records = [node for node in outline.root.children if isinstance(node, AssociationRecord)]
    assert sum(len(record.messages) for record in records) <= 20
    assert [record.message_count for record in records] == [7] * 10
    assert len(records[-1].messages) == 7
    log.clear_finished()
