"""Shipped icons and styles: read once at start, drawn in the theme's colours when asked for."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from dicomdesk import paths
from dicomdesk.records import dataclass

ICON_SIZES = (16, 18, 20, 24)
"""Sizes in pixels that an icon is drawn in; others are scaled by Qt."""


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
        """Return the drawing ``name`` as an icon in all usual sizes, for high resolutions too where there are any."""
        icon = QIcon()
        is_fine = any(screen.devicePixelRatio() > 1 for screen in QGuiApplication.screens())
        for size in ICON_SIZES:
            for pixel_ratio in (1.0, 2.0) if is_fine else (1.0,):
                icon.addPixmap(self.pixmap(name, colour, size, pixel_ratio))
                if disabled_colour is not None:
                    pixmap = self.pixmap(name, disabled_colour, size, pixel_ratio)
                    icon.addPixmap(pixmap, QIcon.Mode.Disabled)
        return icon

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
