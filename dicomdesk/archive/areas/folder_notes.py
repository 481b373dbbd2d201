"""Notes of a storage area's folder on itself: one small JSON file in its state folder.

The name by which indexes know the area, so that it survives other AE titles; which index was used last, so that an
older one is noticed; how much is left out of the index on purpose. Where the folder cannot be written, nothing is
noted.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from dicomdesk.records import dataclass

try:
    import fcntl
except ImportError:  # Windows: two that start at once may both find an older index, and look twice
    fcntl = None  # type: ignore[assignment]

__all__ = ["FolderNotes", "LeftOut", "read_name"]

_FILE: Final = "area.json"
_NAME, _SESSION, _LEFT_OUT = "name", "session", "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How much a folder has that its index has not."""

    studies: int = 0
    """Folders of studies."""
    flat_files: int = 0
    """Files that lie in the area's folder itself."""
    other_names: int = 0
    """Studies that its own index has under other names."""

    def exceeds(self, other: "LeftOut") -> bool:
        """Whether anything is more than there."""
        return (
            self.studies > other.studies or self.flat_files > other.flat_files or self.other_names > other.other_names
        )


class FolderNotes:
    """Notes of one folder; for all threads and processes."""

    def __init__(self, state_folder: str) -> None:
        self._folder = state_folder

    def claim_name(self, name: str) -> str:
        """Have indexes know the area by this name, unless it has one already; returns the one that is valid."""
        with self._changing() as notes:
            known = notes.get(_NAME)
            if not (isinstance(known, str) and known):
                notes[_NAME] = name
            return str(notes[_NAME])

    def session(self) -> str:
        """What ``note_session`` has noted last, "" for nothing."""
        session = _read(self._folder).get(_SESSION)
        return session if isinstance(session, str) else ""

    def note_session(self, write: Callable[[str], None]) -> None:
        """Note in the folder and in the index, by ``write``, that both belong together; what that raises passes."""
        with self._changing() as notes:
            session = os.urandom(8).hex()
            write(session)
            notes[_SESSION] = session

    def forget_session(self) -> None:
        """Take whatever index is used next."""
        with self._changing() as notes:
            notes.pop(_SESSION, None)

    def left_out(self) -> LeftOut:
        """How much is left out of the index on purpose."""
        kept = _read(self._folder).get(_LEFT_OUT)
        counts = kept if isinstance(kept, dict) else {}
        named = {name: counts.get(name, 0) for name in ("studies", "flat_files", "other_names")}
        return LeftOut(**{name: count for name, count in named.items() if isinstance(count, int)})

    def note_left_out(self, left_out: LeftOut) -> None:
        """Note that so much is left out on purpose. Raises OSError."""
        with self._changing(is_needed=True) as notes:
            notes[_LEFT_OUT] = {
                "studies": left_out.studies,
                "flat_files": left_out.flat_files,
                "other_names": left_out.other_names,
            }

    @contextlib.contextmanager
    def _changing(self, *, is_needed: bool = False) -> Iterator[dict[str, Any]]:
        """Change the notes, one process at a time; raises OSError only where that is needed."""
        with self._locked():
            notes = _read(self._folder)
            yield notes
            try:
                _write(self._folder, notes)
            except OSError:
                if is_needed:
                    raise

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if fcntl is None:
            yield
            return
        try:
            descriptor = os.open(self._folder, os.O_RDONLY)
        except OSError:
            yield
            return
        try:
            with contextlib.suppress(OSError):  # no locks on this file system
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def read_name(state_folder: str) -> str:
    """The name by which indexes know the area of a state folder; "" where it has none yet."""
    name = _read(state_folder).get(_NAME)
    return name if isinstance(name, str) else ""


def _read(folder: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(folder, _FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(folder: str, notes: dict[str, Any]) -> None:
    part = os.path.join(folder, f"{_FILE}.{os.urandom(4).hex()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(notes, file)
        os.replace(part, os.path.join(folder, _FILE))
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
