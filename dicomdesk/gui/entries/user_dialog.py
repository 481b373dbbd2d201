"""Question for a user who may send to us, and the user's passcode."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from dicomdesk.gui.controls.buttons import ok_box
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.theme import MARGIN

_WIDTH = 460
LONGEST_NAME = 64


class UserDialog(QDialog):
    """Asks for a user; accepted when the name is new and the passcode was typed twice the same."""

    def __init__(self, known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = set(known)
        self.setWindowTitle(self.tr("User who may send"))
        self.setFixedWidth(_WIDTH)
        self.name_field = Field(self.tr("User name"), self._name_problem)
        self.name_field.setMaxLength(LONGEST_NAME)
        self.passcode_field = Field(self.tr("Passcode"), self._passcode_problem)
        self.again_field = Field(self.tr("Passcode again"), self._again_problem)
        for field in (self.passcode_field, self.again_field):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        form = Form()
        form.add(self.tr("User name"), self.name_field)
        form.add(self.tr("Passcode"), self.passcode_field)
        form.add(self.tr("Passcode again"), self.again_field)
        column_of(form, ok_box(self._on_ok, self.reject), inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)

    def name(self) -> str:
        """The user name."""
        return self.name_field.value()

    def passcode(self) -> str:
        """The passcode."""
        return self.passcode_field.text()

    def _on_ok(self) -> None:
        if all(field.insist() for field in (self.name_field, self.passcode_field, self.again_field)):
            self.accept()

    def _name_problem(self, text: str) -> str:
        if not text.strip():
            return self.tr("A user name is needed.")
        return self.tr("This user is in the list already.") if text.strip() in self._known else ""

    def _passcode_problem(self, text: str) -> str:
        return "" if text else self.tr("A passcode is needed.")

    def _again_problem(self, text: str) -> str:
        return "" if text == self.passcode_field.text() else self.tr("The two passcodes differ.")
