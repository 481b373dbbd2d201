"""The menu bar: what concerns the whole window, and the commands of every view that is registered."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QMenuBar, QWidget

from dicomdesk.gui.commands.command import FIND, REFRESH, commands_of, keys_text
from dicomdesk.gui.frame.views import ViewName
from dicomdesk.gui.view import View
from dicomdesk.records import dataclass

_SEPARATOR = ""
_FILES = (("send", "files"), ("send", "folder"), ("receive", "open-folder"), ("peers", "import"))
"""Commands of views that stand in the File menu."""


def _say(text: str) -> str:
    return QCoreApplication.translate("menu_bar", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Menus:
    """What the menu bar is made of."""

    names: Sequence[ViewName]
    find: Callable[[str], View]
    """Returns the view with a key, which is built where it is not there yet."""
    current: Callable[[], str]
    """Returns the key of the view that is shown."""
    open: Callable[[str], None]
    """Shows the view with a key."""
    commands: Mapping[str, QAction]
    """Of the window, by their names."""
    appearance: QMenu


class MenuBar(QMenuBar):
    """Each menu is filled when it is opened: it says what can be done now. For the Qt thread."""

    def __init__(self, menus: Menus, parent: QWidget) -> None:
        super().__init__(parent)
        self._menus = menus
        self.setAccessibleName(_say("Menu bar"))
        for word, fill in (
            (_say("&File"), self._fill_file),
            (_say("&Edit"), self._fill_edit),
            (_say("&View"), self._fill_view),
            (_say("&Transfer"), partial(self._fill_views, is_tool=False)),
            (_say("T&ools"), self._fill_tools),
            (_say("&Help"), self._fill_help),
        ):
            menu = self.addMenu(word)
            menu.aboutToShow.connect(partial(_fill_anew, menu, fill))

    def menus(self) -> list[QMenu]:
        """Return the menus, each filled as if it were opened."""
        found = [action.menu() for action in self.actions()]
        menus = [menu for menu in found if isinstance(menu, QMenu)]
        for menu in menus:
            menu.aboutToShow.emit()
        return menus

    # Filling.

    def _fill_file(self, menu: QMenu) -> None:
        for key, name in _FILES:
            self._add(menu, key, name)
        self._add_own(menu, _SEPARATOR, "settings", _SEPARATOR, "quit")

    def _fill_edit(self, menu: QMenu) -> None:
        focus = QApplication.focusWidget()
        for word, name in (
            (_say("&Undo\tCtrl+Z"), "undo"),
            (_say("&Redo\tCtrl+Shift+Z"), "redo"),
            (_SEPARATOR, ""),
            (_say("Cu&t\tCtrl+X"), "cut"),
            (_say("&Copy\tCtrl+C"), "copy"),
            (_say("&Paste\tCtrl+V"), "paste"),
            (_say("Select &all\tCtrl+A"), "selectAll"),
        ):
            if not name:
                menu.addSeparator()
                continue
            run = getattr(focus, name, None)
            action = menu.addAction(word)
            action.setEnabled(callable(run) and _can_edit(focus, name))
            if callable(run):
                action.triggered.connect(lambda _=False, run=run: run())
        menu.addSeparator()
        self._add_current(menu, FIND, _say("&Find"))

    def _fill_view(self, menu: QMenu) -> None:
        current = self._menus.current()
        for name in self._menus.names:
            action = self._menus.commands[f"view-{name.key}"]
            action.setCheckable(True)
            action.setChecked(name.key == current)
            menu.addAction(action)
        menu.addSeparator()
        self._add_current(menu, REFRESH, _say("&Look again"))
        menu.addMenu(self._menus.appearance)
        self._add_own(menu, _SEPARATOR, "log", "full-screen")

    def _fill_views(self, menu: QMenu, *, is_tool: bool) -> None:
        for name in self._menus.names:
            if name.is_tool is is_tool:
                self._add_view(menu.addMenu(name.word.replace("&", "&&")), name.key)

    def _add_view(self, menu: QMenu, key: str) -> None:
        def fill(menu: QMenu) -> None:
            for action in commands_of(self._menus.find(key)):
                self._add_action(menu, key, action)

        menu.aboutToShow.connect(partial(_fill_anew, menu, fill))

    def _fill_tools(self, menu: QMenu) -> None:
        self._fill_views(menu, is_tool=True)
        self._add_own(menu, _SEPARATOR, "problems", "keyboard")

    def _fill_help(self, menu: QMenu) -> None:
        self._add_own(menu, "help", _SEPARATOR, "log-folder", "bundle", _SEPARATOR, "about")

    def _add_own(self, menu: QMenu, *names: str) -> None:
        """Add commands of the window, as far as there are such."""
        for name in names:
            if name == _SEPARATOR:
                menu.addSeparator()
            elif name in self._menus.commands:
                menu.addAction(self._menus.commands[name])

    def _add(self, menu: QMenu, key: str, name: str) -> None:
        for action in commands_of(self._menus.find(key)):
            if action.objectName() == name:
                self._add_action(menu, key, action)

    def _add_current(self, menu: QMenu, name: str, word: str) -> None:
        """Add what the view that is shown has of a name; disabled where it has nothing."""
        key = self._menus.current()
        found = [action for action in commands_of(self._menus.find(key)) if action.objectName() == name]
        if found:
            self._add_action(menu, key, found[0])
        else:
            menu.addAction(word).setEnabled(False)

    def _add_action(self, menu: QMenu, key: str, action: QAction) -> None:
        """Add what shows the view and does the same; the keys are told and not taken: they are the view's."""
        keys = keys_text(action.shortcut())
        shown = menu.addAction(f"{action.text()}\t{keys}" if keys else action.text())
        shown.setEnabled(action.isEnabled())
        shown.setCheckable(action.isCheckable())
        shown.setChecked(action.isChecked())
        shown.triggered.connect(lambda _=False: self._run(key, action))

    def _run(self, key: str, action: QAction) -> None:
        self._menus.open(key)
        action.trigger()


def _fill_anew(menu: QMenu, fill: Callable[[QMenu], None]) -> None:
    for each in menu.findChildren(QMenu):
        if each.parent() is menu:
            each.deleteLater()  # clear() takes actions off, and leaves menus
    menu.clear()
    fill(menu)


def _can_edit(focus: QWidget | None, name: str) -> bool:
    if not isinstance(focus, QLineEdit):
        return True
    can = {
        "undo": focus.isUndoAvailable,
        "redo": focus.isRedoAvailable,
        "cut": focus.hasSelectedText,
        "copy": focus.hasSelectedText,
    }
    return can[name]() if name in can else True
