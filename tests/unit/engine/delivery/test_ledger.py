"""What every ledger promises, whatever it keeps its instances in."""

from collections.abc import Callable
from itertools import product

import pytest

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.ledger import Answer, InstanceLedger, LedgerEntry, MemoryLedger
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT

LEDGERS: list[Callable[[], InstanceLedger]] = [MemoryLedger]
"""Every implementation, empty."""

WAITING, UNDER_WAY = "waiting", "under way"
STATES = (WAITING, UNDER_WAY, *ItemOutcome)
AFTER = {
    WAITING: {UNDER_WAY, ItemOutcome.NOT_SENT, ItemOutcome.REFUSED, ItemOutcome.FAILED},
    UNDER_WAY: {WAITING, *ItemOutcome},
}
"""The states that may follow each state; an outcome is final."""


@pytest.fixture(params=LEDGERS)
def ledger(request: pytest.FixtureRequest) -> InstanceLedger:
    made: InstanceLedger = request.param()
    return made


def found(number: int, *, size_bytes: int = 1000) -> FoundInstance:
    header = InstanceHeader(
        sop_class_uid=CT_IMAGE,
        sop_instance_uid=f"1.2.{number}",
        transfer_syntax_uid=EXPLICIT,
        data_set_offset=300,
        data_set_length=size_bytes,
    )
    return FoundInstance(path="study.zip", archive_member=f"{number}.dcm", header=header, origin="study.zip")


def step(ledger: InstanceLedger, state: object) -> None:
    if state is UNDER_WAY:
        ledger.begin(0)
    elif isinstance(state, ItemOutcome):
        ledger.finish(0, Answer(state, None, ""))
    else:
        ledger.put_back(0, Answer(ItemOutcome.FAILED, None, ""))


def state_of(entry: LedgerEntry) -> object:
    return entry.outcome or (UNDER_WAY if entry.is_under_way else WAITING)


@pytest.mark.parametrize(("before", "after"), list(product(STATES, STATES)))
def test_only_steps_of_the_table_are_taken(ledger: InstanceLedger, before: object, after: object) -> None:
    ledger.add([found(0)])
    for state in [] if before is WAITING else [UNDER_WAY] if before is UNDER_WAY else [UNDER_WAY, before]:
        step(ledger, state)
    assert state_of(ledger.entries()[0]) is before
    if after in AFTER.get(before, ()):  # type: ignore[call-overload] # outcomes have none
        step(ledger, after)
        assert state_of(ledger.entries()[0]) is after
    else:
        with pytest.raises(ValueError, match="instance 0"):
            step(ledger, after)
        assert state_of(ledger.entries()[0]) is before
    assert list(ledger.outcomes()) == [each.outcome for each in ledger.entries() if each.outcome is not None]


def test_a_ledger_knows_what_its_instances_are_and_where_they_came_from(ledger: InstanceLedger) -> None:
    ledger.add([found(0), found(1, size_bytes=7)])
    second = ledger.entries()[1].found
    assert (second.place, second.name, second.origin) == (("study.zip", "1.dcm"), "study.zip:1.dcm", "study.zip")
    header = second.header
    assert (header.sop_class_uid, header.sop_instance_uid) == (CT_IMAGE, "1.2.1")
    assert (header.transfer_syntax_uid, header.data_set_length) == (EXPLICIT, 7)


def test_what_is_read_again_takes_the_place_of_what_was_known(ledger: InstanceLedger) -> None:
    ledger.add([found(0), found(1)])
    ledger.begin(1)
    ledger.identify(1, found(1, size_bytes=2000))
    first, second = ledger.entries()
    assert [entry.found.header.data_set_length for entry in (first, second)] == [1000, 2000]
    assert second.is_under_way


def test_attempts_and_the_last_answer_are_kept(ledger: InstanceLedger) -> None:
    ledger.add([found(0)])
    assert ledger.entries()[0].last is None
    assert ledger.begin(0) == 1
    busy = Answer(ItemOutcome.REFUSED, 0xA700, "out of resources")
    ledger.put_back(0, busy)
    (entry,) = ledger.entries()
    assert (entry.outcome, entry.is_under_way, entry.attempts, entry.last) == (None, False, 1, busy)
    assert ledger.begin(0) == 2
    stored = Answer(ItemOutcome.STORED, 0, "")
    assert ledger.finish(0, stored) == 2
    (entry,) = ledger.entries()
    assert (entry.outcome, entry.attempts, entry.last) == (ItemOutcome.STORED, 2, stored)


def test_instances_are_known_by_their_index(ledger: InstanceLedger) -> None:
    ledger.add([found(0), found(1)])
    ledger.add(found(number) for number in (2,))
    ledger.begin(2)
    ledger.finish(2, Answer(ItemOutcome.WARNING, 0xB000, "coerced"))
    assert [state_of(entry) for entry in ledger.entries()] == [WAITING, WAITING, ItemOutcome.WARNING]
    assert list(ledger.unfinished()) == [0, 1]


def test_why_nothing_was_sent_is_kept(ledger: InstanceLedger) -> None:
    ledger.add([found(0)])
    ledger.finish(0, Answer(ItemOutcome.NOT_SENT, None, "no context", NotSentCause.NO_CONTEXT))
    (entry,) = ledger.entries()
    assert entry.attempts == 0
    assert entry.last is not None
    assert entry.last.not_sent_cause is NotSentCause.NO_CONTEXT
