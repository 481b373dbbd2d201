"""Stores of open transactions: one suite for all, and what is no transaction is passed over."""

import json
from collections.abc import Callable

import pytest

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.kept_transactions import (
    JournalTransactions,
    KeptTransaction,
    MemoryTransactions,
    TransactionStore,
)
from dicomdesk.engine.journal.memory_journal import MemoryJournal

ONE, TWO = Reference("1.2", "1.2.1"), Reference("1.2", "1.2.2")
TRANSACTION = KeptTransaction(
    transaction_uid="1.2.77",
    peer_ae_title="PACS",
    our_ae_title="OURS",
    asked=5.0,
    purpose="errand 7",
    outcomes={ONE: None, TWO: None},
)
STORES: list[Callable[[], TransactionStore]] = [MemoryTransactions, lambda: JournalTransactions(MemoryJournal())]


@pytest.mark.parametrize("make", STORES, ids=["memory", "journal"])
def test_what_is_kept_is_there_with_what_was_noted_until_it_is_forgotten(make: Callable[[], TransactionStore]) -> None:
    store = make()
    store.keep(TRANSACTION)
    assert list(store.load()) == [TRANSACTION]
    store.note("1.2.77", {TWO: 0x0112})
    assert [one.outcomes for one in store.load()] == [{ONE: None, TWO: 0x0112}]
    store.forget("1.2.77")
    store.forget("1.2.77")
    assert list(store.load()) == []


def test_a_journal_keeps_it_for_the_next_program() -> None:
    journal = MemoryJournal()
    JournalTransactions(journal).keep(TRANSACTION)
    JournalTransactions(journal).note("1.2.77", {ONE: 0})
    (kept,) = JournalTransactions(journal).load()
    assert kept.outcomes == {ONE: 0, TWO: None}
    assert (kept.purpose, kept.asked, kept.peer_ae_title) == ("errand 7", 5.0, "PACS")


GOOD = {"version": 1, "peer": "P", "ours": "O", "asked": 1.0, "purpose": "", "instances": [["1.2", "1.3", None]]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        json.dumps(GOOD | {"version": 2}),
        json.dumps(GOOD | {"asked": None}),
        json.dumps(GOOD | {"instances": []}),
        json.dumps(GOOD | {"instances": [["1.2", "1.3"]]}),
        json.dumps(GOOD | {"instances": [["1.2", 3, None]]}),
        json.dumps(GOOD | {"instances": [["1.2", "1.3", True]]}),
        json.dumps(GOOD | {"peer": 5}),
    ],
)
def test_what_is_no_transaction_is_passed_over_and_told(
    text: str, caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    announce_log("is passed over")
    journal = MemoryJournal()
    journal.keep("commitment", "1.2.3", json.dumps(GOOD))
    journal.keep("commitment", "1.2.4", text)
    assert [one.transaction_uid for one in JournalTransactions(journal).load()] == ["1.2.3"]
    assert "cannot be read, and is passed over" in caplog.text
