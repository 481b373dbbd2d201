import gc
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.assets import IconPainter, load_assets

ASSETS = load_assets()


@pytest.mark.parametrize("name", sorted(ASSETS.drawings))
def test_each_icon_is_a_drawing_that_can_be_tinted(name: str, qapp: QApplication) -> None:
    text = ASSETS.drawings[name]
    assert QSvgRenderer(QByteArray(text.encode())).isValid()
    assert "currentColor" in text or name == "dicomdesk"


def test_icon_is_drawn_once_per_colour_and_size(qapp: QApplication) -> None:
    painter = IconPainter(ASSETS)
    red = painter.pixmap("send", QColor("#FF0000"), 16)
    assert painter.pixmap("send", QColor("#FF0000"), 16) is red
    large = painter.pixmap("send", QColor("#FF0000"), 16, 2.0)
    assert (red.width(), large.width(), large.deviceIndependentSize().width()) == (16, 32, 16)
    colours = {red.toImage().pixelColor(x, y).red() for x in range(16) for y in range(16)}
    assert 255 in colours


def test_unknown_icon_is_a_fault(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        IconPainter(ASSETS).icon("no-such-icon", QColor("#000000"))


def test_assets_come_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "x.svg").write_text("<svg/>")
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "dicomdesk.qss").write_text("QLabel {}")
    assert load_assets(tmp_path).drawings == {"x": "<svg/>"}


def test_an_icon_is_drawn_as_large_as_it_is_shown_and_only_then(qapp: QApplication) -> None:
    painter = IconPainter(ASSETS)
    icon = painter.icon("send", QColor("#FF0000"), QColor("#00FF00"))
    assert not painter._pixmaps
    fine = icon.pixmap(QSize(16, 16), 2.0)
    assert (fine.width(), fine.devicePixelRatio()) == (32, 2.0)
    assert list(painter._pixmaps) == [("send", "#ff0000", 32, 1.0)]
    grey = icon.pixmap(QSize(16, 16), QIcon.Mode.Disabled).toImage()
    assert max(grey.pixelColor(x, y).green() for x in range(16) for y in range(16)) > 200
    assert {size.width() for size in icon.availableSizes()} >= {16, 48}, "the desktop asks for them"


def test_an_icon_may_be_changed_and_outlives_its_painter(qapp: QApplication) -> None:
    icon = IconPainter(ASSETS).icon("send", QColor("#FF0000"))
    icon.addPixmap(QPixmap(3, 3))
    gc.collect()
    assert icon.pixmap(16).width() == 16
