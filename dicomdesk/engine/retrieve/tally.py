"""What has arrived, by SOP Instance UID, and what went wrong at our side; counted from the facts of who stores."""

import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import field

from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    RequestFailed,
)
from dicomdesk.human import printable
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.records import dataclass

__all__ = ["Arrivals", "Tally"]

_MOST_REASONS = 20
_LONGEST_UID = 64
_MOST_UIDS = 10_000
"""That are named of what went wrong: a peer may send without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What came of what a peer has sent to us."""

    stored: frozenset[str]
    """SOP Instance UIDs of what is stored."""
    arrived: int
    """Instances that arrived whole, each time that they did, by the method that the job is at."""
    repeated: int
    """How many of these were stored before."""
    refused: dict[str, int]
    """How many were not stored, by reason."""
    refused_uids: tuple[str, ...]
    connections: int
    """Associations that were asked of us."""
    rejections: tuple[str, ...]
    """Why we did not accept some of them, or why they came to nothing."""
    refused_sop_classes: tuple[str, ...]
    """Abstract syntaxes for which we accepted no presentation context."""
    broken_uids: tuple[str, ...] = ()
    """Instances that began to come, and of which the rest never came."""
    unasked: int = 0
    """Instances that came and belong to nothing that was asked for, each time that they did; not among the others."""
    unasked_uids: tuple[str, ...] = ()


@dataclass
class Tally:
    """Thread-safe. Instances of several jobs and associations are told apart by job, association and index."""

    _lock: threading.Condition = field(default_factory=threading.Condition)
    _standing: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    """Associations that were asked of us and have not ended, with the abstract syntaxes proposed."""
    _open: dict[tuple[str, int, int], str] = field(default_factory=dict)
    _stored: set[str] = field(default_factory=set)
    _refused: Counter[str] = field(default_factory=Counter)
    _refused_uids: dict[str, None] = field(default_factory=dict)
    _broken_uids: dict[str, None] = field(default_factory=dict)
    _is_over: bool = False
    _rejections: dict[str, None] = field(default_factory=dict)
    _refused_classes: dict[str, None] = field(default_factory=dict)
    _connections: int = 0
    is_asked: Callable[[str, ItemFinished], bool] = lambda _uid, _event: True
    """Whether an instance, with its SOP Instance UID, is one of those that were asked for; the others are apart."""
    counts_unasked: bool = True
    """Whether those that nobody has asked for are counted at all: not where others send to the same listener."""
    _unasked: int = 0
    _unasked_uids: dict[str, None] = field(default_factory=dict)
    _repeated: int = 0
    _before: int = 0
    """Instances that arrived by another method before."""
    arrived: int = 0
    """Instances that arrived whole."""
    bytes_stored: int = 0

    def take(self, event: object) -> str:
        """Count what the event tells, if anything; return what is odd about it, "" for nothing."""
        with self._lock:
            match event:
                case ItemStarted():
                    key = event.job_id, event.association, event.index
                    self._open[key] = printable(event.sop_instance_uid[:_LONGEST_UID])
                case ItemFinished():
                    odd = self._finish(event)
                    self._lock.notify_all()
                    return odd
                case RequestFailed() if not self._is_over:
                    self._connections += 1
                    _note(self._rejections, event.reason)
                case AssociationAccepted() if not event.negotiation.is_requestor:
                    self._note_refused_classes(event.negotiation)
                case _:
                    self._take_association(event)
        return ""

    def _take_association(self, event: object) -> None:
        match event:
            case AssociationReceived():
                self._connections += 1
                proposed = tuple(context.abstract_syntax for context in event.contexts)
                self._standing[event.job_id, event.association] = proposed
            case AssociationFailed():
                self._note_rejection(event.reason, self._standing.get((event.job_id, event.association)))
                self._end(event.job_id, event.association)
            case AssociationReleased() | AssociationAborted():
                self._end(event.job_id, event.association)
            case _:
                pass

    def _note_rejection(self, reason: str, proposed: tuple[str, ...] | None) -> None:
        """``proposed`` is None where it was we who have asked for the association."""
        if proposed is None:
            return
        from dicomdesk.network.acceptor.association_answer import NO_ACCEPTABLE_CONTEXT  # noqa: PLC0415 - start-up time

        if reason != NO_ACCEPTABLE_CONTEXT.reason_text:
            _note(self._rejections, reason)
            return
        for abstract_syntax in proposed:
            _note(self._refused_classes, abstract_syntax)

    def _note_refused_classes(self, negotiation: Negotiation) -> None:
        taken = {context.abstract_syntax for context in negotiation.contexts if context.is_accepted}
        for context in negotiation.contexts:
            if context.abstract_syntax not in taken:
                _note(self._refused_classes, context.abstract_syntax)

    def _finish(self, event: ItemFinished) -> str:
        uid = self._open.pop((event.job_id, event.association, event.index), "")
        if not self.is_asked(uid, event):
            self._note_unasked(uid)
        elif event.outcome in {ItemOutcome.STORED, ItemOutcome.WARNING}:
            self.arrived += 1
            self.bytes_stored += event.size_bytes
            self._repeated += uid in self._stored
            self._stored.add(uid)
            self._refused_uids.pop(uid, None)
            self._broken_uids.pop(uid, None)
        elif event.outcome is not ItemOutcome.REFUSED and not event.fault:
            if len(self._broken_uids) < _MOST_UIDS:
                self._broken_uids[uid] = None
        else:
            self.arrived += event.outcome is ItemOutcome.REFUSED
            reason = event.fault or event.reason
            if reason in self._refused or len(self._refused) < _MOST_REASONS:
                self._refused[reason] += 1
            if uid and uid not in self._stored and len(self._refused_uids) < _MOST_UIDS:
                self._refused_uids[uid] = None

        own = event.header.sop_instance_uid[:_LONGEST_UID] if event.header is not None else ""
        if not own or own == uid or not event.path:
            return ""
        return f"an instance was sent as {uid}, and its data set says that it is {printable(own)}: {event.path}"

    def _note_unasked(self, uid: str) -> None:
        if self.counts_unasked:
            self._unasked += 1
            if len(self._unasked_uids) < _MOST_UIDS:
                self._unasked_uids[uid] = None

    def _end(self, job_id: str, association: int) -> None:
        self._standing.pop((job_id, association), None)
        self._lock.notify_all()

    @property
    def arrived_by_way(self) -> int:
        """Instances that arrived whole by the method that the job is at."""
        return self.arrived - self._before

    @property
    def connections(self) -> int:
        """Associations, or what came to nothing before there was one, that were asked of us by this method."""
        return self._connections

    @property
    def unasked(self) -> int:
        """Instances that belong to nothing that was asked for."""
        return self._unasked

    def end_way(self) -> None:
        """Whom we refuse from now on, since the job is over, is no reason for anything."""
        self._is_over = True

    def begin_way(self) -> None:
        """Another method begins: what went wrong by the one before counts no more."""
        with self._lock:
            self._before = self.arrived
            self._connections = self._unasked = 0
            self._is_over = False
            for noted in (self._rejections, self._refused_classes, self._refused, self._broken_uids):
                noted.clear()

    def wait_until_arrived(self, count: int, limit_s: float) -> None:
        """Wait, for so long at most, until so many have arrived by this method, or no association stands."""
        with self._lock:
            self._lock.wait_for(lambda: self.arrived_by_way >= count or not self._standing, limit_s)

    def wait_until_all_have_ended(self, limit_s: float) -> bool:
        """Wait, for so long at most, until no association stands that was asked of us; whether none does."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._standing, limit_s)

    @property
    def stored(self) -> int:
        """How many different instances are stored."""
        return len(self._stored)

    def has(self, uid: str) -> bool:
        """Whether the instance is stored."""
        return uid in self._stored

    def has_refused(self, uids: Collection[str]) -> bool:
        """Whether there are any, and all of them came and were not stored."""
        with self._lock:
            return bool(uids) and all(uid in self._refused_uids for uid in uids)

    def missing(self, uids: Collection[str]) -> tuple[str, ...]:
        """Those of them that are not stored, in their order."""
        with self._lock:
            return tuple(uid for uid in uids if uid not in self._stored)

    def arrivals(self) -> Arrivals:
        """All that was counted so far."""
        with self._lock:
            return Arrivals(
                stored=frozenset(self._stored),
                arrived=self.arrived_by_way,
                repeated=self._repeated,
                refused=dict(self._refused),
                refused_uids=tuple(self._refused_uids),
                broken_uids=tuple(self._broken_uids),
                connections=self._connections,
                rejections=tuple(self._rejections),
                refused_sop_classes=tuple(self._refused_classes),
                unasked=self._unasked,
                unasked_uids=tuple(self._unasked_uids),
            )


def _note(into: dict[str, None], text: str) -> None:
    if len(into) < _MOST_REASONS:
        into[printable(text)] = None
