"""Faults of the program that nobody has caught: each is written down at once, and shown at the next start."""

import contextlib
import faulthandler
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO

from dicomdesk.gui.support.scrubbing import scrubbed

FOLDER = "faults"
"""Within the profile's folder for state."""
_HARD = "hard.txt"
"""What the interpreter writes when the process is ended by a fault of machine code."""
_SEEN = "seen"
_MOST_REPORTS = 20
_MOST_LINES = 400


class FaultBook:
    """Writes reports into a folder. ``begin`` and ``end`` are for the main thread, reports come from any."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hard: IO[bytes] | None = None
        self._hooks = (sys.excepthook, threading.excepthook)
        self._turn = threading.Lock()
        self._written = 0

    def begin(self) -> None:
        """Take note of faults from now on; OSError where the folder cannot be written, and then nothing is changed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._hard = (self._folder / _HARD).open("ab", buffering=0)
        faulthandler.enable(self._hard)
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_thread

    def end(self) -> None:
        """Take no more note."""
        if self._hard is not None:
            sys.excepthook, threading.excepthook = self._hooks
            faulthandler.disable()
            self._hard.close()
            self._hard = None

    def write(self, where: str, error: BaseException) -> None:
        """Write a report on an error; one that cannot be written is left out."""
        lines = [f"in {where}", *_lines_of(error)]
        with self._turn, contextlib.suppress(OSError):
            if self._written < _MOST_REPORTS:
                self._written += 1
                name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{self._written}.txt"
                (self._folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _on_uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, KeyboardInterrupt):
            self.write("the main thread", error.with_traceback(trace))
        self._hooks[0](kind, error, trace)

    def _on_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not issubclass(arguments.exc_type, SystemExit):
            self.write(f"a thread ({arguments.thread.name if arguments.thread else '?'})", arguments.exc_value)
        self._hooks[1](arguments)


def _lines_of(error: BaseException) -> list[str]:
    """The traceback without what the error says, which may be about an instance."""
    told = "".join(traceback.format_exception(error)).splitlines()
    return [scrubbed(line) for line in told[-_MOST_LINES:]]


def take_reports(folder: Path) -> str:
    """Return what was written since this was called the last time, "" for nothing; raises OSError. Before ``begin``."""
    if not folder.is_dir():
        return ""
    found = [path for path in _reports(folder) if path.stat().st_size]
    told = [f"{path.stem}\n{_text(path)}" for path in found]
    if found:
        (folder / _SEEN).mkdir(exist_ok=True)
    for path in found:
        path.replace(folder / _SEEN / f"{int(path.stat().st_mtime)}-{path.name}")
    for old in sorted((folder / _SEEN).glob("*.txt"))[:-_MOST_REPORTS]:
        old.unlink(missing_ok=True)
    return "\n".join(told)


def all_reports(folder: Path) -> dict[str, str]:
    """Return what is kept of faults, by the names of files, whether it was seen or not."""
    paths = [*_reports(folder), *sorted((folder / _SEEN).glob("*.txt"))]
    return {path.name: text for path in paths if (text := _text(path))}


def _reports(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.txt"))


def _text(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(scrubbed(line) for line in lines[:_MOST_LINES])
