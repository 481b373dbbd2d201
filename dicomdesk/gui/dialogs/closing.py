"""Asks before a transfer is broken off by closing the window."""

from PySide6.QtWidgets import QMessageBox, QWidget


class ClosingDialog(QMessageBox):
    """Accepted when the window shall close all the same; not modal, so that the transfer stays in sight."""

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        """``what`` is a sentence on what is going on."""
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Close dicomdesk?"))
        self.setText(what)
        self.setInformativeText(self.tr("The current instance is finished first; nothing is lost that was stored."))
        close = self.addButton(self.tr("&Stop and close"), QMessageBox.ButtonRole.AcceptRole)
        keep = self.addButton(self.tr("&Keep running"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
        self.setModal(False)
        close.clicked.connect(self.accept)
        keep.clicked.connect(self.reject)
