"""The thread that tells the window's process what is new: a few times a second while there is something."""

import threading
from collections.abc import Callable, Sequence

__all__ = ["CALM_AFTER_S", "TELL_EVERY_S", "Teller"]

TELL_EVERY_S = 0.1
CALM_AFTER_S = 2.0
_SOON_S = 0.01
"""Facts that are told at once are collected for so long."""


class Teller:
    """Asks those who have something to tell. ``run`` is the life of its one thread, all else is for any."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_wanted = self._is_hurried = self._is_stopping = False
        self._begun = self._done = 0
        """Rounds."""
        self.sources: Sequence[Callable[[], bool]] = ()
        """Each tells what is new, on the teller's thread, and returns whether there will be more although nobody asks
        for it."""
        self.tidy: Callable[[], None] = lambda: None
        """Called on the teller's thread when there has been nothing to be told for a while, once until there is."""

    def want(self) -> None:
        """There is something to be told; returns at once."""
        if not self._is_wanted:
            with self._changed:
                self._is_wanted = True
                self._changed.notify_all()

    def hurry(self) -> None:
        """There is something to be told at once; returns at once."""
        if not self._is_hurried:
            with self._changed:
                self._is_wanted = self._is_hurried = True
                self._changed.notify_all()

    def tell_all(self) -> None:
        """Return when all has been told that there is now; not for the teller's thread."""
        with self._changed:
            wanted = self._begun + 1
            self._is_wanted = self._is_hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._done >= wanted or self._is_stopping)

    def run(self) -> None:
        """Tell, until ``stop``; then once more."""
        has_more, is_tidy = True, False
        while not self._is_stopping:
            with self._changed:
                limit_s = TELL_EVERY_S if has_more else None if is_tidy else CALM_AFTER_S
                is_wanted = self._changed.wait_for(lambda: self._is_wanted or self._is_stopping, limit_s)
            if not is_wanted and not has_more:
                is_tidy = True
                self.tidy()
                continue
            is_tidy = False
            with self._changed:
                self._changed.wait_for(lambda: self._is_hurried or self._is_stopping, TELL_EVERY_S)
                if self._is_hurried:
                    self._changed.wait_for(lambda: self._is_stopping, _SOON_S)
                self._is_wanted = self._is_hurried = False
                self._begun += 1
            has_more = sum(tell() for tell in self.sources) > 0
            with self._changed:
                self._done += 1
                self._changed.notify_all()
        for tell in self.sources:
            tell()

    def stop(self) -> None:
        """Let ``run`` end."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
