"""Small pictures of received files: asked for when a row is painted, drawn one at a time, kept within a bound."""

from collections import OrderedDict

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from dicomdesk.dicom.pixels.small_image import SmallImage
from dicomdesk.engine.pictures.drawer import Drawer
from dicomdesk.errors import ConversionError
from dicomdesk.gui.tasks import Tasks
from dicomdesk.records import dataclass

__all__ = ["LARGE_SIDE", "MOST_PICTURES", "MOST_WAITING", "ROW_SIDE", "Picture", "Thumbnails"]

ROW_SIDE = 32
"""Of a picture in a row, device-independent pixels."""
LARGE_SIDE = 108
"""Of the one beside the details."""
MOST_WAITING = 48
"""Files that wait to be drawn; of more those that were asked for last, which are in sight."""
MOST_PICTURES = 600
"""Kept; of more those that were shown last."""
MOST_LARGE = 24
_RATIO = 2
"""Pixels for each device-independent one, so that pictures are sharp at 200 %."""
_REST_AFTER_MS = 10_000
"""Without a wish, until the process that draws ends."""


@dataclass(slots=True)
class Picture:
    """What has come of one file."""

    small: QPixmap | None = None
    large: QPixmap | None = None
    """None also where it was let go: it is drawn again when it is asked for."""
    reason: str = ""
    """Why there is none, "" where there is one."""


class Thumbnails(QObject):
    """Pictures by path. For the Qt thread, which never waits for one."""

    changed = Signal()
    """A picture that was asked for is there, or will never be."""

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._drawer = Drawer()
        self._known: OrderedDict[str, Picture] = OrderedDict()
        self._large: OrderedDict[str, None] = OrderedDict()
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._is_working = False
        self._is_over = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_AFTER_MS)
        self._rest.timeout.connect(self._on_rest)

    def find(self, path: str, *, is_large: bool = False) -> Picture | None:
        """Return what is known of a file; None where nothing is, and it is drawn soon."""
        if not path:
            return None
        known = self._known.get(path)
        if known is not None:
            self._known.move_to_end(path)
            if not is_large or known.large is not None or known.small is None:
                return known
        self._ask(path)
        return known

    def forget(self, path: str) -> None:
        """The file is another one now, or gone."""
        self._known.pop(path, None)
        self._large.pop(path, None)
        self._waiting.pop(path, None)

    def end(self) -> None:
        """Draw no more. Once the window closes; what is being drawn is broken off."""
        self._is_over = True
        self._waiting.clear()
        self._rest.stop()
        self._drawer.close()

    @property
    def waiting(self) -> int:
        """How many files wait to be drawn."""
        return len(self._waiting)

    def _ask(self, path: str) -> None:
        if self._is_over:
            return
        self._waiting[path] = None
        self._waiting.move_to_end(path)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        if not self._is_working:
            self._is_working = True
            self._rest.stop()
            if self._tasks.start(self._work()) is None:
                self._is_working = False

    async def _work(self) -> None:
        """Draw what waits, the latest wish first, one at a time."""
        try:
            while self._waiting and not self._is_over:
                path, _ = self._waiting.popitem(last=True)
                try:
                    made = await self._tasks.run(self._draw, path)
                except ConversionError as error:
                    self._keep(path, Picture(reason=str(error)))
                else:
                    self._keep(path, _picture_of(*made))
        finally:
            self._is_working = False
            if not self._is_over:
                self._rest.start()

    def _draw(self, path: str) -> tuple[QImage, QImage]:
        """On a worker: the picture for details, and the one for rows."""
        large = image_of(self._drawer.draw(path, LARGE_SIDE * _RATIO))
        return large, _squared(large, ROW_SIDE * _RATIO)

    def _keep(self, path: str, picture: Picture) -> None:
        self._waiting.pop(path, None)
        self._known[path] = picture
        while len(self._known) > MOST_PICTURES:
            gone, _ = self._known.popitem(last=False)
            self._large.pop(gone, None)
        if picture.large is not None:
            self._large[path] = None
            self._large.move_to_end(path)
        while len(self._large) > MOST_LARGE:
            gone, _ = self._large.popitem(last=False)
            self._known[gone].large = None
        self.changed.emit()

    def _on_rest(self) -> None:
        self._tasks.start(self._tasks.run(self._drawer.rest))


def image_of(drawn: SmallImage) -> QImage:
    """Return a picture as Qt has it, with its own bytes."""
    kind = QImage.Format.Format_RGB888 if drawn.is_colour else QImage.Format.Format_Grayscale8
    per_row = drawn.width * (3 if drawn.is_colour else 1)
    return QImage(drawn.pixels, drawn.width, drawn.height, per_row, kind).copy()


def _squared(image: QImage, side: int) -> QImage:
    """The middle of a picture, filling a square."""
    scaled = image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    return scaled.copy(QRect((scaled.width() - side) // 2, (scaled.height() - side) // 2, side, side))


def _picture_of(large: QImage, small: QImage) -> Picture:
    made = Picture(small=QPixmap.fromImage(small), large=QPixmap.fromImage(large))
    for pixmap in (made.small, made.large):
        if pixmap is not None:
            pixmap.setDevicePixelRatio(_RATIO)
    return made
