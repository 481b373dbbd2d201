"""Shows all dialogs on the screen that this process has; prints what of them does not fit, is cut, or has no name."""

import asyncio
import sys
from collections.abc import Iterator

import qasync
from PySide6.QtWidgets import QApplication, QWidget

from dicomdesk.gui.assets import load_assets
from dicomdesk.gui.theme import Theme
from tests.helpers.window.catalogue import CATALOGUE
from tests.helpers.window.inspection import controls_of, cut_texts, said
from tests.helpers.window.stage import Stage

TITLE_BAR = 30


class DialogStage(Stage):
    """A window of which only what is needed is there; dialogs have the sizes that they give themselves."""

    builds_all = False
    gives_sizes = False


def faults(dialog: QWidget) -> Iterator[str]:
    """Yield what is wrong with a dialog."""
    room = dialog.screen().availableSize()
    size = dialog.size()
    if size.width() > room.width() or size.height() > room.height() - TITLE_BAR:
        yield f"{size.width()} x {size.height()} is too large"
    yield from cut_texts(dialog)
    yield from (f"{type(each).__name__} has no name" for each in controls_of(dialog) if not said(each).strip())


def main() -> int:
    """Print a line for each fault, with the name of the dialog."""
    application = QApplication(sys.argv[:1])
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    theme = Theme(application, load_assets())
    stages = []  # what is collected between would take Qt down
    for shown in CATALOGUE:
        if shown.is_window:
            continue
        stages.append(stage := DialogStage(application, theme, loop))
        shown.play(stage)
        stage.settle()
        assert stage.shown is not None
        for fault in faults(stage.shown):
            sys.stdout.write(f"{shown.name}: {fault}\n")
        stage.close()
    sys.stdout.write("all were shown\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
