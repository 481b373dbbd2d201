"""Totals of the day, by the clock of this machine, and the small file that keeps them over a restart."""

import contextlib
import hashlib
import json
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.atomic_file import write_owner_only
from dicomdesk.engine.facts.reception import ArrivalKind
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.receive.book.arrival_book import ArrivalBook

__all__ = ["DayCounter", "DayTotals", "TotalsFile"]

_VERSION = 1
_VERSION_KEY = "dicomdesk_received_today"
_COUNTS = ("instances", "size_bytes", "again", "refused")
_MOST_STUDIES = 50_000
_MOST_COUNT = 1 << 62
_STORED = frozenset({ArrivalKind.NEW, ArrivalKind.OVERWRITTEN, ArrivalKind.KEPT_BOTH, ArrivalKind.REPEATED})
_REFUSED = frozenset({ArrivalKind.REFUSED, ArrivalKind.LOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """Totals of one day, at one moment."""

    day: str
    """ISO 8601."""
    instances: int = 0
    """Instances that were new."""
    size_bytes: int = 0
    """Of data sets that were stored, as often as they came."""
    studies: int = 0
    """Studies of which something was stored."""
    again: int = 0
    refused: int = 0
    """Arrivals that were not stored, repeats that were refused apart."""


class DayCounter:
    """Counts the arrivals of a day; another day begins anew. For the book, under its lock."""

    def __init__(self) -> None:
        self._ends_at = 0.0
        self.begin("")

    def begin(self, day: str) -> None:
        """Begin a day with nothing."""
        self.day = day
        self.counts = dict.fromkeys(_COUNTS, 0)
        self.studies: set[bytes] = set()
        """Digests of their UIDs: whose they are is nobody's concern."""
        self._last = ""

    def take(self, kind: ArrivalKind, study_instance_uid: str, size_bytes: int, at: float) -> None:
        """Count an arrival, ``at`` seconds since the epoch."""
        self.turn(at)
        counts = self.counts
        if kind is ArrivalKind.NEW:
            counts["instances"] += 1
        elif kind in _REFUSED:
            counts["refused"] += 1
        else:
            counts["again"] += 1
        if kind in _STORED:
            counts["size_bytes"] += size_bytes
            if study_instance_uid != self._last and study_instance_uid and len(self.studies) < _MOST_STUDIES:
                self._last = study_instance_uid
                self.studies.add(hashlib.blake2s(study_instance_uid.encode("utf-8", "replace"), digest_size=8).digest())

    def turn(self, at: float) -> None:
        """Begin another day where it is one; a clock that is set back goes on with the day."""
        if at >= self._ends_at:
            day, self._ends_at = _day_of(at)
            if day != self.day:
                self.begin(day)

    def totals(self) -> DayTotals:
        """Return the totals so far."""
        return DayTotals(day=self.day, studies=len(self.studies), **self.counts)


class TotalsFile:
    """Keeps the totals of the day. Blocks on the disk, raises nothing: a file that cannot be read begins anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved: object = None

    def load(self, book: "ArrivalBook") -> None:
        """Go on with the totals of the file, where they are of today."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept[_VERSION_KEY] == _VERSION and kept["day"] == _day_of(time.time())[0]:
                counts = {name: _count(kept[name]) for name in _COUNTS}
                studies = {bytes.fromhex(each) for each in kept["studies"][:_MOST_STUDIES]}
                book.go_on_with(kept["day"], counts, studies)

    def save(self, book: "ArrivalBook") -> None:
        """Write the totals, where they have changed."""
        day, counts, studies = book.kept_today()
        state = (day, counts, len(studies))
        if state == self._saved:
            return
        kept = {_VERSION_KEY: _VERSION, "day": day, **counts, "studies": sorted(each.hex() for each in studies)}
        with contextlib.suppress(OSError):
            write_owner_only(self._path, json.dumps(kept) + "\n")
            self._saved = state


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < _MOST_COUNT:
        raise ValueError("no count")
    return value


def _day_of(at: float) -> tuple[str, float]:
    """Return the local day of a time, and when it ends at the latest."""
    moment = datetime.fromtimestamp(at).astimezone()
    since_midnight_s = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.date().isoformat(), at + max(1.0, min(3600.0, 86400.0 - since_midnight_s))
