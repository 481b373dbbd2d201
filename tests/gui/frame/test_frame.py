"""The menu bar: all that views offer is in it, and does what it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from dicomdesk import paths
from dicomdesk.gui.commands.command import commands_of
from dicomdesk.gui.frame.log_access import FOLDER, LogAccess
from dicomdesk.gui.frame.menu_bar import MenuBar
from dicomdesk.gui.frame.support_access import SupportAccess
from dicomdesk.gui.frame.views import KEYS
from dicomdesk.gui.frame.window_commands import WindowCommands
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.tasks import Tasks
from tests.gui.conftest import Finish


def entries(menu: QMenu) -> Iterator[QAction]:
    """All that can be chosen in a menu and those below it, each opened first."""
    menu.aboutToShow.emit()
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            yield from entries(below)
        elif not action.isSeparator():
            yield action


def words(action: QAction) -> str:
    return action.text().partition("\t")[0].replace("&", "")


def entry(bar: MenuBar, menu: str, word: str) -> QAction:
    (found,) = (
        action
        for each in bar.menus()
        if each.title().replace("&", "") == menu
        for action in entries(each)
        if words(action) == word
    )
    return found


def test_every_command_of_every_view_and_of_the_window_stands_in_a_menu(window: MainWindow) -> None:
    shown = [words(action) for menu in window.menu_bar.menus() for action in entries(menu)]
    wanted = [words(action) for key in KEYS for action in commands_of(getattr(window, key))]
    wanted += [words(action) for action in window.commands.actions.values()]
    assert len(wanted) > 50
    assert not set(wanted) - set(shown)


def test_an_entry_shows_the_view_and_does_what_its_command_does(window: MainWindow) -> None:
    assert isinstance(window.commands, WindowCommands)
    entry(window.menu_bar, "Tools", "Find in the address book").trigger()
    assert window.state().view == "peers"
    search = window.peers.filters.search
    assert window.focusWidget() is search
    entry(window.menu_bar, "View", "Receive").trigger()
    assert window.state().view == "receive"


def test_keys_of_an_entry_are_told_and_never_taken_twice(window: MainWindow) -> None:
    for menu in window.menu_bar.menus():
        own = set(window.commands.actions.values())
        assert all(action.shortcut().isEmpty() for action in entries(menu) if action not in own)
    shown = entry(window.menu_bar, "Transfer", "Check how it would go")
    assert shown.text().endswith("\tCtrl+Shift+Return")


def test_the_edit_menu_acts_on_the_field_that_has_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.open_view("peers")
    field = window.send.header.peer_entry.called
    window.open_view("send")
    field.setFocus()
    field.setText("ARCHIVE")
    field.selectAll()
    entry(window.menu_bar, "Edit", "Copy").trigger()
    assert QApplication.clipboard().text() == "ARCHIVE"
    entry(window.menu_bar, "Edit", "Cut").trigger()
    assert field.text() == ""
    window.sidebar.setFocus()
    assert not entry(window.menu_bar, "Edit", "Redo").isEnabled()


@pytest.mark.parametrize("key", KEYS)
def test_looking_again_is_offered_where_the_view_has_it(window: MainWindow, key: str) -> None:
    window.open_view(key)
    has_it = any(action.objectName() == "refresh" for action in commands_of(getattr(window, key)))
    (menu,) = (each for each in window.menu_bar.menus() if each.title() == "&View")
    keyed = [action for action in entries(menu) if action.text().endswith("\tF5")]
    assert bool(keyed) is has_it


def test_opening_menus_again_and_again_leaves_nothing_behind(window: MainWindow, qapp: QApplication) -> None:
    def count() -> int:
        for menu in window.menu_bar.menus():
            list(entries(menu))
        qapp.sendPostedEvents(None, 52)  # deferred deletions
        return len(window.menu_bar.findChildren(QMenu))

    first = count()
    assert [count() for _ in range(3)] == [first] * 3


def test_help_opens_at_the_view_that_is_shown_and_about_says_what_it_is_not_for(window: MainWindow) -> None:
    window.open_view("query")
    window.commands.actions["help"].trigger()
    help_page = window.commands.help
    assert help_page.isVisible()
    item = help_page.headings.currentItem()
    assert item is not None
    assert item.text() == "Query/Retrieve"
    help_page.close()
    window.commands.actions["full-screen"].trigger()
    assert window.isFullScreen()
    window.commands.actions["full-screen"].trigger()
    assert not window.isFullScreen()


def test_the_log_is_kept_where_the_menu_says(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finish: Finish, tasks: Tasks
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert isinstance(window.log, LogAccess)
    assert isinstance(window.support, SupportAccess)
    window.begin_log()
    try:
        window.log.ring.write(40, "something")
        finish(tasks.run(window.log.flush))
        assert list(paths.state_folder().joinpath(FOLDER).iterdir())
    finally:
        window.log.end()
        window.support.end()


USED = {
    QAccessible.Role.Button,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.MenuItem,
    QAccessible.Role.RadioButton,
    QAccessible.Role.Table,
    QAccessible.Role.Tree,
}
WHOLE = {
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.Table,
    QAccessible.Role.Tree,
}
"""Their parts are Qt's own."""


def used(place: QAccessibleInterface) -> Iterator[tuple[QAccessible.Role, str]]:
    """Role and name of all that can be seen and used at and below a place of the tree that screen readers walk."""
    if place.state().invisible:
        return
    role = place.role()
    if role in USED and not str(place.object().objectName()).startswith("qt_"):
        yield role, place.text(QAccessible.Text.Name).strip()
    if role not in WHOLE:
        for number in range(place.childCount()):
            child = place.child(number)
            if child is not None:
                yield from used(child)


@pytest.mark.parametrize("key", KEYS)
def test_a_screen_reader_finds_everything_of_a_view_by_a_name(window: MainWindow, key: str) -> None:
    window.open_view(key)
    window.show_log(is_shown=True)
    QApplication.processEvents()
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    found = list(used(root))
    assert {QAccessible.Role.MenuItem, QAccessible.Role.Button} <= {role for role, _ in found}
    assert len(found) > 15
    assert not [role for role, name in found if not name]
