"""Manifests of backups, and where a backup keeps what.

``TARGET/AREA/files`` has the files of all backups of an area, each under the path that it has in the area: such a path
never gets another content. ``TARGET/AREA/backups/NAME.jsonl`` is a backup: JSON Lines, the first with ``version`` and
what it is of, then one for each file (``path``, ``bytes``, ``sha256``, ``received`` in microseconds since 1970,
``stored`` where its name in ``files`` is another), then one for each file of the area's state (``state`` and
``text``), the last with the counts (``end``). A manifest without its last line is none. Keys that are not known are
passed over.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from dicomdesk.dicom.uids import safe_file_name_part
from dicomdesk.errors import FileFault, KeptFileError, StorageError
from dicomdesk.named_files import can_be_named
from dicomdesk.records import dataclass

__all__ = ["VERSION", "BackupPlace", "KeptFile", "Manifest", "manifest_lines"]

VERSION: Final = 1
"""Of what is written; a newer one is refused."""
_SUFFIX: Final = ".jsonl"


class KeptFile(NamedTuple):
    """A file of a backup."""

    path: str
    """Relative to the folder of its area."""
    size_bytes: int
    sha256: str
    received_us: int
    stored: str
    """Relative to the folder of the files of the backups."""


_KEYS: Final = ("path", "bytes", "sha256", "received")
_KINDS: Final = (str, int, str, int, str)
"""Of the fields of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A backup, but for its files, which ``files`` reads."""

    file: Path
    name: str
    area: str
    when: str
    """ISO 8601 with offset."""
    host: str

    def files(self) -> Iterator[KeptFile]:
        """Yield its files. Raises KeptFileError where the manifest cannot be read, or is not whole."""
        for line in _lines(self.file):
            if "path" in line:
                told = (*(line.get(key) for key in _KEYS), line.get("stored", line["path"]))
                if tuple(map(type, told)) != _KINDS:
                    raise _damaged(self.file)
                yield KeptFile._make(told)

    def states(self) -> dict[str, str]:
        """Return the files of the area's state: their text by name. Raises as ``files`` does."""
        states: dict[str, str] = {}
        for line in _lines(self.file):
            if "state" in line:
                name, text = line["state"], line.get("text")
                if not (isinstance(name, str) and isinstance(text, str)):
                    raise _damaged(self.file)
                states[name] = text
        return states

    def counts(self) -> tuple[int, int]:
        """Return how many files it has, and their bytes. Raises as ``files`` does."""
        last: dict[str, Any] = {}
        for line in _lines(self.file):
            last = line
        files, size_bytes = last["end"], last.get("bytes")
        if type(files) is not int or type(size_bytes) is not int:
            raise _damaged(self.file)
        return files, size_bytes


class BackupPlace:
    """Where the backups of an area are."""

    def __init__(self, target: Path, area: str) -> None:
        self.area = area
        self.folder = target / (safe_file_name_part(area) or "_")
        self.files = self.folder / "files"
        self.backups = self.folder / "backups"

    @classmethod
    def all_in(cls, target: Path) -> "list[BackupPlace]":
        """Return the places of all areas of which there are backups."""
        places = []
        for folder in sorted(target.iterdir()) if target.is_dir() else []:
            manifests = cls(target, folder.name).manifests()
            if manifests:
                places.append(cls(target, manifests[-1].area))
        return places

    def manifests(self) -> list[Manifest]:
        """Return the backups, the oldest first. Raises KeptFileError for one that cannot be understood."""
        if not self.backups.is_dir():
            return []
        return [_read_head(path) for path in sorted(self.backups.iterdir()) if path.suffix == _SUFFIX]

    def new_name(self, words: str) -> str:
        """Return a name for a new backup: numbered, so that a clock which is set back does not make it an older one."""
        last = self.manifests()[-1:]
        digits = last[0].name.partition("-")[0] if last else ""
        number = int(digits) if digits.isdecimal() else 0
        return f"{number + 1:06d}-{words}"

    def file_of(self, name: str) -> Path:
        """Return the file of the manifest of a backup."""
        return self.backups / f"{name}{_SUFFIX}"

    def stored(self, relative: str) -> Path:
        """Return a file of the backups; raises KeptFileError for a name that leads elsewhere."""
        parts = relative.split("/")
        if not can_be_named(relative) or any(part in {"", ".", ".."} or os.sep in part for part in parts):
            raise KeptFileError(f"A manifest of {self.folder} names a file elsewhere", FileFault.DAMAGED)
        return self.files.joinpath(*parts)


def manifest_lines(lines: Iterator[dict[str, object]]) -> Iterator[bytes]:
    """Encode lines of a manifest."""
    return ((json.dumps(line, ensure_ascii=True) + "\n").encode() for line in lines)


def _read_head(path: Path) -> Manifest:
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline())
            version, texts = head["version"], {key: head[key] for key in ("area", "when", "host")}
            if version > VERSION:
                raise KeptFileError(
                    f"The backup {path} is of a newer version of dicomdesk ({version}, this one knows {VERSION}): "
                    "use that one, or a newer",
                    FileFault.NEWER,
                )
            if not all(isinstance(text, str) for text in texts.values()):
                raise _damaged(path)
            return Manifest(file=path, name=path.stem, **texts)
    except OSError as error:
        raise StorageError(f"The backup {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path) from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    is_whole = False
    try:
        with path.open(encoding="utf-8") as file:
            for text in file:
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise _damaged(path)
                is_whole = "end" in line
                yield line
    except OSError as error:
        raise StorageError(f"The backup {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not is_whole:
        raise _damaged(path)


def _damaged(path: Path) -> KeptFileError:
    return KeptFileError(f"The backup {path} is damaged: its manifest is not whole", FileFault.DAMAGED)
