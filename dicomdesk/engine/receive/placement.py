"""Places received files under their names, and decides where a name is taken."""

import errno
import os
import shutil
import time
from enum import Enum

from dicomdesk.atomic_file import AtomicFile, remove_abandoned
from dicomdesk.engine.receive.earlier_file import UNKNOWN_FILE, EarlierFile, compare_with_earlier
from dicomdesk.engine.receive.naming import file_stem_maker, sub_folder_maker
from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, Storage
from dicomdesk.errors import StorageError
from dicomdesk.records import dataclass

__all__ = ["PlacedFile", "Placement", "PlacementKind"]

_MOST_TRIES = 1000
_MOST_KNOWN_FOLDERS = 10_000
_SPACE_VALID_S = 1.0
_READY_S = 1.0
"""How long a file that stands ready is good for."""
_MOUNTS = "/proc/self/mountinfo"
_LOCAL_DISKS = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "tmpfs", "xfs"})
"""File systems that say when it is written that there is no room, and not when a file is closed."""


class PlacementKind(Enum):
    """Outcome of placing a finished file."""

    NEW = "new"
    REPLACED = "replaced"
    BESIDE = "beside"
    """Stored under another name, because the first was taken."""
    REFUSED = "refused"
    """Not stored, because the name was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFile:
    """Path of a finished file; for REFUSED that of the file that was there."""

    path: str
    kind: PlacementKind
    earlier: EarlierFile = UNKNOWN_FILE
    """The file that had the name, where somebody wants to know."""


class Placement:
    """Folder in which received files get their names. Used by the threads of all associations at once.

    Creating one checks the folder; raises StorageError. Unfinished files of earlier runs are cleared then, those of sub
    folders when these are first used.
    """

    def __init__(self, storage: Storage, *, compares: bool = False) -> None:
        """``compares`` looks at files whose names are taken, and whether they hold the same data set."""
        self._compares = compares
        folder = str(storage.folder)
        _check_folder(folder)
        remove_abandoned(folder)
        self._folder = folder
        self._extension = storage.extension
        self._refuses = storage.on_duplicate is DuplicatePolicy.REFUSE
        self._fsync = storage.fsync
        self._min_free_bytes = storage.min_free_bytes
        self._unnamed = _can_link_unnamed(folder)
        self._is_local = _is_on_local_disk(folder)
        self._ready: dict[int, tuple[AtomicFile, float]] = {}
        """The next file of associations, and when it was opened."""
        self._known_folders: set[str] = set()
        self._space_checked_s = float("-inf")
        self._free_bytes = 0
        self._stem = file_stem_maker(storage.naming)
        self._is_named_by_instance = storage.naming in {FileNaming.INSTANCE_UID, FileNaming.ONLY_INSTANCE_UID}
        self._replaces = self._is_named_by_instance and storage.on_duplicate is DuplicatePolicy.OVERWRITE
        self.storing_format = storage.storing_format
        """Of the files, None for the usual one."""
        self.sub_folder = sub_folder_maker(storage.sub_folders)
        """Which sub folder a file belongs in, by its header; None where all are together."""

    def open(self, subfolder: str = "", association: int = 0) -> AtomicFile:
        """Start a file in the folder or in a sub folder, which is made as needed. Raises OSError.

        In the folder it may be the one that stands ready for the association.
        """
        if self._min_free_bytes:
            self._check_space()
        if not subfolder and association in self._ready:
            ready, opened_s = self._ready.pop(association)
            if time.monotonic() - opened_s < _READY_S:
                return ready
            ready.discard()
        path = os.path.join(self._folder, subfolder) if subfolder else self._folder
        if subfolder and subfolder not in self._known_folders:
            self._make_folders(path)
            remove_abandoned(path)
            if len(self._known_folders) > _MOST_KNOWN_FOLDERS:
                self._known_folders.clear()
            self._known_folders.add(subfolder)
        try:
            return AtomicFile(path, unnamed=self._unnamed)
        except FileNotFoundError:
            if not subfolder:
                raise
            self._make_folders(path)  # somebody removed it meanwhile
            return AtomicFile(path, unnamed=self._unnamed)

    def make_ready(self, association: int) -> None:
        """Open the next file of an association in the folder, which nobody waits for now.

        It has no name, and is used only soon after: by then the folder may be another one.
        """
        if self._unnamed and association not in self._ready:
            try:
                self._ready[association] = AtomicFile(self._folder), time.monotonic()
            except OSError:  # told of the instance that it is for
                return

    def forget(self, association: int) -> None:
        """The association is over."""
        ready, _ = self._ready.pop(association, (None, 0.0))
        if ready is not None:
            ready.discard()

    def _make_folders(self, path: str) -> None:
        """Make a sub folder, but never the folder itself anew: it may be of a disk that is not there now."""
        if not os.path.isdir(self._folder):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self._folder)
        os.makedirs(path, exist_ok=True)

    def publish(self, file: AtomicFile, sop_class_uid: str, sop_instance_uid: str, subfolder: str = "") -> PlacedFile:
        """Give the finished file its name. Raises OSError; the caller then discards the file.

        It may be open still, for the caller to close it.
        """
        folder = os.path.join(self._folder, subfolder) if subfolder else self._folder
        stem = self._stem(sop_class_uid, sop_instance_uid)
        name = stem + self._extension
        path = f"{folder}{os.sep}{name}"
        closes = bool(subfolder) or not self._is_local
        if self._replaces and not self._compares:
            replaced = file.publish(name, replace=True, fsync=self._fsync, closes=closes)
            return PlacedFile(path=path, kind=PlacementKind.REPLACED if replaced else PlacementKind.NEW)
        try:
            file.publish(name, replace=False, fsync=self._fsync, closes=closes)
            return PlacedFile(path=path, kind=PlacementKind.NEW)
        except FileExistsError:
            earlier = compare_with_earlier(path, file) if self._compares else UNKNOWN_FILE
            if self._replaces:
                file.publish(name, replace=True, fsync=self._fsync)
                return PlacedFile(path=path, kind=PlacementKind.REPLACED, earlier=earlier)
            if self._is_named_by_instance and self._refuses:
                file.discard()
                return PlacedFile(path=path, kind=PlacementKind.REFUSED, earlier=earlier)
        name = self._publish_beside(file, sop_class_uid, sop_instance_uid)
        kind = PlacementKind.BESIDE if self._is_named_by_instance else PlacementKind.NEW
        return PlacedFile(path=os.path.join(folder, name), kind=kind, earlier=earlier)

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

    def _check_space(self) -> None:
        now_s = time.monotonic()
        if now_s - self._space_checked_s > _SPACE_VALID_S:
            self._free_bytes = shutil.disk_usage(self._folder).free
            self._space_checked_s = now_s
        if self._free_bytes < self._min_free_bytes:
            raise OSError(errno.ENOSPC, "less free disk space than is to be kept")


def _check_folder(folder: str) -> None:
    if not os.path.isdir(folder):
        raise StorageError("Directory does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError("Directory is not writable")


def _is_on_local_disk(folder: str) -> bool:
    """Whether closing a file of the folder cannot fail; False where nothing tells."""
    try:
        device = os.stat(folder).st_dev
        number = f"{os.major(device)}:{os.minor(device)}"
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as mounts:
            lines = [line.split(" ") for line in mounts]  # proc(5): the third is the device, after "-" comes the type
        return any(words[2] == number and words[words.index("-") + 1] in _LOCAL_DISKS for words in lines)
    except (OSError, ValueError, IndexError, AttributeError):  # no such system
        return False


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
