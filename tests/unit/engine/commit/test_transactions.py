"""Open transactions: whatever is reported, in whatever pieces and order, the states are those of a plain model."""

import logging
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.commitment.documents import NO_REASON, CommitmentReport
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit import transactions as module
from dicomdesk.engine.commit.kept_transactions import JournalTransactions, MemoryTransactions, TransactionStore
from dicomdesk.engine.commit.transactions import LateReport, Transactions
from dicomdesk.errors import LocalError

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
ASKED = [Reference(CT, f"1.2.{number}") for number in range(6)]
STRANGERS = [Reference(CT, "1.9.1"), Reference(MR, "1.2.0"), Reference("", "1.9.2")]
OUTCOMES = st.sampled_from((0, 0, 0, NO_REASON, 0x0110, 0x0112))
STATEMENTS = st.dictionaries(st.sampled_from([*ASKED, *STRANGERS, Reference("", "1.2.3")]), OUTCOMES, max_size=8)
DELIVERIES = st.lists(st.tuples(st.sampled_from(("first", "second", "unknown", "restart")), STATEMENTS), max_size=12)


class Texts:
    """A journal's texts, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def keep(self, _kind: str, key: str, value: str) -> None:
        self.kept[key] = value

    def kept_all(self, _kind: str) -> "list[Text]":
        return [Text(key, value) for key, value in self.kept.items()]

    def discard(self, _kind: str, key: str) -> None:
        self.kept.pop(key, None)


class Text:
    def __init__(self, key: str, value: str) -> None:
        self.key, self.value = key, value


def report_of(uid: str, statements: Mapping[Reference, int]) -> CommitmentReport:
    return CommitmentReport(
        transaction_uid=uid,
        committed=tuple(reference for reference, outcome in statements.items() if outcome == 0),
        failed={reference: outcome for reference, outcome in statements.items() if outcome},
    )


def opened(book: Transactions, *references: Reference) -> str:
    return book.open(references, peer_ae_title="PACS", our_ae_title="OURS", purpose="errand 7")


class Model:
    """The plain model of one transaction: the worst of all that was said of an instance that was asked about."""

    def __init__(self, *asked: Reference) -> None:
        self.known: dict[Reference, int | None] = dict.fromkeys(asked)
        self.is_over = False
        """Whether later reports count for nothing."""

    def take(self, statements: Mapping[Reference, int]) -> None:
        for said, outcome in statements.items():
            for asked, before in self.known.items():
                if said.sop_instance_uid == asked.sop_instance_uid and said.sop_class_uid in ("", asked.sop_class_uid):
                    self.known[asked] = max(before or outcome, outcome or before or 0)

    @property
    def is_complete(self) -> bool:
        return None not in self.known.values()


class Program:
    """The book of a program that is restarted now and then, over one store."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.texts, self.memory = Texts(), MemoryTransactions()
        self.late: list[LateReport] = []
        self.is_restarted = False
        self.book = self._open()

    def _open(self) -> Transactions:
        return Transactions(self.store(), self.late.append)

    def store(self) -> TransactionStore:
        return self.memory if self.kind == "memory" else JournalTransactions(self.texts)

    def restart(self) -> None:
        self.book, self.is_restarted = self._open(), True

    def known(self, uid: str) -> Mapping[Reference, int | None] | None:
        """What the program knows of a transaction, None where it knows nothing any more."""
        return next((one.outcomes for one in self.store().load() if one.transaction_uid == uid), None)


@pytest.mark.parametrize("kind", ["memory", "journal"])
@settings(max_examples=100)
@given(DELIVERIES)
def test_the_states_are_those_of_a_plain_model_over_parts_repeats_restarts_and_lies(
    kind: str, deliveries: list[tuple[str, dict[Reference, int]]]
) -> None:
    logging.disable(logging.WARNING)  # lies are told in the log, which is not the matter here
    try:
        program = Program(kind)
        models = {"first": Model(*ASKED[:4]), "second": Model(*ASKED[2:])}
        uids = {name: opened(program.book, *model.known) for name, model in models.items()}
        for target, statements in deliveries:
            if target == "restart":
                program.restart()
            else:
                answer = program.book.take_report(report_of(uids.get(target, "1.2.3.4"), statements), "PACS")
                is_open = target in models and not models[target].is_over
                assert answer.status == 0 if is_open else answer.status in (0, 0x0115)
                if is_open:
                    models[target].take(statements)
            for model in models.values():
                model.is_over = program.is_restarted and model.is_complete
        for name, model in models.items():
            known = program.known(uids[name])
            assert known == model.known or (known is None and model.is_over)
            if not program.is_restarted:
                assert program.book.collect(uids[name], stays_open=False) == model.known
        assert all(told.purpose == "errand 7" and set(told.outcomes) <= set(ASKED) for told in program.late)
    finally:
        logging.disable(logging.NOTSET)


def test_a_transaction_is_kept_before_it_is_asked_and_forgotten_when_all_is_reported() -> None:
    store = MemoryTransactions()
    book = Transactions(store)
    uid = opened(book, ASKED[0], ASKED[1])
    assert [one.transaction_uid for one in store.load()] == [uid]
    book.take_report(report_of(uid, {ASKED[0]: 0}), "PACS")
    assert [one.outcomes for one in store.load()] == [{ASKED[0]: 0, ASKED[1]: None}]
    assert book.unanswered([uid]) == 1
    book.take_report(report_of(uid, {ASKED[1]: 0}), "PACS")
    assert book.collect(uid, stays_open=True) == {ASKED[0]: 0, ASKED[1]: 0}
    assert store.load() == []


def test_a_late_report_after_a_restart_finds_its_instances() -> None:
    texts = Texts()
    uid = opened(Transactions(JournalTransactions(texts)), ASKED[0], ASKED[1])
    late: list[LateReport] = []
    book = Transactions(JournalTransactions(texts), late.append)
    assert book.take_report(report_of(uid, {ASKED[1]: 0x0112}), "PACS").status == 0
    assert book.take_report(report_of(uid, {ASKED[0]: 0}), "PACS").status == 0
    assert [(told.purpose, told.outcomes, told.is_complete) for told in late] == [
        ("errand 7", {ASKED[1]: 0x0112}, False),
        ("errand 7", {ASKED[0]: 0}, True),
    ]
    assert texts.kept == {}
    assert book.take_report(report_of(uid, {ASKED[0]: 0}), "PACS").status == 0, "it has come again"


def test_what_was_reported_while_a_job_waited_that_did_not_live_to_see_it_is_told_at_the_next_start() -> None:
    texts = Texts()
    book = Transactions(JournalTransactions(texts))
    whole, half = opened(book, ASKED[0]), opened(book, ASKED[1], ASKED[2])
    book.take_report(report_of(whole, {ASKED[0]: 0}), "PACS")
    book.take_report(report_of(half, {ASKED[1]: 0x0110}), "PACS")
    late: list[LateReport] = []
    Transactions(JournalTransactions(texts), late.append)
    assert {told.transaction_uid: (told.outcomes, told.is_complete) for told in late} == {
        whole: ({ASKED[0]: 0}, True),
        half: ({ASKED[1]: 0x0110}, False),
    }
    assert list(texts.kept) == [half]


def test_a_report_of_a_transaction_that_nobody_asked_is_refused_and_told(
    caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    announce_log("transaction that is not known")
    book = Transactions()
    answer = book.take_report(report_of("1.2.3", {ASKED[0]: 0}), "EVIL\n")
    assert (answer.status, answer.comment) == (0x0115, "the transaction is not known")
    (record,) = caplog.records
    assert "transaction that is not known" in record.getMessage()
    assert "\n" not in record.getMessage()


def test_instances_that_nobody_asked_about_are_told_and_change_nothing(
    caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    announce_log("was not asked about")
    book = Transactions()
    uid = opened(book, ASKED[0])
    book.take_report(report_of(uid, {STRANGERS[0]: 0, Reference(MR, ASKED[0].sop_instance_uid): 0}), "PACS")
    assert "2 instances that it was not asked about" in caplog.text
    assert book.collect(uid, stays_open=False) == {ASKED[0]: None}


def test_only_so_many_transactions_are_open(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    monkeypatch.setattr(module, "_MOST_OPEN", 2)
    announce_log("is waited for no longer")
    book = Transactions()
    first, second = opened(book, ASKED[0]), opened(book, ASKED[1])
    with pytest.raises(LocalError, match="Too many requests for storage commitment"):
        opened(book, ASKED[2])
    book.collect(first, stays_open=True)
    third = opened(book, ASKED[2])
    assert first in caplog.text
    assert book.unanswered([first, second, third]) == 2


def test_what_is_too_old_is_forgotten(monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]) -> None:
    announce_log("transaction that is not known")
    store = MemoryTransactions()
    uid = opened(Transactions(store), ASKED[0])
    monkeypatch.setattr(module, "_LONGEST_S", -1.0)
    assert Transactions(store).take_report(report_of("1.2", {}), "PACS").status == 0x0115
    assert uid not in {one.transaction_uid for one in store.load()}


def test_a_flood_of_reports_that_make_no_sense_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    announce_log("transaction that is not known")
    book = Transactions()
    for number in range(500):
        assert book.take_report(report_of(f"1.2.{number}", {}), f"EVIL{number}").status == 0x0115
    assert len(caplog.records) == 20
