"""How long the window does not answer while the results of a query stream in: python -m benchmark.query_window PORT.

It prints the 99th percentile, in milliseconds, of the time between two turns of the event loop, from the question to
the last row. A timer that is always due asks for one turn after the other, so that each gap is what something else
took. In a second line it prints when the first row had been painted, in seconds of the monotonic clock.
"""

import asyncio
import itertools
import os
import sys
import time

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import qasync
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from dicomdesk.engine.engine import Engine
from dicomdesk.gui.assets import load_assets
from dicomdesk.gui.event_bridge import Bridge
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import WindowState

_DEADLINE_S = 120.0
_EVERY_MS = 1


class _FirstRow(QObject):
    """Notes when the results were first painted with a row."""

    def __init__(self, window: MainWindow) -> None:
        """Watch from now on."""
        super().__init__()
        self._window = window
        self.painted_s = 0.0
        window.query.view.viewport().installEventFilter(self)

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject, event: QEvent
    ) -> bool:
        """Look at paint events of the list, none of which is taken away."""
        if event.type() is QEvent.Type.Paint and len(self._window.query.flow.tree) and not self.painted_s:
            QTimer.singleShot(0, self._note)  # the event is about to be handled
        return super().eventFilter(watched, event)

    def _note(self) -> None:
        self.painted_s = self.painted_s or time.monotonic()


async def _measure(window: MainWindow) -> float:
    """The gaps between turns that are more than the timer's own interval."""
    ended = asyncio.Event()
    window.query.flow.ended.connect(ended.set)
    turns: list[float] = []
    timer = QTimer()
    timer.setInterval(_EVERY_MS)
    timer.timeout.connect(lambda: turns.append(time.perf_counter()))
    timer.start()
    window.query.header.primary.click()
    async with asyncio.timeout(_DEADLINE_S):
        await ended.wait()
    timer.stop()
    gaps = sorted((later - earlier) * 1000 - _EVERY_MS for earlier, later in itertools.pairwise(turns))
    return gaps[int(len(gaps) * 0.99)]


def main() -> None:
    """Ask, measure, print."""
    application = QApplication([])
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    theme, tasks = Theme(application, load_assets()), Tasks(loop)
    session = Session(Engine(), Bridge(loop), tasks)
    state = WindowState(
        view="query",
        peer_ae_title="BENCH",
        peer_host="127.0.0.1",
        peer_port=sys.argv[1],
        calling_ae_title="WS1",
    )
    window = MainWindow(theme, session, tasks, state)
    window.build_all()
    window.resize(1280, 800)
    window.show()
    first = _FirstRow(window)
    stall_ms = loop.run_until_complete(_measure(window))
    print(stall_ms, first.painted_s, sep="\n", flush=True)
    os._exit(0 if first.painted_s else 1)  # a process that was only for this needs no orderly end


if __name__ == "__main__":
    main()
