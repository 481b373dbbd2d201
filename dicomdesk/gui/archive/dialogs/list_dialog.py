"""Lists beside the archive: corrections that were made, what is in the trash, what was found wrong."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from dicomdesk import human
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, resize_on_screen, row_of
from dicomdesk.gui.outline.model import Column, Mark, Node, OutlineModel
from dicomdesk.gui.outline.row_window import RowWindow
from dicomdesk.gui.outline.windowed_view import WindowedView
from dicomdesk.gui.panels.heading import PlainLabel
from dicomdesk.gui.theme import MARGIN, Theme

__all__ = ["ListDialog", "ListRow"]

_SIZE = (900, 520)


class ListRow(Node):
    """A row of words that stands for something."""

    __slots__ = ("_mark", "_texts", "_values", "what")

    def __init__(
        self, what: object, texts: Sequence[str], mark: Mark | None = None, values: Sequence[float | str] = ()
    ) -> None:
        """``values`` are what columns are sorted by, where that is not their text."""
        super().__init__()
        self.what = what
        self._texts = tuple(human.printable(text) for text in texts)
        self._mark = mark
        self._values = tuple(values)

    def text(self, column: int) -> str:
        return self._texts[column]

    def sort_value(self, column: int) -> str | float:
        return self._values[column] if self._values else self._texts[column].casefold()

    def mark(self, column: int) -> Mark | None:
        return self._mark if column == len(self._texts) - 1 else None

    def tip(self, column: int) -> str:
        return self._texts[column]


class ListDialog(QDialog):
    """Shows rows below a sentence, one of which something can be done with."""

    wanted = Signal(object)
    """What is to be done is to be done with this ``ListRow``."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        columns: Sequence[Column],
        sentence: str,
        parent: QWidget,
        word: str = "",
    ) -> None:
        """``word`` is what can be done with a row, "" for nothing."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        resize_on_screen(self, *_SIZE)
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setText(sentence)
        self.model = OutlineModel(columns, self)
        self.rows = RowWindow(self.model)
        self.view = WindowedView(theme, self.model, self.rows)
        self.view.setAccessibleName(title)
        self.can: Callable[[ListRow], bool] = lambda _row: True
        """Whether it can be done with a row."""
        close = plain_button(theme, self.tr("&Close"), "close", self.reject)
        self.button = plain_button(theme, word, "retry", self._on_wanted)
        self.button.setVisible(bool(word))
        self.button.setEnabled(False)
        self.view.selection_changed.connect(self._on_selected)
        foot = row_of(self.button, 1, close)
        column_of(self.sentence, (self.view, 1), foot, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)

    def show_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these rows instead of those that are there."""
        self.rows.discard(list(self.rows.all()))
        self.rows.add(rows)

    def selected(self) -> ListRow | None:
        """The row that is selected, where it is one."""
        nodes = self.view.selected_nodes()
        return nodes[0] if len(nodes) == 1 and isinstance(nodes[0], ListRow) else None

    def _on_selected(self) -> None:
        row = self.selected()
        self.button.setEnabled(row is not None and self.can(row))

    def _on_wanted(self) -> None:
        row = self.selected()
        if row is not None and self.can(row):
            self.wanted.emit(row)
