"""One quiet line that is cut where room is short; its tip has all of it then."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from dicomdesk.gui.wording import plain_tip

__all__ = ["ShortLabel"]


class ShortLabel(QLabel):
    """A label that claims no width."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Show a text; the same again costs nothing."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._fit()

    def whole(self) -> str:
        """The text, whole."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(plain_tip("" if shown == self._whole else self._whole))
