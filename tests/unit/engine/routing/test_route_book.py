"""What rules keep in the journal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.routing import route_book
from dicomdesk.engine.routing.route_book import Handling, RouteBook
from dicomdesk.engine.rules.candidates import read_candidate
from dicomdesk.engine.rules.conditions import Sender
from dicomdesk.engine.rules.deciding import MOST_VERSIONS, Place, Verdict
from dicomdesk.engine.rules.folder_watch import FileState
from dicomdesk.engine.rules.rule import Rule
from tests.helpers.jobs.routing import write_instance

RULE = Rule(name="Nights")
ODD = "/in/\udcff\n'\x00"[:-1]


def test_the_same_content_goes_once_to_a_peer_and_others_are_bounded(tmp_path: Path) -> None:
    book = RouteBook(MemoryJournal())
    for version in range(MOST_VERSIONS):
        candidate = read_candidate(str(write_instance(tmp_path / "a", size=2 * version + 2)), frozenset())
        assert book.judge("A", candidate) is Verdict.SENT
        book.note_sent("A", [candidate], "Nights", 7 + version)
        assert book.judge("A", candidate) is Verdict.BEFORE
        assert book.judge("B", candidate) is Verdict.SENT
        assert book.errand_of("A", candidate) == (7 + version,)
        assert book.errand_of("B", candidate) == ()
    other = read_candidate(str(write_instance(tmp_path / "a", size=998)), frozenset())
    assert book.judge("A", other) is Verdict.TOO_OFTEN
    assert book.last_errand == 6 + MOST_VERSIONS


def test_files_are_known_as_they_were_whatever_their_names() -> None:
    journal = MemoryJournal()
    book = RouteBook(journal)
    state = FileState(ODD, 10, 5)
    book.note_seen(state)
    for each in (book, RouteBook(journal)):
        assert each.is_seen(state)
        assert not each.is_seen(state._replace(mtime_ns=6))
        assert not each.is_seen(state, is_received=True)
    book.forget_file(ODD)
    assert not book.is_seen(state)


def test_what_is_no_longer_remembered_is_known_from_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_book, "MOST_CACHED", 10)
    book = RouteBook(MemoryJournal())
    states = [FileState(str(number), number, number) for number in range(35)]
    for state in states:
        book.note_seen(state)
    assert all(book.is_seen(state) for state in states)


def test_what_is_to_become_of_a_file_is_kept() -> None:
    book = RouteBook(MemoryJournal())
    handling = Handling(uid="1.2", root="/in", afterwards="move", size_bytes=1, mtime_ns=2, errands=(3, 4))
    book.note_handling(ODD, handling)
    assert book.handling(ODD) == handling
    book.note_handling(ODD, None)
    assert book.handling(ODD) is None


def test_a_study_is_remembered_by_rule_and_place_until_the_rule_says_something_else() -> None:
    book = RouteBook(MemoryJournal())
    here, there = Place(), Place(folder="/in")
    book.note_matched(RULE, here, "1.2")
    assert book.has_matched(RULE, here, "1.2")
    assert not book.has_matched(RULE, there, "1.2")
    book.note_unmatched(here, "1.2", [(ODD, Sender("A", "B", "C"))])
    book.note_unmatched(here, "1.2", [("/b", Sender())])
    assert book.unmatched(here, "1.2") == [(ODD, Sender("A", "B", "C")), ("/b", Sender())]
    assert book.unmatched(there, "1.2") == []


def test_senders_are_found_by_their_titles() -> None:
    book = RouteBook(MemoryJournal())
    book.note_sender(Sender("CT1", "US", "10.0.0.1"))
    book.note_sender(Sender("CT1", "US", "10.0.0.2"))
    assert book.find_sender("CT1") == Sender("CT1", "US", "10.0.0.2")
    assert book.find_sender("CT2") == Sender("CT2")


def test_the_mark_from_which_files_are_looked_after_moves_on_and_back_with_the_clock() -> None:
    book, now = RouteBook(MemoryJournal()), datetime.now(UTC)
    assert book.begin("/in", now) == now
    book.move_on("/in", now + timedelta(minutes=30))
    assert book.begin("/in", now + timedelta(minutes=30)) == now
    book.move_on("/in", now + timedelta(hours=5))
    assert book.begin("/in", now + timedelta(hours=5)) == now + timedelta(hours=4)
    assert book.begin("/in", now) == now  # the clock was set back


def test_what_a_rule_did_is_counted_by_the_day_and_its_history_kept() -> None:
    book = RouteBook(MemoryJournal())
    assert book.last_done(RULE) is None
    book.note_done(RULE, "2 instances to A", studies=1, instances=2)
    book.note_done(RULE, "3 instances to A", studies=1, instances=3)
    book.note_doing("Other", "nothing")
    last = book.last_done(RULE)
    assert last is not None
    assert (last.text, last.instances, last.studies) == ("3 instances to A", 5, 2)
    assert [doing.text for doing in book.doings("nights")] == ["2 instances to A", "3 instances to A"]


def test_of_what_is_stored_only_what_is_new_is_counted() -> None:
    book = RouteBook(MemoryJournal())
    assert [book.count_stored(7, stored) for stored in (3, 3, 5)] == [3, 0, 2]
    assert book.count_stored(8, 1) == 1
    book.tidy(datetime.now(UTC) + timedelta(days=100))
    assert book.count_stored(8, 1) == 1


def test_errands_that_are_held_are_known_by_their_rules() -> None:
    book = RouteBook(MemoryJournal())
    book.note_held(3, "Nights")
    book.note_held(4, "Nights")
    book.note_held(3, None)
    assert book.held() == {4: "Nights"}
