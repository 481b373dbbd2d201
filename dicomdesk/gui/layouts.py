"""Rows and columns of widgets, built in one expression, and windows that fit the screen."""

from typing import TypeVar

from PySide6.QtCore import QSize
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
