"""Shown at the start after a fault: what went wrong, to be copied or put into a bundle."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QWidget

from dicomdesk.gui.controls.buttons import without_icons
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, resize_on_screen
from dicomdesk.gui.theme import GRID

_SIZE = (680, 420)


class FaultDialog(QDialog):
    """Says that something went wrong in the program; not modal."""

    def __init__(self, report: str, write_bundle: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong the last time"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = QLabel(self.tr("dicomdesk had a fault when it ran the last time"))
        title.setProperty("heading", True)  # noqa: FBT003 - Qt's own signature
        said = QLabel(
            self.tr(
                "What was acknowledged to peers is in its folder, and what waited to be sent waits still. To help mend "
                "this, write a support bundle and send it to who looks after this program. Neither names a patient."
            )
        )
        said.setWordWrap(True)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName(self.tr("Report on the fault"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.bundle = buttons.addButton(self.tr("&Support bundle…"), role)
        self.copy_button = buttons.addButton(self.tr("C&opy"), role)
        self.bundle.clicked.connect(lambda _=False: write_bundle())
        self.copy_button.clicked.connect(lambda _=False: QGuiApplication.clipboard().setText(report))
        buttons.rejected.connect(self.reject)
        without_icons(buttons)
        column_of(title, said, (self.report, 1), buttons, inside=self, margins=DIALOG_MARGINS, spacing=GRID)
        resize_on_screen(self, *_SIZE)
