"""Makes the pictures of the window that are asked for, and a sheet for each view with all of them side by side.

``python -m tests.helpers.window.gallery FOLDER [NAME...]``; see ``--help``. Each scale is drawn by a process of its
own, because Qt takes it once.
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.assets import load_assets
from dicomdesk.gui.theme import Theme
from tests.helpers.window.catalogue import CATALOGUE, PERCENTS, SIZES, THEMES, Shown, chosen
from tests.helpers.window.screens import screen_of

_PREFERRED_FONTS = ("Inter", "Noto Sans", "Cantarell", "DejaVu Sans")
_SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
_THUMBNAIL = 480
"""Width on a sheet, pixels."""
_GAP, _CAPTION = 12, 20
_IN_A_ROW = 4
_SCREEN = (3840, 2160)


def use_decent_font(application: QApplication) -> None:
    """Take the first font of a desktop's kind that is installed."""
    families = set(QFontDatabase.families())
    for family in _PREFERRED_FONTS:
        if family in families:
            application.setFont(QFont(family, 10))
            return


def shoot(
    application: QApplication, folder: Path, shown: Shown, themes: Sequence[str], sizes: Sequence[tuple[int, int]]
) -> Iterator[Path]:
    """Bring a state about once, and write its picture in each theme and size; the paths."""
    theme = Theme(application, load_assets())
    stage = shown.stage(application, theme, asyncio.get_event_loop())
    percent = round(100 * application.devicePixelRatio())
    try:
        stage.show(sizes[0])
        shown.play(stage)
        for name in themes:
            theme.follow(_SCHEMES[name])
            for size in sizes if shown.is_window else sizes[:1]:
                stage.show(size)
                stage.settle()
                place = f"{size[0]}x{size[1]}" if shown.is_window else "dialog"
                path = folder / f"{shown.name}-{name}-{percent}-{place}.png"
                stage.shoot(path)
                yield path
    finally:
        stage.close()


def sheet(paths: Sequence[Path], path: Path) -> None:
    """Write one picture with all of some, each with its name below."""
    images = [QImage(str(each)).scaledToWidth(_THUMBNAIL, Qt.TransformationMode.SmoothTransformation) for each in paths]
    rows = [list(range(first, min(first + _IN_A_ROW, len(images)))) for first in range(0, len(images), _IN_A_ROW)]
    heights = [max(images[number].height() for number in row) + _CAPTION + _GAP for row in rows]
    whole = QImage(_IN_A_ROW * (_THUMBNAIL + _GAP) + _GAP, sum(heights) + _GAP, QImage.Format.Format_RGB32)
    whole.fill(QColor("#8A939C"))
    painter = QPainter(whole)
    top = _GAP
    for row, height in zip(rows, heights, strict=True):
        for place, number in enumerate(row):
            left = _GAP + place * (_THUMBNAIL + _GAP)
            painter.drawImage(QPoint(left, top), images[number])
            painter.drawText(left, top + images[number].height() + 15, paths[number].stem)
        top += height
    painter.end()
    if not whole.save(str(path)):
        raise OSError(f"cannot write {path}")


def main() -> int:
    """Write what the command line asks for."""
    asked = _parser().parse_intermixed_args()
    if asked.list:
        sys.stdout.writelines(f"{shown.name}\n" for shown in CATALOGUE)
        return 0
    wanted = chosen(asked.names)
    if not wanted:
        sys.stderr.write("no picture has such a name; --list tells them all\n")
        return 2
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.is_drawing:
        _draw(asked, wanted)
        return 0
    for percent in asked.scale or PERCENTS:
        if (code := _draw_at(percent)) != 0:
            return code
    application = QApplication(sys.argv[:1])
    use_decent_font(application)
    for view in dict.fromkeys(shown.view for shown in wanted):
        names = [shown.name for shown in wanted if shown.view == view]
        found = [path for name in names for path in sorted(asked.folder.glob(f"{name}-*-*-*.png"))]
        mine = [path for path in found if path.stem.rsplit("-", 3)[0] in names]
        path = asked.folder / f"sheet-{view}.png"
        sheet(list(dict.fromkeys(mine)), path)
        sys.stdout.write(f"{path}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="packaging/screenshots", description="Make pictures of the window, and a sheet of all for each view."
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("pictures"), help="where they are written")
    parser.add_argument("names", nargs="*", help='"send", "send-busy", "*-failed"; all without any')
    parser.add_argument("--list", action="store_true", help="tell all names instead")
    parser.add_argument("--theme", action="append", choices=THEMES, help="only in this theme (repeatable)")
    parser.add_argument("--scale", action="append", type=int, help="only at so many per cent (repeatable)")
    parser.add_argument("--size", action="append", type=_size, help="only so large, as 1024x700 (repeatable)")
    parser.add_argument("--is-drawing", action="store_true", help=argparse.SUPPRESS)
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _draw_at(percent: int) -> int:
    """Draw everything at a scale, in a process that is told of it, on a large screen."""
    command = [sys.executable, "-m", "tests.helpers.window.gallery", *sys.argv[1:], "--is-drawing"]
    with screen_of(*_SCREEN, scale=percent / 100) as environment:
        return subprocess.run(command, env=environment, check=False).returncode


def _draw(asked: argparse.Namespace, wanted: Sequence[Shown]) -> None:
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    use_decent_font(application)
    asyncio.set_event_loop(qasync.QEventLoop(application))
    for shown in wanted:
        for path in shoot(application, asked.folder, shown, asked.theme or THEMES, asked.size or SIZES):
            sys.stdout.write(f"{path}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
