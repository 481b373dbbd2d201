"""Watch over the folder for what is received: whether there is room, and whether it can be written to.

What a look says is decided without clock or disk; each state is told once when it begins. Room is low from a threshold
on, and enough again only when a fifth more is free, so that nothing is told over and over at its edge.
"""

import errno
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.engine.facts.reception import StorageState
from dicomdesk.human import count_text, size_text
from dicomdesk.records import dataclass

__all__ = [
    "StorageChange",
    "StorageJudge",
    "StorageLook",
    "StorageWatch",
    "default_low_bytes",
    "look_at",
    "storage_words",
]

LOOK_EVERY_S = 5.0
LOOK_AGAIN_S = 0.5
"""While instances are refused."""
_AFTER_TROUBLE_S = 0.5
"""At least so long between two looks, however much cannot be stored."""
_LOW_BYTES = 2_000_000_000
_LOW_SHARE = 50
"""One part in so many: 2 %."""
_MOST_SHARE = 4
"""A small disk is not low while one part in so many is free."""
_OBSERVED_S = 120.0
_FORECAST_AFTER_S = 10.0
_LONGEST_FORECAST_S = 7 * 86400.0
_STORES = frozenset({StorageState.OK, StorageState.LOW})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESTALE})


@dataclass(frozen=True, slots=True)
class StorageLook:
    """What was seen of the folder."""

    state: StorageState
    """OK, GONE or READ_ONLY; room is judged by the numbers."""
    free_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True, slots=True)
class StorageChange:
    """A state that has begun."""

    state: StorageState
    before: StorageState
    free_bytes: int | None
    """None where nobody can know."""
    full_in_s: float | None
    """None where it does not fill, or not yet for long enough to tell."""
    low_bytes: int
    """The threshold."""


def default_low_bytes(total_bytes: int) -> int:
    """Return from where on room is low: 2 % or 2 GB, whichever is more, but never more than a quarter."""
    return min(max(total_bytes // _LOW_SHARE, _LOW_BYTES), total_bytes // _MOST_SHARE)


class StorageJudge:
    """Judges looks, one after the other. For one thread; ``free_bytes`` and ``full_in_s`` may be read on any."""

    def __init__(self, *, low_bytes: int | None = None, min_free_bytes: int = 0) -> None:
        """``low_bytes`` None is the default, 0 never warns; below ``min_free_bytes`` instances are refused."""
        self._low_bytes = low_bytes
        self._min_free_bytes = max(1, min_free_bytes)
        self._seen: deque[tuple[float, int]] = deque()
        self.state = StorageState.OK
        self.free_bytes: int | None = None
        """At the last look, None where nobody can know."""
        self.full_in_s: float | None = None
        """When there is no room at this rate, None where it does not fill or that is not known."""

    def judge(self, look: StorageLook, now_s: float) -> StorageChange | None:
        """Return the state that begins with this look, None where it is as before."""
        low = default_low_bytes(look.total_bytes) if self._low_bytes is None else self._low_bytes
        if look.state is StorageState.OK:
            self.free_bytes = look.free_bytes
            self.full_in_s = self._forecast(look.free_bytes, now_s)
            state = self._room(look.free_bytes, low)
        else:
            self._seen.clear()
            self.free_bytes = self.full_in_s = None
            state = look.state
        before, self.state = self.state, state
        return None if state is before else StorageChange(state, before, self.free_bytes, self.full_in_s, low)

    def _room(self, free: int, low: int) -> StorageState:
        if free < _edge(self._min_free_bytes, is_below=self.state is StorageState.FULL):
            return StorageState.FULL
        is_below = self.state in (StorageState.LOW, StorageState.FULL)
        return StorageState.LOW if free < _edge(low, is_below=is_below) else StorageState.OK

    def _forecast(self, free: int, now_s: float) -> float | None:
        seen = self._seen
        seen.append((now_s, free))
        while now_s - seen[0][0] > _OBSERVED_S:
            seen.popleft()
        span_s, used = now_s - seen[0][0], seen[0][1] - free
        if span_s < _FORECAST_AFTER_S or used <= 0:
            return None
        left_s = max(0, free - self._min_free_bytes) * span_s / used
        return left_s if left_s <= _LONGEST_FORECAST_S else None


def _edge(least: int, *, is_below: bool) -> int:
    """How much must be free: a fifth more for who was below."""
    return least + least // 5 if is_below else least


def look_at(folder: str, *, tries: bool = True) -> StorageLook:
    """Look at a folder: that it is there, can be written to, and how much is free. May wait for a network drive.

    ``tries`` begins a file and takes it away again, which alone tells whether one can be written.
    """
    try:
        usage = shutil.disk_usage(folder)
        if tries:
            AtomicFile(folder).discard()
        elif not os.access(folder, os.W_OK | os.X_OK):
            return StorageLook(StorageState.READ_ONLY)
    except OSError as error:
        if error.errno in _FULL:
            return StorageLook(StorageState.OK, 0, usage.total)
        return StorageLook(StorageState.GONE if error.errno in _GONE else StorageState.READ_ONLY)
    return StorageLook(StorageState.OK, usage.free, usage.total)


def storage_words(change: StorageChange) -> tuple[str, str]:
    """Return what is told of a change, and what to do about it, in words without a full stop."""
    free = size_text(change.free_bytes or 0)
    match change.state:
        case StorageState.LOW:
            text = f"only {free} are free for what is received{_forecast_words(change.full_in_s)}"
            return text, "make room or receive on another disk, before instances have to be refused"
        case StorageState.FULL:
            text = f"no room for what is received: {free} are free, and instances are refused"
            return text, "make room: receiving goes on by itself then, and peers can send again what was refused"
        case StorageState.GONE:
            text = "the folder for what is received is gone, and instances are refused"
            return text, "bring back the folder or its disk: receiving goes on by itself then"
        case StorageState.READ_ONLY:
            text = "the folder for what is received cannot be written to, and instances are refused"
            return text, "allow writing there, or look whether its disk has errors: receiving goes on by itself then"
        case StorageState.OK:
            has_room = change.before in (StorageState.LOW, StorageState.FULL)
            text = "there is room for what is received again" if has_room else "what is received can be stored again"
            return f"{text}: {free} are free", ""


def _forecast_words(full_in_s: float | None) -> str:
    """Return ", full in about 12 minutes" or ""."""
    if full_in_s is None:
        return ""
    minutes = max(1, round(full_in_s / 60))
    if minutes < 120:
        return f", full in about {count_text(minutes, 'minute')}"
    hours = round(minutes / 60)
    return f", full in about {count_text(hours, 'hour') if hours < 48 else count_text(round(hours / 24), 'day')}"


class StorageWatch:
    """Looks at the folder every few seconds. ``run`` is the life of its one thread; the rest is for any."""

    def __init__(self, folder: str, judge: StorageJudge, changed: Callable[[StorageChange], None]) -> None:
        """``changed`` is called on the watch's thread."""
        self._folder = folder
        self.judge = judge
        self._changed = changed
        self._condition = threading.Condition()
        self._is_wanted = True
        self._is_stopping = False

    def hurry(self) -> None:
        """Something could not be stored: look soon."""
        if not self._is_wanted:
            with self._condition:
                self._is_wanted = True
                self._condition.notify_all()

    def stop(self) -> None:
        """Let ``run`` end."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify_all()

    def run(self) -> None:
        """Look until ``stop``."""
        while not self._is_stopping:
            tries = self._is_wanted or self.judge.state is not StorageState.OK
            self._is_wanted = False
            change = self.judge.judge(look_at(self._folder, tries=tries), time.monotonic())
            if change is not None and not self._is_stopping:
                self._changed(change)
            with self._condition:
                self._condition.wait_for(lambda: self._is_stopping, _AFTER_TROUBLE_S)
                look_every_s = LOOK_EVERY_S if self.judge.state in _STORES else LOOK_AGAIN_S
                self._condition.wait_for(lambda: self._is_stopping or self._is_wanted, look_every_s)
