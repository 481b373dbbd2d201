"""Makes a backup of a storage area while others serve it.

What belongs to it is what one statement of the index sees. Files are never changed in place, so they can be copied
afterwards; those that have gone by then are looked for anew in what the index says now, and the backup is of that
moment. The manifest appears last, when all is on the disk: whatever ends a backup before leaves the earlier ones whole,
and what it has copied serves the next one, unless the disk was full.
"""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from dicomdesk.archive.areas.checksums import ALGORITHM, new_hasher
from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.backup.manifest import VERSION, BackupPlace, KeptFile, manifest_lines
from dicomdesk.archive.index import Index, IndexedFile
from dicomdesk.atomic_file import AtomicFile, fsync_folder, remove_abandoned
from dicomdesk.errors import LocalError, StorageError
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

try:
    import fcntl
except ImportError:  # Windows: nobody watches there that one works at a time
    fcntl = None  # type: ignore[assignment]

__all__ = ["STATE_FILES", "BackupObserver", "BackupReport", "Copied", "back_up", "copy_hashed", "held", "prune"]

STATE_FILES: Final = ("corrections.jsonl", "holds.json")
"""What is kept of an area's own folder: what cannot be made again from the files."""
_PIECE_BYTES: Final = 1 << 20
_MOST_ROUNDS: Final = 10


class BackupObserver(Protocol):
    """Observer of a backup, a check or a restore, on the thread that does the work."""

    def progressed(self, done: int, total: int) -> None:
        """Take note that so many files were dealt with; a total of 0 is unknown."""

    def found(self, path: str, text: str) -> None:
        """Take note of a file that is not as it should be."""


@dataclass(slots=True, kw_only=True)
class BackupReport:
    """Outcome of a backup."""

    name: str = ""
    files: int = 0
    size_bytes: int = 0
    copied: int = 0
    """Files that no earlier backup has."""
    copied_bytes: int = 0
    damaged: int = 0
    """Files that are told: missing or not as long as the index says, and left out; or of another content."""


def back_up(area: str, folder: Path, index: Index, target: Path, observer: BackupObserver) -> BackupReport:
    """Back up one area, whose files are in ``folder``; returns when all of it is on the disk.

    Raises StorageError where the target cannot be written, is full or lies in the area, and the errors of the index.
    """
    if target.resolve().is_relative_to(folder.resolve()):
        raise StorageError(f"The backup would lie in the storage area {folder} itself")
    place = BackupPlace(target, area)
    with held(place):
        return _Backup(place, folder, index, observer).run()


@contextmanager
def held(place: BackupPlace) -> Iterator[None]:
    """Hold the backups of an area, which are made here where there are none yet; one at a time works on them.

    Raises StorageError.
    """
    try:
        place.files.mkdir(parents=True, exist_ok=True)
        place.backups.mkdir(exist_ok=True)
        place.folder.chmod(0o700)  # it tells of patients
        descriptor = os.open(place.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"The backup cannot be written: {error_text(error)}") from error
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StorageError("Another backup is at work in this target: try again when it has ended") from error
    except OSError:
        return  # no locks on this file system


class Copied(NamedTuple):
    """What was copied."""

    size_bytes: int
    sha256: str
    checksum: str
    """As the archive has it, without the name of the algorithm."""


def copy_hashed(source: Path, target: Path, modified_us: int) -> Copied:
    """Copy a file, which appears whole or not at all. Raises OSError."""
    digest, hasher = hashlib.sha256(), new_hasher()
    with source.open("rb", buffering=0) as opened:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = AtomicFile(str(target.parent))
        try:
            while piece := opened.read(_PIECE_BYTES):
                digest.update(piece)
                hasher.update(piece)
                copy.write([piece])
            os.utime(copy.descriptor, ns=(modified_us * 1000, modified_us * 1000))
            size = copy.size_bytes
            copy.publish(target.name, replace=True)
        except BaseException:
            copy.discard()
            raise
    return Copied(size, digest.hexdigest(), hasher.hexdigest())


def prune(target: Path, area: str, keep: int) -> list[str]:
    """Remove all but the newest backups of an area, and the files that none of these has; returns their names.

    Raises StorageError.
    """
    place = BackupPlace(target, area)
    with held(place):
        manifests = place.manifests()
        going = manifests[: max(0, len(manifests) - max(1, keep))]
        needed = {one.stored for manifest in manifests[len(going) :] for one in manifest.files()}
        try:
            for manifest in going:
                manifest.file.unlink()
            _remove_unneeded(place.files, needed)
        except OSError as error:
            raise StorageError(f"The backups in {place.folder} cannot be removed: {error_text(error)}") from error
        return [manifest.name for manifest in going]


def _remove_unneeded(folder: Path, needed: set[str]) -> None:
    """Remove the files that no backup has, and the folders that become empty; those of a backup that was killed too."""
    for path in [one for one in folder.rglob("*") if one.is_file()]:
        if path.relative_to(folder).as_posix() not in needed:
            path.unlink()
    for path in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
        _remove_if_empty(path)


def _remove_if_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:
        return


class _GoneError(Exception):
    """File that the index had and that is not there any more."""


class _Backup:
    def __init__(self, place: BackupPlace, folder: Path, index: Index, observer: BackupObserver) -> None:
        self._place = place
        self._folder = folder
        self._index = index
        self._observer = observer
        self._known: dict[str, KeptFile] = {}
        """What earlier backups have, by path."""
        self._gone: set[str] = set()
        self._added: list[Path] = []
        self._report = BackupReport()

    def run(self) -> BackupReport:
        remove_abandoned(str(self._place.backups))
        for manifest in self._place.manifests()[-1:]:
            self._known = {one.path: one for one in manifest.files()}
        try:
            for _ in range(_MOST_ROUNDS):
                if self._copy_all():
                    return self._report
        except OSError as error:
            self._take_back()
            raise StorageError(f"The backup cannot be written: {error_text(error)}") from error
        raise LocalError("The archive changes faster than it can be backed up: try again later")

    def _take_back(self) -> None:
        """Make room again: what was copied is of no use where the disk is full."""
        for path in self._added:
            path.unlink(missing_ok=True)

    def _copy_all(self) -> bool:
        """Copy what the index has now, and finish; False where some of it has gone meanwhile."""
        when = datetime.now(UTC)
        name = self._place.new_name(f"{when:%Y%m%d-%H%M%S}")
        head = {"version": VERSION, "area": self._place.area, "when": when.isoformat(), "host": socket.gethostname()}
        report = BackupReport(name=name, copied=self._report.copied, copied_bytes=self._report.copied_bytes)
        self._report = report
        manifest = AtomicFile(str(self._place.backups))
        is_complete = False
        try:
            self._write(manifest, iter([head]))
            states = dict(self._states())
            listed = list(self._index.snapshot(self._place.area))
            self._write(manifest, self._file_lines(listed))
            self._write(manifest, ({"state": name, "text": text} for name, text in states.items()))
            self._write(manifest, iter([{"end": report.files, "bytes": report.size_bytes}]))
            if hasattr(os, "sync"):
                os.sync()
            manifest.publish(self._place.file_of(name).name, replace=False, fsync=True)
            fsync_folder(str(self._place.folder))
            is_complete = True
        except _GoneError:
            return False
        finally:
            if not is_complete:
                manifest.discard()
        return True

    @staticmethod
    def _write(manifest: AtomicFile, lines: Iterator[dict[str, object]]) -> None:
        for content in manifest_lines(lines):
            manifest.write([content])

    def _states(self) -> Iterator[tuple[str, str]]:
        state = self._folder / STATE_FOLDER
        for pattern in STATE_FILES:
            for path in sorted(state.glob(pattern)):
                yield path.relative_to(state).as_posix(), path.read_text(encoding="utf-8", errors="surrogateescape")

    def _file_lines(self, listed: list[IndexedFile]) -> Iterator[dict[str, object]]:
        report = self._report
        for number, one in enumerate(listed, 1):
            kept = self._keep(one)
            self._observer.progressed(number, len(listed))
            if kept is None:
                report.damaged += 1
                continue
            report.files += 1
            report.size_bytes += kept.size_bytes
            line: dict[str, object] = {
                "path": kept.path,
                "bytes": kept.size_bytes,
                "sha256": kept.sha256,
                "received": one.received_us,
            }
            yield line if kept.stored == kept.path else line | {"stored": kept.stored}

    def _keep(self, one: IndexedFile) -> KeptFile | None:
        """Have a file in the backup; None where it is damaged."""
        source = self._folder.joinpath(*one.path.split("/"))
        try:
            status = source.stat()
        except FileNotFoundError as error:
            if one.path in self._gone:  # twice: the index has it still
                self._observer.found(one.path, "the index has it, and the file is not there")
                return None
            self._gone.add(one.path)
            raise _GoneError from error
        if status.st_size != one.size_bytes:
            self._observer.found(one.path, f"it has {status.st_size} bytes, the index says {one.size_bytes}")
            return None
        known = self._known.get(one.path)
        if known is not None and (known.size_bytes, known.received_us) == (one.size_bytes, one.received_us):
            stored = self._place.stored(known.stored)
            if stored.is_file() and stored.stat().st_size == known.size_bytes:
                return known
        stored_name = one.path if "/" in one.path else f"{one.path}~{one.received_us}"
        return self._copy(one, source, stored_name)

    def _copy(self, one: IndexedFile, source: Path, stored_name: str) -> KeptFile | None:
        target = self._place.stored(stored_name)
        is_new = not target.exists()
        try:
            copied = copy_hashed(source, target, one.received_us)
        except FileNotFoundError as error:
            raise _GoneError from error
        if is_new:
            self._added.append(target)
        if copied.size_bytes != one.size_bytes:
            self._observer.found(one.path, f"it has {copied.size_bytes} bytes, the index says {one.size_bytes}")
            return None
        algorithm, _, digits = one.checksum.rpartition(":")
        if digits and algorithm in {"", ALGORITHM} and digits != copied.checksum:
            self._report.damaged += 1
            self._observer.found(one.path, "its content is not what was stored; it is backed up as it is")
        self._report.copied += 1
        self._report.copied_bytes += copied.size_bytes
        kept = KeptFile(one.path, copied.size_bytes, copied.sha256, one.received_us, stored_name)
        self._known[one.path] = kept
        return kept
