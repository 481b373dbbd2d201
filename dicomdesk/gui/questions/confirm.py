"""Question before something is done that is not easily undone."""

from PySide6.QtWidgets import QMessageBox, QWidget


class ConfirmDialog(QMessageBox):
    """Not modal. Ask ``is_confirmed``: the result code of a message box with buttons of its own says nothing."""

    def __init__(self, title: str, text: str, word: str, parent: QWidget | None = None, *, keep_word: str = "") -> None:
        """``word`` stands on the button that does it; Escape and Return keep everything as it is: ``keep_word``."""
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(title)
        self.setText(title)
        self.setInformativeText(text)
        self.confirm = self.addButton(word, QMessageBox.ButtonRole.AcceptRole)
        keep = self.addButton(keep_word or self.tr("&Keep"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
        self.setModal(False)

    def is_confirmed(self) -> bool:
        """Whether the user wants it."""
        return self.clickedButton() is self.confirm
