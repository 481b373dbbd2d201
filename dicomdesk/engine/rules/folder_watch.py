"""Watches a folder by looking at it: which files have come to rest, that is, have neither changed nor grown.

A look costs one pass over the names, and a little memory for each file that is new. What was dealt with is known to
whoever asks. Links are not followed, neither to files nor to folders; names that begin with a dot or end like those of
copies under way are passed over, and so is the folder for what was sent.
"""

import contextlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dicomdesk.human import error_text, printable, size_text
from dicomdesk.records import dataclass

__all__ = ["SENT_FOLDER", "FileState", "FolderWatch", "Look", "list_files"]

SENT_FOLDER = "sent"
MOST_NEW = 20_000
"""Files that are waited for at once; others are taken when there is room."""
MOST_AT_ONCE = 5_000
"""Files that are handed over at once."""
DEEPEST = 64
SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 900.0
_SHARE = 20
"""A look takes at most one in so many parts of the time."""
_UNDER_WAY = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~")
_LOW_BYTES = 1 << 30
_LOW_SHARE = 0.02
_SPACE_EVERY_S = 60.0


class FileState(NamedTuple):
    """A file as it was when it was looked at."""

    path: str
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a folder has brought."""

    at_rest: tuple[FileState, ...] = ()
    waiting: int = 0
    """Files that are new and may still change."""
    has_more: bool = False
    """Whether to look again at once."""
    problem: str = ""
    """What is wrong with the folder, with what to do; "" while nothing is."""


class FolderWatch:
    """Watch of one folder. Belongs to one thread; times are those of ``clock``, seconds that only grow."""

    def __init__(
        self,
        folder: str,
        *,
        subfolders: bool,
        rest_s: float,
        is_known: Callable[[FileState], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``is_known`` says of a file, as it is now, whether it was dealt with."""
        self.folder = folder
        self.pause_s = SHORTEST_PAUSE_S
        """How long to wait until the next look."""
        self._subfolders = subfolders
        self._rest_s = rest_s
        self._is_known = is_known
        self._clock = clock
        self._new: dict[str, tuple[FileState, float]] = {}
        """With when it was first seen so."""
        self._space_at_s = float("-inf")
        self._space_problem = ""

    def look(self, moving: Callable[[], None] = lambda: None) -> Look:
        """Look at the folder; ``moving`` is called all along, and what it raises passes."""
        began_s = self._clock()
        at_rest: list[FileState] = []
        seen: set[str] = set()
        has_more = False
        problem = ""
        try:
            for count, state in enumerate(list_files(self.folder, subfolders=self._subfolders)):
                if count % 256 == 0:
                    moving()
                if self._is_due(state, began_s, seen):
                    at_rest.append(state)
                    if len(at_rest) >= MOST_AT_ONCE:
                        has_more = True
                        break
        except OSError as error:
            problem = _folder_problem(self.folder, error)
        if not has_more and not problem:
            self._new = {path: known for path, known in self._new.items() if path in seen}
        for state in at_rest:
            self._new.pop(state.path, None)
        took_s = self._clock() - began_s
        waits_s = self._rest_s / 4 if self._new else 0.0
        self.pause_s = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, _SHARE * took_s, waits_s))
        return Look(
            at_rest=tuple(at_rest),
            waiting=len(self._new),
            has_more=has_more,
            problem=problem or self._find_space_problem(began_s),
        )

    def _is_due(self, state: FileState, now_s: float, seen: set[str]) -> bool:
        """Whether a file has come to rest; takes note of one that has not."""
        known = self._new.get(state.path)
        if known is not None:
            seen.add(state.path)
            if known[0] == state:
                return now_s - known[1] >= self._rest_s
            self._new[state.path] = (state, now_s)
            return False
        if len(self._new) < MOST_NEW and not self._is_known(state):
            self._new[state.path] = (state, now_s)
            seen.add(state.path)
        return False

    def _find_space_problem(self, now_s: float) -> str:
        if now_s - self._space_at_s >= _SPACE_EVERY_S:
            self._space_at_s = now_s
            try:
                space = shutil.disk_usage(self.folder)
            except OSError:
                return self._space_problem
            is_low = space.free < min(_LOW_BYTES, _LOW_SHARE * space.total)
            self._space_problem = (
                f"The disk of {printable(self.folder)} is almost full: {size_text(space.free)} are left. "
                "Make room there, or have rules delete or move what is sent."
                if is_low
                else ""
            )
        return self._space_problem


def list_files(folder: str, *, subfolders: bool, levels: int = DEEPEST) -> Iterator[FileState]:
    """The regular files of a folder, and of those below it as far as they can be read; raises OSError for the first."""
    sent = os.path.join(folder, SENT_FOLDER) if levels == DEEPEST else ""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name.lower().endswith(_UNDER_WAY):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # gone meanwhile
            if stat.S_ISREG(status.st_mode):
                yield FileState(entry.path, status.st_size, status.st_mtime_ns)
            elif stat.S_ISDIR(status.st_mode) and subfolders and levels and entry.path != sent:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                    yield from list_files(entry.path, subfolders=True, levels=levels - 1)


def _folder_problem(folder: str, error: OSError) -> str:
    name = printable(folder)
    if isinstance(error, FileNotFoundError):
        return f"The folder {name} is not there. Mount it or make it again: the rule goes on by itself then."
    if isinstance(error, PermissionError):
        return f"The folder {name} may not be read. Give the user that runs this program the right to."
    return f"The folder {name} cannot be read: {error_text(error, names_file=False)}. It is tried again and again."
