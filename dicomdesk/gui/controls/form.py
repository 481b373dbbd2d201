"""The grid of a dialog: quiet words at the left, fields in one column, everything on one line aligned."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from dicomdesk.gui.controls.fields import word_before
from dicomdesk.gui.controls.fold import FOLD_INSET, LABEL_WIDTH
from dicomdesk.gui.theme import GRID

_LINE_HEIGHT = 30


class Form(QWidget):
    """Rows of word and field. ``is_in_fold`` where it stands in by a fold's inset."""

    def __init__(self, *, is_in_fold: bool = False) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH - (FOLD_INSET if is_in_fold else 0))
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QLabel] = {}

    def add(self, word: str, field: QWidget) -> None:
        """Add a row; "" for a field that says itself what it is."""
        row = self._grid.rowCount()
        if word:
            label = word_before(word, field)
            label.setMinimumHeight(_LINE_HEIGHT)
            label.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            self._labels[field] = label
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(field, row, 1)

    def show_row(self, field: QWidget, *, is_shown: bool) -> None:
        """Show or hide a row."""
        field.setVisible(is_shown)
        if field in self._labels:
            self._labels[field].setVisible(is_shown)

    def enable_row(self, field: QWidget, *, is_enabled: bool) -> None:
        """Whether a row can be used."""
        field.setEnabled(is_enabled)


def quiet_label(text: str) -> QLabel:
    """Return a quiet sentence that wraps."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
