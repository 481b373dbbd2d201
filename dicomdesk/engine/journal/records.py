"""What a journal keeps: errands, their instances, the attempts that were made; plain values without secrets."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.events import NotSentCause
from dicomdesk.records import dataclass

__all__ = [
    "ENDED_ERRANDS",
    "ENDED_INSTANCES",
    "TAKEN",
    "AttemptRecord",
    "Commitment",
    "ErrandRecord",
    "ErrandState",
    "HistoryErrand",
    "HistoryPage",
    "HistoryQuery",
    "InstanceNote",
    "InstanceRecord",
    "InstanceState",
    "KeptValue",
    "SettingValue",
]

SettingValue = str | int | float | bool | None
"""What a setting of an errand can be; never a secret."""


class ErrandState(Enum):
    """State of an errand."""

    WAITING = "waiting"
    HELD = "held"
    """Until somebody releases it."""
    RUNNING = "running"
    RETRYING = "retrying"
    """Waits for its next try, at a time and for a reason that are told."""
    DONE = "done"
    """All its instances have ended; look at them for how."""
    CANCELLED = "cancelled"


ENDED_ERRANDS = frozenset({ErrandState.DONE, ErrandState.CANCELLED})


class InstanceState(Enum):
    """State of an instance; what it ended as has the words of ``ItemOutcome``."""

    WAITING = "waiting"
    UNDER_WAY = "under-way"
    STORED = "stored"
    WARNING = "warning"
    REFUSED = "refused"
    NOT_SENT = "not-sent"
    FAILED = "failed"


ENDED_INSTANCES = frozenset(InstanceState) - {InstanceState.WAITING, InstanceState.UNDER_WAY}
TAKEN = frozenset({InstanceState.STORED, InstanceState.WARNING})
"""What the peer has."""


class Commitment(Enum):
    """What the peer has said to the question whether it keeps an instance for good (PS3.4 J)."""

    NOT_ASKED = "not-asked"
    ASKED = "asked"
    COMMITTED = "committed"
    NOT_COMMITTED = "not-committed"


class InstanceNote(NamedTuple):
    """What has become of an instance now; it takes the place of what was noted before."""

    state: InstanceState
    attempts: int
    """How often it was begun to be sent, over all runs."""
    status: int | None = None
    """What the peer answered to the last attempt, None where no answer came."""
    reason: str = ""
    """Plain words; "" for a plain success."""
    not_sent_cause: NotSentCause | None = None
    """Only where it is NOT_SENT."""
    file_bytes: int = 0
    """Size of its file as it was sent, 0 where nobody has looked."""
    file_mtime_ns: int = 0
    """When the file was last changed, as it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandRecord:
    """Instances that shall go to one peer, without the instances."""

    id: int = 0
    """From 1, never given twice; 0 before it is in a journal."""
    title: str
    peer: str
    """As its user names it: a name of the address book, or AE@host:port."""
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    origin: str = ""
    """Who wants it: "window", "tool", "rule NAME"."""
    study_instance_uid: str = ""
    """Where it is of one study."""
    added_at: datetime
    """With time zone, as all times here."""
    position: float = 0.0
    """Lower goes first."""
    state: ErrandState = ErrandState.WAITING
    next_try_at: datetime | None = None
    reason: str = ""
    """Why it waits, or ended, as it has; plain words."""
    tries: int = 0
    """Runs of it that failed one after the other, for the back-off."""
    ended_at: datetime | None = None
    redirected_from: int | None = None
    """The errand whose instances these were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord:
    """Instance of an errand."""

    errand_id: int
    number: int
    """Within the errand, from 0."""
    found: FoundInstance
    """What it is; ``found.id`` is another after each reading from a file."""
    state: InstanceState = InstanceState.WAITING
    attempts: int = 0
    status: int | None = None
    reason: str = ""
    not_sent_cause: NotSentCause | None = None
    at: datetime | None = None
    """When its last attempt began, or ended once it has; None before."""
    file_bytes: int = 0
    file_mtime_ns: int = 0
    commitment: Commitment = Commitment.NOT_ASKED
    commitment_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """Attempt to send an instance."""

    number: int
    """From 1."""
    peer: str
    """Whom it went to."""
    began_at: datetime | None
    """None where no request was begun."""
    ended_at: datetime | None
    """None while it is under way."""
    state: InstanceState
    """How it ended; UNDER_WAY for one that has not."""
    status: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """What of the history is wanted: all that is given must fit."""

    text: str = ""
    """In title, peer, origin, reason or study UID of an errand, or in path, member, SOP Instance UID, patient's name or
    ID, accession number or reason of one of its instances; whatever the case of ASCII letters."""
    states: frozenset[ErrandState] = frozenset()
    """Empty for any."""
    instance_states: frozenset[InstanceState] = frozenset()
    """Only errands with an instance that is so; empty for any."""
    origin: str = ""
    """"" for any."""
    since: datetime | None = None
    """Added then or later."""
    until: datetime | None = None
    """Added before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryErrand:
    """Errand of the history with its counts."""

    errand: ErrandRecord
    counts: Mapping[InstanceState, int]
    """Only states that occur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Some errands, the newest first."""

    errands: tuple[HistoryErrand, ...]
    next_before: int | None
    """Where the next page begins, for ``before``; None where nothing more is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptValue:
    """Text that was kept under a kind and a key."""

    key: str
    value: str
    at: datetime
