"""How a list is read: its column, what that holds, whether there is a header."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.dicom.lists.columns import KINDS, Columns
from dicomdesk.gui import wording
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field, word_before
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.lists.flow import Reading
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.wording import plain_tip
from dicomdesk.human import printable

__all__ = ["ReadingForm"]

_KEYS = tuple(keyword for keyword, _ in KINDS.values())
_MOST_DIGITS = 64
_LONGEST_TITLE = 40


class ReadingForm(QWidget):
    """Shows what was found out, and takes something else."""

    changed = Signal()
    """Somebody wants it read otherwise."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.column = Combo(theme, ())
        self.kind = Combo(theme, [wording.capitalised(words) for _, words in KINDS.values()])
        self.header = CheckBox(theme, self.tr("The first line is a header"), is_checked=False)
        self.zeros = Field(self.tr("Digits that numbers are filled up to with zeros"), self._zeros_problem)
        self.zeros.setPlaceholderText(self.tr("digits"))
        self.zeros.setFixedWidth(self.fontMetrics().horizontalAdvance(self.zeros.placeholderText()) + 36)
        for field, name in ((self.column, self.tr("Column")), (self.kind, self.tr("What it holds"))):
            field.setAccessibleName(name)
            field.setToolTip(plain_tip(name))
        self.header.setToolTip(
            plain_tip(self.tr("Whether the first line names the columns and is no line of the list"))
        )
        row_of(
            word_before(self.tr("&Column"), self.column),
            (self.column, 2),
            word_before(self.tr("&holds"), self.kind),
            (self.kind, 2),
            self.header,
            word_before(self.tr("&Zeros up to"), self.zeros),
            self.zeros,
            inside=self,
        )
        for chosen in (self.column.activated, self.kind.activated, self.header.clicked):
            chosen.connect(lambda _value: self.changed.emit())
        self.zeros.editingFinished.connect(self._on_zeros)
        self._filled = 0

    def show_columns(self, columns: Columns) -> None:
        """Show how the list is understood."""
        titles = [printable(name)[:_LONGEST_TITLE] for name in columns.names]
        if titles != [self.column.itemText(number) for number in range(self.column.count())]:
            self.column.clear()
            self.column.addItems(titles)
        first = columns.keys[0]
        self.column.setCurrentIndex(first.column)
        tags = list(KINDS)
        self.kind.setCurrentIndex(tags.index(first.tag) if first.tag in tags else -1)
        self.header.setChecked(columns.has_header)

    def fill_up(self, digits: int) -> None:
        """Have numbers filled up with zeros."""
        self.zeros.setText(str(digits))
        self._on_zeros()

    def reading(self) -> Reading:
        """How it is to be read: the rest is found out."""
        kind = self.kind.currentIndex()
        return Reading(
            column=self.column.currentIndex() if self.column.currentIndex() >= 0 else None,
            key=_KEYS[kind] if 0 <= kind < len(_KEYS) else "",
            has_header=self.header.isChecked(),
            fill_to=self._fill_to(),
        )

    def _on_zeros(self) -> None:
        if not self.zeros.problem() and self._fill_to() != self._filled:
            self._filled = self._fill_to()
            self.changed.emit()

    def _fill_to(self) -> int:
        text = self.zeros.value()
        return int(text) if text and not self.zeros.problem() else 0

    def _zeros_problem(self, text: str) -> str:
        text = text.strip()
        is_well = not text or (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= _MOST_DIGITS)
        return "" if is_well else self.tr("A number of digits is 1 to {most}.").format(most=_MOST_DIGITS)
