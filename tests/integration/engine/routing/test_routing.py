"""Rules as a job: what a real listener receives goes on to real receivers, and machines in a circle come to rest."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, JobFinished, JobOutcome
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import SettingValue
from dicomdesk.engine.outbox.errands import Destination as OutboxDestination
from dicomdesk.engine.outbox.facts import OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.facts import RuleFact, RuleSent, RuleWithheld, SendingEnded
from dicomdesk.engine.routing.route_job import RouteJob, RouteRequest
from dicomdesk.engine.rules.conditions import SUBJECTS, Criterion
from dicomdesk.engine.rules.rule import QuietStudy, Rule, RuleSet
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.jobs.outbox import KnownPorts, find
from tests.helpers.jobs.receiving import receive_request
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.jobs.routing import make_rule, write_instance

SOON = QuietStudy(quiet_s=0.1)


class Machine:
    """A machine that receives, and sends on by rules: as the tool does."""

    def __init__(self, engine: Engine, name: str, folder: Path, journal: Journal, book: dict[str, int]) -> None:
        folder.mkdir(exist_ok=True)
        self.name, self.folder, self.book = name, folder, book
        self.facts: list[RuleFact] = []
        self.changed = threading.Condition()
        self.job: RouteJob | None = None
        self.outbox = Outbox(engine, journal, self.note_sent, self.resolve)
        self.receiving = engine.submit(receive_request(folder), self.note_received)
        book[name] = self.receiving.port
        self.request = RouteRequest(
            rules=RuleSet(),
            journal=journal,
            outbox=self.outbox,
            find_peer=self.find_peer,
            received_folder=folder,
        )

    def route(self, engine: Engine, *rules: Rule) -> None:
        """Begin with the rules."""
        self.job = engine.submit(replace(self.request, rules=RuleSet(rules=rules)), self.tell)
        self.job.own_port = self.receiving.port

    def note_received(self, event: Event) -> None:
        """What the listener reports."""
        if self.job is not None:
            self.job.note_received(event)

    def note_sent(self, fact: OutboxFact | Event) -> None:
        """What the outbox reports."""
        if self.job is not None:
            self.job.note_sent(fact)

    def tell(self, fact: RuleFact) -> None:
        """What the rules report."""
        with self.changed:
            self.facts.append(fact)
            self.changed.notify_all()

    def resolve(self, peer: str, settings: Mapping[str, SettingValue]) -> OutboxDestination:
        """As an address book does."""
        found = KnownPorts(**self.book)(peer, settings)
        association = AssociationSettings(calling_ae_title=self.name)
        return OutboxDestination(request=replace(found.request, association=association))

    def find_peer(self, name: str) -> KnownPeer | None:
        """Likewise."""
        port = self.book.get(name)
        return None if port is None else KnownPeer(name=name, ae_title=name, host="127.0.0.1", port=port)

    def wait_for(self, kind: type, count: int) -> None:
        """Wait until the rules have told so many facts of a kind."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: sum(isinstance(fact, kind) for fact in self.facts) >= count, DEADLINE_S
            ), self.facts

    def of(self, kind: type) -> list[RuleFact]:
        """Those of a kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]


@contextmanager
def machines(tmp_path: Path, *names: str) -> Iterator[dict[str, Machine]]:
    """Machines that know one another, closed at the end."""
    book: dict[str, int] = {}
    with Engine() as engine:
        found = {name: Machine(engine, name, tmp_path / name, MemoryJournal(), book) for name in names}
        try:
            yield found
        finally:
            for machine in found.values():
                machine.outbox.close(abort=True)


def send(engine: Engine, paths: list[Path], port: int, calling_ae_title: str = "CT1") -> None:
    """Send files as a modality does."""
    request = SendRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title="A"),
        inputs=InputSelection(paths=()),
        found=find(paths),
        association=AssociationSettings(calling_ae_title=calling_ae_title),
    )
    engine.submit(request, lambda _event: None).done.result(DEADLINE_S)


@pytest.mark.long
def test_what_is_received_goes_on_and_two_machines_towards_each_other_come_to_rest(tmp_path: Path) -> None:
    files = [write_instance(tmp_path / "ct" / str(number), uid=f"1.2.{number}") for number in range(3)]
    with machines(tmp_path, "A", "B", "C") as found, Engine() as engine:
        found["A"].route(engine, make_rule("on", "B", trigger=SOON))
        found["B"].route(engine, make_rule("on", "A", "C", trigger=SOON))
        found["C"].route(engine, make_rule("on", "A", trigger=SOON))
        send(engine, files, found["A"].receiving.port)
        for name, kind, count in (
            ("B", SendingEnded, 1),  # to C; not back to A
            ("B", RuleWithheld, 1),
            ("C", SendingEnded, 1),  # to A
            ("A", RuleWithheld, 1),  # where it has been to B before
        ):
            found[name].wait_for(kind, count)
        assert [len(machine.of(RuleSent)) for machine in found.values()] == [1, 1, 1]
        for machine in found.values():
            assert sum(path.is_file() for path in machine.folder.iterdir()) == 3


@pytest.mark.long
def test_conditions_know_who_has_sent_and_a_cancel_ends_the_job(tmp_path: Path) -> None:
    files = [write_instance(tmp_path / "ct" / "1")]
    of_ct1 = Criterion(subject=SUBJECTS["calling_ae_title"], patterns=("CT1",))
    with machines(tmp_path, "A", "B") as found, Engine() as engine:
        found["A"].route(
            engine,
            make_rule("ct1", "B", trigger=SOON, condition=of_ct1),
            make_rule("others", "NOWHERE", trigger=SOON, condition=replace(of_ct1, is_negated=True)),
        )
        send(engine, files, found["A"].receiving.port)
        found["A"].wait_for(SendingEnded, 1)
        assert {fact.rule for fact in found["A"].of(RuleSent) if isinstance(fact, RuleSent)} == {"ct1"}
        job = found["A"].job
        assert job is not None
        job.cancel()
        assert job.done.result(DEADLINE_S).outcome is JobOutcome.COMPLETED
        assert isinstance(found["A"].facts[-1], JobFinished)
        assert job.progress().items_done == 1


@pytest.mark.long
def test_rules_are_changed_while_the_job_runs(tmp_path: Path) -> None:
    with machines(tmp_path, "A", "B") as found, Engine() as engine:
        found["A"].route(engine, make_rule("r", "NOWHERE", modality="MR", trigger=SOON))
        job = found["A"].job
        assert job is not None
        job.set_rules(RuleSet(rules=(make_rule("r", "B", trigger=SOON),)))
        send(engine, [write_instance(tmp_path / "ct" / "1")], found["A"].receiving.port)
        found["A"].wait_for(SendingEnded, 1)
        job.look()
        assert sum(path.is_file() for path in found["B"].folder.iterdir()) == 1
