"""The choice between the colours of the system, light and dark, at the foot of the sidebar."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from dicomdesk.gui.panels.sidebar import ViewButton
from dicomdesk.gui.theme import Appearance, Theme

__all__ = ["AppearanceButton"]


class AppearanceButton(ViewButton):
    """Opens a menu of which one is always chosen. ``changed`` tells of another choice, which holds at once."""

    changed = Signal()

    def __init__(self, theme: Theme, chosen: str) -> None:
        """``chosen`` is the value of an ``Appearance``; what is none is the system's."""
        super().__init__(theme, "appearance", self.tr("Appearance"))
        self.setCheckable(False)
        self.menu = QMenu(self.tr("&Appearance"), self)
        group = QActionGroup(self)
        words = {
            Appearance.SYSTEM: self.tr("As the &system"),
            Appearance.LIGHT: self.tr("&Light"),
            Appearance.DARK: self.tr("&Dark"),
        }
        known = {each.value: each for each in Appearance}
        theme.choose(known.get(chosen, Appearance.SYSTEM))
        self._choices: dict[str, QAction] = {}
        for appearance, word in words.items():
            action = QAction(word, self)
            action.setCheckable(True)
            action.setChecked(appearance is theme.appearance)
            action.triggered.connect(lambda _=False, appearance=appearance: self._choose(appearance))
            group.addAction(action)
            self._choices[appearance.value] = action
            self.menu.addAction(action)
        self.clicked.connect(self._open)

    def choose(self, chosen: str) -> None:
        """Choose as a click does; ``chosen`` is the value of an ``Appearance``."""
        if chosen in self._choices and not self._choices[chosen].isChecked():
            self._choices[chosen].trigger()

    def _choose(self, appearance: Appearance) -> None:
        self._theme.choose(appearance)
        self.changed.emit()

    def _open(self) -> None:
        """Above the button, where there is room for it."""
        size = self.menu.sizeHint()
        self.menu.popup(self.mapToGlobal(QPoint(0, -size.height())))
