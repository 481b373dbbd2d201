"""Restores a backup into an empty storage area, and checks what a backup has.

Each file is compared with its checksum while it is copied; the index is made from the files as they come, which is what
it is at any time. A restore that was broken off can be begun again: it goes on.
"""

import fnmatch
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dicomdesk.archive.areas.storage_area import STATE_FOLDER, StorageArea
from dicomdesk.archive.backup.backup import STATE_FILES, BackupObserver, copy_hashed
from dicomdesk.archive.backup.manifest import BackupPlace, KeptFile, Manifest
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.atomic_file import write_owner_only
from dicomdesk.errors import DataError, StorageError
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

__all__ = ["CheckReport", "RestoreReport", "check_backup", "is_begun", "prepare_restore", "restore"]

_BATCH: Final = 200
_PIECE_BYTES: Final = 1 << 20
_MARK: Final = "restoring.json"

ReadEntry = Callable[[str, str], IndexEntry]
"""Reads the index entry of a file: absolute path and relative path; raises DataError or OSError."""


@dataclass(slots=True, kw_only=True)
class RestoreReport:
    """Outcome of a restore."""

    files: int = 0
    size_bytes: int = 0
    damaged: int = 0
    """Files that the backup does not have as they were; they are left out and told."""


@dataclass(slots=True, kw_only=True)
class CheckReport:
    """Outcome of the check of a backup."""

    files: int = 0
    size_bytes: int = 0
    damaged: int = 0
    """Files that are missing, or not what they were."""


def is_begun(folder: Path, manifest: Manifest) -> bool:
    """Whether a restore of this backup into a folder was broken off."""
    try:
        return (folder / STATE_FOLDER / _MARK).read_text(encoding="utf-8") == _mark(manifest)
    except (OSError, ValueError):
        return False


def _mark(manifest: Manifest) -> str:
    return json.dumps({"backup": manifest.name, "area": manifest.area})


def prepare_restore(folder: Path, manifest: Manifest) -> None:
    """Make the folder of an area ready: it is made, or empty, or that of the same restore, broken off.

    Raises StorageError for one that has anything else.
    """
    if is_begun(folder, manifest):
        return
    mark = folder / STATE_FOLDER / _MARK
    try:
        if folder.exists() and any(folder.iterdir()):
            raise StorageError(f"The folder {folder} is not empty: a backup is restored into an empty one only")
        folder.mkdir(parents=True, exist_ok=True)
        mark.parent.mkdir(mode=0o700)
        write_owner_only(mark, _mark(manifest))
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be restored into: {error_text(error)}") from error


def restore(
    place: BackupPlace,
    manifest: Manifest,
    storage: StorageArea,
    index: Index,
    read_entry: ReadEntry,
    observer: BackupObserver,
) -> RestoreReport:
    """Restore a backup into an area that was prepared for it.

    Raises KeptFileError for a backup that is damaged or of a newer version, StorageError where the folder cannot be
    written, and the errors of the index.
    """
    total, _bytes = manifest.counts()
    report = RestoreReport()
    batch: list[IndexEntry] = []
    try:
        for number, kept in enumerate(manifest.files(), 1):
            entry = _restore_file(place, kept, storage, read_entry, observer)
            if entry is None:
                report.damaged += 1
            else:
                report.files += 1
                report.size_bytes += kept.size_bytes
                batch.append(entry)
            if len(batch) == _BATCH:
                index.add(batch)
                batch = []
            observer.progressed(number, total)
        index.add(batch)
        _restore_states(manifest, storage.folder / STATE_FOLDER)
        if hasattr(os, "sync"):
            os.sync()
        index.optimize()
        index.flush()
        (storage.folder / STATE_FOLDER / _MARK).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"The backup cannot be restored: {error_text(error)}") from error
    return report


def _restore_file(
    place: BackupPlace, kept: KeptFile, storage: StorageArea, read_entry: ReadEntry, observer: BackupObserver
) -> IndexEntry | None:
    """Have a file in the area; None where the backup does not have it as it was."""
    target = Path(storage.path_of(kept.path))
    problem = "" if _is_restored(target, kept) else _copy(place.stored(kept.stored), target, kept)
    if problem:
        observer.found(kept.path, problem)
        return None
    try:
        return read_entry(str(target), kept.path)
    except DataError as error:
        observer.found(kept.path, f"restored, and not in the index: {error}")
        return None


def _is_restored(target: Path, kept: KeptFile) -> bool:
    """Whether a restore that was broken off has copied it: whole, as a file appears with its time or not at all."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return False
    return (status.st_size, status.st_mtime_ns) == (kept.size_bytes, kept.received_us * 1000)


def _copy(source: Path, target: Path, kept: KeptFile) -> str:
    """Copy a file; says why it cannot be restored, "" where it is."""
    try:
        copied = copy_hashed(source, target, kept.received_us)
    except FileNotFoundError:
        return "the backup does not have the file"
    if copied.sha256 == kept.sha256:
        return ""
    target.unlink()
    return "the backup has it damaged"


def _restore_states(manifest: Manifest, folder: Path) -> None:
    for name, text in manifest.states().items():
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in STATE_FILES) and ".." not in name.split("/"):
            write_owner_only(folder / name, text)


def check_backup(place: BackupPlace, manifest: Manifest, observer: BackupObserver, *, is_quick: bool) -> CheckReport:
    """Compare the files of a backup with its manifest, only their sizes where it is to be quick.

    Raises KeptFileError for a backup that is damaged or of a newer version, StorageError where it cannot be read.
    """
    total, _bytes = manifest.counts()
    report = CheckReport()
    for number, kept in enumerate(manifest.files(), 1):
        problem = _problem(place.stored(kept.stored), kept, is_quick=is_quick)
        if problem:
            report.damaged += 1
            observer.found(kept.path, problem)
        else:
            report.files += 1
            report.size_bytes += kept.size_bytes
        observer.progressed(number, total)
    return report


def _problem(file: Path, kept: KeptFile, *, is_quick: bool) -> str:
    """Say what is wrong with a file, "" for nothing."""
    try:
        size = file.stat().st_size
        if size != kept.size_bytes:
            return f"it has {size} bytes instead of {kept.size_bytes}"
        if not is_quick and _sha256(file) != kept.sha256:
            return "its content is not what it was"
    except FileNotFoundError:
        return "it is missing"
    except OSError as error:
        return f"it cannot be read: {error_text(error)}"
    return ""


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb", buffering=0) as opened:
        for piece in iter(lambda: opened.read(_PIECE_BYTES), b""):
            digest.update(piece)
    return digest.hexdigest()
