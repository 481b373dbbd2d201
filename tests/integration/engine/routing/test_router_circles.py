"""Routers that send to one another always come to an end, whatever their rules are and whatever changes on the way."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.outbox.errands import Errand, ErrandRequest
from dicomdesk.engine.routing.facts import RuleFact
from dicomdesk.engine.routing.route_book import RouteBook
from dicomdesk.engine.routing.router import Router
from dicomdesk.engine.rules.conditions import Sender
from dicomdesk.engine.rules.deciding import MOST_VERSIONS, Target
from dicomdesk.engine.rules.rule import Destination, Rule, RuleSet, Scope
from tests.helpers.jobs.routing import SetClock, make_rule, write_instance

NODES = ("A", "B", "C")


class Mail:
    """An outbox whose errands a test delivers."""

    def __init__(self) -> None:
        self.requests: list[ErrandRequest] = []
        self.count = 0

    def add(self, request: ErrandRequest) -> int:
        self.requests.append(request)
        self.count += 1
        return self.count

    def hold(self, ids: Iterable[int], *, until: datetime | None = None, reason: str = "") -> None:
        raise AssertionError(ids)

    def release(self, ids: Iterable[int]) -> None:
        raise AssertionError(ids)

    def retry(self, ids: Iterable[int], numbers: Collection[int] | None = None) -> None:
        raise AssertionError(ids)

    def remove(self, ids: Iterable[int]) -> None:
        raise AssertionError(ids)

    def errands(self) -> tuple[Errand, ...]:
        return ()

    def errand(self, errand_id: int) -> Errand:
        raise KeyError(errand_id)


class Node:
    """A router and the folder that it receives in."""

    def __init__(self, name: str, rules: list[Rule], folder: Path, clock: SetClock, *, has_own_title: bool) -> None:
        self.name, self.folder, self.mail = name, folder, Mail()
        self.calls_itself = name if has_own_title else f"OUT_{name}"
        self.received = 0
        self.sizes: dict[str, int] = {}
        facts: list[RuleFact] = []
        self.router = Router(
            RuleSet(rules=tuple(rules)),
            RouteBook(MemoryJournal()),
            self.mail,
            lambda destination: Target(
                key=destination.name,
                ae_title=destination.name,
                addresses=frozenset({destination.name}),
                is_us=destination.name == name,
            ),
            facts.append,
            clock=clock.clock(),
        )

    def receive(self, uid: str, size: int, sender: Sender) -> None:
        self.received += 1
        self.sizes[uid] = size
        path = write_instance(self.folder / uid, uid=uid, size=size)
        self.router.arrived(str(path), "1.2.3", sender)


RULES = st.lists(
    st.builds(
        lambda peers, stops, scope: replace(make_rule("r", *peers), stops=stops, scope=scope),
        st.lists(st.sampled_from(NODES), min_size=1, max_size=3, unique=True),
        st.booleans(),
        st.sampled_from(Scope),
    ),
    min_size=1,
    max_size=2,
).map(lambda rules: [replace(rule, name=f"r{number}") for number, rule in enumerate(rules)])


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(NODES, RULES)),
    st.fixed_dictionaries(dict.fromkeys(NODES, st.booleans())),
    st.sampled_from(["as it is", "once", "always"]),
    st.integers(1, 2),
)
def test_what_goes_round_comes_to_an_end(
    rules: dict[str, list[Rule]], titles: dict[str, bool], changes: str, instances: int
) -> None:
    clock = SetClock()
    with TemporaryDirectory() as folder:
        nodes = {
            name: Node(name, rules[name], Path(folder) / name, clock, has_own_title=titles[name]) for name in NODES
        }
        for number in range(instances):
            nodes["A"].receive(f"1.2.{number}", 10, Sender("CT1", "A", "CT"))
        hops = 0
        bound = instances * len(NODES) * len(NODES) * (MOST_VERSIONS + 1)
        while True:
            clock.pass_s(10)
            for node in nodes.values():
                node.router.turn(lambda: None)
            letters = [(node, request) for node in nodes.values() for request in node.mail.requests]
            if not letters:
                break
            for node, request in letters:
                node.mail.requests.remove(request)
                for instance in request.instances:
                    hops += 1
                    assert hops <= bound
                    uid = instance.header.sop_instance_uid
                    size = {"as it is": node.sizes[uid], "once": 300, "always": 10 + 2 * hops}[changes]
                    nodes[request.peer].receive(uid, size, Sender(node.calls_itself, request.peer, node.name))
        if changes == "as it is":  # each peer has it, once from each router that sends there
            assert all(node.received <= instances * len(NODES) + instances for node in nodes.values())
        reached = reachable(rules)
        assert {name for name, node in nodes.items() if node.received} == reached


def reachable(rules: dict[str, list[Rule]]) -> set[str]:
    """Whom an instance that A receives must come to: through rules, each of which leads on unless one above stops."""
    found, new = {"A"}, ["A"]
    while new:
        name = new.pop()
        for rule in rules[name]:
            for destination in rule.destinations:
                if destination != Destination(name=name) and destination.name not in found:
                    found.add(destination.name)
                    new.append(destination.name)
            if rule.stops:
                break
    return found
