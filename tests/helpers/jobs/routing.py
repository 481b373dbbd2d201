"""Rules that are carried out with a clock of the test's own, and what is to be sent to peers of this machine."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from dicomdesk.dicom.files.part10 import file_meta_information
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.facts import RuleFact
from dicomdesk.engine.routing.route_book import RouteBook
from dicomdesk.engine.routing.router import Clock, Router
from dicomdesk.engine.routing.targets import TargetFinder
from dicomdesk.engine.rules.conditions import SUBJECTS, Criterion, Group, Sender
from dicomdesk.engine.rules.rule import Destination, FilesAtRest, QuietStudy, Rule, RuleSet
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.jobs.outbox import OpenOutbox, open_outbox

FactT = TypeVar("FactT")
CT1 = Sender("CT1", "US", "10.0.0.9")


class SetClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.at = datetime.now().astimezone().replace(hour=12, minute=0)

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.at += timedelta(seconds=seconds)

    def clock(self) -> Clock:
        """As a router wants it."""
        return Clock(monotonic_s=lambda: self.seconds, now=lambda: self.at)


def make_rule(name: str, *peers: str, modality: str = "", **changes: object) -> Rule:
    """A rule to peers by name, for a modality where one is given."""
    members = (Criterion(subject=SUBJECTS["modality"], patterns=(modality,)),) if modality else ()
    rule = Rule(
        name=name,
        trigger=QuietStudy(quiet_s=10),
        condition=Group(members=members),
        destinations=tuple(Destination(name=peer) for peer in peers),
    )
    return replace(rule, **changes)  # type: ignore[arg-type]  # fields of a rule


def folder_rule(name: str, folder: Path, *peers: str, **changes: object) -> Rule:
    """A rule that watches a folder."""
    rule = make_rule(name, *peers, trigger=FilesAtRest(folder=str(folder), rest_s=5))
    return replace(rule, **changes)  # type: ignore[arg-type]  # fields of a rule


def write_instance(
    path: Path, *, uid: str = "1.2.3.4", study: str = "1.2.3", modality: str = "CT", size: int = 10, sender: str = ""
) -> Path:
    """Write a file with one instance."""
    build = Builder()
    data_set = b"".join(
        (
            build.element(0x00080016, "UI", CT_IMAGE),
            build.element(0x00080018, "UI", uid),
            build.element(0x00080060, "CS", modality),
            build.element(0x00100010, "PN", "Doe^Jane"),
            build.element(0x0020000D, "UI", study),
            build.element(0x0020000E, "UI", f"{study}.9"),
            build.element(0x7FE00010, "OB", b"\0" * size),
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    meta = file_meta_information(
        sop_class_uid=CT_IMAGE, sop_instance_uid=uid, transfer_syntax_uid=EXPLICIT, source_ae_title=sender
    )
    path.write_bytes(meta + data_set)
    return path


class Routed:
    """A router with all that is around it; the test is its thread."""

    def __init__(self, rules: Sequence[Rule], opened: OpenOutbox, clock: SetClock, received: Path | None) -> None:
        self.opened, self.clock = opened, clock
        self.told: list[RuleFact] = []
        self.own_port = 0
        self.book = RouteBook(opened.journal)
        self.finder = TargetFinder(self.find_peer, lambda: self.own_port)
        self.router = Router(
            RuleSet(rules=tuple(rules)),
            self.book,
            opened.outbox,
            self.finder.find,
            self.told.append,
            clock=clock.clock(),
        )
        self.router.start(str(received) if received is not None else "", lambda: None)

    def find_peer(self, name: str) -> KnownPeer | None:
        """The peers of the outbox as an address book has them."""
        port = self.opened.peers.ports.get(name)
        return None if port is None else KnownPeer(name=name, ae_title=name, host="127.0.0.1", port=port)

    def turn_after(self, seconds: float) -> float:
        """Let time pass, and the router do what is due."""
        self.clock.pass_s(seconds)
        return self.router.turn(lambda: None)

    def end_errands(self) -> None:
        """Wait until all errands have ended, and have the router deal with that."""
        for errand in self.opened.wait_for_end():
            self.router.errand_ended(errand.id)

    def of(self, kind: type[FactT]) -> list[FactT]:
        """What it has told of a kind."""
        return [fact for fact in self.told if isinstance(fact, kind)]


@contextmanager
def routed(
    *rules: Rule,
    journal: Journal | None = None,
    clock: SetClock | None = None,
    received: Path | None = None,
    limits: OutboxLimits | None = None,
    titles: dict[str, str] | None = None,
    **ports: int,
) -> Iterator[Routed]:
    """A router over an outbox of its own, both closed at the end."""
    with open_outbox(journal=journal, engine=Engine(), limits=limits, titles=titles, **ports) as opened:  # type: ignore[arg-type]  # ports are numbers
        yield Routed(rules, opened, clock or SetClock(), received)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dicomdesk-route")]
