import pytest

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.engine.send.ledger import TRANSITIONS, InstanceLedger, InstanceState, LedgerEntry, MemoryLedger

OUTCOME_OF_STATE = {InstanceState(outcome.value): outcome for outcome in ItemOutcome}


def ledger_with_one() -> InstanceLedger:
    ledger: InstanceLedger = MemoryLedger()
    ledger.add(1)
    return ledger


def step(ledger: InstanceLedger, state: InstanceState) -> None:
    if state is InstanceState.SENDING:
        ledger.begin(0)
    elif state is InstanceState.WAITING:
        ledger.put_back(0, None, "")
    else:
        ledger.finish(0, OUTCOME_OF_STATE[state], None, "")


def ledger_in(state: InstanceState) -> InstanceLedger:
    ledger = ledger_with_one()
    if state is not InstanceState.WAITING:
        step(ledger, InstanceState.SENDING)
        if state is not InstanceState.SENDING:
            step(ledger, state)
    assert ledger.entries()[0].state is state
    return ledger


@pytest.mark.parametrize("before", InstanceState)
@pytest.mark.parametrize("after", InstanceState)
def test_only_steps_of_the_table_are_taken(before: InstanceState, after: InstanceState) -> None:
    ledger = ledger_in(before)
    if after in TRANSITIONS[before]:
        step(ledger, after)
        assert ledger.entries()[0].state is after
    else:
        with pytest.raises(ValueError, match=f"from {before.value} to {after.value}"):
            step(ledger, after)
        assert ledger.entries()[0].state is before


def test_every_outcome_has_a_final_state() -> None:
    for outcome in ItemOutcome:
        assert not TRANSITIONS[InstanceState(outcome.value)]


def test_attempts_and_the_last_answer_are_kept() -> None:
    ledger = ledger_with_one()
    assert ledger.begin(0) == 1
    ledger.put_back(0, 0xA700, "out of resources")
    assert ledger.entries()[0] == LedgerEntry(
        state=InstanceState.WAITING, attempts=1, status=0xA700, reason="out of resources"
    )
    assert ledger.begin(0) == 2
    ledger.finish(0, ItemOutcome.STORED, 0, "")
    assert ledger.entries()[0] == LedgerEntry(state=InstanceState.STORED, attempts=2, status=0, reason="")


def test_instances_are_known_by_their_index() -> None:
    ledger = MemoryLedger()
    ledger.add(2)
    ledger.add(1)
    ledger.begin(2)
    ledger.finish(2, ItemOutcome.WARNING, 0xB000, "coerced")
    assert [entry.state for entry in ledger.entries()] == [
        InstanceState.WAITING,
        InstanceState.WAITING,
        InstanceState.WARNING,
    ]
    assert ledger.entries()[0].status is None
