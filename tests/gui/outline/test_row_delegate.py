from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.outline.row_delegate import paint_bar, row_height
from dicomdesk.gui.theme import ROW_HEIGHT


def painted(share: float) -> int:
    """How many pixels of the middle line are in the bar's colour."""
    image = QImage(100, 6, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_bar(painter, QRectF(0, 0, 100, 6), share, QColor("gray"), QColor("red"))
    painter.end()
    return sum(image.pixelColor(x, 3) == QColor("red") for x in range(100))


def test_bar_is_filled_by_its_share(qapp: QApplication) -> None:
    assert 48 <= painted(0.5) <= 52
    assert painted(1.0) >= 98
    assert painted(7.0) >= 98
    assert painted(0.0) <= 8


def test_rows_grow_with_the_font(qapp: QApplication) -> None:
    assert row_height(QFontMetrics(QFont("DejaVu Sans", 9))) == ROW_HEIGHT
    assert row_height(QFontMetrics(QFont("DejaVu Sans", 30))) > ROW_HEIGHT
