"""Buttons: plain ones, and the one primary button of a view."""

from collections.abc import Callable

from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QMenu, QPushButton

from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.wording import plain_tip


def plain_button(theme: Theme, text: str, icon_name: str, run: Callable[[], None], tip: str = "") -> QPushButton:
    """Return a button with an icon that follows the theme; without ``text`` it is named by ``tip``."""
    button = QPushButton()
    set_words(button, text)
    theme.keep_icon(button, icon_name)
    button.clicked.connect(lambda _=False: run())
    button.setToolTip(plain_tip(tip))
    if not text:
        button.setAccessibleName(tip)
        _make_narrow(button)
    return button


def _make_narrow(button: QPushButton) -> None:
    button.setFixedWidth(34)
    button.setStyleSheet("padding-left: 0px; padding-right: 0px;")


def menu_button(theme: Theme, text: str, icon_name: str, menu: QMenu, tip: str = "") -> QPushButton:
    """Return a button that opens a menu."""
    button = plain_button(theme, text, icon_name, lambda: None, tip)
    button.setMenu(menu)
    return button


def set_words(button: QPushButton, text: str) -> None:
    """Write ``text`` on a button; its mnemonic works, but is not underlined. A space keeps the icon at a distance."""
    words = text.replace("&", "")
    button.setText(f" {words}" if words else "")
    button.setAccessibleName(words)
    if words != text:
        button.setShortcut(QKeySequence.mnemonic(text))


def without_icons(box: QDialogButtonBox) -> None:
    """Take away the icons that the style gives to usual buttons: they do not follow the theme."""
    for button in box.buttons():
        button.setIcon(QIcon())


def save_box(save: Callable[[], None], cancel: Callable[[], None]) -> QDialogButtonBox:
    """Return the Save and Cancel of a dialog; Save is its primary button."""
    standard = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(standard.Save | standard.Cancel)
    without_icons(box)
    box.button(standard.Save).setProperty("primary", True)  # noqa: FBT003 - Qt's own signature
    box.accepted.connect(save)
    box.rejected.connect(cancel)
    return box


def ok_box(accept: Callable[[], None], cancel: Callable[[], None]) -> QDialogButtonBox:
    """Return the OK and Cancel of a dialog."""
    standard = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(standard.Ok | standard.Cancel)
    without_icons(box)
    box.accepted.connect(accept)
    box.rejected.connect(cancel)
    return box


class PrimaryButton(QPushButton):
    """The one button of a view that is meant to be pressed next."""

    def __init__(self, theme: Theme, run: Callable[[], None]) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("primary", True)  # noqa: FBT003 - Qt's own signature
        self.clicked.connect(lambda _=False: run())

    def keep_room(self, text: str, icon_name: str) -> None:
        """Be at least as wide as with a text, so that what is beside it stays where it is when the text changes."""
        self.show_action(text, icon_name, "", is_enabled=False)
        self.ensurePolished()
        self.setMinimumWidth(self.sizeHint().width())

    def show_action(self, text: str, icon_name: str, tip: str, *, is_enabled: bool = True) -> None:
        """Say what the button does now; the same again costs nothing."""
        if (self.accessibleName(), self.isEnabled(), self.toolTip()) == (text, is_enabled, plain_tip(tip)):
            return
        set_words(self, text)
        self.setToolTip(plain_tip(tip))
        self.setEnabled(is_enabled)
        self._theme.keep_icon(self, icon_name, Tone.ON_ACCENT)
