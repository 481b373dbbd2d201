"""Errands that wish it are asked for when they are done; what the peer says stands in the journal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import Commitment
from dicomdesk.engine.outbox.committer import Committer, ErrandCommitted, add_stamped, wish_of
from dicomdesk.engine.outbox.facts import OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.data.datasets import CT_IMAGE, part10
from tests.helpers.jobs.outbox import Facts, KnownPorts, errand_for
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response
from tests.helpers.peers.commitment_peers import N_ACTION, action_answer, asked_for, report_pdus

WISH = {"commit": "auto", "commit_timeout_s": 5}
C_STORE = 0x0001


class Program:
    """An Outbox with a committer, over a journal that outlives it."""

    def __init__(self, engine: Engine, journal: MemoryJournal, ports: KnownPorts) -> None:
        self.facts = Facts()
        self.committer = Committer(engine, journal, ports, self.told)
        self.outbox = Outbox(engine, journal, self.take, ports)

    def told(self, fact: object) -> None:
        self.facts(fact)  # type: ignore[arg-type]  # it keeps whatever it is given

    def take(self, fact: object) -> None:
        self.facts(fact)  # type: ignore[arg-type]  # as above
        self.committer.take(fact)  # type: ignore[arg-type]  # as above


@contextmanager
def program(journal: MemoryJournal, **ports: int) -> Iterator[Program]:
    with Engine() as engine:
        yield Program(engine, journal, KnownPorts(**ports))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    paths = [folder / f"{number}.dcm" for number in (1, 2, 3)]
    for number, path in enumerate(paths, 1):
        path.write_bytes(part10(encoded(f"1.2.3.{number}"), sop_instance_uid=f"1.2.3.{number}"))
    return paths


def commitments(journal: MemoryJournal, errand_id: int) -> list[Commitment]:
    return [one.commitment for one in journal.instances(errand_id)]


@contextmanager
def provider(report: Callable[[Asked, Message], None]) -> Iterator[int]:
    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_STORE:
            asked.send(response(message, 0, x1000=message.command.values[0x1000]))
        elif message.field == N_ACTION:
            report(asked, message)

    with AnsweringPeer(answer) as peer:
        yield peer.port


def test_what_an_errand_has_brought_is_committed(tmp_path: Path, files: list[Path]) -> None:
    journal = MemoryJournal()
    with running(tmp_path / "archive") as archive, program(journal, **{ARCHIVE: archive.port}) as opened:
        errand_id = opened.outbox.add(errand_for(ARCHIVE, files, settings=WISH))
        fact = opened.facts.wait_for(ErrandCommitted)
    assert (fact.errand_id, fact.counts, fact.reason) == (errand_id, {Commitment.COMMITTED: 3}, "")
    assert commitments(journal, errand_id) == [Commitment.COMMITTED] * 3
    assert all(path.exists() for path in files)


def test_errands_without_the_wish_are_not_asked_for(tmp_path: Path, files: list[Path]) -> None:
    journal = MemoryJournal()
    with running(tmp_path / "archive") as archive, program(journal, **{ARCHIVE: archive.port}) as opened:
        plain = opened.outbox.add(errand_for(ARCHIVE, files[:1]))
        opened.outbox.add(errand_for(ARCHIVE, files[1:], settings=WISH))
        opened.facts.wait_for(ErrandCommitted)
    assert commitments(journal, plain) == [Commitment.NOT_ASKED]


def test_files_are_deleted_once_committed_and_only_where_no_other_errand_needs_them(
    tmp_path: Path, files: list[Path]
) -> None:
    journal = MemoryJournal()
    wish = {**WISH, "delete_committed": True}
    with running(tmp_path / "archive") as archive, program(journal, **{ARCHIVE: archive.port}) as opened:
        opened.outbox.add(errand_for("ELSEWHERE", files[:1], is_held=True))
        add_stamped(opened.outbox, journal, errand_for(ARCHIVE, files, settings=wish))
        fact = opened.facts.wait_for(ErrandCommitted)
    assert {Path(one.path).name: one.is_deleted for one in fact.deletions} == {
        "1.dcm": False,
        "2.dcm": True,
        "3.dcm": True,
    }
    assert [path.exists() for path in files] == [True, False, False]


def test_without_stamps_nothing_is_deleted(tmp_path: Path, files: list[Path]) -> None:
    journal = MemoryJournal()
    wish = {**WISH, "delete_committed": True}
    with running(tmp_path / "archive") as archive, program(journal, **{ARCHIVE: archive.port}) as opened:
        opened.outbox.add(errand_for(ARCHIVE, files, settings=wish))
        fact = opened.facts.wait_for(ErrandCommitted)
    assert all("Nobody knows whether it is what was sent" in one.text for one in fact.deletions)
    assert all(path.exists() for path in files)


def test_what_the_peer_does_not_commit_to_is_kept_with_its_reason_and_can_be_asked_again(files: list[Path]) -> None:
    journal = MemoryJournal()
    rounds: list[int] = []

    def report(asked: Asked, message: Message) -> None:
        transaction, references = asked_for(message)
        rounds.append(len(references))
        failed = len(rounds) == 1
        outcomes = {one: 0x0112 if failed and one.sop_instance_uid == "1.2.3.2" else 0 for one in references}
        asked.send(action_answer(message), report_pdus(transaction, outcomes))

    with provider(report) as port, program(journal, PACS=port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", files, settings=WISH))
        fact = opened.facts.wait_for(ErrandCommitted)
        assert fact.counts == {Commitment.COMMITTED: 2, Commitment.NOT_COMMITTED: 1}
        assert "0112H" in journal.instances(errand_id)[1].commitment_reason
        opened.committer.ask_again([errand_id])
        assert opened.facts.wait_for(ErrandCommitted, 2).counts == {Commitment.COMMITTED: 3}
    assert rounds == [3, 1]


def test_a_report_that_comes_after_a_restart_is_noted(files: list[Path]) -> None:
    journal = MemoryJournal()
    asked_transactions: list[str] = []

    def report(asked: Asked, message: Message) -> None:
        asked_transactions.append(asked_for(message)[0])
        asked.send(action_answer(message))

    def has_receiver() -> bool:
        return True

    with provider(report) as port:
        with Engine() as engine:
            facts = Facts()
            ports = KnownPorts(PACS=port)
            committer = Committer(engine, journal, ports, facts, has_receiver=has_receiver)  # type: ignore[arg-type]  # it keeps all

            def take(fact: OutboxFact) -> None:
                facts(fact)
                committer.take(fact)

            outbox = Outbox(engine, journal, take, ports)  # type: ignore[arg-type]  # as above
            wish = {**WISH, "commit_timeout_s": 0.1}
            errand_id = outbox.add(errand_for("PACS", files, settings=wish))
            fact = facts.wait_for(ErrandCommitted)
        assert fact.counts == {Commitment.ASKED: 3}
        with program(journal, PACS=port) as opened:
            (transaction,) = asked_transactions
            committed = tuple(Reference(CT_IMAGE, f"1.2.3.{number}") for number in (1, 2, 3))
            told = CommitmentReport(transaction_uid=transaction, committed=committed)
            assert opened.committer.transactions.take_report(told, "PACS").status == 0
            assert opened.facts.wait_for(ErrandCommitted).counts == {Commitment.COMMITTED: 3}
    assert commitments(journal, errand_id) == [Commitment.COMMITTED] * 3


def test_an_errand_that_was_done_when_the_program_ended_is_asked_for_by_the_next(
    tmp_path: Path, files: list[Path]
) -> None:
    journal = MemoryJournal()
    with running(tmp_path / "archive") as archive:
        with Engine() as engine:
            facts = Facts()
            outbox = Outbox(engine, journal, facts, KnownPorts(**{ARCHIVE: archive.port}))
            errand_id = outbox.add(errand_for(ARCHIVE, files, settings=WISH))
            facts.wait_until(lambda: outbox.errand(errand_id).is_ended)
        assert commitments(journal, errand_id) == [Commitment.NOT_ASKED] * 3
        with program(journal, **{ARCHIVE: archive.port}) as opened:
            opened.facts.wait_for(ErrandCommitted)
    assert commitments(journal, errand_id) == [Commitment.COMMITTED] * 3


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"commit": "maybe"}, None),
        ({"commit": True}, None),
        ({"commit": "same"}, ("same", 60.0, False)),
        ({"commit": "auto", "commit_timeout_s": "x", "delete_committed": 1}, ("auto", 60.0, False)),
        ({"commit": "new", "commit_timeout_s": 5, "delete_committed": True}, ("new", 5.0, True)),
    ],
)
def test_the_wish_stands_in_the_settings(settings: dict[str, str | int | bool], expected: object) -> None:
    wish = wish_of(settings)
    assert (None if wish is None else (wish.way.value, wish.patience_s, wish.deletes)) == expected
