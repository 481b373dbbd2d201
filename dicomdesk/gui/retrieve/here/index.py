"""Which instances lie in a folder, by study and series; kept up to date by reading only what is new.

Nothing of Qt: for the one worker thread that brings it up to date, and for whoever asks.
"""

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.errors import DataError

_VERSION = 1
_MOST_FILES = 1_000_000
_DEEPEST = 12
_LINES_AT_ONCE = 500
"""Files in one line of the cache: none takes so long to read that the window would be held up."""
_WORTH_SAVING = 500
"""Changes since the cache was written: fewer are read again at the next start in no time."""
_LONGEST_UID = 64
_NONE: "dict[str, dict[str, int]]" = {}


class Place(NamedTuple):
    """An instance by its UIDs."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str


class _File(NamedTuple):
    modified_ns: int
    size_bytes: int
    place: Place | None
    """None for what is no instance."""


class HereIndex:
    """Instances in one folder and those below it. ``refresh`` is for one thread at a time, all else for any thread."""

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        """``cache`` keeps what was read from one start to the next; None keeps nothing."""
        self.folder = folder
        self._cache = cache
        self._is_loaded = cache is None
        self._files: dict[str, dict[str, _File]] = {}
        """By folder, then by name."""
        self._unsaved = 0
        self._worth_saving = 1
        """How many changes are written down: the first ones always, later ones when there are many."""
        self._lock = threading.Lock()
        self._studies: dict[str, dict[str, dict[str, int]]] = {}
        """How many files there are of each instance, by study and series."""
        self._instances: dict[str, int] = {}

    # -- asking

    def count(self, study: str, series: str = "", instance: str = "") -> int:
        """How many different instances are here of a study, of one of its series, or whether one is."""
        with self._lock:
            if instance:
                return int(instance in self._instances)
            found = self._studies.get(study, _NONE)
            return len(found.get(series, ())) if series else sum(map(len, found.values()))

    def present(self, study: str = "", series: str = "") -> frozenset[str]:
        """SOP Instance UIDs of what is here: of a series, of a study, or of all."""
        with self._lock:
            if not study:
                return frozenset(self._instances)
            found = self._studies.get(study, _NONE)
            chosen = [found.get(series, {})] if series else list(found.values())
            return frozenset(uid for instances in chosen for uid in instances)

    # -- bringing up to date

    def refresh(self, moving: Callable[[], None] | None = None) -> int:
        """Look at the folder and read what is new; return how many files were new, changed or gone.

        ``moving`` is called before each file that is read; what it raises passes, and what was read stays known.
        A folder that is not there is empty.
        """
        changes = 0
        if not self._is_loaded:
            self._is_loaded = True
            self._load()
        seen = set()
        try:
            for folder, entries in self._walk():
                seen.add(folder)
                changes += self._take_folder(folder, entries, moving)
            for gone in self._files.keys() - seen:
                changes += len(self._files[gone])
                for file in self._files.pop(gone).values():
                    self._note(file, -1)
        finally:
            self._unsaved += changes
            if self._unsaved >= self._worth_saving:
                self._worth_saving = _WORTH_SAVING
                self._save()
        return changes

    def _walk(self) -> Iterator[tuple[str, dict[str, os.stat_result]]]:
        waiting = [(os.fspath(self.folder), 0)]
        files = 0
        while waiting and files < _MOST_FILES:
            folder, depth = waiting.pop()
            found: dict[str, os.stat_result] = {}
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.name.startswith("."):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            waiting += [(entry.path, depth + 1)] if depth < _DEEPEST else []
                        else:
                            found[entry.name] = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            files += len(found)
            yield folder, found

    def _take_folder(self, folder: str, entries: dict[str, os.stat_result], moving: Callable[[], None] | None) -> int:
        known = self._files.setdefault(folder, {})
        changes = 0
        for name in known.keys() - entries.keys():
            self._note(known.pop(name), -1)
            changes += 1
        for name, found in entries.items():
            file = known.get(name)
            if file is not None and (file.modified_ns, file.size_bytes) == (found.st_mtime_ns, found.st_size):
                continue
            if moving is not None:
                moving()
            if file is not None:
                self._note(file, -1)
            known[name] = _File(found.st_mtime_ns, found.st_size, _read_place(os.path.join(folder, name), found))
            self._note(known[name], 1)
            changes += 1
        return changes

    def _note(self, file: _File, difference: int) -> None:
        if file.place is None:
            return
        study, series, uid = file.place
        with self._lock:
            for counts in (self._instances, self._studies.setdefault(study, {}).setdefault(series, {})):
                counts[uid] = counts.get(uid, 0) + difference
                if counts[uid] <= 0:
                    del counts[uid]

    # -- from one start to the next

    def _load(self) -> None:
        """A cache that cannot be read, or is of another folder, is none."""
        assert self._cache is not None
        try:
            with self._cache.open(encoding="utf-8") as lines:
                if json.loads(next(lines)) != {"version": _VERSION, "folder": os.fspath(self.folder)}:
                    return
                for line in lines:
                    self._load_line(json.loads(line))
        except (OSError, ValueError, RecursionError, StopIteration, TypeError, KeyError, OverflowError):
            return

    def _load_line(self, line: object) -> None:
        if not isinstance(line, dict):
            raise TypeError("a line of the cache is an object")
        folder = os.path.join(os.fspath(self.folder), line["folder"]) if line["folder"] else os.fspath(self.folder)
        known = self._files.setdefault(folder, {})
        for name, modified_ns, size, uids in line["files"]:
            place = Place(*map(str, uids)) if uids else None
            if str(name) in known:
                raise ValueError("a file stands there twice")
            known[str(name)] = _File(int(modified_ns), int(size), place)
            self._note(known[str(name)], 1)

    def _save(self) -> None:
        self._unsaved = 0
        if self._cache is None:
            return
        try:
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            file = AtomicFile(os.fspath(self._cache.parent))
        except OSError:
            return  # it is read again, then
        try:
            for line in self._lines():
                file.write([line])
            file.publish(self._cache.name, replace=True)
        except OSError:
            file.discard()

    def _lines(self) -> Iterator[bytes]:
        top = os.fspath(self.folder)
        yield _line({"version": _VERSION, "folder": top})
        for folder, files in self._files.items():
            relative = os.path.relpath(folder, top) if folder != top else ""
            names = list(files)
            for start in range(0, len(names), _LINES_AT_ONCE):
                some = [(name, *files[name]) for name in names[start : start + _LINES_AT_ONCE]]
                yield _line({"folder": relative, "files": some})


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _read_place(path: str, found: os.stat_result) -> Place | None:
    """What a file is; None for what is no instance, or cannot be read."""
    if not stat.S_ISREG(found.st_mode):
        return None
    try:
        header = read_header(path, InputFormat.FILE_ONLY)
    except (DataError, OSError):
        return None
    uids = (header.study_instance_uid, header.series_instance_uid, header.sop_instance_uid)
    return Place(*(uid[:_LONGEST_UID] for uid in uids)) if header.sop_instance_uid else None
