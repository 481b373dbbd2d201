"""One figure of the window: python -m benchmark.gui.probe SCENARIO ARGUMENT..., in a process that runs the program.

The program is begun as its users begin it; the scenario starts when the window is shown, and its figures are printed
as JSON. Settings and state are where the environment's XDG folders are.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject

from benchmark.gui import scenarios
from dicomdesk.gui import app, main_window

_DEADLINE_S = 170.0


class FirstPaint(QObject):
    """Tells when the window has been painted for the first time."""

    def __init__(self, window: main_window.MainWindow) -> None:
        super().__init__()
        self.painted = asyncio.Event()
        self.seen = scenarios.Painted(0.0, 0.0)
        self._window = window
        central = window.centralWidget()
        assert central is not None
        central.installEventFilter(self)

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject, event: QEvent
    ) -> bool:
        """Look at the first paint event, and at nothing after it."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            asyncio.get_running_loop().call_soon(self._note)
        return False

    def _note(self) -> None:
        self.seen = scenarios.Painted(time.monotonic(), time.process_time())
        self.painted.set()


async def _measure(window: main_window.MainWindow, paint: FirstPaint, run: Callable[..., Awaitable[Any]]) -> None:
    try:
        async with asyncio.timeout(_DEADLINE_S):
            await paint.painted.wait()
            if run is not scenarios.start:
                await scenarios.complete(window)
            figures = await run(window, paint.seen, *sys.argv[2:])
        print(json.dumps(figures), flush=True)
    except TimeoutError:
        sys.stderr.write(f"{sys.argv[1]}: not over after {_DEADLINE_S:.0f} s\n")
        os._exit(1)
    window.close_without_asking()


def main() -> int:
    """Run the program with the scenario in it."""
    run = getattr(scenarios, sys.argv[1])
    show = main_window.MainWindow.show
    kept: list[object] = []

    def show_and_measure(window: main_window.MainWindow) -> None:
        paint = FirstPaint(window)
        show(window)
        if not kept:  # it is shown again where it comes to the front
            kept.extend((paint, asyncio.ensure_future(_measure(window, paint, run))))

    main_window.MainWindow.show = show_and_measure  # type: ignore[assignment, method-assign] # the one place where it is known to be shown
    return app.main()


if __name__ == "__main__":
    sys.exit(main())
