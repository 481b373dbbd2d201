"""The help page, opened at what is said of the view that is shown."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QTextBlock
from PySide6.QtWidgets import QDialog, QListWidget, QTextBrowser, QWidget

from dicomdesk import paths
from dicomdesk.gui import wording
from dicomdesk.gui.layouts import CONTENTS_SPACING, DIALOG_MARGINS, resize_on_screen, row_of
from dicomdesk.gui.theme import MARGIN

_SIZE = (860, 640)
_LIST_WIDTH = 250
_FOLDER = "help"
_FALLBACK = "en"


def help_page(language: str) -> Path:
    """Return the page in a language, "de", or the English one."""
    own = paths.resources_folder() / _FOLDER / f"{language}.md"
    return own if own.is_file() else paths.resource(f"{_FOLDER}/{_FALLBACK}.md")


class HelpDialog(QDialog):
    """Shows the help page and its headings; not modal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Reads the page, which is short, from the disk."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help for dicomdesk"))
        self.setModal(False)
        self.page = QTextBrowser()
        self.page.setOpenLinks(False)
        self.page.setAccessibleName(self.tr("Help"))
        self.page.setMarkdown(help_page(wording.spoken()).read_text(encoding="utf-8"))
        self.page.setBackgroundRole(QPalette.ColorRole.Base)
        self.headings = QListWidget()
        self.headings.setAccessibleName(self.tr("Contents"))
        self.headings.setFixedWidth(_LIST_WIDTH)
        self.headings.setSpacing(CONTENTS_SPACING)
        self._blocks = [block for block in self._each_block() if block.blockFormat().headingLevel() == 2]
        self.headings.addItems([block.text() for block in self._blocks])
        self.headings.currentRowChanged.connect(self._go_to)
        row_of(self.headings, (self.page, 1), inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        resize_on_screen(self, *_SIZE)

    def open_at(self, word: str) -> None:
        """Show the page, at the heading that has a word in it; "" begins at the top."""
        rows = [row for row, block in enumerate(self._blocks) if word and word in block.text()]
        self.show()
        self.raise_()
        self.activateWindow()
        self.headings.setCurrentRow(rows[0] if rows else 0)
        self.headings.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to(self, row: int) -> None:
        if 0 <= row < len(self._blocks):
            place = self.page.document().documentLayout().blockBoundingRect(self._blocks[row])
            self.page.verticalScrollBar().setValue(round(place.top()))

    def _each_block(self) -> list[QTextBlock]:
        block, found = self.page.document().begin(), []
        while block.isValid():
            found.append(block)
            block = block.next()
        return found
