"""The content of a dialog: as high as it is, up to what the screen has room for; then it scrolls."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.theme import GRID

_OTHER_THINGS = 150
"""Title bar, buttons and margins, pixels."""
_LEAST_HEIGHT = 200


class ScrollBox(QScrollArea):
    """One column of widgets of a fixed width."""

    grown = Signal()
    """It wants another height."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._wanted = QSize()
        self._column = QWidget()
        self._layout = column_of(1, inside=self._column, spacing=GRID)
        self.setWidget(self._column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column.installEventFilter(self)

    def add(self, part: QWidget) -> None:
        """Add a widget below the others."""
        self._layout.insertWidget(self._layout.count() - 1, part)

    def sizeHint(self) -> QSize:
        screen = self.screen()
        most = screen.availableGeometry().height() - _OTHER_THINGS if screen else 600
        return QSize(self._width, min(self._layout.sizeHint().height(), max(most, 200)))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(hint.width(), min(hint.height(), _LEAST_HEIGHT))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._column and event.type() == QEvent.Type.LayoutRequest and self.sizeHint() != self._wanted:
            self._wanted = self.sizeHint()
            self.updateGeometry()
            self.grown.emit()
        return super().eventFilter(watched, event)
