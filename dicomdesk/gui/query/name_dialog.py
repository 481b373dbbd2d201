"""Asks under which name a query is to be kept."""

from PySide6.QtWidgets import QDialog, QWidget

from dicomdesk.gui.controls.buttons import save_box
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.query.form.saved_queries import LONGEST_NAME
from dicomdesk.gui.theme import GRID

__all__ = ["NameDialog"]

_WIDTH = 420


class NameDialog(QDialog):
    """One field."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save this query"))
        self.name = Field(self.tr("Name of the query"), self._problem, text=name)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setMinimumWidth(_WIDTH)
        self.name.selectAll()
        words = quiet_label(self.tr("What the form says is kept with the peers that are chosen. Dates stay relative."))
        box = save_box(self._save, self.reject)
        column_of(words, self.name, box, inside=self, margins=DIALOG_MARGINS, spacing=GRID)

    def _save(self) -> None:
        if self.name.insist():
            self.accept()

    def _problem(self, text: str) -> str:
        return "" if text.strip() else self.tr("A name is needed, to find the query by.")
