"""Notes of servers that read their configuration again when they are asked to, for those who ask.

A server has a note in each of its storage areas, ``.dicomdesk/reload-<owner>.json``, from its start to its end: who
reads it knows that the process takes SIGHUP for that, and what became of the last time.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from dicomdesk.archive.areas.storage_area import STATE_FOLDER, StorageArea, running_owners
from dicomdesk.engine.events import NoticeLevel
from dicomdesk.records import dataclass

__all__ = ["ReloadNote", "Reloading", "forget_reloads", "note_reload", "reload_notes"]

_KIND, _EXTENSION = "reload-", ".json"
_LARGEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloading:
    """Outcome of reading the configuration again."""

    problems: tuple[str, ...] = ()
    """Why the old configuration stays in force; () where the new one is."""
    warnings: tuple[str, ...] = ()

    @property
    def level(self) -> NoticeLevel:
        """How loud it is."""
        if self.problems:
            return NoticeLevel.ERROR
        return NoticeLevel.WARNING if self.warnings else NoticeLevel.INFO

    @property
    def text(self) -> str:
        """What the log says, a line for each problem."""
        if self.problems:
            return "\n".join((*self.problems, "The configuration is wrong: the old one stays in force"))
        return "\n".join((*self.warnings, "The configuration was read again, and is in force for new associations"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadNote:
    """Note of a server that runs."""

    host: str
    pid: int
    configuration: str
    """Path of the file that it reads."""
    count: int
    """How often it has read it again."""
    problems: tuple[str, ...]
    """Of the last time."""


def note_reload(storage: StorageArea, configuration: str, count: int, outcome: Reloading) -> None:
    """Write the note of this process; one that cannot be written does no harm."""
    path = storage.path_of_note(f"{_KIND}{storage.owner}{_EXTENSION}")
    text = json.dumps({"configuration": configuration, "count": count, "problems": list(outcome.problems)})
    with contextlib.suppress(OSError):
        part = Path(f"{path}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)


def forget_reloads(storage: StorageArea) -> None:
    """Remove the note of this process, and those of processes that have ended without doing so."""
    running = set(running_owners(storage.folder)) - {storage.owner}
    state = Path(storage.folder, STATE_FOLDER)
    with contextlib.suppress(OSError):
        for name in os.listdir(state):
            owner = name.removeprefix(_KIND).removesuffix(_EXTENSION)
            if name.startswith(_KIND) and owner not in running:
                (state / name).unlink(missing_ok=True)


def reload_notes(folder: Path) -> Iterator[ReloadNote]:
    """The notes of the servers that run on a storage area, on whichever machine."""
    for owner in running_owners(folder):
        found = _read(Path(folder, STATE_FOLDER, f"{_KIND}{owner}{_EXTENSION}"))
        host, _, rest = owner.rpartition("-")[0].rpartition("-")
        if found is not None and rest.isdigit():
            configuration, count, problems = found
            yield ReloadNote(
                host=host, pid=int(rest), configuration=configuration, count=count, problems=tuple(problems)
            )


def _read(path: Path) -> tuple[str, int, list[str]] | None:
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LARGEST_BYTES))
        configuration, count, problems = value["configuration"], value["count"], value["problems"]
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None
    if not (isinstance(configuration, str) and isinstance(count, int) and isinstance(problems, list)):
        return None
    return configuration, count, [str(problem) for problem in problems]
