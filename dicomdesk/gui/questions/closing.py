"""Question before a transfer is broken off by closing the window."""

from PySide6.QtWidgets import QMessageBox, QWidget


class ClosingDialog(QMessageBox):
    """Not modal, so that the transfer stays in sight. Ask ``shall_close``: the result code of a message box with
    buttons of its own says nothing.
    """

    def __init__(self, what: str, parent: QWidget | None = None, *, is_running: bool = True) -> None:
        """``what`` says what goes on or waits, and what becomes of it; not ``is_running`` where it only waits."""
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Close dicomdesk?"))
        self.setText(what)
        if is_running:
            informative = self.tr("The current instance is finished first; nothing is lost that was stored.")
            self.setInformativeText(informative)
        word = self.tr("&Stop and close") if is_running else self.tr("&Close")
        self._close = self.addButton(word, QMessageBox.ButtonRole.AcceptRole)
        stay = self.tr("&Keep running") if is_running else self.tr("&Keep open")
        keep = self.addButton(stay, QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
        self.setModal(False)

    def shall_close(self) -> bool:
        """Whether the user chose to close all the same."""
        return self.clickedButton() is self._close
