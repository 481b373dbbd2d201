"""Trash of a storage area: files of what was removed, until its time is over; they can be put back.

Each removal is a folder ``.dicomdesk/trash/<id>`` with ``entry.json``, which says what was removed, when, by whom and
why, ``instances.jsonl`` with a line for each instance, and the files below ``files`` under the paths that they had. A
file gets there by another link to it, a copy only where the file system has no links, before it leaves the index and
its place: whatever moment a process is killed at, it is in one of the two. What such an entry has of files that are
still in the index is dropped when it is settled.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.atomic_file import fsync_folder, write_owner_only
from dicomdesk.errors import StorageError
from dicomdesk.named_files import can_be_named
from dicomdesk.records import dataclass

try:
    import fcntl
except ImportError:  # Windows: a removal that runs can be taken for one that was ended
    fcntl = None  # type: ignore[assignment]

__all__ = ["Trash", "TrashEntry", "TrashedInstance"]

_FOLDER = "trash"
_ENTRY, _INSTANCES, _FILES, _LOCK = "entry.json", "instances.jsonl", "files", "lock"
_VERSION = 1
_SECONDS_A_DAY = 86_400.0
_MOST_TRIES = 3
_END_OF_TIME = 253_370_764_800.0
"""Seconds from 1970 to the year 9999, which no clock shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashedInstance:
    """Instance whose file is in the trash."""

    path: str
    """That it had, relative to the area's folder."""
    size_bytes: int
    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    received: float
    """Seconds since 1970."""
    checksum: str = ""
    """As of ``StoredInstance``."""


_NAMES = tuple(one.name for one in fields(TrashedInstance))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashEntry:
    """What one removal has put into the trash."""

    id: str
    removed_at: float
    """Seconds since 1970."""
    kept_until: float | None
    """Seconds since 1970; None for as long as nobody empties the trash."""
    what: str
    """The selection, or what was found wrong."""
    by: str
    why: str
    instances: int
    size_bytes: int
    is_complete: bool
    """False while it is filled, and when that was ended half-way."""

    def is_over(self, now: float) -> bool:
        """Whether its time is over."""
        return self.kept_until is not None and self.kept_until <= now


Value = TypeVar("Value", TrashEntry, TrashedInstance)


class Trash:
    """Trash of the area in a folder; any number of processes may use it. Methods raise StorageError."""

    def __init__(self, folder: Path, path_of: Callable[[str], str] | None = None) -> None:
        """``path_of`` gives the file of a relative path, fetched first where it is elsewhere; for those who fill it."""
        area = os.path.abspath(folder)
        self._path_of = path_of or (lambda relative: os.path.join(area, *relative.split("/")))
        self._root = Path(area) / STATE_FOLDER / _FOLDER

    def entries(self) -> list[TrashEntry]:
        """All entries, the newest first; what is no entry is passed over."""
        try:
            names = sorted(os.listdir(self._root), reverse=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageError(f"The trash {self._root} cannot be read: {error.strerror}") from error
        return [entry for name in names if (entry := self._read(name)) is not None]

    def find(self, entry_id: str) -> TrashEntry:
        """The entry of this number, or of one that begins so; raises StorageError where there is not exactly one."""
        found = [entry for entry in self.entries() if entry_id and entry.id.startswith(entry_id)]
        exact = [entry for entry in found if entry.id == entry_id]
        if len(exact or found) != 1:
            how_many = f"{len(found)} entries of the trash are" if found else "No entry of the trash is"
            raise StorageError(f'{how_many} called "{entry_id}"')
        return (exact or found)[0]

    def instances(self, entry: TrashEntry) -> Iterator[TrashedInstance]:
        """The instances of an entry."""
        file = self._root / entry.id / _INSTANCES
        try:
            with open(file, encoding="utf-8") as lines:
                for line in lines:
                    document = json.loads(line)
                    yield _checked(TrashedInstance(**{name: document[name] for name in _NAMES if name in document}))
        except OSError as error:
            raise StorageError(f"The trash {file} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise StorageError(f"The trash {file} is damaged") from error

    def file_of(self, entry: TrashEntry, path: str) -> Path:
        """The file of an instance; its path is one of the entry's, and leads nowhere else."""
        parts = path.split("/")
        if not can_be_named(path) or any(part in ("", ".", "..") or os.sep in part for part in parts):
            raise StorageError(f"The trash {entry.id} names a path that leads elsewhere")
        return Path(self._root, entry.id, _FILES, *parts)

    # -- what is removed gets in

    @contextlib.contextmanager
    def filling(
        self, instances: Sequence[StoredInstance], *, what: str, by: str, why: str, keep_days: float | None
    ) -> Iterator[Callable[[Sequence[StoredInstance]], TrashEntry | None]]:
        """Put the files of instances into a new entry; the block then takes them out of the index and their places.

        What it is given is to be called with those that have gone; the others leave the trash again. Without that call
        the entry stays incomplete, see ``settle``.
        """
        now = time.time()
        entry = TrashEntry(
            id=f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{os.urandom(4).hex()}",
            removed_at=now,
            kept_until=None if keep_days is None else now + keep_days * _SECONDS_A_DAY,
            what=what,
            by=by,
            why=why,
            instances=len(instances),
            size_bytes=sum(one.size_bytes for one in instances),
            is_complete=False,
        )
        with _translated(f"The trash {self._root} cannot be written"):
            lock = self._begin(entry, instances)
        try:
            yield lambda gone: self._complete(entry, gone)
        finally:
            os.close(lock)

    def settle(self, entry: TrashEntry, is_indexed: Callable[[str, str], bool]) -> TrashEntry | None:
        """End what a removal that was killed has begun: what is still in the index leaves the trash.

        ``is_indexed`` is asked with path and SOP Instance UID. None where nothing is left, or the removal still runs.
        """
        if entry.is_complete or self._is_filled_now(entry):
            return entry if entry.is_complete else None
        gone = [one for one in self.instances(entry) if not is_indexed(one.path, one.sop_instance_uid)]
        return self._complete(entry, [one for one in gone if self.file_of(entry, one.path).exists()])

    def _begin(self, entry: TrashEntry, instances: Sequence[StoredInstance]) -> int:
        folder = self._root / entry.id
        folder.mkdir(parents=True, mode=0o700)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            if fcntl is not None:
                with contextlib.suppress(OSError):  # no locks on this file system
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write_instances(entry, instances)
            self._write(entry)
            for one in instances:
                self._take(one.path, self.file_of(entry, one.path))
            fsync_folder(str(folder))
        except BaseException:
            os.close(lock)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return lock

    def _take(self, path: str, target: Path) -> None:
        """Make a file appear in the trash, too; one that is gone already is no error. Raises OSError."""
        target.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_MOST_TRIES):  # what was fetched may be cleared away again before it is taken
            with contextlib.suppress(FileNotFoundError):
                _link(self._path_of(path), target)
                return

    def _complete(self, entry: TrashEntry, gone: Iterable[StoredInstance | TrashedInstance]) -> TrashEntry | None:
        """Keep of an entry what has gone."""
        kept = {one.path: one for one in gone}
        with _translated(f"The trash {self._root} cannot be written"):
            for one in list(self.instances(entry)):
                if one.path not in kept:
                    self.file_of(entry, one.path).unlink(missing_ok=True)
            if not kept:
                shutil.rmtree(self._root / entry.id, ignore_errors=True)
                return None
            self._write_instances(entry, list(kept.values()))
            size_bytes = sum(one.size_bytes for one in kept.values())
            complete = replace(entry, instances=len(kept), size_bytes=size_bytes, is_complete=True)
            self._write(complete)
        return complete

    # -- and leaves

    def forget(self, entry: TrashEntry, paths: Iterable[str]) -> TrashEntry | None:
        """Take instances out of an entry, which are elsewhere now; None where nothing is left of it."""
        taken = set(paths)
        return self._complete(entry, [one for one in self.instances(entry) if one.path not in taken])

    def delete(self, entry: TrashEntry) -> None:
        """Delete an entry with its files, for good."""
        with _translated(f"The trash {entry.id} cannot be deleted"), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._root / entry.id)  # another process may delete it, too

    def delete_over(self, now: float) -> list[TrashEntry]:
        """Delete the entries whose time is over, for good; returns them."""
        over = [entry for entry in self.entries() if entry.is_complete and entry.is_over(now)]
        for entry in over:
            self.delete(entry)
        return over

    # -- files

    def _is_filled_now(self, entry: TrashEntry) -> bool:
        if fcntl is None:
            return False
        try:
            lock = os.open(self._root / entry.id / _LOCK, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(lock)
        return False

    def _read(self, name: str) -> TrashEntry | None:
        try:
            document = json.loads((self._root / name / _ENTRY).read_bytes())
            if document["version"] > _VERSION:
                return None
            return _checked(TrashEntry(**{one.name: document[one.name] for one in fields(TrashEntry)} | {"id": name}))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def _write(self, entry: TrashEntry) -> None:
        write_owner_only(self._root / entry.id / _ENTRY, json.dumps({"version": _VERSION, **asdict(entry)}) + "\n")

    def _write_instances(self, entry: TrashEntry, instances: Sequence[StoredInstance | TrashedInstance]) -> None:
        lines = (json.dumps({name: getattr(one, name) for name in _NAMES}) + "\n" for one in instances)
        write_owner_only(self._root / entry.id / _INSTANCES, "".join(lines))


def _checked(value: Value) -> Value:
    """What was read, where all is of the kind that is declared and times are times; raises TypeError, ValueError."""
    for one in fields(value):
        told = getattr(value, one.name)
        if one.type is float or (one.type == float | None and told is not None):
            if not 0 <= told < _END_OF_TIME:
                raise ValueError(one.name)
        elif not isinstance(told, one.type):  # type: ignore[arg-type]  # these annotations are types
            raise TypeError(one.name)
    return value


def _link(file: str, target: Path) -> None:
    """Make a file appear elsewhere too, as a copy where the file system has no links. Raises OSError."""
    try:
        os.link(file, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(file, target)
        with open(target, "rb+") as copy:
            os.fsync(copy.fileno())


@contextlib.contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what}: {error.strerror}") from error
