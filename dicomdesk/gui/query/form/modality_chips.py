"""Modalities as chips, of which any can be chosen, and a field for those that have none."""

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.gui.controls.chips import Chip
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.theme import GRID, Theme

__all__ = ["ModalityChips"]

_USUAL = ("CT", "MR", "US", "CR", "DX", "MG", "NM", "PT", "XA", "SR")
_CODE = re.compile(r"[A-Z0-9_ ]{1,16}")
"""A code string (PS3.5 6.2, CS)."""


class ModalityChips(QWidget):
    """None chosen means all."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._chips = {code: Chip(theme, code) for code in _USUAL}
        self.other = Field(self.tr("Other modalities"), _other_problem, hint=self.tr("other"))
        self.other.setMinimumWidth(64)
        self.other.setMaximumWidth(120)
        for code, chip in self._chips.items():
            chip.set_count(None)
            chip.setAccessibleName(self.tr("Modality {code}").format(code=code))
            chip.toggled.connect(lambda _is_on: self.changed.emit())
        self.other.checked.connect(self.changed)
        row_of(*self._chips.values(), self.other, inside=self, spacing=GRID - 2)

    def chosen(self) -> tuple[str, ...]:
        """Return the modalities that are chosen."""
        return tuple(dict.fromkeys([code for code, chip in self._chips.items() if chip.isChecked()] + self._typed()))

    def chip(self, code: str) -> Chip:
        """Return the chip of a usual modality; KeyError for any other."""
        return self._chips[code]

    def choose(self, modalities: tuple[str, ...]) -> None:
        """Choose these, and no others."""
        for code, chip in self._chips.items():
            chip.setChecked(code in modalities)
        self.other.setText(" ".join(code for code in modalities if code not in self._chips))

    def _typed(self) -> list[str]:
        return _codes(self.other.text())


def _codes(text: str) -> list[str]:
    return re.split(r"[\s,;/\\]+", text.upper().strip()) if text.strip() else []


def _other_problem(text: str) -> str:
    if all(_CODE.fullmatch(code) for code in _codes(text)):
        return ""
    return "A modality is a code such as CT or OPT; several have blanks between them."
