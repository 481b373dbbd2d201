"""The views, one of which is shown; where the window is too low for it, it scrolls instead of being squeezed."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget


class ViewStack(QStackedWidget):
    """The views, one above the other; as high as the one that is shown needs. Its width is what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _number: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        view = self.currentWidget()
        return QSize(1, view.minimumSizeHint().height() if view is not None else 0)


def scrolling(views: ViewStack) -> QScrollArea:
    """Return an area that shows the views, and scrolls up and down only."""
    area = QScrollArea()
    area.setWidget(views)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
