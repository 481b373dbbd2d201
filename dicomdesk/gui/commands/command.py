"""Commands: named actions of a widget, which menus show and keys run."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

REFRESH, FIND = "refresh", "find"
"""What the window offers of every view that has it."""
FIND_KEYS = QKeySequence.StandardKey.Find
_FIRST_KEYS = "first_keys"

Keys = str | QKeySequence.StandardKey


class Offer(NamedTuple):
    """A command that is to be made."""

    name: str
    """Within the view; settings keep keys by it."""
    word: str
    run: Callable[[], object]
    keys: Keys = ""
    is_everywhere: bool = True
    """Whether the keys work wherever the focus is while the view is shown, and not only when it is within."""


def offer_commands(owner: QWidget, offers: Iterable[Offer]) -> list[QAction]:
    """Give a widget commands, which its keys run while it is shown."""
    return [_make(owner, offer) for offer in offers]


def _make(owner: QWidget, offer: Offer) -> QAction:
    action = QAction(offer.word, owner)
    action.triggered.connect(lambda _=False: offer.run())
    action.setShortcut(QKeySequence(offer.keys))
    if not offer.is_everywhere:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    adopt(owner, offer.name, action)
    return action


def adopt(owner: QWidget, name: str, action: QAction) -> None:
    """Make a command of an action that stands in a menu already."""
    action.setObjectName(name)
    set_first_keys(action, action.shortcut().toString())
    owner.addAction(action)


def commands_of(owner: QWidget) -> list[QAction]:
    """Return the commands of a widget in the order in which it got them."""
    return [action for action in owner.actions() if action.objectName() and action.text()]


def first_keys(action: QAction) -> str:
    """Return the keys that a command has unless the user wants others, in Qt's portable text; "" for none."""
    return str(action.property(_FIRST_KEYS) or "")


def set_first_keys(action: QAction, keys: str) -> None:
    """Say which keys a command has unless the user wants others."""
    action.setProperty(_FIRST_KEYS, keys)


def keys_text(keys: QKeySequence) -> str:
    """Return keys as the desktop writes them."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)
