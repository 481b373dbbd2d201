"""Lists that were begun in the window: each has a state file in the user's state folder."""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from dicomdesk import paths
from dicomdesk.dicom.uids import safe_file_name_part
from dicomdesk.engine.lists.results import LineState
from dicomdesk.engine.lists.state_file import KeptList, read_kept_list
from dicomdesk.errors import ListStateError
from dicomdesk.gui.lists.wishes import KeptWish, read_kept_wish
from dicomdesk.records import dataclass

__all__ = ["Kept", "forget_old", "kept_lists", "new_state_file"]

MOST_KEPT = 20
_SUFFIX = ".sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A list that was begun."""

    path: Path
    """Of its state file."""
    changed: float
    """Seconds since the epoch."""
    list: KeptList
    wish: KeptWish

    @property
    def done(self) -> int:
        """How many lines have a result."""
        return sum(result.state is not LineState.WAITING for result in self.list.results.values())


def lists_folder() -> Path:
    """Where the state files are; not created."""
    return paths.state_folder() / "lists"


def new_state_file(name: str, now: datetime) -> Path:
    """Where the state of a list is to be kept; its folder is made. Raises OSError."""
    folder = lists_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{now:%Y%m%d-%H%M%S}-{safe_file_name_part(Path(name).stem, 40) or 'list'}"
    path, number = folder / f"{stem}{_SUFFIX}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{_SUFFIX}", number + 1
    return path


def kept_lists() -> list[Kept]:
    """All that can be read, the latest first; those that are worked off now cannot. Reads the disk."""
    found = []
    for path in _files():
        with suppress(ListStateError, OSError):
            kept = read_kept_list(path)
            found.append(Kept(path=path, changed=path.stat().st_mtime, list=kept, wish=read_kept_wish(kept.about)))
    return sorted(found, key=lambda kept: kept.changed, reverse=True)


def forget_old() -> None:
    """Remove the oldest of more than a few; nothing that is worked off is among the oldest."""
    files = sorted(_files(), key=_changed, reverse=True)
    for path in files[MOST_KEPT:]:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.remove(f"{path}{suffix}")


def _files() -> list[Path]:
    with suppress(OSError):
        return [path for path in lists_folder().iterdir() if path.suffix == _SUFFIX]
    return []


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
