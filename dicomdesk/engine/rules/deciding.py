"""Decides what goes where, and why not: pure, over what was read of instances and what was sent on before."""

from collections.abc import Callable, Sequence
from enum import Enum

from dicomdesk.engine.rules.candidates import Candidate
from dicomdesk.engine.rules.conditions import Condition
from dicomdesk.engine.rules.rule import Destination, FilesAtRest, Rule, Scope
from dicomdesk.records import dataclass

__all__ = ["MOST_VERSIONS", "Decision", "Place", "Planned", "Target", "Verdict", "decide", "source_of"]

MOST_VERSIONS = 8
"""Contents of one instance that go to one peer; one that comes back changed again and again goes in a circle."""


class Verdict(Enum):
    """What a rule does with an instance, for one destination or at all."""

    SENT = "sent"
    """It goes to the destination."""
    NO_MATCH = "no-match"
    """The conditions are not met."""
    TAKEN = "taken"
    """A rule above has taken it, and lets no rule below see it."""
    TO_SENDER = "to-sender"
    """The destination is who has sent it."""
    TO_US = "to-us"
    """The destination is this machine."""
    BEFORE = "before"
    """The same has been sent on to this peer before."""
    TOO_OFTEN = "too-often"
    """It has been sent on to this peer with too many contents: it goes in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A destination as it can be reached now."""

    key: str
    """What is the same for one peer."""
    is_known: bool = True
    """False for a name that is in no address book: what goes there waits for it."""
    ae_title: str = ""
    addresses: frozenset[str] = frozenset()
    """IP addresses that its host stands for; empty where nobody could tell."""
    is_us: bool = False
    """Whether it is where we listen ourselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where instances come from: received, or a watched folder."""

    folder: str = ""
    """"" for what was received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What one rule sends of a study to one destination; ``verdict`` says why where it does not."""

    rule: Rule
    destination: Destination | None
    """None where it did not come to that."""
    verdict: Verdict
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of the instances of one study."""

    planned: tuple[Planned, ...]
    matched: tuple[Rule, ...]
    """Rules whose conditions something has met."""

    @property
    def sends(self) -> tuple[Planned, ...]:
        """What goes somewhere."""
        return tuple(planned for planned in self.planned if planned.verdict is Verdict.SENT)


History = Callable[[str, Candidate], Verdict]
"""SENT for what may go to the peer of a key, else BEFORE or TOO_OFTEN."""


def source_of(rule: Rule) -> Place:
    """Where a rule takes its instances from."""
    return Place(folder=rule.trigger.folder if isinstance(rule.trigger, FilesAtRest) else "")


def decide(
    rules: Sequence[Rule],
    candidates: Sequence[Candidate],
    *,
    targets: Callable[[Destination], Target],
    history: History,
    matched_before: Callable[[Rule], bool] = lambda _rule: False,
    acts: Callable[[Rule], bool] = lambda _rule: True,
) -> Decision:
    """Decide about instances of one study and one source, by the rules of that source in their order.

    Rules that are off are passed over. ``acts`` tells which rules send now; others, which have done so or have to wait,
    only keep from the rules below what is theirs. ``matched_before`` tells whether a rule has taken the study already.
    What goes to a peer by one rule does not go there by a later one of the same turn.
    """
    left = list(candidates)
    gone: list[Candidate] = []
    planned: list[Planned] = []
    matched: list[Rule] = []
    going: set[tuple[str, str, str]] = set()
    for rule in rules:
        if not rule.is_on:
            continue
        taken, others = _split(rule, left, is_whole=matched_before(rule))
        if acts(rule):
            if taken:
                matched.append(rule)
            planned += _without_destination(rule, Verdict.TAKEN, gone)
            planned += _without_destination(rule, Verdict.NO_MATCH, others)
            for destination in rule.destinations if taken else ():
                planned += _send(rule, destination, taken, targets(destination), history, going)
        if rule.stops:
            left, gone = others, gone + taken
    return Decision(planned=tuple(planned), matched=tuple(matched))


def _split(rule: Rule, candidates: Sequence[Candidate], *, is_whole: bool) -> tuple[list[Candidate], list[Candidate]]:
    """What a rule takes, and the rest."""
    meets = [_meets(rule.condition, candidate) for candidate in candidates]
    if rule.scope is Scope.STUDY and (is_whole or any(meets)):
        return list(candidates), []
    taken = [candidate for candidate, is_met in zip(candidates, meets, strict=True) if is_met]
    return taken, [candidate for candidate, is_met in zip(candidates, meets, strict=True) if not is_met]


def _meets(condition: Condition, candidate: Candidate) -> bool:
    return condition.is_met(candidate.attributes, candidate.sender)


def _without_destination(rule: Rule, verdict: Verdict, candidates: list[Candidate]) -> list[Planned]:
    if not candidates:
        return []
    return [Planned(rule=rule, destination=None, verdict=verdict, candidates=tuple(candidates))]


def _send(
    rule: Rule,
    destination: Destination,
    taken: Sequence[Candidate],
    target: Target,
    history: History,
    going: set[tuple[str, str, str]],
) -> list[Planned]:
    by_verdict: dict[Verdict, list[Candidate]] = {}
    for candidate in taken:
        verdict = _judge(candidate, target, history)
        mark = (target.key, candidate.uid, candidate.digest)
        if verdict is Verdict.SENT and mark in going:
            verdict = Verdict.BEFORE
        if verdict is Verdict.SENT:
            going.add(mark)
        by_verdict.setdefault(verdict, []).append(candidate)
    return [
        Planned(rule=rule, destination=destination, verdict=verdict, candidates=tuple(found))
        for verdict, found in by_verdict.items()
    ]


def _judge(candidate: Candidate, target: Target, history: History) -> Verdict:
    if target.is_us:
        return Verdict.TO_US
    sender = candidate.sender
    is_same_title = bool(sender.calling_ae_title) and sender.calling_ae_title.strip() == target.ae_title.strip()
    is_same_place = not sender.address or not target.addresses or sender.address in target.addresses
    if is_same_title and is_same_place:
        return Verdict.TO_SENDER
    return history(target.key, candidate)
