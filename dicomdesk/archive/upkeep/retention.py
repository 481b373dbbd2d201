"""Retention: studies of a storage area go when they are too old, or when the disk gets full.

The age of a study counts from the arrival of its last instance. Reading does not make it younger: what was looked at
once would else be kept by chance. Whole studies go, those first that have waited longest; what is on hold stays, and
for free space nothing goes that came within the last day. Each study goes only if nothing has come to it since it was
chosen. Beside DCMTK's quotas, which are applied when something arrives.
"""

import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import Final

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import StudyUsage
from dicomdesk.archive.setup.retention_rules import RetentionRule
from dicomdesk.records import dataclass

__all__ = [
    "ClockWatch",
    "Disk",
    "Expired",
    "Reason",
    "RetentionReport",
    "apply_retention",
    "disk_at",
    "find_expired",
    "oldest",
]

logger = logging.getLogger(__name__)

_DAY_S: Final = 86_400.0
_YOUNGEST_FOR_SPACE_S: Final = _DAY_S
"""A disk that others fill must not cost what has just come."""
_PAGE: Final = 200
_LEAP_S: Final = 3600.0


class Reason(Enum):
    """Reason why a study goes."""

    AGE = "age"
    FREE_SPACE = "free-space"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Disk of a storage area now."""

    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Study that is to go, or would if it were not on hold."""

    study: StudyUsage
    reason: Reason
    is_held: bool = False
    """It stays for that."""

    @property
    def age_days(self) -> float:
        """Days since its last arrival, by the clock now."""
        return max(0.0, time.time() - self.study.last_received) / _DAY_S


@dataclass(slots=True, kw_only=True)
class RetentionReport:
    """Outcome of one pass over an area."""

    studies: int = 0
    study_instance_uids: list[str] = field(default_factory=list)
    """Of those that went."""
    instances: int = 0
    size_bytes: int = 0
    held: int = 0
    """Studies that stay for a hold."""
    missing_bytes: int = 0
    """What is missing to the free space that is wanted, though nothing more may go."""


def find_expired(
    studies: Iterable[StudyUsage],
    rule: RetentionRule,
    disk: Disk,
    held: Collection[str],
    *,
    now_s: float,
    trusts_clock: bool = True,
) -> Iterator[Expired]:
    """Yield what is to go, in that order; ``studies`` are all, those first that have waited longest.

    Pure. Where the clock is not trusted nothing is too old, and the order alone counts.
    """
    missing = 0 if rule.keep_free is None else rule.keep_free.of(disk.total_bytes) - disk.free_bytes
    oldest_s = None if rule.keep_days is None or not trusts_clock else now_s - rule.keep_days * _DAY_S
    youngest_for_space_s = now_s - _YOUNGEST_FOR_SPACE_S
    for study in studies:
        is_held = study.study_instance_uid in held
        if oldest_s is not None and study.last_received < oldest_s:
            yield Expired(study=study, reason=Reason.AGE, is_held=is_held)
        elif missing > 0 and study.last_received < youngest_for_space_s:
            yield Expired(study=study, reason=Reason.FREE_SPACE, is_held=is_held)
        elif missing <= 0 or study.last_received >= youngest_for_space_s:
            return
        if not is_held:
            missing -= study.size_bytes


def missing_bytes(rule: RetentionRule, disk: Disk) -> int:
    """How many bytes are missing to the free space that is wanted."""
    return 0 if rule.keep_free is None else max(0, rule.keep_free.of(disk.total_bytes) - disk.free_bytes)


def oldest(index: Index, area: str) -> Iterator[StudyUsage]:
    """Yield the studies of an area, those first that have waited longest; some at a time, from the index as it is."""
    count, seen = _PAGE, 0
    while True:
        page = index.oldest_studies(area, count)
        yield from page[seen:]
        if len(page) < count:
            return
        seen, count = len(page), count * 2


def apply_retention(
    keeper: Keeper,
    rule: RetentionRule,
    held: Callable[[], Collection[str]],
    *,
    going_on: Callable[[], None],
    trusts_clock: bool = True,
) -> RetentionReport:
    """Remove what is to go; ``going_on`` is called before each study, and what it raises ends the work.

    Raises OSError, StorageError and the errors of the index.
    """
    report = RetentionReport()
    if rule.removes_nothing:
        return report
    disk = disk_of(keeper)
    studies = oldest(keeper.index, keeper.name)
    expired = find_expired(studies, rule, disk, held(), now_s=time.time(), trusts_clock=trusts_clock)
    for one in list(expired):
        going_on()
        if one.is_held or one.study.study_instance_uid in held():  # it may be put on hold meanwhile
            report.held += 1
            continue
        removed = keeper.quota.remove_unchanged(one.study)
        if removed:
            report.studies += 1
            report.study_instance_uids.append(one.study.study_instance_uid)
            report.instances += len(removed)
            report.size_bytes += one.study.size_bytes
    report.missing_bytes = missing_bytes(rule, disk_of(keeper))
    return report


def disk_of(keeper: Keeper) -> Disk:
    """The disk of an area now; raises OSError."""
    return disk_at(keeper.storage.folder)


def disk_at(folder: Path) -> Disk:
    """The disk of a folder now; raises OSError."""
    status = os.statvfs(folder)
    return Disk(total_bytes=status.f_blocks * status.f_frsize, free_bytes=status.f_bavail * status.f_frsize)


class ClockWatch:
    """Watch on the clock of the machine: one that leaps while a process runs is not to be trusted with ages."""

    def __init__(self, wall_s: Callable[[], float] = time.time, steady_s: Callable[[], float] | None = None) -> None:
        self._wall_s = wall_s
        self._steady_s = steady_s or _steady_s
        self._start = self._wall_s(), self._steady_s()
        self._is_told = False

    def is_right(self) -> bool:
        """Whether the clock has gone on as time does, since this was made; the log is told once where not."""
        wall_s, steady_s = self._start
        leap_s = (self._wall_s() - wall_s) - (self._steady_s() - steady_s)
        if abs(leap_s) < _LEAP_S:
            return True
        if not self._is_told:
            self._is_told = True
            logger.warning(
                "The clock was set by %+.1f hours: no study is too old until the archive is started anew", leap_s / 3600
            )
        return False


def _steady_s() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
