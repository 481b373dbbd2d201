"""Files of a storage area: paths, durable placing and removal, traces of killed processes.

An instance is ``<two hex digits>/<study>/<series>/<instance>.<eight hex digits>.dcm`` below the area's folder, a file
(PS3.10) that appears whole or not at all. The first folder spreads studies; the digits at the end make each name unlike
all others, so that nothing is ever overwritten. Folders and names are made of UIDs where these are plain, of digests
where they are not.

Besides the files an area has a folder ``.dicomdesk`` with what is needed to start again after a crash: a marker of each
running process, and notes, of files that are about to be removed and of what is still to be reported.
"""

import contextlib
import errno
import hashlib
import itertools
import json
import logging
import os
import socket
import stat
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from dicomdesk.archive.areas.checksums import new_hasher
from dicomdesk.archive.areas.folder_notes import FolderNotes
from dicomdesk.atomic_file import AtomicFile, fsync_folder, remove_abandoned
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.errors import IndexUncertainError, LocalError, StorageError
from dicomdesk.named_files import can_be_named

try:
    import fcntl
except ImportError:  # Windows: a file that is open cannot be removed there, which serves as well
    fcntl = None  # type: ignore[assignment]

__all__ = ["INDEX_NAME", "STATE_FOLDER", "StorageArea", "is_instance_path", "running_owners"]

logger = logging.getLogger(__name__)

STATE_FOLDER = ".dicomdesk"
INDEX_NAME = "index.sqlite"
_EXTENSION = ".dcm"
_MARKER, _NOTE, _NOTE_EXTENSION = "running-", "removing-", ".json"
_SLACK_S = 2.0
"""Coarse clocks of file systems may be this late."""
_LONGEST_WAY_S = 300.0
"""A file is that long on its way into the index, at the very most."""
_HEX = frozenset("0123456789abcdef")
_FLUSHERS = 8
"""Threads that wait for the disk: file systems do it for many at once, in the time that one takes."""
_FLUSHED_TOGETHER = 1000
_NO_FOLDER_FSYNC = frozenset({errno.EINVAL, errno.ENOTSUP})
"""Said by file systems that have nothing to write for a folder."""
_MOST_KNOWN_FOLDERS = 20_000
_MOST_TRIES = 100


class StorageArea:
    """Storage area on disk. Used by all threads at once; every process that shares the area has its own object.

    Creating one checks the folder; raises StorageError.
    """

    def __init__(self, folder: Path, *, fsync: bool = False, must_write: bool = True) -> None:
        """Without ``must_write`` it may be a folder that only can be read, in which nothing is changed then."""
        self.folder = folder
        self._root = os.path.abspath(folder)
        self._fsync = fsync
        self._state = self.state_folder = os.path.join(self._root, STATE_FOLDER)
        self.notes = FolderNotes(self._state)
        self._marker: int | None = None
        self._marker_path = ""
        self._known_folders: set[str] = set()
        self._is_in_doubt = False
        self._securing = threading.Lock()
        _check_folder(self._root)
        self.is_read_only = not must_write and not _can_write(self._root)
        if self.is_read_only:
            return
        _check_writable(self._root)
        try:
            os.makedirs(self._state, mode=0o700, exist_ok=True)
            _make_private(self._state)
        except OSError as error:
            raise StorageError(f"The storage area {folder} cannot be written: {error.strerror}") from error
        remove_abandoned(self._root)

    @property
    def index_path(self) -> Path:
        """Path of an index of this area alone."""
        return Path(self._state) / INDEX_NAME

    def path_of(self, relative: str) -> str:
        """Return the file of a relative path; raises FileNotFoundError for one that leads elsewhere."""
        return self._local(relative)

    def _local(self, relative: str) -> str:
        """Return where a file is, or would be, in the folder."""
        if not is_instance_path(relative):
            raise FileNotFoundError(errno.ENOENT, "this is no path of an instance", relative)
        return os.path.join(self._root, *relative.split("/"))

    @staticmethod
    def instance_uid_of(relative: str) -> str:
        """The SOP Instance UID of a relative path, "" where its name does not tell."""
        stem = relative.rpartition("/")[2].removesuffix(_EXTENSION).rpartition(".")[0]
        return stem if is_valid_uid(stem) else ""

    def exists(self, relative: str) -> bool:
        """Whether the file of a relative path is there."""
        return is_instance_path(relative) and os.path.isfile(self._local(relative))

    def size_of(self, relative: str) -> int | None:
        """Bytes of the file of a relative path; None where there is none."""
        try:
            status = os.stat(self._local(relative))
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    # -- files appear

    def open(self) -> AtomicFile:
        """Start a file that has no place yet, and a checksum of what it gets. Raises OSError."""
        file = AtomicFile(self._root)
        file.hasher = new_hasher()
        return file

    def place(self, file: AtomicFile, study_uid: str, series_uid: str, instance_uid: str) -> str:
        """Give a finished file its place; returns its relative path. Raises OSError; the caller then discards it."""
        relative = ""
        if self._fsync:
            os.fsync(file.descriptor)
        for _ in range(_MOST_TRIES):
            relative = self.plan_path(study_uid, series_uid, instance_uid)
            try:
                self._publish(file, relative)
            except (FileExistsError, FileNotFoundError):
                # Or somebody removed the last instance of the series meanwhile, and its folder, or that of the study.
                continue
            return relative
        raise FileNotFoundError(errno.ENOENT, "the folder cannot be made", relative.rpartition("/")[0])

    @staticmethod
    def plan_path(study_uid: str, series_uid: str, instance_uid: str) -> str:
        """Return a relative path for an instance that no other has: for a note, before ``place_at`` makes it true."""
        folder = f"{_digest(study_uid)[:2]}/{_folder_name(study_uid)}/{_folder_name(series_uid)}"
        return f"{folder}/{_folder_name(instance_uid)}.{os.urandom(4).hex()}{_EXTENSION}"

    def place_at(self, file: AtomicFile, relative: str) -> None:
        """Give a finished file the place that was planned for it. Raises OSError; the caller then discards it."""
        if self._fsync:
            os.fsync(file.descriptor)
        for attempt in range(_MOST_TRIES):
            try:
                self._publish(file, relative)
            except FileNotFoundError:
                if attempt == _MOST_TRIES - 1:
                    raise
            else:
                return

    def _publish(self, file: AtomicFile, relative: str) -> None:
        """Name a file; raises FileNotFoundError where its folder was removed meanwhile."""
        folder = relative.rpartition("/")[0]
        self._make_folder(folder)
        try:
            file.publish(relative.replace("/", os.sep), replace=False)
        except FileNotFoundError:
            self._known_folders.discard(folder)
            raise
        if self._fsync:
            self._make_durable(folder, relative)

    def _make_folder(self, folder: str) -> None:
        if folder in self._known_folders:
            return
        os.makedirs(os.path.join(self._root, *folder.split("/")), exist_ok=True)
        if len(self._known_folders) > _MOST_KNOWN_FOLDERS:
            self._known_folders.clear()
        self._known_folders.add(folder)

    def _make_durable(self, folder: str, relative: str) -> None:
        """Make the name of a file durable, and those of the folders that lead to it; else remove it again."""
        parts = folder.split("/")
        try:
            for count in range(len(parts), -1, -1):
                fsync_folder(os.path.join(self._root, *parts[:count]))
        except OSError:
            self.remove([relative])
            raise

    def secure(self, relatives: Iterable[str]) -> set[str]:
        """Have files on the disk, with the names that lead to them; returns those for which that failed.

        Many at once share what the disk is waited for; one call at a time, which the others wait for.
        """
        insecure: set[str] = set()
        folders: dict[str, bool] = {}
        files = iter(dict.fromkeys(relatives))
        with self._securing, ThreadPoolExecutor(_FLUSHERS, "archive-flush") as pool:
            while batch := list(islice(files, _FLUSHED_TOGETHER)):
                are_flushed = pool.map(self._flush_file, batch)
                insecure |= {file for file, is_flushed in zip(batch, are_flushed, strict=True) if not is_flushed}
                new = list(dict.fromkeys(one for file in batch for one in _folders_above(file) if one not in folders))
                folders |= dict(zip(new, pool.map(self._flush_folder, new), strict=True))
                insecure |= {file for file in batch if not all(folders[one] for one in _folders_above(file))}
        return insecure

    def _flush_file(self, relative: str) -> bool:
        """Have the content of a file on the disk; whether it is."""
        try:
            # Windows flushes only what may be written.
            flags = (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | getattr(os, "O_NONBLOCK", 0)
            descriptor = os.open(self._local(relative), flags)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            logger.warning("The file %s cannot be written to the disk: %s", relative, error.strerror)
            return False
        return True

    def _flush_folder(self, folder: str) -> bool:
        """Have the names in a folder on the disk; whether they are."""
        try:
            fsync_folder(os.path.join(self._root, *folder.split("/")))
        except OSError as error:
            if error.errno not in _NO_FOLDER_FSYNC:
                logger.warning("The folder %s cannot be written to the disk: %s", folder or ".", error.strerror)
                return False
        return True

    # -- files disappear

    @contextlib.contextmanager
    def removing(self, relatives: Sequence[str]) -> Iterator[None]:
        """Note what is about to leave the index; when the block has ended well, the files are removed.

        A process that is killed in between, or an index that may have removed them, leaves the note: see
        ``abandoned_removals``. Raises OSError where the note cannot be written.
        """
        note = self.note_removal(relatives)
        try:
            yield
        except LocalError as error:
            if not isinstance(error, IndexUncertainError):
                self.forget(note)
            raise
        self.complete_removal(note, relatives)

    def note_removal(self, relatives: Sequence[str]) -> str:
        """Note what is about to leave the index, until ``complete_removal``; returns the name of the note.

        Raises OSError where it cannot be written.
        """
        name = self.note_name(_NOTE)
        note = self.path_of_note(name)
        part = f"{note}.part"
        with open(part, "w", encoding="utf-8") as file:
            json.dump(list(relatives), file)
        os.replace(part, note)
        return name

    def complete_removal(self, note: str, relatives: Iterable[str]) -> None:
        """Remove files that have left the index, and forget their note; it stays where one of them cannot go."""
        if not self._remove(relatives):
            self.forget(note)

    def remove(self, relatives: Iterable[str]) -> None:
        """Remove files, and folders that become empty; what is gone already is no error, what lies elsewhere stays.

        One that cannot be removed is told to the log, and puts this process in ``doubt``.
        """
        if self._remove(relatives):
            self.doubt()

    def _remove(self, relatives: Iterable[str]) -> bool:
        """Remove files; whether any is left."""
        is_left = False
        for relative in filter(is_instance_path, relatives):
            path = self._local(relative)
            try:
                os.unlink(path)
            except (FileNotFoundError, NotADirectoryError):
                pass
            except OSError as error:
                logger.warning("The file %s cannot be removed: %s", path, error.strerror)
                is_left = True
                continue
            self._remove_empty_parents(path)
            self._known_folders.discard(relative.rpartition("/")[0])
        return is_left

    @staticmethod
    def _remove_empty_parents(path: str) -> None:
        folder = os.path.dirname(path)
        for _ in range(2):
            try:
                Path(folder).rmdir()
            except OSError:
                break
            folder = os.path.dirname(folder)

    def abandoned_removals(self) -> Iterator[tuple[str, list[str]]]:
        """The notes of removals that nobody completes: (name of the note, relative paths).

        Those of processes that live are theirs. ``complete_removal`` ends one.
        """
        for name in self.abandoned_notes(_NOTE):
            yield name, self._noted(name)

    def leaving(self) -> set[str]:
        """Relative paths of what is about to leave the index, or has left it, and may have a file still."""
        return {path for name in self._notes(_NOTE) for path in self._noted(name)}

    @property
    def owner(self) -> str:
        """This process in names of markers and notes: host, process and a random part, once it has a marker."""
        return os.path.basename(self._marker_path).removeprefix(_MARKER)

    def note_name(self, kind: str) -> str:
        """A name for a new note of a kind (which ends in a hyphen) that tells which process made it."""
        return f"{kind}{self.owner}-{os.urandom(8).hex()}{_NOTE_EXTENSION}"

    def path_of_note(self, name: str) -> str:
        """Return the path of a note."""
        return os.path.join(self._state, name)

    def abandoned_notes(self, kind: str) -> list[str]:
        """Names of the notes of a kind whose process has ended."""
        return [name for name in self._notes(kind) if self._is_abandoned(kind, name)]

    def _notes(self, kind: str) -> list[str]:
        names = [] if self.is_read_only else os.listdir(self._state)
        return sorted(name for name in names if name.startswith(kind) and name.endswith(_NOTE_EXTENSION))

    def _noted(self, note: str) -> list[str]:
        try:
            with open(self.path_of_note(note), encoding="utf-8") as file:
                paths = json.load(file)
        except (OSError, ValueError, RecursionError):
            return []
        paths = paths if isinstance(paths, list) else []
        return [path for path in paths if isinstance(path, str) and is_instance_path(path)]

    def _is_abandoned(self, kind: str, note: str) -> bool:
        """Whether the process that made a note has ended; a note of an area without marker names none."""
        owner = note.removeprefix(kind).removesuffix(_NOTE_EXTENSION).rpartition("-")[0]
        marker = os.path.join(self._state, f"{_MARKER}{owner}")
        return not owner or not os.path.exists(marker) or not _is_held(marker)

    def forget(self, note: str) -> None:
        """Forget a removal that has been completed."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path_of_note(note))

    # -- processes come and go

    def mark_running(self) -> None:
        """Leave a marker until ``mark_ended``; one whose process has ended without it tells of a crash."""
        if self.is_read_only:
            return
        name = f"{_MARKER}{socket.gethostname()[:40]}-{os.getpid()}-{os.urandom(4).hex()}"
        self._marker_path = os.path.join(self._state, name.replace(os.sep, "_"))
        self._marker = os.open(self._marker_path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if fcntl is not None:
            fcntl.flock(self._marker, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def mark_ended(self) -> None:
        """This process leaves the area in order, unless it is in ``doubt``."""
        marker, self._marker = self._marker, None
        if marker is not None:
            with contextlib.suppress(FileNotFoundError):
                if not self._is_in_doubt:
                    os.unlink(self._marker_path)
            os.close(marker)

    def doubt(self, since: float | None = None) -> None:
        """Mark files from then on as perhaps not indexed: this process leaves as if it had crashed."""
        self._is_in_doubt = True
        if since is not None and self._marker is not None and since < os.stat(self._marker_path).st_mtime:
            os.utime(self._marker_path, (since, since))

    def trust(self) -> None:
        """Take back ``doubt``, whose reason is over well."""
        self._is_in_doubt = False

    def may_be_under_way(self, relative: str) -> bool:
        """Whether another process may be about to tell the index of a file."""
        try:
            appeared = os.stat(self._local(relative)).st_ctime
        except FileNotFoundError:
            return False
        return time.time() - appeared < _LONGEST_WAY_S and any(
            name.startswith(_MARKER) and path != self._marker_path and _is_held(path)
            for name, path in ((name, os.path.join(self._state, name)) for name in os.listdir(self._state))
        )

    def crashed_since(self) -> float | None:
        """When the earliest process that has left without ``mark_ended`` began, seconds since 1970; None for none."""
        times = [os.stat(path).st_mtime for path in self._dead_markers()]
        return min(times) if times else None

    def forget_crashes(self) -> None:
        """Remove the traces of crashes, after what they left was repaired."""
        for path in self._dead_markers():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def is_used_by_others(self) -> bool:
        """Whether another process is at work here, as far as can be told: one on another machine may hide."""
        return any(_is_held(path) for path in self._markers())

    def _dead_markers(self) -> list[str]:
        return [path for path in self._markers() if not _is_held(path)]

    def _markers(self) -> list[str]:
        """The markers of other processes."""
        if self.is_read_only:
            return []
        paths = [os.path.join(self._state, name) for name in os.listdir(self._state) if name.startswith(_MARKER)]
        return [path for path in paths if path != self._marker_path]

    # -- looking through everything

    def files(self, *, changed_since: float | None = None) -> Iterator[str]:
        """Relative paths of the instances; only those of folders that changed since then, where that is given."""
        for study in self._studies():
            for series in _folders(os.path.join(self._root, study)):
                path = os.path.join(self._root, study, series)
                if changed_since is None or _changed(path) >= changed_since - _SLACK_S:
                    yield from (f"{study}/{series}/{name}" for name in _instances(path))

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Relative paths of all instances, those in the area's folder itself too, with their bytes."""
        folders = (f"{study}/{series}" for study in self._studies() for series in _folders(self._path(study)))
        for folder in itertools.chain(("",), folders):
            prefix, is_wanted = (f"{folder}/", _is_instance) if folder else ("", _is_flat)
            with contextlib.suppress(FileNotFoundError), os.scandir(self._path(folder)) as entries:
                for entry in entries:
                    if is_wanted(entry.name) and entry.is_file():
                        with contextlib.suppress(FileNotFoundError):
                            yield prefix + entry.name, entry.stat().st_size

    def _path(self, folder: str) -> str:
        return os.path.join(self._root, *folder.split("/"))

    def flat_files(self) -> Iterator[str]:
        """Relative paths of files that lie in the area's folder itself, where DCMTK's dcmqrscp stores."""
        with os.scandir(self._root) as entries:
            yield from sorted(entry.name for entry in entries if _is_flat(entry.name) and entry.is_file())

    def _studies(self) -> Iterator[str]:
        """Relative paths of the folders of studies."""
        for first in _folders(self._root):
            if len(first) == 2 and _HEX.issuperset(first):
                yield from (f"{first}/{study}" for study in _folders(os.path.join(self._root, first)))

    def count_study_folders(self) -> int:
        """How many folders of studies there are."""
        return sum(1 for _ in self._studies())

    def count_flat_files(self) -> int:
        """How many files lie in the area's folder itself."""
        return sum(1 for _ in self.flat_files())

    def free_bytes(self) -> int:
        """Free on the disk of the area; raises OSError."""
        status = os.statvfs(self._root)
        return status.f_bavail * status.f_frsize


def running_owners(folder: Path) -> list[str]:
    """The processes that are at work on a storage area now, as ``StorageArea.owner`` has them."""
    state = os.path.join(os.path.abspath(folder), STATE_FOLDER)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        paths = sorted(os.path.join(state, name) for name in os.listdir(state) if name.startswith(_MARKER))
        held = [path for path in paths if os.path.exists(path) and _is_held(path)]
        return [os.path.basename(path).removeprefix(_MARKER) for path in held]
    return []


def _digest(uid: str) -> str:
    return hashlib.sha1(uid.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _folders_above(relative: str) -> list[str]:
    """The folders that lead to a file, from that of the area on, which is ""."""
    parts = relative.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


def _folder_name(uid: str) -> str:
    return uid if is_valid_uid(uid) else f"x{_digest(uid)}"


def is_instance_path(path: str) -> bool:
    """Whether this is the path of an instance and leads nowhere else."""
    if path.startswith(".") or not can_be_named(path):
        return False
    if _is_flat(path):
        return True
    parts = path.split("/")
    return len(parts) == 4 and all(part and part not in (".", "..") and os.sep not in part for part in parts)


def _is_flat(name: str) -> bool:
    """Whether this is the name of a file as DCMTK's dcmqrscp stores it."""
    is_plain = "/" not in name and os.sep not in name and not name.startswith(".")
    return is_plain and name.endswith(_EXTENSION)


def _is_instance(name: str) -> bool:
    return name.endswith(_EXTENSION)


def _make_private(folder: str) -> None:
    """Take from others what they may do in a folder, which was perhaps there before: the index tells of patients.

    Raises OSError; a folder of another user, who shares the area with this one, stays as it is.
    """
    mode = stat.S_IMODE(os.stat(folder).st_mode)
    if mode & 0o077:
        with contextlib.suppress(PermissionError):
            Path(folder).chmod(mode & ~0o077)


def _check_folder(root: str) -> None:
    try:
        is_folder = stat.S_ISDIR(os.stat(root).st_mode)
    except PermissionError as error:
        raise StorageError(f"The storage area {root} cannot be reached: {error.strerror}") from error
    except OSError:
        is_folder = False
    if not is_folder:
        raise StorageError(f"The storage area {root} is no folder, or does not exist")


def _check_writable(root: str) -> None:
    try:
        AtomicFile(root).discard()
    except OSError as error:
        raise StorageError(f"The storage area {root} cannot be written: {error.strerror}") from error


def _can_write(root: str) -> bool:
    try:
        _check_writable(root)
    except StorageError:
        return False
    return True


def _is_held(path: str) -> bool:
    """Whether the process that made a marker still lives."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        if fcntl is None:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def _instances(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(_EXTENSION))
    except FileNotFoundError:
        return []


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return time.time()
