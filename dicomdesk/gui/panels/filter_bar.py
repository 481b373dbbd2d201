"""The row above a tree: filter chips with counts, and a search field."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from dicomdesk.gui.controls.chips import ChipRow
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.theme import GRID, Theme, Tone


class FilterBar(QWidget):
    """Chips of which one is chosen, and words to search for; the view decides what passes both."""

    changed = Signal()
    """Another chip, or other words."""

    def __init__(self, theme: Theme, chips: Sequence[tuple[str, Tone]], hint: str) -> None:
        """``chips`` have a word and a tone each; ``hint`` stands in the empty search field."""
        super().__init__()
        self.chips = ChipRow(theme, chips)
        self.search: QLineEdit = search_field(theme, hint)
        self.chip = 0
        """Number of the chip that is chosen."""
        row_of(self.chips, 1, (self.search, 4), inside=self)
        self.chips.chosen.connect(self._on_chosen)
        self.search.textChanged.connect(self.changed)

    def set_counts(self, counts: Sequence[int | None]) -> None:
        """Show a count on each chip, in their order; None for none."""
        self.chips.set_counts(counts)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.chips.fit(self.width() - self.search.minimumWidth() - GRID)

    def words(self) -> list[str]:
        """Return what was typed, folded, word by word."""
        return self.search.text().casefold().split()

    def is_open(self) -> bool:
        """Whether everything passes."""
        return not self.chip and not self.words()

    def _on_chosen(self, number: int) -> None:
        self.chip = number
        self.changed.emit()
