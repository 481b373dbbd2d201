"""Report on a transfer, to be read, saved, copied and printed."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QWidget

from dicomdesk.engine.delivery.report import Report, format_text
from dicomdesk.engine.delivery.report_files import format_of_name, write_report
from dicomdesk.engine.delivery.report_page import page_pieces
from dicomdesk.engine.events import ItemOutcome
from dicomdesk.gui.controls.buttons import without_icons
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.questions.file_dialogs import ask_new_file
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID
from dicomdesk.gui.wording import count_text, plain_tip
from dicomdesk.human import printable

MOST_SHOWN = 200
"""Rows of each table that are laid out on the Qt thread; a file has all."""
MOST_PRINTED = 2000


class ReportDialog(QDialog):
    """A report as a page that begins with the summary, of several one after the other; not modal. For the Qt thread."""

    def __init__(self, reports: Sequence[Report], tasks: Tasks, parent: QWidget | None = None) -> None:
        """One report at least; of several the first is shown, and each can be chosen."""
        super().__init__(parent)
        self._report = reports[0]
        self._tasks = tasks
        self._at = datetime.now().astimezone()
        self.setWindowTitle(self.tr("Report on the transfer"))
        self.setModal(False)
        self.resize(820, 560)
        self._page = QTextBrowser()
        self._page.setOpenLinks(False)
        self._page.setAccessibleName(self.tr("Report"))
        # A sheet of paper in every theme, as it is printed.
        self._page.setStyleSheet("QTextBrowser { background: #ffffff; color: #111111; }")
        self._page.setHtml(self._html(MOST_SHOWN))
        self.chosen = QComboBox()
        self.chosen.setAccessibleName(self.tr("Report on what went to"))
        self.chosen.addItems([self._word(report) for report in reports])
        self.chosen.setVisible(len(reports) > 1)
        self.chosen.currentIndexChanged.connect(lambda number: self._show_report(reports[number]))
        self.save_button = QPushButton(self.tr("&Save as…"))
        formats = self.tr(
            "As a page (.html), text (.txt), table (.csv) or JSON (.json, .jsonl), by the end of the name"
        )
        self.save_button.setToolTip(plain_tip(formats))
        self.copy_button = QPushButton(self.tr("&Copy"))
        self.copy_button.setToolTip(plain_tip(self.tr("Copy the whole report as text")))
        self.print_button = QPushButton(self.tr("&Print…"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.save_button, self.copy_button, self.print_button):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.clicked.connect(lambda: self._tasks.start(self._save(), owner=self))
        self.copy_button.clicked.connect(lambda: self._tasks.start(self._copy(), owner=self))
        self.print_button.clicked.connect(lambda: self._tasks.start(self._print(), owner=self))
        without_icons(buttons)
        buttons.rejected.connect(self.reject)
        column_of(self.chosen, self._page, buttons, inside=self, margins=DIALOG_MARGINS, spacing=GRID)

    def text(self) -> str:
        """What is shown, as plain text."""
        return self._page.toPlainText()

    def _word(self, report: Report) -> str:
        stored = sum(item.outcome in {ItemOutcome.STORED, ItemOutcome.WARNING} for item in report.items)
        return self.tr("{peer}: {stored} of {total} stored").format(
            peer=printable(report.called_ae_title), stored=count_text(stored), total=count_text(len(report.items))
        )

    def _show_report(self, report: Report) -> None:
        self._report = report
        self._page.setHtml(self._html(MOST_SHOWN))

    def _html(self, most_rows: int) -> str:
        return "".join(page_pieces(self._report, self._at, most_rows=most_rows))

    async def _save(self) -> None:
        path = await ask_new_file(self._tasks, self, self.tr("Save the report"), "report.html")
        if path:
            await self._tasks.run(self.write, path)

    def write(self, path: str) -> None:
        """Write the whole report in the format that the name says; for a worker thread. Raises ReportError."""
        write_report(path, self._report, format_of_name(path), at=self._at)

    async def _copy(self) -> None:
        text = await self._tasks.run(format_text, self._report, self._at)
        QGuiApplication.clipboard().setText(text)

    async def _print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.windowTitle())
        if await self._tasks.ask(QPrintDialog(printer, self)):
            await self._tasks.run(self.print_to, printer)

    def print_to(self, printer: QPrinter) -> None:
        """Lay the page out and print it; for a worker thread, where a long one keeps nobody waiting."""
        document = QTextDocument()
        document.setHtml(self._html(MOST_PRINTED))
        document.print_(printer)
