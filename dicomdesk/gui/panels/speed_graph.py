"""A small graph of the rate of the last minutes."""

from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dicomdesk import human
from dicomdesk.gui.theme import GRID, Theme, Tone

__all__ = ["MOST_RATES", "SpeedGraph"]

_FEWEST_RATES = 4
"""That make a curve, and not a spike at the edge."""
MOST_RATES = 120
"""Rates that are kept; one comes each second."""
_SIZE = (216, 96)


class SpeedGraph(QWidget):
    """Draws what ``note`` was told; keeps no more than ``MOST_RATES``, and draws once a second at most."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rates: deque[float] = deque(maxlen=MOST_RATES)
        self.setFixedSize(*_SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say()
        theme.changed.connect(self.update)

    def note(self, bytes_per_s: float) -> None:
        """Take the rate of the last second."""
        self._rates.append(max(bytes_per_s, 0.0))
        self._say()
        if self.isVisible():
            self.update()

    def clear(self) -> None:
        """Forget all rates."""
        self._rates.clear()
        self._say()
        self.update()

    @property
    def rates(self) -> tuple[float, ...]:
        """What is drawn, the oldest first."""
        return tuple(self._rates)

    def sizeHint(self) -> QSize:
        return QSize(*_SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        line = painter.fontMetrics().height()
        field = QRectF(self.rect()).adjusted(1, line + 2, -1, -2)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(field.bottomLeft(), field.bottomRight())
        most = max(self._rates, default=0.0)
        painter.setPen(self._theme.colour(Tone.QUIET))
        top = QRectF(0, 0, self.width(), line)
        now = human.rate_text(self._rates[-1]) if self._rates else ""
        painter.drawText(top, Qt.AlignmentFlag.AlignRight, self.tr("most {rate}").format(rate=human.rate_text(most)))
        painter.setPen(self._theme.colour(Tone.PLAIN))
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, now)
        if most > 0 and len(self._rates) >= _FEWEST_RATES:
            self._paint_curve(painter, field, most)

    def _paint_curve(self, painter: QPainter, field: QRectF, most: float) -> None:
        step = field.width() / (MOST_RATES - 1)
        left = field.right() - step * (len(self._rates) - 1)
        points = [
            QPointF(left + step * number, field.bottom() - field.height() * rate / (most * 1.05))
            for number, rate in enumerate(self._rates)
        ]
        if len(points) == 1:
            points.insert(0, points[0] - QPointF(GRID, 0))
        curve = QPainterPath(points[0])
        for point in points[1:]:
            curve.lineTo(point)
        area = QPainterPath(curve)
        area.lineTo(points[-1].x(), field.bottom())
        area.lineTo(points[0].x(), field.bottom())
        area.closeSubpath()
        colour = self._theme.colour(Tone.ACTIVE)
        shade = QColor(colour)
        shade.setAlpha(40)
        painter.fillPath(area, shade)
        painter.setPen(QPen(colour, 1.5))
        painter.drawPath(curve)

    def _say(self) -> None:
        if not self._rates:
            self.setAccessibleName(self.tr("Rate of sending"))
            return
        self.setAccessibleName(
            self.tr("Rate of sending: {rate} now, {most} at most").format(
                rate=human.rate_text(self._rates[-1]), most=human.rate_text(max(self._rates))
            )
        )
