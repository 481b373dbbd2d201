"""Corrects stored instances: plans what changes, writes new files, and exchanges them for the old ones at once.

Whatever moment it is killed at, the instances are either all as they were or all as they are to be: a note names old
and new files before the first of these appears, one transaction of the index decides which are true, and what the index
does not have of them is removed, at the end or by whoever opens the area next. Files are on the disk before the old
ones go. What arrives meanwhile with the old values is corrected as well, before the end.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol, Self

from dicomdesk.archive.areas.checksums import checksum_of_file
from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.holds import hold_study, read_holds
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.corrections.record import Change, CorrectionRecord, Origin
from dicomdesk.archive.corrections.trail import Trail
from dicomdesk.archive.index import StaleError
from dicomdesk.archive.index_entries import IndexEntry, StoredInstance
from dicomdesk.dicom.corrections.corrected_file import CorrectedFile, ValueCorrection, correct_open_file
from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID
from dicomdesk.errors import DataError, LocalError, StorageError
from dicomdesk.records import dataclass

__all__ = ["CorrectionObserver", "Corrector", "Wanted"]

_MOST_ROUNDS: Final = 20
_IDENTIFYING: Final = (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID)


class CorrectionObserver(Protocol):
    """Observer of a correction, on the thread that does the work."""

    def progressed(self, done: int, total: int) -> None:
        """Take note that so many of the files that are to be written were."""

    def check(self) -> None:
        """Check before each file; what it raises ends the work, and leaves everything as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one stored instance is to say."""

    stored: StoredInstance
    entry: IndexEntry
    """What it says now."""
    values: Mapping[int, str | None]
    """By tag; None for what is to be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """One instance that changes."""

    wanted: Wanted
    previous: Mapping[int, str | None]
    path: str
    """Of the new file."""


Find = Callable[[], Iterator[Wanted]]
"""Finds what is to be corrected, as it is now; called again until nothing is left to do."""


class Corrector:
    """Corrector of one area, which others may serve meanwhile. Used by one thread.

    Its methods raise DataError where a file cannot be read or a value not be written into it, StorageError where there
    is no room or another correction is at work, and the errors of the index; nothing is changed then.
    """

    def __init__(self, keeper: Keeper, observer: CorrectionObserver) -> None:
        self._keeper = keeper
        self._observer = observer
        self.trail = Trail.of_folder(keeper.storage.folder)

    def preview(self, find: Find, origin: Origin, uids: Mapping[str, str]) -> CorrectionRecord:
        """Return the correction as it would be, and change nothing."""
        planned = self._plan(find, origin, uids)
        return CorrectionRecord(origin=origin, changes=_changes(planned), uids=_used(planned, uids))

    def correct(self, find: Find, origin: Origin, uids: Mapping[str, str]) -> CorrectionRecord:
        """Correct what is found, until nothing more is, and return what was changed; ``uids`` become others."""
        record = CorrectionRecord(origin=origin)
        with self.trail.writing():
            self._put_in_order()
            for part in range(_MOST_ROUNDS):
                planned = self._plan(find, origin, uids)
                if not planned:
                    break
                done = CorrectionRecord(origin=origin, changes=_changes(planned), uids=_used(planned, uids))
                try:
                    self._carry_out(planned, done, part, uids)
                except StaleError:
                    continue  # some were removed or came again meanwhile
                record = replace(record, changes=(*record.changes, *done.changes), uids={**record.uids, **done.uids})
            else:
                raise LocalError("The instances change faster than they can be corrected: try again later")
        return record

    def _put_in_order(self) -> None:
        """Complete or take back what an earlier process has begun."""
        self._keeper.crash_repair.complete_removals()
        self.trail.settle(lambda paths: self._has_any(list(paths)))

    def _has_any(self, paths: Sequence[str]) -> bool:
        storage, index = self._keeper.storage, self._keeper.index
        return bool(index.known_paths(self._keeper.name, {path: storage.instance_uid_of(path) for path in paths}))

    # -- planning

    def _plan(self, find: Find, origin: Origin, uids: Mapping[str, str]) -> list[_Planned]:
        planned = []
        for wanted in find():
            self._observer.check()
            correction = _correction(wanted, origin, uids)
            try:
                with _Opened(self._keeper, wanted.stored.path) as opened:
                    corrected = correct_open_file(opened.descriptor, opened.size_bytes, correction)
            except FileNotFoundError:
                continue
            except (DataError, OSError) as error:
                raise _named(error, wanted.stored.path) from error
            if corrected is not None:
                own = {**wanted.entry.values, **{tag: value or "" for tag, value in wanted.values.items()}}
                path = self._keeper.storage.plan_path(*(own.get(tag, "") for tag in _IDENTIFYING))
                planned.append(_Planned(wanted=wanted, previous=corrected.previous, path=path))
        return planned

    # -- carrying out

    def _carry_out(
        self, planned: Sequence[_Planned], record: CorrectionRecord, part: int, uids: Mapping[str, str]
    ) -> None:
        keeper, storage = self._keeper, self._keeper.storage
        correction_id = record.origin.correction_id
        old = [one.wanted.stored for one in planned]
        new_paths = [one.path for one in planned]
        old_paths = [one.path for one in old]
        self._check_room(old)
        note = storage.note_removal([*old_paths, *new_paths])
        is_taken = False
        try:
            entries = [self._write(one, record.origin, uids) for one in self._counted(planned)]
            self._secure(new_paths)
            self._keep_held(planned)
            self.trail.begin(record, part, new_paths)
            keeper.index.exchange(keeper.name, old, entries)
            is_taken = True
            keeper.index.flush()
        except BaseException:
            if not is_taken:
                self._take_back(note, new_paths)
            raise
        self.trail.end(correction_id, part, is_taken=True)
        storage.complete_removal(note, old_paths)
        keeper.quota.forget()

    def _keep_held(self, planned: Sequence[_Planned]) -> None:
        """Put studies on hold that get instances of one that is: a hold is of what there was when it was put."""
        storage = self._keeper.storage
        held = read_holds(storage.folder)
        for one in planned:
            hold = held.get(one.previous.get(STUDY_INSTANCE_UID) or "")
            study_uid = one.wanted.values.get(STUDY_INSTANCE_UID)
            if hold is not None and study_uid:
                hold_study(storage, study_uid, by=hold.by, why=hold.why)

    def _secure(self, paths: Sequence[str]) -> None:
        if self._keeper.storage.secure(paths):
            raise StorageError("The corrected files cannot be written to the disk")

    def _take_back(self, note: str, paths: Sequence[str]) -> None:
        """Remove the new files; where the index cannot be asked whether it has them the note stays for the next one."""
        try:
            unknown = self._keeper.crash_repair.unindexed(paths)
        except LocalError:
            self._keeper.storage.doubt()
            return
        if len(unknown) == len(paths):
            self._keeper.storage.complete_removal(note, unknown)
            self.trail.settle(lambda paths: self._has_any(list(paths)))

    def _counted(self, planned: Sequence[_Planned]) -> Iterator[_Planned]:
        for number, one in enumerate(planned):
            self._observer.check()
            self._observer.progressed(number, len(planned))
            yield one
        self._observer.progressed(len(planned), len(planned))

    def _check_room(self, old: Sequence[StoredInstance]) -> None:
        needed = sum(one.size_bytes for one in old)
        if needed > self._keeper.storage.free_bytes():
            raise StorageError(
                f"The corrected files need {needed} bytes beside the old ones, which the disk does not have"
            )

    def _write(self, planned: _Planned, origin: Origin, uids: Mapping[str, str]) -> IndexEntry:
        """Write one new file and read its entry."""
        stored = planned.wanted.stored
        correction = _correction(planned.wanted, origin, uids)
        try:
            with _Opened(self._keeper, stored.path) as opened:
                corrected = correct_open_file(opened.descriptor, opened.size_bytes, correction)
                self._publish(corrected, planned)
            with _Opened(self._keeper, planned.path) as written:
                _check_corrected(correct_open_file(written.descriptor, written.size_bytes, correction))
        except FileNotFoundError as error:
            raise StaleError from error
        except (DataError, OSError) as error:
            raise _named(error, stored.path) from error
        file = self._keeper.storage.path_of(planned.path)
        entry = read_entry(file, area=self._keeper.name, path=planned.path, received=stored.received)
        return replace(entry, checksum=checksum_of_file(file))

    def _publish(self, corrected: CorrectedFile | None, planned: _Planned) -> None:
        """Write a file under its planned path; it is as old as the one before, so that a reindex finds the same."""
        if corrected is None:
            raise StaleError
        file = self._keeper.storage.open()
        try:
            for part in corrected.parts():
                file.write([part])
            received = round(planned.wanted.stored.received * 1e6) * 1000
            os.utime(file.descriptor, ns=(received, received))
            self._keeper.storage.place_at(file, planned.path)
        except BaseException:
            file.discard()
            raise


class _Opened:
    """An instance's file, open for reading."""

    def __init__(self, keeper: Keeper, path: str) -> None:
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        self.descriptor = os.open(keeper.storage.path_of(path), flags)
        self.size_bytes = os.fstat(self.descriptor).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self.descriptor)


def _check_corrected(again: CorrectedFile | None) -> None:
    """Raise DataError where a file that was corrected does not say what it is to say."""
    if again is not None:
        raise DataError("it cannot be corrected: its elements are too much out of order")


def _correction(wanted: Wanted, origin: Origin, uids: Mapping[str, str]) -> ValueCorrection:
    return ValueCorrection(values=wanted.values, modification=origin.modification, uids=uids)


def _named(error: Exception, path: str) -> Exception:
    """The error with the name of the file."""
    if isinstance(error, DataError):
        return type(error)(f"{path}: {error}")
    reason = getattr(error, "strerror", None) or str(error)
    return StorageError(f"{path}: {reason}")


def _changes(planned: Sequence[_Planned]) -> tuple[Change, ...]:
    """Return the changes, those that are alike as one. UIDs of series and instances are told apart."""
    groups: dict[tuple[tuple[str, str | None, str | None], ...], list[str]] = {}
    for one in planned:
        alike = []
        for tag, before in sorted(one.previous.items()):
            if tag in {SERIES_INSTANCE_UID, SOP_INSTANCE_UID}:
                continue
            after = one.wanted.values.get(tag, "ISO_IR 192")
            alike.append((find_name(tag), before, after))
        uid = one.wanted.values.get(SOP_INSTANCE_UID) or one.wanted.stored.sop_instance_uid
        groups.setdefault(tuple(alike), []).append(uid)
    return tuple(
        Change(
            before={name: before for name, before, _after in alike},
            after={name: after for name, _before, after in alike},
            instances=tuple(uids),
        )
        for alike, uids in groups.items()
    )


def _used(planned: Sequence[_Planned], uids: Mapping[str, str]) -> dict[str, str]:
    """Return which UIDs became others."""
    changed = {one.previous.get(tag) for one in planned for tag in _IDENTIFYING if tag in one.previous}
    return {old: new for old, new in uids.items() if old in changed}
