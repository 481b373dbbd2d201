"""Recorder of audit messages: takes them without waiting, and writes them on a thread of its own."""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from dicomdesk.archive.audit.messages import AuditMessage, to_xml
from dicomdesk.archive.audit.outlets import Outlet
from dicomdesk.engine.job import ThreadStarter

__all__ = ["Recorder"]

logger = logging.getLogger(__name__)

_WAIT_S: Final = 5.0
"""Until an outlet that has failed is tried again."""
_END_S: Final = 5.0
"""What waits at the end is written as far as that goes in this time."""


class Recorder:
    """Recorder with a bounded queue. ``take`` is for all threads, the rest for the one that starts and ends it."""

    def __init__(self, outlets: Sequence[Outlet], most_waiting: int, source_id: str) -> None:
        """``source_id`` is by what messages name this archive."""
        self._source_id = source_id
        self._outlets = [_Watched(outlet) for outlet in outlets]
        self._most = most_waiting
        self._waiting: deque[AuditMessage] = deque()
        self._changed = threading.Condition()
        self._is_ending = False
        self._is_over = threading.Event()
        self._is_started = False
        self.lost = 0
        """Gauge: messages that were not written, because too many waited or the archive ended."""

    def start(self, start_thread: ThreadStarter) -> None:
        """Begin to write."""
        self._is_started = True
        start_thread("archive-audit", self._work)

    def take(self, message: AuditMessage) -> None:
        """Take a message; returns at once."""
        with self._changed:
            if len(self._waiting) >= self._most:
                self.lost += 1
                is_first = self.lost == 1
            else:
                is_first = False
                self._waiting.append(message)
                self._changed.notify()
        if is_first:
            logger.error("Audit messages are lost: more than %d wait to be written", self._most)

    def close(self) -> None:
        """Write what waits, as far as that is soon done, and end; says how many were lost."""
        with self._changed:
            self._is_ending = True
            self._changed.notify()
        if self._is_started:
            self._is_over.wait(_END_S)
        with self._changed:
            self.lost += len(self._waiting)
            self._waiting.clear()
        if self.lost:
            logger.error("%d audit messages were lost", self.lost)

    def _work(self) -> None:
        try:
            while (message := self._next()) is not None:
                self._write(to_xml(message, self._source_id))
        finally:
            for outlet in self._outlets:
                outlet.close()
            self._is_over.set()

    def _next(self) -> AuditMessage | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_ending)
            return self._waiting[0] if self._waiting else None

    def _write(self, xml: str) -> None:
        """Write the first message to all outlets; it waits until all have it, or it is the end."""
        written = [outlet.write(xml) for outlet in self._outlets]
        with self._changed:
            if all(written):
                if self._waiting:  # else it was given up at the end
                    self._waiting.popleft()
                for outlet in self._outlets:
                    outlet.has_current = False
                return
            if self._is_ending:
                self.lost += len(self._waiting)
                self._waiting.clear()
                return
            self._changed.wait_for(lambda: self._is_ending, _WAIT_S)


class _Watched:
    """An outlet that remembers what it has, and says once that it fails, and once that it does no more."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._reason = ""
        self.has_current = False
        """Whether it has the message that another outlet does not have yet."""

    def write(self, xml: str) -> bool:
        """Write; whether the outlet has the message."""
        if self.has_current:
            return True
        try:
            self._outlet.write(xml)
        except OSError as error:
            reason = error.strerror or str(error)
            if reason != self._reason:
                logger.error("The audit trail cannot be written, and is tried again: %s", reason)  # noqa: TRY400 - the sentence says it all
            self._reason = reason
            return False
        if self._reason:
            logger.warning("The audit trail is written again")
            self._reason = ""
        self.has_current = True
        return True

    def close(self) -> None:
        self._outlet.close()
