"""The arrival book: takes note of each arrival, and says whether the instance was here before.

Counts are of distinct SOP Instance UIDs: in a study those that a file of the study holds, in all those that any holds.
The same UID in two studies is one in each, and one in all. What arrives again is counted apart, by what became of it.

What is bounded: studies (the one that has been quiet for the longest is dropped), and instances whose files are known
(a study that is quiet is summed up: its counts stay, and whether an instance of it was here is then known only by its
file). An instance costs some 300 bytes.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from itertools import islice

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.facts.reception import ArrivalKind, StudySender
from dicomdesk.engine.receive.book.completeness import CountSource, better_count
from dicomdesk.engine.receive.book.day_totals import DayCounter, DayTotals
from dicomdesk.engine.receive.book.records import NOT_STORED, BookedFile, BookedSeries, BookedStudy, Place, Tally
from dicomdesk.engine.receive.book.related_counts import read_related_counts
from dicomdesk.records import dataclass

__all__ = ["ArrivalBook", "Arrived", "AssociationKey"]

AssociationKey = tuple[str, int]
"""Job and number of the association."""
_MOST_STUDIES = 5000
_MOST_INSTANCES = 500_000
_MOST_EXPECTED = 1000
"""Studies of which a count is known and nothing has come."""
_CLOCK_STEP_S = 0.02
"""File systems take the time of a new file from a clock that goes in steps."""
_MOST_MISSING = 20_000
"""By their UIDs."""
_REPLACING = frozenset({ArrivalKind.OVERWRITTEN, ArrivalKind.REPEATED})


@dataclass(slots=True, kw_only=True)
class Arrived:
    """An instance that has arrived, and what became of it."""

    sop_instance_uid: str
    header: InstanceHeader | None
    association: AssociationKey
    path: str = ""
    """Of its file, "" where none was written."""
    size_bytes: int = 0
    wanted: ArrivalKind
    """NEW, or what is known already: the name of its file was taken, or it was not stored."""
    replaced_study_uid: str | None = None
    """Whose file was replaced, None where that is not known."""
    reason: str = ""
    prefix: bytes = b""
    """First bytes of the file, where they are known: they may say how many instances there are elsewhere."""
    data_set_offset: int = 0


class _OpenAssociation:
    __slots__ = ("sender", "studies")

    def __init__(self, sender: StudySender) -> None:
        self.sender = sender
        self.studies: dict[str, BookedStudy] = {}


class ArrivalBook(Tally):
    """Studies that arrive and have arrived. For any threads; a call takes microseconds."""

    __slots__ = (
        "_associations", "_changed", "_day", "_expected", "_holders", "_last", "_lock", "_missing", "_most_instances",
        "_most_studies", "_new_meanwhile", "_scan_begun_at", "_studies", "_summed_here", "_told_meanwhile",
        "_wake", "dropped_studies", "folders", "found_files", "size_bytes",
    )  # fmt: skip

    def __init__(self, *, most_studies: int = _MOST_STUDIES, most_instances: int = _MOST_INSTANCES) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._most_studies, self._most_instances = most_studies, most_instances
        self._studies: dict[str, BookedStudy] = {}
        """By Study Instance UID, quiet for the longest first."""
        self._last: BookedStudy | None = None
        self._holders: dict[str, BookedSeries | tuple[BookedSeries, ...]] = {}
        """By SOP Instance UID: which series has files of it."""
        self._associations: dict[AssociationKey, _OpenAssociation] = {}
        self._summed_here = 0
        """Instances of studies of which only the counts are kept."""
        self._expected: dict[str, tuple[int | None, CountSource]] = {}
        """Of studies of which nothing has come, by Study Instance UID."""
        self._missing: dict[str, list[BookedSeries]] = {}
        """Instances that were not stored, by SOP Instance UID, and the series that they are of."""
        self._new_meanwhile: dict[tuple[str, str], int] | None = None
        """How often instances were new while somebody looks through the folder, by study and instance; else None."""
        self._told_meanwhile: set[tuple[str, str, str]] = set()
        """Files that were found and are new, by study, instance and path: their arrival may still be counted."""
        self._scan_begun_at = 0.0
        self.size_bytes = 0
        """Bytes of data sets of all that was stored, as often as it came."""
        self._day = DayCounter()
        self.folders: list[str] = []
        """Folders that were received into, absolute; nothing outside them is deleted."""
        self.found_files = 0
        """How many files of earlier runs were found."""
        self.dropped_studies = 0
        self._wake: Callable[[], None] | None = None
        self._changed: dict[BookedSeries | BookedStudy, None] = {}
        """What is other than ``changes`` has told, where somebody watches."""

    def watch(self, wake: Callable[[], None]) -> None:
        """Keep what changes for ``changes``; ``wake`` is called on any thread when there is something, and is quick."""
        with self._lock:
            self._wake = wake

    def changes(self, most: int) -> list[BookedStudy | BookedSeries]:
        """Return what has changed since the last call, so much at most, the earliest first; the rest is for later."""
        with self._lock:
            changed = list(islice(self._changed, most))
            for record in changed:
                del self._changed[record]
            return changed

    @property
    def here(self) -> int:
        """Distinct instances; those of studies that are summed up or were dropped as often as such a study had them."""
        return len(self._holders) + self._summed_here

    @property
    def today(self) -> DayTotals:
        """Totals of the day."""
        with self._lock:
            self._day.turn(time.time())
            return self._day.totals()

    def kept_today(self) -> tuple[str, dict[str, int], frozenset[bytes]]:
        """Return the day, its counts, and digests of its studies, for ``go_on_with``."""
        with self._lock:
            return self._day.day, dict(self._day.counts), frozenset(self._day.studies)

    def go_on_with(self, day: str, counts: dict[str, int], studies: Collection[bytes]) -> None:
        """Add what was counted on this day in another run."""
        with self._lock:
            self._day.turn(time.time())
            if day == self._day.day:
                for name, count in counts.items():
                    self._day.counts[name] += count
                self._day.studies |= set(studies)

    def receives_into(self, folder: str) -> None:
        """Somebody receives into a folder."""
        path = os.path.abspath(folder)
        with self._lock:
            if path not in self.folders:
                self.folders.append(path)

    def studies(self) -> list[BookedStudy]:
        """All studies, the one that has been quiet for the longest first."""
        with self._lock:
            return list(self._studies.values())

    def find(self, study_instance_uid: str) -> BookedStudy | None:
        """Return a study."""
        return self._studies.get(study_instance_uid)

    def files(self, study_instance_uid: str, series_instance_uid: str | None = None) -> list[BookedFile]:
        """Files of a study, or of one of its series, in the order of arrival of their instances."""
        with self._lock:
            study = self._studies.get(study_instance_uid)
            chosen = (
                []
                if study is None
                else [each for uid, each in study.series.items() if series_instance_uid in (None, uid)]
            )
            return [file for series in chosen for file in series.booked_files()]

    def latest_files(self, series: BookedSeries, start: int, most: int) -> list[BookedFile]:
        """The latest file of each instance of a series, of ``most`` from a place on in the order of arrival."""
        with self._lock:
            return [
                BookedFile(series.paths_of(uid)[-1], uid, series.uid, 1 + series.again_by_uid.get(uid, 0))
                for uid in islice(series.files, start, start + most)
            ]

    def first_path(self, series: BookedSeries) -> str:
        """Path of the latest file of the first instance of a series, "" where none is known."""
        with self._lock:
            first = next(iter(series.files), None)
            return series.paths_of(first)[-1] if first is not None else ""

    def expect(self, study_instance_uid: str, count: int | None, source: CountSource) -> bool:
        """Take note of how many instances a study has, also where none has come so far; whether it is known here.

        None takes back what ``source`` said.
        """
        with self._lock:
            study = self._studies.get(study_instance_uid)
            if study is not None:
                _expect(study, (count, source))
                self._note(study)
            else:
                known = self._expected.pop(study_instance_uid, (None, CountSource.UNKNOWN))
                self._expected[study_instance_uid] = better_count(known, (count, source))
                if len(self._expected) > _MOST_EXPECTED:
                    del self._expected[next(iter(self._expected))]
            return study is not None

    def opened(self, association: AssociationKey, sender: StudySender) -> None:
        """An association is established."""
        with self._lock:
            self._associations.setdefault(association, _OpenAssociation(sender))

    def closed(self, association: AssociationKey) -> None:
        """An association is over."""
        with self._lock:
            over = self._associations.pop(association, None)
            for study in over.studies.values() if over is not None else ():
                study.open_associations -= 1
                self._note(study)

    def take(self, arrived: Arrived, at: float) -> ArrivalKind:
        """Count an arrival, ``at`` seconds since the epoch; return what it is."""
        header = arrived.header
        with self._lock:
            study = self._study_of(header, at)
            series = _series_of(study, header, at)
            if arrived.prefix and not (series.counts[ArrivalKind.NEW] or series.again_by_uid):
                self._learn_counts(series, arrived)
            if arrived.wanted in NOT_STORED:
                kind = arrived.wanted
                study.add_reason(arrived.reason)
                self._miss(series, arrived.sop_instance_uid)
            else:
                if self._missing:
                    self._miss_no_longer(arrived.sop_instance_uid)
                kind = self._place(study, series, arrived)
                if kind is not ArrivalKind.REFUSED_AGAIN:
                    study.latest_path = arrived.path or study.latest_path
                    self.size_bytes += arrived.size_bytes
            self.counts[kind] += 1
            study.counts[kind] += 1
            series.counts[kind] += 1
            if self._wake is not None:
                self._note(study, series)
            self._day.take(kind, study.uid, arrived.size_bytes, at)
            association = self._associations.get(arrived.association)
            if association is not None:
                study.add_sender(association.sender)
                if association.studies.get(study.uid) is not study:
                    association.studies[study.uid] = study
                    study.open_associations += 1
            self._keep_bounds()
            return kind

    def scan_begun(self, at: float) -> None:
        """Files of the folder will be told with ``found``; what arrives meanwhile may turn out to be here already.

        ``at`` is now, in seconds since the epoch.
        """
        with self._lock:
            self._new_meanwhile, self._told_meanwhile, self._scan_begun_at = {}, set(), at - _CLOCK_STEP_S

    def scan_ended(self) -> None:
        """All files of the folder were told."""
        with self._lock:
            self._new_meanwhile = None

    def found(
        self, header: InstanceHeader, sop_instance_uid: str, path: str, size_bytes: int, at: float, title: str = ""
    ) -> None:
        """Take note of a file that is in the folder: one that came before, ``at`` seconds since the epoch.

        ``title`` is the AE title that sent it, "" where nobody knows.
        """
        with self._lock:
            study = self._studies.get(header.study_instance_uid)
            if study is None:
                study = BookedStudy(header)
                self._studies = {header.study_instance_uid: study, **self._studies}
            series = _series_of(study, header, at)
            if study.is_summed_up or path in series.paths_of(sop_instance_uid):
                return
            for record in (study, series):
                record.first_at = min(record.first_at or at, at)
                record.last_at = max(record.last_at, at)
            study.latest_path = study.latest_path or path
            was_in = self._is_in(study, sop_instance_uid)
            self.found_files += 1
            is_fresh = at >= self._scan_begun_at and self._new_meanwhile is not None
            if is_fresh:
                self._told_meanwhile.add((study.uid, sop_instance_uid, path))
            self._make_way(series, sop_instance_uid, path)  # whoever was refused because of it knew no better
            self._add(series, sop_instance_uid, path, size_bytes, is_late=True)
            came_as_new = 0
            if self._new_meanwhile is not None and not is_fresh:
                came_as_new = self._new_meanwhile.pop((study.uid, sop_instance_uid), 0)
                for tally in (self, study, series):
                    tally.counts[ArrivalKind.NEW] -= came_as_new
                    tally.counts[ArrivalKind.KEPT_BOTH] += came_as_new
            if came_as_new or not was_in:
                study.earlier += 1
                if title and not is_fresh:
                    study.add_earlier_sender(title)
            self._note(study, series)
            self._keep_bounds()

    def removed(self, files: Iterable[BookedFile]) -> None:
        """Files were deleted, of whatever study."""
        with self._lock:
            for file in files:
                self._take_away(file.sop_instance_uid, file.path)

    def forget(self, study_instance_uid: str) -> None:
        """Drop a study; its files stay where they are."""
        with self._lock:
            study = self._studies.get(study_instance_uid)
            if study is not None:
                self._drop(study)

    def _study_of(self, header: InstanceHeader | None, at: float) -> BookedStudy:
        """Find the study, or begin it; it is now the last to be quiet for long."""
        uid = header.study_instance_uid if header is not None else ""
        study = self._last
        if study is None or study.uid != uid or study.is_dropped:
            study = self._studies.pop(uid, None) or BookedStudy(header)
            self._last = self._studies[uid] = study
            if uid in self._expected:
                _expect(study, self._expected.pop(uid))
        study.first_at = study.first_at or at
        study.last_at = at
        return study

    def _place(self, study: BookedStudy, series: BookedSeries, arrived: Arrived) -> ArrivalKind:
        """Put an instance that is stored, or was here, in its place; return what its arrival is."""
        kind, has_free_name = arrived.wanted, arrived.wanted is ArrivalKind.NEW
        took_own_name = not has_free_name and arrived.replaced_study_uid in (None, study.uid)
        if study.is_summed_up:
            was_here = took_own_name
            if not was_here:
                study.here, series.here = study.here + 1, series.here + 1
                self._summed_here += 1
        else:
            was_here = self._put_in_files(series, arrived, took_own_name=took_own_name)
        if not was_here:
            return ArrivalKind.NEW
        return kind if not has_free_name else ArrivalKind.KEPT_BOTH if arrived.path else ArrivalKind.REPEATED

    def _put_in_files(self, series: BookedSeries, arrived: Arrived, *, took_own_name: bool) -> bool:
        """Add the file of an arrival; return whether the instance was here: it is known, or took a name of its own."""
        study, uid, path, kind = series.study, arrived.sop_instance_uid, arrived.path, arrived.wanted
        is_known = self._is_in(study, uid)
        if self._told_meanwhile and (study.uid, uid, path) in self._told_meanwhile:
            if kind is not ArrivalKind.REFUSED_AGAIN:
                self._told_meanwhile.discard((study.uid, uid, path))
            is_only_file = series.paths_of(uid) == [path]
            if is_only_file and not any(s.study is study and s is not series for s in self._series_with(uid)):
                study.earlier -= 1  # whoever looks through the folder was quicker to tell of this very file
                is_known = False
        if path and kind in _REPLACING:
            self._make_way(series, uid, path)
        if kind is not ArrivalKind.REFUSED_AGAIN or not is_known:
            self._add(series, uid, path, arrived.size_bytes)
        if took_own_name and not is_known:
            study.earlier += 1
        if not (is_known or took_own_name):
            if self._new_meanwhile is not None:
                self._new_meanwhile[study.uid, uid] = self._new_meanwhile.get((study.uid, uid), 0) + 1
            return False
        series.again_by_uid[uid] = series.again_by_uid.get(uid, 0) + 1
        return True

    def _learn_counts(self, series: BookedSeries, arrived: Arrived) -> None:
        """Look, once for each series, whether an instance says how many there are."""
        syntax_uid = series.header.transfer_syntax_uid if series.header is not None else ""
        of_study, series.expected = read_related_counts(arrived.prefix, arrived.data_set_offset, syntax_uid)
        if of_study is not None:
            _expect(series.study, (of_study, CountSource.DATA))

    def _miss(self, series: BookedSeries, uid: str) -> None:
        """An instance of a series was not stored; beyond a bound nobody knows which."""
        known = self._missing.get(uid)
        if known is not None and series in known:
            return
        if known is not None:
            known.append(series)
        elif len(self._missing) < _MOST_MISSING:
            self._missing[uid] = [series]
        for tally in (self, series.study, series):
            tally.missing += 1

    def _miss_no_longer(self, uid: str) -> None:
        for series in self._missing.pop(uid, ()):
            self._note(series.study, series)
            for tally in (self, series.study, series):
                tally.missing -= 1

    def _is_in(self, study: BookedStudy, uid: str) -> bool:
        holders = self._holders.get(uid)
        if holders is None or not isinstance(holders, tuple):
            return holders is not None and holders.study is study
        return any(series.study is study for series in holders)

    def _series_with(self, uid: str) -> tuple[BookedSeries, ...]:
        holders = self._holders.get(uid, ())
        return holders if isinstance(holders, tuple) else (holders,)

    def _add(self, series: BookedSeries, uid: str, path: str, size_bytes: int, *, is_late: bool = False) -> None:
        """Add a file of an instance, the latest or one of earlier."""
        study, was_in = series.study, uid in self._holders and self._is_in(series.study, uid)
        place: Place = series.place_of(path, uid) if path else ""
        kept = series.files.get(uid)
        if kept is None:
            series.files[uid] = place
            series.here += 1
            series.size_bytes += size_bytes
            self._holders[uid] = (*self._series_with(uid), series) if uid in self._holders else series
        elif kept in ("", place):
            series.files[uid] = place
        else:
            places = [each for each in (kept if isinstance(kept, list) else [kept]) if each != place]
            series.files[uid] = [place, *places] if is_late else [*places, place]
        if not was_in:
            study.here += 1
            study.size_bytes += size_bytes

    def _make_way(self, winner: BookedSeries, uid: str, path: str) -> None:
        """Take away the file from the other studies and series that it was of."""
        for loser in self._take_away(uid, path, winner):
            if loser is not winner.study:
                loser.replaced_by_others += 1

    def _take_away(self, uid: str, path: str, winner: BookedSeries | None = None) -> list[BookedStudy]:
        """Take away a file, but from one that has it now; return the studies that have the instance no longer."""
        losers = []
        for series in self._series_with(uid):
            if series is winner:
                continue
            kept = series.files.get(uid, [])
            places = kept if isinstance(kept, list) else [kept]
            rest = [each for each, known in zip(places, series.paths_of(uid), strict=True) if known != path]
            if len(rest) == len(places):
                continue
            if rest:
                series.files[uid] = rest if len(rest) > 1 else rest[0]
                continue
            del series.files[uid]
            self._note(series.study, series)
            series.again_by_uid.pop(uid, None)
            _lose_one(series)
            self._let_go(uid, series)
            if not self._is_in(series.study, uid):
                _lose_one(series.study)
                losers.append(series.study)
        return losers

    def _let_go(self, uid: str, series: BookedSeries) -> None:
        rest = tuple(each for each in self._series_with(uid) if each is not series)
        if rest:
            self._holders[uid] = rest if len(rest) > 1 else rest[0]
        else:
            del self._holders[uid]

    def _keep_bounds(self) -> None:
        while len(self._studies) > self._most_studies:
            quiet = (study for study in self._studies.values() if not study.is_open)
            self._drop(next(quiet, next(iter(self._studies.values()))))
            self.dropped_studies += 1
        if len(self._holders) > self._most_instances:
            wanted = self._most_instances * 9 // 10  # not again at the next one
            for study in self._studies.values():
                if len(self._holders) <= wanted:
                    break
                self._sum_up(study)

    def _sum_up(self, study: BookedStudy) -> None:
        if study.is_summed_up:
            return
        study.is_summed_up = True
        self._note(study)
        self._summed_here += study.here
        for series in study.series.values():
            for uid in series.files:
                self._let_go(uid, series)
            series.files.clear()
            series.again_by_uid.clear()

    def _drop(self, study: BookedStudy) -> None:
        self._sum_up(study)
        study.is_dropped = True
        self._note(study)
        self._studies.pop(study.uid, None)

    def _note(self, *records: BookedStudy | BookedSeries) -> None:
        """These are other than they were; under the lock."""
        if self._wake is None:
            return
        is_first = not self._changed
        for record in records:
            self._changed[record] = None
        if is_first:
            self._wake()


def _series_of(study: BookedStudy, header: InstanceHeader | None, at: float) -> BookedSeries:
    uid = header.series_instance_uid if header is not None else ""
    series = study.series.get(uid)
    if series is None:
        series = study.series[uid] = BookedSeries(study, header)
    series.first_at = series.first_at or at
    series.last_at = max(series.last_at, at)
    return series


def _expect(study: BookedStudy, told: tuple[int | None, CountSource]) -> None:
    study.expected, study.expected_from = better_count((study.expected, study.expected_from), told)


def _lose_one(record: BookedStudy | BookedSeries) -> None:
    """One instance less; how long it was is not kept, so that it takes its share."""
    record.size_bytes -= record.size_bytes // record.here
    record.here -= 1
