"""Shipped icons and styles: read once at start, drawn in the theme's colours when asked for."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from dicomdesk import paths
from dicomdesk.records import dataclass

ICON_SIZES = (16, 24, 32, 48, 64)
"""Sizes in pixels that an icon has for those who ask, as the desktop does for that of the window; any can be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The text of all shipped drawings and of the style sheet."""

    drawings: Mapping[str, str]
    """SVG by icon name; ``currentColor`` stands for the colour asked for."""
    style_sheet: str


def load_assets(folder: Path | None = None) -> Assets:
    """Read the shipped resources; called before the window exists, for it reads the disk."""
    root = folder or paths.resources_folder()
    drawings = {path.stem: path.read_text(encoding="utf-8") for path in sorted((root / "icons").glob("*.svg"))}
    return Assets(drawings=drawings, style_sheet=(root / "styles" / "dicomdesk.qss").read_text(encoding="utf-8"))


class IconPainter:
    """Draws icons in a colour; each combination is drawn once. For the Qt thread."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def pixmap(self, name: str, colour: QColor, size: int, pixel_ratio: float = 1.0) -> QPixmap:
        """Return the drawing ``name``, ``size`` device-independent pixels wide and high; KeyError if there is none."""
        key = (name, colour.name(), size, pixel_ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._draw(*key)
        return found

    def icon(self, name: str, colour: QColor, disabled_colour: QColor | None = None) -> QIcon:
        """Return the drawing ``name`` as an icon that is drawn as large as it is shown; KeyError if there is none."""
        return QIcon(_Engine(self, name, colour, disabled_colour or colour))

    def check(self, name: str) -> None:
        """KeyError where there is no drawing ``name``."""
        self._assets.drawings[name]

    def _draw(self, name: str, colour: str, size: int, pixel_ratio: float) -> QPixmap:
        text = self._assets.drawings[name].replace("currentColor", colour)
        pixels = round(size * pixel_ratio)
        pixmap = QPixmap(pixels, pixels)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        pixmap.setDevicePixelRatio(pixel_ratio)
        return pixmap


_COPIES: list[QIconEngine] = []
"""Made where an icon is changed, which nobody does: Qt owns them, and PySide6 would destroy them."""


class _Engine(QIconEngine):
    """Draws one icon when and as large as it is shown."""

    def __init__(self, painter: IconPainter, name: str, colour: QColor, disabled_colour: QColor) -> None:
        super().__init__()
        painter.check(name)
        self._what = (painter, name, colour, disabled_colour)

    def clone(self) -> QIconEngine:
        copy = _Engine(*self._what)
        _COPIES.append(copy)
        return copy

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:
        return [QSize(size, size) for size in ICON_SIZES]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        painter, name, colour, disabled_colour = self._what
        shown = disabled_colour if mode == QIcon.Mode.Disabled else colour
        return painter.pixmap(name, shown, min(size.width(), size.height()))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.drawPixmap(rect, self.pixmap(rect.size() * painter.device().devicePixelRatio(), mode, state))
