"""States of errands, their places, and what is told and kept of them."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dicomdesk.engine.events import Event
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errand_book import ErrandBook
from dicomdesk.engine.outbox.facts import ErrandChanged, OutboxFact
from dicomdesk.engine.outbox.line import LiveErrand


class Told:
    """A sink and the book that tells it."""

    def __init__(self) -> None:
        self.facts: list[OutboxFact | Event] = []
        self.journal = MemoryJournal()
        self.book = ErrandBook(self.journal, self.facts.append, monotonic_s=lambda: 100.0)

    def errand(self, state: ErrandState = ErrandState.WAITING) -> LiveErrand:
        record = ErrandRecord(title="CT", peer="PACS", added_at=datetime.now(UTC), state=state)
        record = replace(record, id=self.journal.add(record))
        return self.book.enter(self.journal.errand(record.id), {InstanceState.WAITING: 1})


@pytest.mark.parametrize("before", ErrandState)
@pytest.mark.parametrize("after", ErrandState)
def test_only_what_waits_is_ready_and_only_what_has_not_ended_is_in_order(
    before: ErrandState, after: ErrandState
) -> None:
    told = Told()
    errand = told.errand(before)
    told.book.change(errand, after, pause_s=5.0 if after is ErrandState.RETRYING else None)
    assert (errand.place in errand.line.ready) == (after is ErrandState.WAITING)
    assert (errand.place in told.book.order) == (after not in {ErrandState.DONE, ErrandState.CANCELLED})
    kept = told.journal.errand(errand.id)
    assert kept == errand.record
    assert (kept.ended_at is not None) == (after in {ErrandState.DONE, ErrandState.CANCELLED})
    assert (kept.next_try_at is not None) == (after is ErrandState.RETRYING)
    told.book.tell()
    (fact,) = told.facts
    assert isinstance(fact, ErrandChanged)
    assert fact.errand.record == kept


def test_what_waits_for_a_peer_that_is_paused_says_when_and_why() -> None:
    told = Told()
    errand = told.errand()
    until = datetime.now(UTC)
    errand.line.pause(130.0, until, "nobody answers")
    shown = errand.snapshot().record
    assert (shown.state, shown.next_try_at, shown.reason) == (ErrandState.RETRYING, until, "nobody answers")
    assert errand.line.free()
    assert errand.snapshot().record.state is ErrandState.WAITING


def test_a_fact_that_a_sink_brings_about_is_told_after_its_own() -> None:
    told = Told()
    errand = told.errand()
    seen: list[ErrandState] = []

    def sink(fact: OutboxFact | Event) -> None:
        assert isinstance(fact, ErrandChanged)
        if not seen:
            with book.lock:
                book.change(errand, ErrandState.DONE)
            book.tell()
        seen.append(fact.errand.state)

    book = ErrandBook(told.journal, sink)
    book.change(errand, ErrandState.HELD)
    book.tell()
    assert seen == [ErrandState.HELD, ErrandState.DONE]


def test_a_sink_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    errand = told.errand()

    def sink(_fact: OutboxFact | Event) -> None:
        raise ValueError("of the sink")

    book = ErrandBook(told.journal, sink)
    book.change(errand, ErrandState.HELD)
    with caplog.at_level(logging.CRITICAL + 1):
        book.tell()
    assert not book.has_facts
