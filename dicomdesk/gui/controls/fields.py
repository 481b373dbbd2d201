"""Entry fields that check what is typed and say what is wrong; the search field."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QPalette,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from dicomdesk.gui.controls.drop_area import take_copy
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.wording import plain_tip

_BESIDE_HINT = 62
"""Icons, padding and frame of a search field, pixels."""
_EDGES = 26
"""Padding, frame and cursor, pixels."""


class TextLine(QLineEdit):
    """A line of text; what another program drops on it is copied, never moved."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        super().dragEnterEvent(event)
        _copy_from_outside(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        _copy_from_outside(event)

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        _copy_from_outside(event)


class SearchLine(TextLine):
    """Says what can be searched for, or only that something can be where that has no room."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self._hint = hint
        self.setPlaceholderText(hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self.fontMetrics().horizontalAdvance(self._hint) + _BESIDE_HINT <= event.size().width()
        self.setPlaceholderText(self._hint if has_room else self.tr("Search"))


class Notes(QPlainTextEdit):
    """Several lines of text; what another program drops on them is copied, never moved."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        super().dragEnterEvent(event)
        _copy_from_outside(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        _copy_from_outside(event)

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        _copy_from_outside(event)


def _copy_from_outside(event: QDropEvent) -> None:
    """Text of this window may be moved about; Qt accepts a proposal to move from others as well."""
    if event.isAccepted() and event.source() is None:
        take_copy(event)


class Field(TextLine):
    """A line of text with a check; wrong text has a red edge and says why in its tip and to a screen reader."""

    checked = Signal()
    """The text was changed and checked."""

    def __init__(self, name: str, check: Callable[[str], str], *, text: str = "", hint: str = "") -> None:
        super().__init__(text)
        self._check = check
        self._hint = hint
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self._name = name
        self.textChanged.connect(self._on_changed)
        self._show_problem(self.problem() if text else "")

    def fitting_width(self, text: str) -> int:
        """Return how wide the field has to be for a text to be seen whole."""
        return self.fontMetrics().horizontalAdvance(text) + _EDGES

    def fit_port(self) -> None:
        """Be as wide as a port number needs, and take no more."""
        self.setMaxLength(5)
        self.setFixedWidth(self.fitting_width("00000"))

    def problem(self) -> str:
        """Return what is wrong with the text, "" when all is well."""
        return self._check(self.text())

    def value(self) -> str:
        """The text without spaces around it."""
        return self.text().strip()

    def insist(self) -> bool:
        """Whether all is well; if not, the field shows it and takes the focus."""
        problem = self.problem()
        self._show_problem(problem)
        if problem:
            self.setFocus()
            self.selectAll()
        return not problem

    def _on_changed(self, _text: str) -> None:
        self._show_problem(self.problem())
        self.checked.emit()

    def _show_problem(self, problem: str) -> None:
        if self.property("problem") != bool(problem):
            self.setProperty("problem", bool(problem))
            self.style().unpolish(self)
            self.style().polish(self)
        self.setToolTip(plain_tip(problem or self._name))
        self.setAccessibleDescription(problem)


def line_of_fields(fields: "Sequence[tuple[str, Field, int, int]]") -> QHBoxLayout:
    """Return fields side by side, each with the word before it and its least and greatest width, pixels."""
    line = row_of()
    for word, field, least, greatest in fields:
        field.setMinimumWidth(least)
        field.setMaximumWidth(greatest)
        line.addWidget(word_before(word, field))
        line.addWidget(field, greatest)
    return line


def word_before(text: str, field: QWidget) -> QLabel:
    """Return the quiet word before a field; its mnemonic leads to the field, but is not underlined."""
    label = QLabel(text.replace("&", ""))
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    if "&" in text:
        QShortcut(QKeySequence.mnemonic(text), field, field.setFocus)
    return label


def search_field(theme: Theme, hint: str) -> QLineEdit:
    """Return a search field with its icon and a button that clears it."""
    field = SearchLine(hint)
    field.setAccessibleName(hint)
    field.setToolTip(plain_tip(hint))
    field.setClearButtonEnabled(True)
    field.setMinimumWidth(110)
    field.setMaximumWidth(280)
    action = QAction(field)

    def draw() -> None:
        action.setIcon(theme.icon("search", Tone.QUIET))

    draw()
    theme.changed.connect(draw)
    field.destroyed.connect(lambda: theme.changed.disconnect(draw))
    field.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
    return field
