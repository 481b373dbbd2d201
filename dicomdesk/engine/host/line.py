"""One end of the connection between the window's process and that of its engine: asks, answers, and facts."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import IO

from dicomdesk.engine.host.wire import Answer, Ask, Beat, pack, read_message
from dicomdesk.errors import DicomdeskError, HostLostError

__all__ = ["Line"]

_log = logging.getLogger(__name__)

_MOST_WAITING_BYTES = 4 << 20
"""Written at the other end's pace: whoever tells facts waits then."""
_MOST_AT_ONCE = 8
"""Asks of the other end that are worked on at once."""
_LAST_WORDS_S = 5.0


class Line:
    """Carries messages. All methods may be called from any thread; it owns one that reads and one that writes."""

    def __init__(
        self,
        incoming: IO[bytes],
        outgoing: IO[bytes],
        do: Callable[[str, tuple[object, ...]], object],
        told: Callable[[object], None],
        lost: Callable[[], None],
    ) -> None:
        """``do`` is called with what the other end asks for, on threads that may wait; ``told`` with its facts, and
        ``lost`` once after the last of them, on the thread that reads.
        """
        self._incoming, self._outgoing = incoming, outgoing
        self._do, self._told, self._lost = do, told, lost
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_over = False
        self._asked: dict[int, Future[object]] = {}
        self._last_number = 0
        self.unanswered_looks = 0
        """How often one after the other it was looked after the other end, and nothing heard since."""
        self._workers = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="dicomdesk-line")
        self._posted = ThreadPoolExecutor(1, thread_name_prefix="dicomdesk-line-posted")
        self._threads = [
            threading.Thread(target=run, name=f"dicomdesk-line-{name}", daemon=True)
            for name, run in (("in", self._read), ("out", self._write))
        ]

    @property
    def is_over(self) -> bool:
        """Whether the other end is gone, or nothing is said any more."""
        return self._is_over

    def begin(self) -> None:
        """Read and write from now on."""
        for thread in self._threads:
            thread.start()

    def ask(self, operation: str, *values: object, limit_s: float | None = None) -> object:
        """Have the other end do something, and return what that returns or raise what it raises.

        HostLostError where the other end is gone, TimeoutError after ``limit_s``.
        """
        future: Future[object] = Future()
        with self._changed:
            if self._is_over:
                raise HostLostError("The process of the engine has ended")
            self._last_number += 1
            number = self._last_number
            self._asked[number] = future
        try:
            self._queue(pack(Ask(number, operation, values)))
            return future.result(limit_s)
        finally:
            with self._changed:
                self._asked.pop(number, None)

    def post(self, operation: str, *values: object) -> None:
        """Have the other end do something soon, one after the other; nothing comes back, and nothing waits."""
        self._queue(pack(Ask(0, operation, values)))

    def tell(self, fact: object) -> None:
        """Tell a fact; waits while the other end is far behind."""
        message = pack(fact)
        with self._changed:
            self._changed.wait_for(lambda: self._waiting_bytes < _MOST_WAITING_BYTES or self._is_over)
        self._queue(message)

    def look_after(self) -> None:
        """Ask the other end whether it is there, and count in ``unanswered_looks`` until it says something.

        Waits for nothing. Looks are counted and not seconds, so that an end that was stopped itself, or whose machine
        slept, does not take its own silence for that of the other.
        """
        self.unanswered_looks += 1
        if self.unanswered_looks == 1:
            self._queue(pack(Beat(wants_answer=True)))

    def drain(self, limit_s: float) -> None:
        """Wait until all is written, or the other end is gone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting_bytes or self._is_over, limit_s)

    def close(self) -> None:
        """Say nothing any more: the other end reads the end of what was said."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._threads[1].join(_LAST_WORDS_S)
        if not self._threads[1].is_alive():  # else the other end does not listen, and has to be ended otherwise
            with suppress(OSError):
                self._outgoing.close()

    def join(self) -> None:
        """Wait until the other end has said its last; not for the thread that reads."""
        self._threads[0].join()

    def _queue(self, message: bytes) -> None:
        with self._changed:
            if self._is_over:
                return
            self._waiting.append(message)
            self._waiting_bytes += len(message)
            self._changed.notify_all()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_over)
                if not self._waiting:
                    return
                messages = list(self._waiting)
                self._waiting.clear()
            try:
                for message in messages:
                    self._outgoing.write(message)
                self._outgoing.flush()
            except (OSError, ValueError):
                messages.clear()
                self._end()
                return
            with self._changed:
                self._waiting_bytes -= sum(map(len, messages))
                self._changed.notify_all()

    def _read(self) -> None:
        try:
            while (message := read_message(self._incoming)) is not None:
                self._take(message)
        except OSError:
            pass
        except Exception:  # noqa: BLE001 - a fault of this program: the other end is as good as gone
            _log.exception("what the other process said is not understood")
        finally:
            self._end()
            for workers in (self._workers, self._posted):
                workers.shutdown(wait=False, cancel_futures=True)
            with suppress(OSError):
                self._incoming.close()
            self._lost()

    def _take(self, message: object) -> None:
        self.unanswered_looks = 0
        if isinstance(message, Beat):
            if message.wants_answer:
                self._queue(pack(Beat(wants_answer=False)))
        elif isinstance(message, Ask):
            (self._workers if message.number else self._posted).submit(self._carry_out, message)
        elif isinstance(message, Answer):
            with self._changed:
                future = self._asked.pop(message.number, None)
            if future is None:
                return
            if message.error is not None:
                future.set_exception(message.error)
            else:
                future.set_result(message.value)
        else:
            self._told(message)

    def _carry_out(self, ask: Ask) -> None:
        value: object = None
        error: BaseException | None = None
        try:
            value = self._do(ask.operation, ask.values)
        except (DicomdeskError, OSError, KeyError) as caught:
            error = caught
        except Exception as caught:  # noqa: BLE001 - whoever asks must not wait for ever
            _log.exception("%s failed by a fault of this program", ask.operation)
            error = DicomdeskError(f"internal error: {caught!r}")
        if not ask.number:
            return
        try:
            answer = pack(Answer(ask.number, value, error))
        except Exception as caught:  # noqa: BLE001 - whoever asks must not wait for ever
            answer = pack(Answer(ask.number, None, DicomdeskError(f"internal error: {caught}")))
        self._queue(answer)

    def _end(self) -> None:
        with self._changed:
            self._is_over = True
            asked, self._asked = list(self._asked.values()), {}
            self._changed.notify_all()
        for future in asked:
            future.set_exception(HostLostError("The process of the engine has ended"))
