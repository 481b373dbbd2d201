"""What is to be done with a list, as values: made into a request, and kept beside its state for another day."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from enum import Enum
from pathlib import Path

from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.lists.window import TimeWindow, read_window
from dicomdesk.engine.receive.request import Storage
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest, RunningListener
from dicomdesk.errors import SettingsError
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.records import dataclass

__all__ = ["Aim", "KeptWish", "ListWish", "read_kept_wish", "write_kept_wish"]

MOST_AT_ONCE = 16
LONGEST_PAUSE_S = 3600


class Aim(Enum):
    """What is done with what is found."""

    ASK = "ask"
    FETCH = "fetch"
    """Into a folder of this machine."""
    SEND = "send"
    """The peer sends it to another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
    """All that is asked for beside the list and the peer."""

    aim: Aim = Aim.ASK
    folder: str = ""
    destination: str = ""
    """AE title, of another peer."""
    by_move: bool = False
    """Into the folder by C-MOVE, and not by C-GET."""
    takes_all: bool = False
    pause_s: int = 0
    at_once: int = 1
    window: str = ""
    """"20:00-06:00", "" for any time."""

    @property
    def time_window(self) -> TimeWindow | None:
        """The window as a value; raises SettingsError."""
        return read_window(self.window) if self.window else None

    def request(
        self,
        asked: AskedPeer,
        entries: Sequence[ListEntry],
        state_file: Path | None,
        *,
        about: str = "",
        listener: tuple[str, RunningListener] | None = None,
    ) -> ListRequest:
        """What the engine is asked to do; ``listener`` is AE title and place of one that runs. Raises SettingsError."""
        return ListRequest(
            peer=asked.peer,
            entries=tuple(entries),
            association=asked.association,
            character_set=asked.character_set,
            fetch=self._fetch(asked, listener),
            takes_all=self.takes_all,
            parallel=self.at_once,
            pause_s=float(self.pause_s),
            window=self.time_window,
            state_file=state_file,
            about=about,
        )

    def _fetch(self, asked: AskedPeer, listener: tuple[str, RunningListener] | None) -> RetrieveRequest | None:
        if self.aim is Aim.ASK:
            return None
        is_here = self.aim is Aim.FETCH
        ae_title, running = listener if listener is not None and is_here else (self.destination, None)
        is_moved = not is_here or running is not None
        return RetrieveRequest(
            peer=asked.peer,
            identifiers=(),
            method=RetrieveMethod.MOVE if is_moved else RetrieveMethod.GET,
            association=asked.association,
            destination=ae_title if is_moved else "",
            running_listener=running,
            storage=Storage(folder=Path(self.folder).expanduser()) if is_here else Storage(),
            takes_compressed=True,
            retries=1,
            explains=True,
            character_set=asked.character_set,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWish:
    """What the window keeps beside the state of a list."""

    name: str = ""
    """Of the list file."""
    columns: tuple[str, ...] = ()
    """Names of its columns."""
    wish: ListWish = ListWish()


def write_kept_wish(kept: KeptWish) -> str:
    """As text for the state file."""
    wish = {**asdict(kept.wish), "aim": kept.wish.aim.value}
    return json.dumps({"name": kept.name, "columns": list(kept.columns), "wish": wish})


def read_kept_wish(text: str) -> KeptWish:
    """Read it; whatever is missing or wrong is as it is at first."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return KeptWish()
    if not isinstance(found, dict):
        return KeptWish()
    name, columns, wish = found.get("name"), found.get("columns"), found.get("wish")
    return KeptWish(
        name=name if isinstance(name, str) else "",
        columns=tuple(map(str, columns)) if isinstance(columns, list) else (),
        wish=_read_wish(wish) if isinstance(wish, dict) else ListWish(),
    )


def _read_wish(found: dict[str, object]) -> ListWish:
    first = ListWish()
    known: dict[str, object] = {}
    for field in fields(ListWish):
        value = found.get(field.name)
        if field.name != "aim" and type(value) is type(getattr(first, field.name)):
            known[field.name] = value
    known["aim"] = next((aim for aim in Aim if aim.value == found.get("aim")), Aim.ASK)
    read = ListWish(**known)  # type: ignore[arg-type]  # checked above against each field's own type
    try:
        read.time_window  # noqa: B018 - whether it can be read
    except SettingsError:
        return ListWish(**(known | {"window": ""}))  # type: ignore[arg-type]  # as above
    return read
