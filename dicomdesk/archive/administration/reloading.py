"""Has the servers of an archive on this machine read their configuration again, and tells what became of it."""

import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.upkeep.reload_notes import ReloadNote, reload_notes
from dicomdesk.records import dataclass

__all__ = ["ReloadAnswer", "ask_to_reload"]

_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadAnswer:
    """What became of the configuration in one server."""

    host: str
    pid: int
    configuration: str
    """Path of the file that it reads."""
    is_in_force: bool
    problems: tuple[str, ...] = ()
    """Why not."""


def ask_to_reload(place: ArchivePlace, longest_s: float) -> list[ReloadAnswer]:
    """Ask every server on the areas that are meant, and wait for their answers so long.

    The configuration of ``place`` is read first: raises ConfigurationError with its mistakes, and nobody is asked then.
    """
    folders = sorted({os.path.realpath(area.folder) for area in place.settings().configuration.areas})
    before = _servers(folders)
    answers, asked = [], {}
    for key, note in before.items():
        problem = _ask(note)
        if problem:
            answers.append(_answer(note, problem))
        else:
            asked[key] = note
    pause, end_s = threading.Event(), time.monotonic() + longest_s
    while asked:
        now = _servers(folders)
        for key, note in list(asked.items()):
            if key not in now:
                answers.append(_answer(asked.pop(key), "it has ended meanwhile"))
            elif now[key].count > note.count:
                del asked[key]
                answers.append(_answer(now[key], *now[key].problems))
        if asked and time.monotonic() >= end_s:
            answers += [_answer(note, f"no answer within {longest_s:g} seconds") for note in asked.values()]
            break
        pause.wait(_LOOK_S)
    return answers


def _servers(folders: Sequence[str]) -> dict[tuple[str, int], ReloadNote]:
    """Each server once; of several areas, the note that was written last may be on its way: the lowest count counts."""
    found: dict[tuple[str, int], ReloadNote] = {}
    for folder in folders:
        for note in reload_notes(Path(folder)):
            key = note.host, note.pid
            if key not in found or note.count < found[key].count:
                found[key] = note
    return found


def _ask(note: ReloadNote) -> str:
    """Send the signal; return why that cannot be done, else ""."""
    if note.host != socket.gethostname()[:40].replace(os.sep, "_"):
        return "it runs on another machine, and is asked there"
    if not hasattr(signal, "SIGHUP"):
        return "there are no signals on this system: start it anew"
    try:
        os.kill(note.pid, signal.SIGHUP)
    except ProcessLookupError:
        return "it has ended meanwhile"
    except PermissionError:
        return "it is another user's process"
    return ""


def _answer(note: ReloadNote, *problems: str) -> ReloadAnswer:
    return ReloadAnswer(
        host=note.host,
        pid=note.pid,
        configuration=note.configuration,
        is_in_force=not problems,
        problems=problems,
    )
