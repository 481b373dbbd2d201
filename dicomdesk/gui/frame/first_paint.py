"""The first time that the window is painted: what nobody sees is done after it."""

import asyncio

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

MOST_S = 3.0
"""A window that nobody sees, on another desktop or behind others, may never be painted."""


async def painted(widget: QWidget) -> None:
    """Return when a widget of a window has been painted, or when that has taken too long."""
    seen = _FirstPaint(widget)
    try:
        await asyncio.wait_for(seen.done, MOST_S)
    except TimeoutError:
        pass
    finally:
        widget.removeEventFilter(seen)


class _FirstPaint(QObject):
    """Ends ``done`` once all of the window has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._end)  # what is inside is painted in the same turn
        return False

    def _end(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
