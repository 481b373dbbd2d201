"""Entry fields that check what is typed and say what is wrong."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from dicomdesk.gui.wording import plain_tip

_EDGES = 26
"""Padding, frame and cursor, pixels."""


class Field(QLineEdit):
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

    def fix_width(self, widest: str) -> None:
        """Be as wide as a text needs."""
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(widest) + _EDGES)

    def problem(self) -> str:
        """What is wrong with the text; "" when all is well."""
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


def word_before(text: str, field: QWidget) -> QLabel:
    """Return the quiet word before a field; its mnemonic leads to the field, but is not underlined."""
    label = QLabel(text.replace("&", ""))
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    if "&" in text:
        QShortcut(QKeySequence.mnemonic(text), field, field.setFocus)
    return label
