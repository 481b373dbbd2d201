"""Sums up what jobs report: one sum for many instances, and all other facts as they are, in their order.

What each association has brought is kept within bounds, for whoever asks.
"""

import threading
import time
from collections import deque
from typing import Generic, NamedTuple, TypeVar

from dicomdesk.engine.events import (
    ArrivalKind,
    AssociationAborted,
    AssociationFailed,
    AssociationReleased,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobFinished,
)
from dicomdesk.engine.facts.arrivals import AssociationSum, ReceptionSum, StudySum

__all__ = ["MOST_FACTS", "Condenser", "KeptMessage"]

MOST_FACTS = 20_000
"""That wait to be told; of more the earliest are lost, which are of peers that come and go thousands of times."""
_MOST_MESSAGES = 5000
"""Per association."""
_MOST_MESSAGES_OF_ALL = 20_000
_MOST_HEARD = 100_000
_MOST_TROUBLED = 1000
"""Files that are told of at once."""

FactT = TypeVar("FactT")

_Key = tuple[str, int]


class KeptMessage(NamedTuple):
    """One C-STORE exchange."""

    at: float
    """Seconds since the epoch."""
    message_id: int
    status: int | None
    outcome: ItemOutcome
    reason: str
    size_bytes: int
    sop_class_uid: str
    sop_instance_uid: str


class _Study:
    __slots__ = ("associations", "fault", "is_troubled", "reason", "series")

    def __init__(self) -> None:
        self.series: dict[str, int] = {}
        self.associations: dict[int, None] = {}
        self.is_troubled = False
        self.reason = self.fault = ""


class _Sum:
    __slots__ = ("associations", "studies", "troubled")

    def __init__(self) -> None:
        self.associations: dict[int, list[int]] = {}
        """Instances that ended, that were stored, bytes of these, and of those that were tried."""
        self.studies: dict[str, _Study] = {}
        self.troubled: dict[str, int] = {}


class Condenser(Generic[FactT]):
    """Takes the facts of jobs. Thread-safe; ``take`` never waits for who reads."""

    def __init__(self, most_facts: int = MOST_FACTS) -> None:
        self._lock = threading.Lock()
        self._facts: deque[tuple[float, FactT | ReceptionSum]] = deque(maxlen=most_facts)
        self._sums: dict[str, _Sum] = {}
        """Since the last sum, by job."""
        self._messages: dict[_Key, deque[KeptMessage]] = {}
        self._ended: dict[_Key, int] = {}
        """How many messages each association had in all."""
        self._kept = 0
        self._is_heard = False
        self._heard: deque[FactT] = deque(maxlen=_MOST_HEARD)

    def take(self, event: FactT) -> bool:
        """Take a fact; whether it should be told at once, and not with the next sum."""
        if isinstance(event, ItemStarted | ItemFinished):
            with self._lock:
                if self._is_heard:
                    self._heard.append(event)
                if isinstance(event, ItemFinished):
                    self._sum_up(event)
                return self._is_heard
        with self._lock:
            if self._is_heard:
                self._heard.append(event)
            if isinstance(event, AssociationReleased | AssociationAborted | AssociationFailed | JobFinished):
                self._close_sum()
            self._facts.append((time.time(), event))
            return True

    def read(self) -> "tuple[tuple[float, FactT | ReceptionSum], ...]":
        """Return what was taken since the last time."""
        with self._lock:
            self._close_sum()
            facts = tuple(self._facts)
            self._facts.clear()
            return facts

    def read_heard(self) -> tuple[FactT, ...]:
        """Return every fact as it was taken since the last time, where somebody listens to all; see ``hear``."""
        with self._lock:
            heard = tuple(self._heard)
            self._heard.clear()
            return heard

    def hear(self, *, is_heard: bool) -> None:
        """Keep every fact for ``read_heard``, or not any more."""
        with self._lock:
            self._is_heard = is_heard
            if not is_heard:
                self._heard.clear()

    def messages(self, job_id: str, association: int, after: int) -> tuple[int, tuple[KeptMessage, ...]]:
        """Return how many messages an association had in all, and those that are kept of them from a number on."""
        key = job_id, association
        with self._lock:
            kept = self._messages.get(key, ())
            count = self._ended.get(key, 0)
            first = count - len(kept)
            return count, tuple(kept)[max(0, after - first) :]

    def _sum_up(self, event: ItemFinished) -> None:
        total = self._sums.get(event.job_id)
        if total is None:
            total = self._sums[event.job_id] = _Sum()
        is_stored = event.outcome is ItemOutcome.STORED or event.outcome is ItemOutcome.WARNING
        sums = total.associations.get(event.association)
        if sums is None:
            sums = total.associations[event.association] = [0, 0, 0, 0]
        sums[0] += 1
        if is_stored:
            sums[1] += 1
            sums[2] += event.size_bytes
        if event.outcome is not ItemOutcome.NOT_SENT:
            sums[3] += event.size_bytes
        if event.outcome is not ItemOutcome.STORED and len(total.troubled) < _MOST_TROUBLED:
            total.troubled[event.path] = event.association
        header = event.header
        uid = header.study_instance_uid if header is not None else ""
        study = total.studies.get(uid)
        if study is None:
            study = total.studies[uid] = _Study()
        study.associations[event.association] = None
        series_uid = header.series_instance_uid if header is not None else ""
        study.series[series_uid] = study.series.get(series_uid, 0) + (event.size_bytes if event.path else 0)
        if not is_stored and event.arrival is not ArrivalKind.REFUSED_AGAIN:
            study.is_troubled, study.reason = True, event.reason
            study.fault = event.fault or study.fault
        self._keep(event)

    def _keep(self, event: ItemFinished) -> None:
        key, header = (event.job_id, event.association), event.header
        messages = self._messages.get(key)
        if messages is None:
            messages = self._messages[key] = deque(maxlen=_MOST_MESSAGES)
        self._kept += len(messages) < _MOST_MESSAGES
        self._ended[key] = self._ended.get(key, 0) + 1
        messages.append(
            KeptMessage(
                time.time(),
                event.message_id,
                event.status,
                event.outcome,
                event.reason,
                event.size_bytes,
                header.sop_class_uid if header is not None else "",
                header.sop_instance_uid if header is not None else "",
            )
        )
        while self._kept > _MOST_MESSAGES_OF_ALL:
            oldest = next(iter(self._messages))
            self._kept -= len(self._messages.pop(oldest))
            if oldest == key:
                break
        if len(self._ended) > _MOST_MESSAGES_OF_ALL:
            del self._ended[next(iter(self._ended))]

    def _close_sum(self) -> None:
        """Put the sums so far among the facts."""
        if not self._sums:
            return
        sums, self._sums = self._sums, {}
        for job_id, total in sums.items():
            told = ReceptionSum(
                job_id=job_id,
                associations=tuple(AssociationSum(number, *each) for number, each in total.associations.items()),
                studies=tuple(
                    StudySum(
                        uid,
                        tuple(study.series.items()),
                        tuple(study.associations),
                        study.is_troubled,
                        study.reason,
                        study.fault,
                    )
                    for uid, study in total.studies.items()
                ),
                troubled=tuple(total.troubled.items()),
            )
            self._facts.append((time.time(), told))
