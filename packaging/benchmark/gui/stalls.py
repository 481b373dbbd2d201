"""How long the window does not answer: the time between two turns of the event loop."""

import itertools
import time

from PySide6.QtCore import Qt, QTimer

_EVERY_MS = 1


class Stalls:
    """Notes each turn of the event loop while it runs: a timer that is always due asks for one after the other."""

    def __init__(self) -> None:
        self._turns: list[float] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(lambda: self._turns.append(time.perf_counter()))

    def begin(self) -> None:
        """Forget what was noted, and note from now on."""
        self._turns = [time.perf_counter()]
        self._timer.start()

    def end(self) -> dict[str, float]:
        """Stop; the 99th percentile and the worst of what is more than the timer's own interval, milliseconds."""
        self._timer.stop()
        self._turns.append(time.perf_counter())
        gaps = sorted((later - earlier) * 1000 - _EVERY_MS for earlier, later in itertools.pairwise(self._turns))
        return {"p99_ms": gaps[int((len(gaps) - 1) * 0.99)], "worst_ms": gaps[-1]}
