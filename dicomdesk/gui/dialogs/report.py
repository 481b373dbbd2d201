"""Report on a transfer, to be read and saved."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QWidget

from dicomdesk.gui.controls.buttons import without_icons
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.theme import GRID


class ReportDialog(QDialog):
    """A report as text; not modal."""

    save_wanted = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Report on the transfer"))
        self.setModal(False)
        self.resize(760, 520)
        self._text = QPlainTextEdit(text)
        self._text.setReadOnly(True)
        self._text.setAccessibleName(self.tr("Report"))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        save = QPushButton(self.tr("&Save as…"))
        copy = QPushButton(self.tr("&Copy"))
        buttons.addButton(save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        save.clicked.connect(self.save_wanted)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        without_icons(buttons)
        buttons.rejected.connect(self.reject)
        column_of(self._text, buttons, inside=self, margins=DIALOG_MARGINS, spacing=GRID)

    def text(self) -> str:
        """The report."""
        return self._text.toPlainText()
