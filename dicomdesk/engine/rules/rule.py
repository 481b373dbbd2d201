"""A rule: what begins it, what must be so, and where instances go then; and the sentence that says it."""

from dataclasses import field
from enum import Enum

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.rules.conditions import Condition, Group
from dicomdesk.engine.rules.schedule import Schedule
from dicomdesk.human import count_text, printable
from dicomdesk.records import dataclass

__all__ = [
    "Afterwards",
    "Destination",
    "FilesAtRest",
    "Priority",
    "QuietStudy",
    "Rule",
    "RuleSet",
    "Scope",
    "Trigger",
    "describe_rule",
]

DEFAULT_QUIET_S = 30.0
DEFAULT_REST_S = 10.0
DEFAULT_RETRIES = 3


class Afterwards(Enum):
    """What becomes of a file once it has gone to all its destinations."""

    LEAVE = "leave"
    MOVE = "move"
    """Into the folder ``sent`` below the watched or receiving folder, by the same names."""
    DELETE_STORED = "delete_stored"
    """Deleted when every destination has answered that it is stored."""
    DELETE_COMMITTED = "delete_committed"
    """Deleted when every destination has committed to keep it (PS3.4 annex J)."""


class Scope(Enum):
    """What of a study goes once something in it matches."""

    STUDY = "study"
    """All of it."""
    MATCHING = "matching"
    """Only the instances that match."""


class Priority(Enum):
    """Place among what waits for the same peer."""

    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietStudy:
    """A study that was received has been quiet."""

    quiet_s: float = DEFAULT_QUIET_S


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesAtRest:
    """Files in a folder have neither changed nor grown."""

    folder: str
    """Absolute."""
    subfolders: bool = True
    rest_s: float = DEFAULT_REST_S


Trigger = QuietStudy | FilesAtRest


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A peer by its name, in the file of rules or in the address book, or a plain one."""

    name: str = ""
    peer: KnownPeer | None = None
    """Of a plain one, which is named by its address."""

    def __str__(self) -> str:
        return self.name if self.peer is None else f"{self.peer.ae_title}@{self.peer.host}:{self.peer.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule."""

    name: str
    """Unique in its file, whatever the case."""
    is_on: bool = True
    trigger: Trigger = field(default_factory=QuietStudy)
    condition: Condition = field(default_factory=Group)
    scope: Scope = Scope.STUDY
    destinations: tuple[Destination, ...] = ()
    afterwards: Afterwards = Afterwards.LEAVE
    schedule: Schedule = field(default_factory=Schedule)
    priority: Priority = Priority.NORMAL
    retries: int = DEFAULT_RETRIES
    """How often what the outbox has given up is tried again, where the failure may pass."""
    stops: bool = False
    """Whether rules behind this one do not see what it takes."""
    notes: str = ""

    @property
    def key(self) -> str:
        """What is the same in names that count as one."""
        return self.name.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of one file, in their order, with peers of its own."""

    rules: tuple[Rule, ...] = ()
    peers: tuple[KnownPeer, ...] = ()

    def find(self, name: str) -> Rule | None:
        """The rule of a name, whatever its case; None for none."""
        return next((rule for rule in self.rules if rule.key == name.strip().casefold()), None)


def describe_rule(rule: Rule) -> str:
    """Say a rule in one sentence."""
    where = _listed([printable(str(destination)) for destination in rule.destinations], "and") or "nowhere yet"
    what = "the study" if rule.scope is Scope.STUDY else "what matches"
    everything = isinstance(rule.condition, Group) and not rule.condition.members and not rule.condition.is_negated
    if isinstance(rule.trigger, QuietStudy):
        subject = "any study" if everything else f"a study in which {rule.condition}"
        when = f"When {subject} has been quiet for {_seconds(rule.trigger.quiet_s)}"
    else:
        inside = " and its subfolders" if rule.trigger.subfolders else ""
        subject = "files" if everything else f"files of a study in which {rule.condition}"
        rest = f"have not changed for {_seconds(rule.trigger.rest_s)}"
        when = f"When {subject} in {printable(rule.trigger.folder) or 'a folder'}{inside} {rest}"
    hours = "" if rule.schedule.is_always else f" {rule.schedule}"
    parts = [f"{when}, send {what} to {where}{hours}"]
    if rule.priority is Priority.HIGH:
        parts.append("before what else waits")
    parts.append(_AFTERWARDS[rule.afterwards])
    if rule.stops:
        parts.append("and no rule below sees it")
    return ", ".join(part for part in parts if part) + "."


_AFTERWARDS = {
    Afterwards.LEAVE: "",
    Afterwards.MOVE: 'then move its files into the folder "sent"',
    Afterwards.DELETE_STORED: "then delete its files here once they are stored there",
    Afterwards.DELETE_COMMITTED: "then delete its files here once their keeping is committed there",
}


def _listed(parts: list[str], word: str) -> str:
    return f" {word} ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def _seconds(seconds: float) -> str:
    if seconds >= 120 and seconds % 60 == 0:
        return count_text(int(seconds) // 60, "minute")
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"
