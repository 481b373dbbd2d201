"""The picture beside the details of what is selected."""

from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from dicomdesk.gui.receive.picture_delegate import paint_picture
from dicomdesk.gui.receive.thumbnails import LARGE_SIDE
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.wording import plain_tip

__all__ = ["PictureBox"]


class PictureBox(QWidget):
    """Shows one picture, or a word on a quiet ground; hidden where there is nothing to be shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self._word = ""
        self.setFixedSize(LARGE_SIDE, LARGE_SIDE)
        theme.changed.connect(self.update)
        self.hide()

    def show_picture(self, pixmap: QPixmap | None, word: str, tip: str = "") -> None:
        """Show a picture, or the word where there is none; the same again costs nothing."""
        self.setVisible(True)
        self.setToolTip(plain_tip(tip))
        self.setAccessibleName(tip or word)
        if pixmap is not self._pixmap or word != self._word:
            self._pixmap, self._word = pixmap, word
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        paint_picture(painter, self._theme, self.rect(), self._pixmap, self._word)
