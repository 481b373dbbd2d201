"""Errands as they are asked for and shown, and what the Outbox is told of peers and bounds."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.commit.request import CommitWay, CommitWish, ReportListener
from dicomdesk.engine.journal.records import (
    ENDED_ERRANDS,
    TAKEN,
    Commitment,
    ErrandRecord,
    ErrandState,
    InstanceState,
    SettingValue,
)
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.records import dataclass

__all__ = ["Destination", "Errand", "ErrandRequest", "OutboxLimits", "Resolve", "wish_of", "with_wish"]

_WAY, _PATIENCE, _DELETES = "commit", "commit_patience_s", "commit_deletes"
"""Settings that say a wish for commitment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandRequest:
    """Send these instances to a peer; normally one study."""

    title: str
    peer: str
    """As its user names it: a name of the address book, or AE@host:port."""
    instances: tuple[FoundInstance, ...]
    """In the order in which they go; ``brief`` is enough."""
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    """For who resolves the peer; kept in the journal, so never a secret."""
    origin: str = "window"
    """Who wants it: "window", "tool", "rule NAME"."""
    study_instance_uid: str = ""
    """Where it is of one study."""
    is_held: bool = False
    """Whether it waits until somebody releases it."""
    held_until: datetime | None = None
    """When that is to be expected, where it is known; nothing happens then by itself."""
    reason: str = ""
    """Why it is held, for people."""
    commit: CommitWish | None = None
    """That the peer is to be asked to commit to what it has stored; None for not."""
    goes_first: bool = False
    """Whether it goes before all that waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Errand with its counts, at one moment."""

    record: ErrandRecord
    """As it is shown: while its peer is not tried, what waits for that is RETRYING, with the time and the reason."""
    counts: Mapping[InstanceState, int]
    """Only states that occur."""
    commitments: Mapping[Commitment, int] = field(default_factory=dict)
    """Of what the peer has, once it was asked to commit; only states that occur."""

    @property
    def id(self) -> int:
        """By which it is known."""
        return self.record.id

    @property
    def state(self) -> ErrandState:
        """Where it is."""
        return self.record.state

    @property
    def total(self) -> int:
        """Instances that belong to it."""
        return sum(self.counts.values())

    @property
    def stored(self) -> int:
        """Instances that the peer has, some perhaps with a warning."""
        return sum(self.counts.get(state, 0) for state in TAKEN)

    @property
    def waiting(self) -> int:
        """Instances that have not ended."""
        return self.counts.get(InstanceState.WAITING, 0) + self.counts.get(InstanceState.UNDER_WAY, 0)

    @property
    def is_ended(self) -> bool:
        """Whether nothing of it is to be done."""
        return self.state in ENDED_ERRANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where errands of one peer with the same settings go, and how; asked for each time that they do."""

    request: SendRequest
    """Peer, association and options; what it is to send, and how often it is tried, is not looked at."""
    associations: int | None = 1
    """At once, at least 1; None finds out how many help."""
    has_receiver: bool = False
    """Whether a receiver of ours runs that takes the peer's reports on commitment for the Outbox's transactions."""
    report_listener: ReportListener | None = None
    """To be started for the peer's reports on commitment, where no receiver runs."""


Resolve = Callable[[str, Mapping[str, SettingValue]], Destination]
"""Turns the name and the settings of an errand into its destination; raises SettingsError where there is none such.

Called on the Outbox's thread, which waits for it: secrets may be fetched.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLimits:
    """Bounds of an Outbox."""

    peers_at_once: int = 4
    """Peers that are sent to at the same time, at least 1."""
    run_instances: int = 4000
    """Errands of a peer share a run until they have so many instances together."""
    instance_attempts: int = 6
    """How often an instance is begun at most, where nothing but itself seems to be the reason."""
    tries: int = 100
    """Runs of an errand that come to nothing, one after the other, before it is given up."""
    longest_pause_s: float = 300.0
    """Between two tries."""


def with_wish(settings: Mapping[str, SettingValue], wish: CommitWish | None) -> dict[str, SettingValue]:
    """Return settings that say the wish, too."""
    kept = {name: value for name, value in settings.items() if name not in {_WAY, _PATIENCE, _DELETES}}
    if wish is not None:
        kept |= {_WAY: wish.way.value, _PATIENCE: wish.patience_s, _DELETES: wish.deletes}
    return kept


def wish_of(settings: Mapping[str, SettingValue]) -> CommitWish | None:
    """Return the wish that settings say, None where there is none that makes sense."""
    if _WAY not in settings:
        return None
    way, patience_s = settings.get(_WAY), settings.get(_PATIENCE, 60.0)
    if way not in {each.value for each in CommitWay} or not isinstance(patience_s, int | float):
        return None
    return CommitWish(way=CommitWay(way), patience_s=float(patience_s), deletes=settings.get(_DELETES) is True)
