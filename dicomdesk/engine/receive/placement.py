"""Where received instances are kept: file names, sub folders, and what happens when a name is taken.

Names are built from a table of prefixes, our own clock and random bits, and the SOP Instance UID of the request, which
is hostile: what is not plain in it is replaced and a digest of the original keeps the name unlike all others.
"""

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from dicomdesk.atomic_file import AtomicFile, remove_abandoned
from dicomdesk.dicom.sop_classes import file_name_prefix
from dicomdesk.dicom.uids import new_uid, safe_file_name_part
from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming
from dicomdesk.errors import StorageError

__all__ = ["Placed", "Placement", "PlacementKind", "series_folder"]

_PLAIN_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)
_UID_PART_LIMIT = 100
_MOST_TRIES = 1000
_MOST_KNOWN_FOLDERS = 10_000
_SPACE_VALID_S = 1.0


class PlacementKind(Enum):
    """What became of a finished file."""

    NEW = "new"
    REPLACED = "replaced"
    BESIDE = "beside"
    """Stored under another name, because the first was taken."""
    REFUSED = "refused"
    """Not stored, because the name was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a finished file went; for REFUSED the path of the file that was there."""

    path: str
    kind: PlacementKind


class Placement:
    """Gives files of one folder their names. Used by the threads of all associations at once.

    Creating one checks the folder; raises StorageError. Unfinished files of earlier runs are cleared then, those of sub
    folders when these are first used.
    """

    def __init__(
        self,
        folder: str,
        *,
        naming: FileNaming,
        extension: str = "",
        on_duplicate: DuplicatePolicy = DuplicatePolicy.OVERWRITE,
        fsync: bool = False,
        min_free_bytes: int = 0,
    ) -> None:
        _check_folder(folder)
        remove_abandoned(folder)
        self._folder = folder
        self._extension = extension
        self._on_duplicate = on_duplicate
        self._fsync = fsync
        self._min_free_bytes = min_free_bytes
        self._unnamed = _can_link_unnamed(folder)
        self._known_folders: set[str] = set()
        self._space_checked_s = float("-inf")
        self._free_bytes = 0
        self._started = int(time.time())
        self._stem: Callable[[str, str], str] = {
            FileNaming.INSTANCE_UID: _instance_stem,
            FileNaming.UNIQUE_UID: _unique_stem,
            FileNaming.SHORT_UNIQUE: self._short_stem,
            FileNaming.SYSTEM_TIME: _time_stem,
        }[naming]
        self._is_named_by_instance = naming is FileNaming.INSTANCE_UID

    def open(self, subfolder: str = "") -> AtomicFile:
        """Start a file in the folder or in a sub folder, which is made as needed. Raises OSError."""
        if self._min_free_bytes:
            self._check_space()
        path = os.path.join(self._folder, subfolder) if subfolder else self._folder
        if subfolder and subfolder not in self._known_folders:
            os.makedirs(path, exist_ok=True)
            remove_abandoned(path)
            if len(self._known_folders) > _MOST_KNOWN_FOLDERS:
                self._known_folders.clear()
            self._known_folders.add(subfolder)
        try:
            return AtomicFile(path, unnamed=self._unnamed)
        except FileNotFoundError:
            if not subfolder:
                raise
            os.makedirs(path, exist_ok=True)  # somebody removed it meanwhile
            return AtomicFile(path, unnamed=self._unnamed)

    def publish(self, file: AtomicFile, sop_class_uid: str, sop_instance_uid: str, subfolder: str = "") -> Placed:
        """Give the finished file its name. Raises OSError; the caller then discards the file."""
        folder = os.path.join(self._folder, subfolder) if subfolder else self._folder
        stem = self._stem(sop_class_uid, sop_instance_uid)
        name = stem + self._extension
        if self._is_named_by_instance and self._on_duplicate is DuplicatePolicy.OVERWRITE:
            replaced = file.publish(name, replace=True, fsync=self._fsync)
            kind = PlacementKind.REPLACED if replaced else PlacementKind.NEW
            return Placed(path=os.path.join(folder, name), kind=kind)
        try:
            file.publish(name, replace=False, fsync=self._fsync)
            return Placed(path=os.path.join(folder, name), kind=PlacementKind.NEW)
        except FileExistsError:
            if self._is_named_by_instance and self._on_duplicate is DuplicatePolicy.REFUSE:
                file.discard()
                return Placed(path=os.path.join(folder, name), kind=PlacementKind.REFUSED)
        name = self._publish_beside(file, sop_class_uid, sop_instance_uid)
        kind = PlacementKind.BESIDE if self._is_named_by_instance else PlacementKind.NEW
        return Placed(path=os.path.join(folder, name), kind=kind)

    def _publish_beside(self, file: AtomicFile, sop_class_uid: str, sop_instance_uid: str) -> str:
        """Try other names until one is free."""
        for number in range(2, _MOST_TRIES):
            stem = self._stem(sop_class_uid, sop_instance_uid)
            if self._is_named_by_instance:
                stem += f"_{number}" if number < 100 else f"_{os.urandom(4).hex()}"
            name = stem + self._extension
            try:
                file.publish(name, replace=False, fsync=self._fsync)
            except FileExistsError:
                continue
            return name
        raise FileExistsError(f"no free name like {stem}")

    def _short_stem(self, sop_class_uid: str, _sop_instance_uid: str) -> str:
        prefix = file_name_prefix(sop_class_uid)
        prefix = "XX" if prefix == "UNKNOWN" else prefix
        return f"{prefix}_{self._started & 0xFFFFFFFF:08x}{os.urandom(4).hex()}"

    def _check_space(self) -> None:
        now_s = time.monotonic()
        if now_s - self._space_checked_s > _SPACE_VALID_S:
            self._free_bytes = shutil.disk_usage(self._folder).free
            self._space_checked_s = now_s
        if self._free_bytes < self._min_free_bytes:
            raise OSError(errno.ENOSPC, "less free disk space than is to be kept")


def series_folder(series_date: str, today: datetime) -> str:
    """Return the sub folder for a series: ``data/YYYY/MM/DD``, or ``undef/YYYYMMDD`` with today's date."""
    if len(series_date) == 8 and series_date.isascii() and series_date.isdigit() and _is_date(series_date):
        return os.path.join("data", series_date[:4], series_date[4:6], series_date[6:])
    return os.path.join("undef", f"{today:%Y%m%d}")


def _is_date(text: str) -> bool:
    try:
        datetime(int(text[:4]), int(text[4:6]), int(text[6:]))  # noqa: DTZ001 - only whether there is such a day
    except ValueError:
        return False
    return True


def _instance_stem(sop_class_uid: str, sop_instance_uid: str) -> str:
    prefix = file_name_prefix(sop_class_uid)
    if _PLAIN_UID.fullmatch(sop_instance_uid):
        return f"{prefix}.{sop_instance_uid}"
    return f"{prefix}.{_safe_part(sop_instance_uid)}"


def _safe_part(uid: str) -> str:
    safe = safe_file_name_part(uid, _UID_PART_LIMIT)
    if safe == uid:
        return safe
    digest = hashlib.blake2s(uid.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{safe}-{digest}"


def _unique_stem(sop_class_uid: str, _sop_instance_uid: str) -> str:
    return f"{file_name_prefix(sop_class_uid)}.X.{new_uid()}"


def _time_stem(sop_class_uid: str, _sop_instance_uid: str) -> str:
    return f"{datetime.now().astimezone():%Y%m%d%H%M%S.%f}.{file_name_prefix(sop_class_uid)}"


def _check_folder(folder: str) -> None:
    if not os.path.isdir(folder):
        raise StorageError("Directory does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError("Directory is not writable")


def _can_link_unnamed(folder: str) -> bool:
    """Whether a file without a name can get one here; only trying tells."""
    file = None
    try:
        file = AtomicFile(folder)
        name = f".dicomdesk-{os.urandom(8).hex()}.part"
        file.publish(name, replace=False)
        os.unlink(os.path.join(folder, name))
    except OSError:
        if file is not None:
            file.discard()
        return False
    return True
