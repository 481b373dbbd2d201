"""A check box in the theme's colours: its edge is seen in both themes, its tick is drawn, its focus has a ring."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from dicomdesk.gui.theme import GRID, ROW_HEIGHT, ROW_ICON, Theme, Tone


class CheckBox(QCheckBox):
    """A box with a tick, and its word."""

    def __init__(self, theme: Theme, text: str, *, is_checked: bool) -> None:
        super().__init__(text)
        self._theme = theme
        self.setChecked(is_checked)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = ROW_ICON + GRID + self.fontMetrics().horizontalAdvance(self.text()) + GRID
        return QSize(width, max(ROW_HEIGHT, self.fontMetrics().height() + GRID))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(2, (self.height() - ROW_ICON) / 2, ROW_ICON, ROW_ICON)
        is_on = self.isChecked() and self.isEnabled()
        edge = tokens.disabled if not self.isEnabled() else tokens.accent if is_on or self.hasFocus() else tokens.muted
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1.2))
        painter.setBrush(QColor(tokens.accent if is_on else tokens.surface))
        painter.drawRoundedRect(box, 4, 4)
        if self.isChecked():
            tone = Tone.ON_ACCENT if is_on else Tone.QUIET
            tick = self._theme.pixmap("accepted", tone, ROW_ICON - 4, self.devicePixelRatioF())
            painter.drawPixmap(int(box.left()) + 2, int(box.top()) + 2, tick)
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.disabled))
        words = self.rect().adjusted(ROW_ICON + GRID, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
