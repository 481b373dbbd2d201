"""Index of the archive: adds, finds and removes entries of stored instances."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, update

from dicomdesk.archive.additions.adder import Adder
from dicomdesk.archive.additions.additions import Additions, AdditionTask
from dicomdesk.archive.index_entries import (
    Addition,
    AdditionOutcome,
    ConflictCounts,
    DuplicateRule,
    FileEntry,
    IndexEntry,
    IndexStatistics,
    StoredInstance,
    StudyConflict,
    StudyUsage,
)
from dicomdesk.archive.matching.listed_rows import find_listed
from dicomdesk.archive.matching.query_plan import find_matches, retrieval_condition
from dicomdesk.archive.matching.study_texts import StudyStamp, StudyText, read_study_stamp, read_study_texts
from dicomdesk.archive.tables.conflicts import conflict_counts, study_conflicts
from dicomdesk.archive.tables.counts import damages, recount, wrong_counts
from dicomdesk.archive.tables.database import Database, Durability, SoundnessCheck, reading_values, sqlite_url
from dicomdesk.archive.tables.migrations import check_version, doubted_areas, migrate, trust_area
from dicomdesk.archive.tables.patients import StaleError
from dicomdesk.archive.tables.removals import clear_area, remove_instances, remove_surplus_study
from dicomdesk.archive.tables.schema import instance, patient, series, settings, study
from dicomdesk.archive.tables.selections import (
    FILE_ENTRIES,
    STORED,
    area_condition,
    checked_row,
    older_of_files,
    stored_instance,
    whole_area_condition,
)
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID
from dicomdesk.dicom.query.query import Match, Query
from dicomdesk.errors import DataError

__all__ = ["Durability", "Index", "IndexedFile", "StaleError", "sqlite_url"]

_PAGE = 2000
_LONG_PAGE = 20_000
"""Of rows that are short."""
_REMOVED_AT_ONCE = 400
_MOST_TRIES = 4
_FLUSHED = "flushed"
"""The setting that is written to have something to commit."""
_SESSION = "session:"
"""Begins the name of the setting that says which session of an area uses the database."""

Result = TypeVar("Result")


class IndexedFile(NamedTuple):
    """A file that belongs to an area."""

    path: str
    size_bytes: int
    received_us: int
    """Microseconds since 1970."""
    checksum: str
    """See ``IndexEntry``."""


class Index:
    """Open index. All methods may be called from any thread, and by several processes on one database.

    All raise IndexBusyError, IndexDamagedError or IndexUnusableError, which are LocalErrors, when the database does
    not do its part. Iterators keep a connection while they run: let them run out, or close them.
    """

    def __init__(self, url: str, *, durability: Durability = Durability.PROCESS, is_frozen: bool = False) -> None:
        """Open the index at a database URL (``sqlite_url`` makes that of a file); make or migrate its tables.

        With ``is_frozen`` it is a file that only can be read, and must be as it should be.
        """
        self._database = Database(url, durability, is_frozen=is_frozen)
        self._durable = Database(url, Durability.POWER, is_frozen=is_frozen)
        """The same, for ``flush``."""
        try:
            if is_frozen:
                check_version(self._database)
            else:
                migrate(self._database)
        except BaseException:
            self._database.close()
            raise
        self._additions = Additions(self._database, self._write)
        self._watching: SoundnessCheck | None = None
        self._watcher: threading.Thread | None = None

    @property
    def database(self) -> Database:
        """Of this index, for what else stands in it."""
        return self._database

    def close(self) -> None:
        """Close all connections; nothing is lost, what was returned is committed."""
        if self._watching is not None and self._watcher is not None:
            self._watching.interrupt()
            self._watcher.join()
            self._watching.close()
        self._durable.close()
        self._database.close()

    def flush(self) -> None:
        """Return when all that was committed is on the disk, whatever the durability of its transactions."""
        self._durable.write(_note_flush)

    def optimize(self) -> None:
        """Have the database learn how its values are spread; worth while after much was added, and daily."""
        self._database.optimize()

    # -- adding and removing

    def add(
        self,
        entries: Sequence[IndexEntry],
        *,
        on_duplicate: DuplicateRule = DuplicateRule.REPLACE,
        refuses_conflicts: bool = False,
    ) -> list[Addition]:
        """Add the entries, all or none, and return what became of each once it is committed.

        Several callers at a time share commits. An instance that its series has already is replaced or kept by the
        rule; a study is one of its UID and its patient. What contradicts others of its UIDs (see ``Conflict``) is kept
        beside them and noted at both, or left out where that is asked for. So which instances there are decides what
        the index says, not the order in which they came.
        """
        task = AdditionTask(entries, on_duplicate, refuses_conflicts)
        return self._additions.do(task) if entries else []

    def _write(self, work: Callable[[Connection], Result]) -> Result:
        """Do the work in a transaction, again when others changed what it went by."""
        for _ in range(_MOST_TRIES - 1):
            with contextlib.suppress(StaleError):
                return self._database.write(work)
        return self._database.write(work)

    def remove(
        self,
        area: str,
        *,
        study_instance_uid: str = "",
        series_instance_uid: str = "",
        sop_instance_uid: str = "",
        path: str = "",
    ) -> list[StoredInstance]:
        """Remove what meets all that is given, and return it: its files are the caller's to delete.

        Nothing given besides the area removes all of it; ``clear`` does so without returning it.
        """
        given = (
            (STUDY_INSTANCE_UID, study.c.study_instance_uid, study_instance_uid),
            (SERIES_INSTANCE_UID, series.c.series_instance_uid, series_instance_uid),
            (SOP_INSTANCE_UID, instance.c.sop_instance_uid, sop_instance_uid),
            (0, instance.c.path, path),
        )
        tags = frozenset(tag for tag, _column, value in given if value and tag)
        condition = and_(area_condition(area, tags), *(column == value for _tag, column, value in given if value))
        return self._write(lambda connection: remove_instances(connection, condition))

    def remove_listed(self, area: str, instances: Sequence[StoredInstance]) -> list[StoredInstance]:
        """Remove exactly these instances, as far as they are there under their paths; return those that were.

        Some hundred at a time, so that nobody who stores waits long; their files are the caller's to delete.
        """
        removed: list[StoredInstance] = []
        for start in range(0, len(instances), _REMOVED_AT_ONCE):
            some = instances[start : start + _REMOVED_AT_ONCE]
            condition = and_(
                area_condition(area, frozenset({SOP_INSTANCE_UID})),
                instance.c.sop_instance_uid.in_({one.sop_instance_uid for one in some}),
                instance.c.path.in_([one.path for one in some]),
            )
            removed += self._write(partial(remove_instances, condition=condition))
        return removed

    def remove_surplus_study(self, area: str, seen: StudyUsage, most_studies: int) -> list[StoredInstance]:
        """Remove a study and return what it had, if the area has more than that many, and the study is as ``seen``.

        That is decided and done at once: of several that do so none removes more than the surplus, nor what has come
        meanwhile. The files are the caller's to delete.
        """
        return self._write(lambda connection: remove_surplus_study(connection, area, seen, most_studies))

    def exchange(self, area: str, old: Sequence[StoredInstance], new: Sequence[IndexEntry]) -> None:
        """Put entries in the place of stored instances, all at once or none.

        Raises StaleError where one of those is no longer what the index has, as it was removed, or came again, and
        DataError where an entry would take the place of yet another instance.
        """
        self._database.write(lambda connection: _exchange(connection, area, old, new))

    def clear(self, area: str) -> None:
        """Remove all that the area has, quickly and with little memory: the start of indexing its files again."""
        self._database.write(lambda connection: clear_area(connection, area))

    # -- finding

    def find(self, query: Query, area: str) -> Generator[Match]:
        """Yield what matches, in no particular order; no transaction is held while the caller has it.

        Memory grows by eight bytes a match.
        """
        with reading_values():
            yield from find_matches(self._database.reading, self._database.dialect, query, area)

    def find_listed(self, query: Query, area: str) -> Generator[tuple[Match, dict[str, str | int]]]:
        """Yield what matches, as ``find`` does, with what ``listed_rows.LISTED`` names of each."""
        with reading_values():
            yield from find_listed(self._database.reading, self._database.dialect, query, area)

    def study_texts(self, area: str, since: StudyStamp | None = None) -> Iterator[StudyText]:
        """Yield what can be searched of the studies of an area; see ``read_study_texts``."""
        with reading_values():
            yield from read_study_texts(self._database.reading, area, since)

    def study_stamp(self, area: str) -> StudyStamp:
        """Return what changes with the studies of an area."""
        with self._database.reading() as connection:
            return read_study_stamp(connection, area)

    def area_names(self) -> list[str]:
        """The areas that the index has patients of."""
        names: list[str] = []
        last = ""
        while True:
            with self._database.reading() as connection:
                found = connection.execute(select(func.min(patient.c.area)).where(patient.c.area > last)).scalar()
            if found is None:
                return names
            names.append(found)
            last = found

    def instances(self, query: Query, area: str) -> Iterator[StoredInstance]:
        """Yield the instances that a retrieval asks for, oldest first; no transaction is held between pages."""
        condition = retrieval_condition(query, self._database.dialect)
        yield from self._pages(and_(area_condition(area, query.restricting_tags), condition))

    def find_instances(
        self,
        area: str,
        *,
        study_instance_uid: str = "",
        series_instance_uid: str = "",
        sop_instance_uids: Sequence[str] = (),
    ) -> Iterator[StoredInstance]:
        """Yield the instances that meet all that is given, oldest first."""
        given = (
            (STUDY_INSTANCE_UID, study.c.study_instance_uid, study_instance_uid),
            (SERIES_INSTANCE_UID, series.c.series_instance_uid, series_instance_uid),
        )
        tags = {tag for tag, _column, value in given if value} | ({SOP_INSTANCE_UID} if sop_instance_uids else set())
        conditions = [area_condition(area, frozenset(tags)) if tags else whole_area_condition(area)]
        conditions += [column == value for _tag, column, value in given if value]
        if not sop_instance_uids:
            yield from self._pages(and_(*conditions), is_whole=not tags)
        for start in range(0, len(sop_instance_uids), _PAGE):
            chosen = instance.c.sop_instance_uid.in_(sop_instance_uids[start : start + _PAGE])
            yield from self._pages(and_(*conditions, chosen))

    def known_paths(self, area: str, paths: Mapping[str, str]) -> set[str]:
        """Return which paths the area has; each is given with its SOP Instance UID, "" where that is unknown.

        Those of unknown UIDs take time: there is no other way to look for a path.
        """
        found: set[str] = set()
        uids = sorted({uid for uid in paths.values() if uid})
        for start in range(0, len(uids), _PAGE):
            chosen = instance.c.sop_instance_uid.in_(uids[start : start + _PAGE])
            condition = and_(area_condition(area, frozenset({SOP_INSTANCE_UID})), chosen)
            found.update(stored.path for stored in self._pages(condition))
        others = [path for path, uid in paths.items() if not uid]
        for start in range(0, len(others), _PAGE):
            chosen = instance.c.path.in_(others[start : start + _PAGE])
            found.update(stored.path for stored in self._pages(and_(study.c.area == area, chosen)))
        return found.intersection(paths)

    def study_conflicts(self, area: str) -> list[StudyConflict]:
        """The studies that contradict others of their UID, or whose instances name the patient differently."""
        with self._database.reading() as connection:
            return list(study_conflicts(connection, area))

    def conflict_counts(self, area: str) -> ConflictCounts:
        """Count what contradicts each other; quick."""
        with self._database.reading() as connection:
            return conflict_counts(connection, area)

    def conflicts(self, area: str) -> Iterator[StoredInstance]:
        """Yield the instances whose UID others have, too; those of studies in conflict are not among them."""
        yield from self._pages(
            and_(whole_area_condition(area), instance.c.conflict != literal_column("0")), is_whole=True
        )

    def _pages(self, condition: ColumnElement[bool], *, is_whole: bool = False) -> Iterator[StoredInstance]:
        """Page by page; of the whole area in the order of the table, else by whatever index finds the few."""
        key = instance.c.key if is_whole else instance.c.key + 0  # an expression: the table's order is not tempting
        last = -1
        while True:
            statement = STORED.add_columns(instance.c.key).where(condition, key > last)
            with self._database.reading() as connection:
                rows = connection.execute(statement.order_by(key).limit(_PAGE)).all()
                stored = [stored_instance(row[:-1]) for row in rows]
            yield from stored
            if len(rows) < _PAGE:
                return
            last = rows[-1][-1]

    def file_entries(self, area: str) -> Iterator[FileEntry]:
        """Yield what is said of each file of an area; no transaction is held between pages."""
        last = -1
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(FILE_ENTRIES, {"area": area, "last": last, "most": _LONG_PAGE}).all()
                entries = [FileEntry(*checked_row(row, 2)[1:]) for row in rows]
            yield from entries
            if len(rows) < _LONG_PAGE:
                return
            last = rows[-1][0]

    def snapshot(self, area: str) -> Iterator[IndexedFile]:
        """Yield all files of an area as they are at one moment: one statement sees them. Read it quickly.

        A transaction is held meanwhile.
        """
        columns = instance.c.path, instance.c.bytes, instance.c.received, instance.c.checksum
        statement = (
            select(*columns)
            .select_from(instance)
            .join(series, series.c.key == instance.c.series_key)
            .join(study, study.c.key == series.c.study_key)
            .where(whole_area_condition(area))
        )
        with self._database.reading() as connection:
            for row in connection.execute(statement):
                yield IndexedFile(*checked_row(row, 1, 2))

    # -- quotas and figures

    def statistics(self, area: str) -> IndexStatistics:
        """Count what the area has, from the kept counts."""
        with self._database.reading() as connection:
            patients = connection.execute(
                select(func.count()).select_from(patient).where(patient.c.area == area)
            ).scalar_one()
            totals = (
                func.count(),
                func.coalesce(func.sum(study.c.series_count), 0),
                func.coalesce(func.sum(study.c.instance_count), 0),
                func.coalesce(func.sum(study.c.bytes), 0),
            )
            studies, series_number, instances, size = connection.execute(
                select(*totals).where(study.c.area == area)
            ).one()
        return IndexStatistics(
            patients=patients,
            studies=studies,
            series=int(series_number),
            instances=int(instances),
            size_bytes=int(size),
        )

    def study_usage(self, area: str, study_instance_uid: str) -> StudyUsage | None:
        """Return the usage of a study, of all patients that have one of this UID; None when it is not there."""
        condition = and_(study.c.area == area, study.c.study_instance_uid == study_instance_uid)
        found = self._usages(condition, _PAGE)
        if not found:
            return None
        return replace(
            found[-1],
            instance_count=sum(one.instance_count for one in found),
            size_bytes=sum(one.size_bytes for one in found),
        )

    def oldest_studies(self, area: str, count: int, *, excluding: str = "") -> list[StudyUsage]:
        """The studies that have waited longest for another instance, the oldest first; without one study UID."""
        condition = and_(study.c.area == area, study.c.study_instance_uid != excluding)
        return self._usages(condition, count)

    def count_studies(self, area: str) -> int:
        """Return how many studies the area has."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(study).where(study.c.area == area)).scalar_one()

    def count_studies_by_area(self) -> dict[str, int]:
        """Return how many studies each area of the database has."""
        with self._database.reading() as connection:
            statement = select(study.c.area, func.count()).group_by(study.c.area)
            return {row[0]: row[1] for row in connection.execute(statement)}

    def count_study_uids(self, area: str) -> int:
        """Return how many Study Instance UIDs the studies of an area have."""
        with self._database.reading() as connection:
            statement = select(func.count(study.c.study_instance_uid.distinct())).where(study.c.area == area)
            return connection.execute(statement).scalar_one()

    def count_flat_files(self, area: str) -> int:
        """Return how many instances have files that lie in the area's folder itself; it looks at all."""
        joined = instance.join(series, series.c.key == instance.c.series_key)
        joined = joined.join(study, study.c.key == series.c.study_key)
        statement = select(func.count()).select_from(joined)
        with self._database.reading() as connection:
            found = connection.execute(statement.where(study.c.area == area, instance.c.path.not_like("%/%")))
            return found.scalar_one()

    def session(self, area: str) -> str:
        """What ``note_session`` has noted last for an area, "" for nothing."""
        with self._database.reading() as connection:
            return connection.execute(select(settings.c.value).where(settings.c.name == _SESSION + area)).scalar() or ""

    def note_session(self, area: str, session: str) -> None:
        """Note which session of an area uses this index."""
        self._database.write(lambda connection: _note(connection, _SESSION + area, session))

    def _usages(self, condition: ColumnElement[bool], count: int) -> list[StudyUsage]:
        statement = (
            select(
                study.c.key, study.c.study_instance_uid, study.c.instance_count, study.c.bytes, study.c.last_received
            )
            .where(condition)
            .order_by(study.c.last_received, study.c.key)
            .limit(count)
        )
        with self._database.reading() as connection:
            return [
                StudyUsage(
                    study_key=key,
                    study_instance_uid=uid,
                    instance_count=number,
                    size_bytes=size,
                    last_received=received / 1e6,
                )
                for row in connection.execute(statement).all()
                for key, uid, number, size, received in (checked_row(row, 2, 3, 4),)
            ]

    # -- verification

    def find_damage(self) -> str:
        """Return what is wrong in the pages of the database, which are read; "" for nothing, and for PostgreSQL."""
        check = self._soundness_check()
        if check is None:
            return ""
        with contextlib.closing(check):
            return check.run()

    def watch_for_damage(self, found: Callable[[str], None]) -> None:
        """Read the pages of the database beside everything else, once.

        Where something is wrong nothing is answered or changed any more, but for IndexDamagedError, and ``found`` is
        told what, on the thread that looks.
        """

        def condemn(text: str) -> None:
            self._database.condemn()
            self._durable.condemn()
            found(text)

        self._watching = self._soundness_check()
        if self._watching is not None:
            self._watcher = self._watching.run_beside(condemn)

    @property
    def file_bytes(self) -> int:
        """Of the database where it is a file; 0 for others."""
        file = self._database.file
        try:
            return os.stat(file).st_size if file else 0
        except OSError:
            return 0

    def _soundness_check(self) -> SoundnessCheck | None:
        database = self._database
        return (
            SoundnessCheck(database.file, is_frozen=database.is_frozen) if self.file_bytes and database.file else None
        )

    def is_doubted(self, area: str) -> bool:
        """Whether an older version made what the index has of an area, and only its files tell whose it all is."""
        with self._database.reading() as connection:
            return area in doubted_areas(connection)

    def forget_older_of_files(self, area: str) -> int:
        """Remove the older entries of files that have several, as what a file says was another patient's before.

        Returns how many were removed.
        """

        def work(connection: Connection) -> int:
            keys = older_of_files(connection, area)
            gone = 0
            for start in range(0, len(keys), _PAGE):
                gone += len(remove_instances(connection, instance.c.key.in_(keys[start : start + _PAGE])))
            return gone

        return self._write(work)

    def trust(self, area: str) -> None:
        """All of an area was indexed again."""
        self._database.write(lambda connection: trust_area(connection, area))

    def damages(self) -> list[str]:
        """Return what the database finds wrong in its own file, which it reads whole; [] when it is sound."""
        with self._database.reading() as connection:
            return damages(connection)

    def wrong_counts(self) -> Iterator[str]:
        """Yield a sentence for each kept count or list that is not what is there; none is right."""
        with self._database.reading() as connection:
            yield from wrong_counts(connection)

    def recount(self) -> None:
        """Make all kept counts and lists right."""
        self._database.write(recount)


def _note_flush(connection: Connection) -> None:
    """Write something that was not there: a transaction that changes nothing waits for nothing."""
    _note(connection, _FLUSHED, str(time.time_ns()))


def _note(connection: Connection, name: str, value: str) -> None:
    noted = connection.execute(update(settings).where(settings.c.name == name).values(value=value))
    if not noted.rowcount:
        connection.execute(settings.insert().values(name=name, value=value))


def _exchange(connection: Connection, area: str, old: Sequence[StoredInstance], new: Sequence[IndexEntry]) -> None:
    """Remove the old, which must be there with these very files, and add the new; the caller commits.

    Raises StaleError where one of the old is not there any more, DataError where one of the new would take the place of
    an instance that is none of the old.
    """
    by_uid = area_condition(area, frozenset({SOP_INSTANCE_UID}))
    for start in range(0, len(old), _REMOVED_AT_ONCE):
        going = old[start : start + _REMOVED_AT_ONCE]
        condition = and_(
            by_uid,
            instance.c.sop_instance_uid.in_([one.sop_instance_uid for one in going]),
            instance.c.path.in_([one.path for one in going]),
        )
        if len(remove_instances(connection, condition)) != len(going):
            raise StaleError
    additions = Adder().add(connection, new, DuplicateRule.REPLACE, time.time_ns() // 1000)
    for entry, addition in zip(new, additions, strict=True):
        if addition.outcome is not AdditionOutcome.ADDED:
            uid = entry.values.get(SOP_INSTANCE_UID, "")
            raise DataError(f"An instance of the UID {uid} is in its series already, and would be lost")
