"""A job that is an errand of a journal leaves there what came of each instance, and what is to be tried again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.engine.delivery.ledger import Answer, MemoryLedger
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.send.journaled_send import ErrandLedger
from tests.unit.engine.delivery.test_ledger import AFTER, STATES, found, state_of, step

ERRAND = ErrandRecord(title="a folder", peer="ANY@host:104", added_at=datetime(2026, 1, 1, tzinfo=UTC))
WAITING, STORED = InstanceState.WAITING, InstanceState.STORED
NOT_REACHED = Answer(ItemOutcome.NOT_SENT, None, "the job ended", NotSentCause.NOT_REACHED)
UNREADABLE = Answer(ItemOutcome.NOT_SENT, None, "no such file", NotSentCause.UNREADABLE)


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_it_is_a_ledger_like_the_one_in_memory(journal: MemoryJournal, before: object, after: object) -> None:
    ledgers = (MemoryLedger(), ErrandLedger(journal, ERRAND))
    ends = []
    for ledger in ledgers:
        ledger.add([found(0)])
        for state in [] if before == STATES[0] else [STATES[1]] if before == STATES[1] else [STATES[1], before]:
            step(ledger, state)
        try:
            step(ledger, after)
        except ValueError:
            assert after not in AFTER.get(before, ())  # type: ignore[call-overload] # outcomes have none
        ends.append([(state_of(entry), entry.attempts, entry.last) for entry in ledger.entries()])
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(ItemOutcome.STORED, 0, ""), STORED),
        (Answer(ItemOutcome.WARNING, 0xB000, "coerced"), InstanceState.WARNING),
        (Answer(ItemOutcome.REFUSED, 0xC000, "cannot understand"), InstanceState.REFUSED),
        (Answer(ItemOutcome.REFUSED, 0xA700, "out of resources"), WAITING),
        (Answer(ItemOutcome.FAILED, None, "no answer"), WAITING),
        (UNREADABLE, InstanceState.NOT_SENT),
    ],
)
def test_what_may_pass_waits_again_and_all_else_is_final(
    journal: MemoryJournal, answer: Answer, state: InstanceState
) -> None:
    ledger = ErrandLedger(journal, ERRAND)
    ledger.add([found(0)])
    ledger.begin(0)
    ledger.finish(0, answer)
    (kept,) = journal.instances(ledger.errand_id)
    assert (kept.state, kept.attempts, kept.status, kept.reason) == (state, 1, answer.status, answer.reason)
    assert [each.number for each in journal.attempts(ledger.errand_id, 0)] == [1]
    assert ledger.conclude("") == (state is WAITING)


def test_what_was_not_reached_waits_without_an_attempt(journal: MemoryJournal) -> None:
    ledger = ErrandLedger(journal, ERRAND)
    ledger.add([found(0), found(1), found(2)])
    ledger.finish(0, NOT_REACHED)
    ledger.finish(1, UNREADABLE)
    ledger.begin(2)
    ledger.put_back(2, Answer(ItemOutcome.REFUSED, 0xA700, "full"))
    ledger.finish(2, Answer(ItemOutcome.REFUSED, 0xA700, "full"))
    assert [(each.state, each.attempts) for each in journal.instances(ledger.errand_id)] == [
        (WAITING, 0),
        (InstanceState.NOT_SENT, 0),
        (WAITING, 1),
    ]
    assert ledger.conclude("the peer went away") == 2
    errand = journal.errand(ledger.errand_id)
    assert (errand.state, errand.reason) == (ErrandState.WAITING, "the peer went away")


def test_an_errand_is_running_then_done_and_one_of_nothing_is_none(journal: MemoryJournal) -> None:
    ledger = ErrandLedger(journal, ERRAND)
    ledger.add([found(0)])
    assert journal.errand(ledger.errand_id).state is ErrandState.RUNNING
    ledger.begin(0)
    ledger.finish(0, Answer(ItemOutcome.STORED, 0, ""))
    assert ledger.conclude("") == 0
    assert journal.errand(ledger.errand_id).state is ErrandState.DONE
    nothing = ErrandLedger(journal, ERRAND)
    nothing.add([])
    assert nothing.conclude("no input files") == 0
    assert [each.id for each in journal.errands()] == [ledger.errand_id]


def test_paths_mean_the_same_from_every_folder(
    journal: MemoryJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ledger = ErrandLedger(journal, ERRAND)
    ledger.add([found(0)])
    ledger.identify(0, found(0, size_bytes=7))
    (kept,) = journal.instances(ledger.errand_id)
    assert (kept.found.path, kept.found.origin) == (str(tmp_path / "study.zip"), str(tmp_path / "study.zip"))
    assert kept.found.header.data_set_length == 7
    assert ledger.entries()[0].found.path == "study.zip"
