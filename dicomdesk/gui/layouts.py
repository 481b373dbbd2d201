"""Rows and columns of widgets, built in one expression, and windows that fit the screen."""

from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from dicomdesk.gui.theme import GRID, MARGIN

Content = QWidget | QLayout | int | tuple[QWidget | QLayout, int]
"""A widget or layout, alone or with its share of the room; a number alone is empty room with that share."""
Margins = tuple[int, int, int, int]
"""Left, top, right, bottom, pixels."""

Box = TypeVar("Box", bound=QBoxLayout)

NO_MARGINS: Margins = (0, 0, 0, 0)
DIALOG_MARGINS: Margins = (MARGIN, MARGIN, MARGIN, MARGIN)
CONTENTS_SPACING = 3
"""Between the titles in a list of pages."""
_TITLE_BAR = 30
"""Pixels."""
HEADER_MARGINS: Margins = (MARGIN, 14, MARGIN, 10)
"""Of the top of a view."""


def column_of(
    *contents: Content, inside: QWidget | None = None, margins: Margins = NO_MARGINS, spacing: int = 0
) -> QVBoxLayout:
    """Return contents one below the other; ``inside`` is the widget that is laid out so, if that is a whole widget."""
    return _filled(QVBoxLayout(), contents, inside, margins, spacing)


def row_of(
    *contents: Content, inside: QWidget | None = None, margins: Margins = NO_MARGINS, spacing: int = GRID
) -> QHBoxLayout:
    """Return contents side by side; ``inside`` as above."""
    return _filled(QHBoxLayout(), contents, inside, margins, spacing)


def resize_on_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window a size, or what its screen has room for below a title bar."""
    room = window.screen().availableSize()
    window.resize(QSize(width, height).boundedTo(QSize(room.width(), room.height() - _TITLE_BAR)))


class OnScreen(QObject):
    """Keeps a window that is opened, or grows, over its parent and within the screen, its title bar in sight.

    Where the desktop places windows itself it has its way.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._was_shown = False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and not self._was_shown:
            self._was_shown = True
            parent = self._window.parentWidget()
            if parent is not None:
                self._window.move(self._window.pos() + parent.window().frameGeometry().center() - self._centre())
            self._keep()
        elif event.type() == QEvent.Type.Resize and self._was_shown:
            self._keep()
        return super().eventFilter(watched, event)

    def _centre(self) -> QPoint:
        return self._window.geometry().center()

    def _keep(self) -> None:
        room = self._window.screen().availableGeometry().adjusted(0, _TITLE_BAR, 0, 0)
        wanted = self._window.geometry()
        moved = QRect(wanted)
        moved.moveRight(min(moved.right(), room.right()))
        moved.moveBottom(min(moved.bottom(), room.bottom()))
        moved.moveLeft(max(moved.left(), room.left()))
        moved.moveTop(max(moved.top(), room.top()))
        if moved.topLeft() != wanted.topLeft():
            self._window.setGeometry(moved)


def _filled(box: Box, contents: tuple[Content, ...], inside: QWidget | None, margins: Margins, spacing: int) -> Box:
    if inside is not None:
        inside.setLayout(box)
    box.setContentsMargins(*margins)
    box.setSpacing(spacing)
    for content in contents:
        if isinstance(content, int):
            box.addStretch(content)
            continue
        part, share = content if isinstance(content, tuple) else (content, 0)
        if isinstance(part, QWidget):
            box.addWidget(part, share)
        else:
            box.addLayout(part, share)
    return box
