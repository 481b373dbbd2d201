"""The views, one of which is shown; where the window is too low for it, it scrolls instead of being squeezed."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget


class ViewStack(QStackedWidget):
    """The views, one above the other; as high as the one that is shown needs. Its width is what there is."""

    def __init__(self, count: int) -> None:
        """``count`` views, each of which has an empty place until it is put there."""
        super().__init__()
        for _ in range(count):
            self.addWidget(QWidget())
        self.currentChanged.connect(lambda _number: self.updateGeometry())

    def put(self, number: int, view: QWidget) -> None:
        """Put a view into its place; once for each."""
        place, is_current = self.widget(number), self.currentIndex() == number
        self.insertWidget(number, view)
        if is_current:
            self.setCurrentIndex(number)
        if place is not None:
            self.removeWidget(place)
            place.deleteLater()

    def minimumSizeHint(self) -> QSize:
        view = self.currentWidget()
        return QSize(1, view.minimumSizeHint().height() if view is not None else 0)


def scrolling(views: ViewStack) -> QScrollArea:
    """Return an area that shows the views, and scrolls up and down only."""
    area = QScrollArea()
    area.setWidget(views)
    views.setAutoFillBackground(False)  # if it were opaque all would be painted twice whenever a view is chosen
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
