"""One log line for a cause, however often it strikes: the first time it is written, then counted.

What repeats is written again after five seconds, with how often, then after twice as long each time, up to five
minutes; a cause that does not strike meanwhile is forgotten. So a log stays short when thousands of instances fail in
one way, and yet says that they still do.
"""

import re
import threading
import time
from collections.abc import Callable, Hashable

from dicomdesk.human import count_text, duration_text
from dicomdesk.logs import Level, Logger
from dicomdesk.records import dataclass

__all__ = ["RepeatedCauses", "cause_of"]

_FIRST_S = 5.0
_LONGEST_S = 300.0
_MOST = 512
"""Causes that are remembered; peers may invent any number."""
_PARTICULAR = re.compile(r"\S*[0-9/]\S*")
_LONGEST_CAUSE = 200


def cause_of(reason: str) -> str:
    """Return what reasons of one cause have in common: paths, UIDs and figures are left out."""
    return _PARTICULAR.sub("#", reason[:_LONGEST_CAUSE])


@dataclass(slots=True, kw_only=True)
class _Cause:
    logger: Logger
    level: Level
    text: str
    since_s: float
    wait_s: float = _FIRST_S
    count: int = 0
    """How often it struck since it was written."""

    @property
    def due_s(self) -> float:
        return self.since_s + self.wait_s


class RepeatedCauses:
    """Writer of lines that may come in great numbers. Callable from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._causes: dict[Hashable, _Cause] = {}

    def write(self, logger: Logger, level: Level, text: str, cause: Hashable) -> None:
        """Write a line, or count it where its cause was told a moment ago."""
        if not logger.is_enabled(level):
            return
        self.write_due()
        with self._lock:
            known = self._causes.get(cause)
            if known is not None:
                known.count += 1
                known.logger, known.text = logger, text
                return
            crowded = [self._causes.pop(next(iter(self._causes)))] if len(self._causes) >= _MOST else []
            self._causes[cause] = _Cause(logger=logger, level=level, text=text, since_s=self._clock())
        for one in crowded:
            self._write_count(one, self._clock())
        logger.write(level, text)

    def due_s(self) -> float | None:
        """Return when something is to be written, by the clock; None for never."""
        with self._lock:
            return min((one.due_s for one in self._causes.values() if one.count), default=None)

    def write_due(self) -> None:
        """Write how often causes struck whose time has come."""
        now_s = self._clock()
        told: list[_Cause] = []
        with self._lock:
            for key, one in [(key, one) for key, one in self._causes.items() if one.due_s <= now_s]:
                if not one.count:
                    del self._causes[key]
                    continue
                told.append(one)
                wait_s = min(_LONGEST_S, one.wait_s * 2)
                self._causes[key] = _Cause(
                    logger=one.logger, level=one.level, text=one.text, since_s=now_s, wait_s=wait_s
                )
        for one in told:
            self._write_count(one, now_s)

    def write_all(self) -> None:
        """Write all that was counted, at the end."""
        now_s = self._clock()
        with self._lock:
            told = list(self._causes.values())
            self._causes.clear()
        for one in told:
            self._write_count(one, now_s)

    @staticmethod
    def _write_count(one: _Cause, now_s: float) -> None:
        if one.count:
            within = duration_text(now_s - one.since_s)
            one.logger.write(one.level, f"{one.text} ({count_text(one.count, 'more', 'more')} like it within {within})")
