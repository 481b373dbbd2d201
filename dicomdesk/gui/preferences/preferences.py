"""Preferences: values with the meaning of a first start, read from what was kept, whoever has written it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path

from dicomdesk.gui.window_state import WindowState, from_json
from dicomdesk.records import dataclass
from dicomdesk.settings import Timeouts

SCALES = (0, 100, 125, 150, 175, 200)
"""Percent; 0 is that of the screen."""
USUAL_PORT = 104
_LONGEST_CODE = 2
LONGEST_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What the user prefers; each field has the value of a first start."""

    language: str = "en"
    """A code of two letters, "" for that of the system; holds from the next start."""
    scale_percent: int = 0
    """Of everything in the window, one of ``SCALES``; holds from the next start."""
    has_tray: bool = True
    """Whether there is an icon in the tray, where the desktop has one."""
    closes_to_tray: bool = False
    """Whether the program goes on in the tray when its window is closed."""
    knows_tray: bool = False
    """Whether it was explained where the window goes."""
    notifies: bool = True
    """Whether notices tell of what has ended while nobody looks at the window."""
    log_level: str = "INFO"
    """Least level of the lines that the log has, a name of ``logging``."""
    keeps_log: bool = True
    """Whether the log is kept in files of the profile."""
    shows_names: bool = False
    """Whether names of patients are shown among the messages of associations."""
    peer_port: int = USUAL_PORT
    """Of new peers."""
    connect_s: float = 0.0
    """Time-outs of new peers, as ``Timeouts`` has them; 0 for no limit."""
    acse_s: float = 30.0
    dimse_s: float = 0.0
    socket_s: float = 60.0

    def timeouts(self) -> Timeouts:
        """Return the time-outs of new peers."""
        names = ("connect_s", "acse_s", "dimse_s", "socket_s")
        return Timeouts(**{name: getattr(self, name) or None for name in names})


def preferences_of(kept: Mapping[str, object]) -> Preferences:
    """Return the preferences among what was kept; what is missing or makes no sense is as at a first start."""
    first = Preferences()
    known: dict[str, object] = {}
    for each in fields(Preferences):
        usual, value = getattr(first, each.name), kept.get(each.name)
        if isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(min(value, LONGEST_S))
        if type(value) is type(usual) and _makes_sense(each.name, value):
            known[each.name] = value
    return replace(first, **known)  # type: ignore[arg-type] # checked above against each field's own type


def _makes_sense(name: str, value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value) and 0 <= value <= LONGEST_S
    if name == "language":
        return isinstance(value, str) and len(value) <= _LONGEST_CODE
    if name == "scale_percent":
        return value in SCALES
    return name != "peer_port" or (isinstance(value, int) and 0 < value < 65536)


def early_preferences(path: Path) -> Preferences:
    """Return the preferences in the window's state before there is a window; those of a first start where it cannot be
    read. Reads the disk.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # told when the window reads it
        return Preferences()
    return preferences_of(from_json(text).preferences)


def keep_preferences(state: WindowState, preferences: Preferences) -> WindowState:
    """Return the state with other preferences; what a newer version has kept there stays."""
    return replace(state, preferences=state.preferences | asdict(preferences))
