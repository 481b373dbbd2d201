"""Question for the name of a group."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from dicomdesk.gui.controls.buttons import ok_box
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.entries.checks import name_problem
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.theme import MARGIN

_WIDTH = 460


class GroupDialog(QDialog):
    """Asks for a name; accepted when it is well."""

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH)
        self.field = Field(self.tr("Name of the group"), name_problem, text=name)
        form = Form()
        form.add(self.tr("Name"), self.field)
        buttons = ok_box(self.accept, self.reject)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setEnabled(bool(name))
        self.field.checked.connect(lambda: self._ok.setEnabled(not self.field.problem()))
        column_of(form, buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        self.field.selectAll()

    def name(self) -> str:
        """Return the name as typed."""
        return self.field.value()
