"""Signals that end a tool's job in stages: in order, then by force, then without it.

The first SIGINT, SIGTERM or SIGHUP asks for an end in order: the current instance is finished, associations are
released. A second one, or ``GRACE_S`` later the clock, breaks off. Whatever does not even end then (a name server or a
network drive that does not answer, a conversion that takes long) is left behind: what is known is reported, and the
process ends. All of that takes less than ten seconds.

Signals are taken on a thread of their own, woken by the operating system: the main thread may be in a call that takes
long, or be kept by somebody who does not read its output.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Protocol

from dicomdesk.cli.exit_codes import died_of_signal

GRACE_S = 5.0
"""How long an end in order may take."""
FORCED_S = 3.0
"""How long it may take to break off."""
LAST_S = 1.5
"""How long the main thread may take to write what is known, once nothing else is waited for."""

_NUMBERS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_HANG_UP = getattr(signal, "SIGHUP", None)
_OVER = 0
"""In the place of a signal: there is nothing left to end."""


class Cancellable(Protocol):
    """Job that signals can end. All of it is called on another thread than the main one, and returns at once."""

    def cancel(self) -> None:
        """First call: finish the current instance and release. Second call: abort."""

    def abandon(self) -> None:
        """Conclude with what is known, without those that do not come back."""


class EndStage(IntEnum):
    """Stage of the end of a job."""

    NONE = 0
    IN_ORDER = 1
    FORCED = 2
    ABANDONED = 3
    OVERDUE = 4
    """The main thread does not end either."""


class EndedBySignalError(KeyboardInterrupt):
    """End of what is done on the main thread by a signal; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def raising_signals() -> Iterator[None]:
    """Let signals that would end the process at once raise EndedBySignalError, so that it is left in order.

    Those that whoever started us wants ignored stay ignored. For the main thread.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        raise EndedBySignalError(number)

    numbers = [number for number in _NUMBERS if signal.getsignal(number) is not signal.SIG_IGN]
    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class SignalWatch:
    """Watcher of signals, which end the job that ``serve`` names while ``catching``. For the main thread."""

    def __init__(
        self,
        tell: Callable[[EndStage, bool], None],
        *,
        times_s: tuple[float, float, float] = (GRACE_S, FORCED_S, LAST_S),
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        """Call ``tell`` on another thread for each stage as it begins, and whether the clock brought it.

        ``times_s`` is how long each stage lasts; ``end_process`` is called with the exit code after the last.
        """
        self._tell = tell
        self._times_s = dict(zip((EndStage.IN_ORDER, EndStage.FORCED, EndStage.ABANDONED), times_s, strict=True))
        self._end_process = end_process
        self.hang_up: Callable[[], None] | None = None
        """Called for SIGHUP, in the place of an end, on the thread that takes the signals; returns at once."""
        self._lock = threading.Lock()
        self._target: Cancellable | None = None
        self.last_signal = 0
        """Number of the signal that came last, 0 for none."""
        self.stage = EndStage.NONE

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Inside, SIGINT, SIGTERM and SIGHUP end what is served instead of the process.

        A SIGHUP that whoever started us wants ignored (nohup) stays ignored.
        """
        numbers = [number for number in _NUMBERS if self.hang_up is not None or not _is_hang_up_ignored(number)]
        inbox: _SignalInbox = _WokenInbox() if os.name == "posix" else _SignalInbox()
        thread = threading.Thread(target=self._watch, args=(inbox,), name="signals", daemon=True)
        before = [signal.signal(number, inbox.handle) for number in numbers]
        try:
            with inbox.open():
                thread.start()
                try:
                    yield
                finally:
                    inbox.put(_OVER)
                    thread.join()
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def serve(self, target: Cancellable) -> None:
        """Have signals end this job, also those that have come already."""
        with self._lock:
            self._target = target
            stage = self.stage
        for passed in range(1, stage + 1):
            _carry_out(EndStage(passed), target)

    def _watch(self, inbox: "_SignalInbox") -> None:
        """The life of the thread that takes the signals."""
        deadline_s: float | None = None
        while self.stage is not EndStage.OVERDUE:
            number = inbox.get(deadline_s)
            if number == _OVER:
                return
            if number is not None and number == _HANG_UP and self.hang_up is not None:
                if self.stage is EndStage.NONE:
                    self.hang_up()
                continue
            if number is not None:
                self.last_signal = number
                if self.stage >= EndStage.FORCED:
                    continue  # it ends as fast as may be
            self._go_on(is_by_clock=number is None)
            deadline_s = time.monotonic() + self._times_s.get(self.stage, 0.0)

    def _go_on(self, *, is_by_clock: bool) -> None:
        """Begin the next stage; the last one where there is nothing yet that could be ended."""
        with self._lock:
            target = self._target
            self.stage = EndStage.OVERDUE if target is None and is_by_clock else EndStage(self.stage + 1)
        if self.stage is EndStage.OVERDUE:
            self._end_process(died_of_signal(self.last_signal))
            return
        self._tell(self.stage, is_by_clock)
        if target is not None:
            _carry_out(self.stage, target)


def stage_text(stage: EndStage, *, is_by_clock: bool, verb: str) -> str:
    """Message for a stage; ``verb`` is what an end in order does: "cancelling"."""
    if stage is EndStage.IN_ORDER:
        return f"{verb} in order, a second signal aborts"
    if stage is EndStage.FORCED:
        return f"not ended within {GRACE_S:g} seconds, aborting" if is_by_clock else "aborting"
    return "something does not end and is left behind"


def _carry_out(stage: EndStage, target: Cancellable) -> None:
    if stage in {EndStage.IN_ORDER, EndStage.FORCED}:
        target.cancel()
    elif stage is EndStage.ABANDONED:
        target.abandon()


def _is_hang_up_ignored(number: int) -> bool:
    return number == _HANG_UP and signal.getsignal(number) is signal.SIG_IGN


class _SignalInbox:
    """Takes numbers of signals from the handler that Python calls on the main thread."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[int] = SimpleQueue()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take signals inside."""
        yield

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        self.put(number)

    def put(self, number: int) -> None:
        """Take a number."""
        self._queue.put(number)

    def get(self, deadline_s: float | None) -> int | None:
        """Wait for a number; None when the deadline, of ``time.monotonic``, has passed."""
        try:
            return self._queue.get(timeout=None if deadline_s is None else max(0.0, deadline_s - time.monotonic()))
        except Empty:
            return None


class _WokenInbox(_SignalInbox):
    """Takes them from Python's wake-up descriptor, which is written to when a signal arrives."""

    def __init__(self) -> None:
        super().__init__()
        self._reader, self._writer = -1, -1

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take signals inside."""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            os.close(self._reader)
            os.close(self._writer)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Nothing is left to do."""

    def put(self, number: int) -> None:
        """Take a number."""
        os.write(self._writer, bytes((number,)))

    def get(self, deadline_s: float | None) -> int | None:
        """Wait for a number; None when the deadline has passed."""
        while True:
            left_s = None if deadline_s is None else max(0.0, deadline_s - time.monotonic())
            if not select.select([self._reader], [], [], left_s)[0]:
                return None
            (number,) = os.read(self._reader, 1)
            if number == _OVER or number in _NUMBERS:
                return number
