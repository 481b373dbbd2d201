"""Shortcuts of the window, pressed as keys: each leads to one thing, in every view and wherever the focus is."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut, QShortcutEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.main_window import MainWindow


class Listener(QObject):
    """Takes note of each shortcut that is delivered, and lets none do anything."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[QObject, str, bool]] = []
        """To whom, which keys, and whether they are ambiguous."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if not isinstance(event, QShortcutEvent):
            return False
        self.heard.append((watched, event.key().toString(), event.isAmbiguous()))
        return True


@pytest.fixture
def listener(qapp: QApplication) -> Iterator[Listener]:
    found = Listener()
    qapp.installEventFilter(found)
    yield found
    qapp.removeEventFilter(found)


def keys_of(window: MainWindow) -> list[QKeySequence]:
    """Return all key sequences that something in the window is reached by."""
    found = [shortcut.key() for shortcut in window.findChildren(QShortcut)]
    found += [keys for action in window.findChildren(QAction) for keys in action.shortcuts()]
    found += [button.shortcut() for button in window.findChildren(QAbstractButton)]
    found += [QKeySequence.mnemonic(action.text()) for action in window.menu_bar.actions()]
    return list({keys.toString(): keys for keys in found if not keys.isEmpty()}.values())


def focus_places(view: QWidget) -> list[QWidget]:
    """Return one widget of each group that can have the focus: shortcuts depend on what is around it."""
    wanted = Qt.FocusPolicy.TabFocus
    places = [
        widget
        for widget in view.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & wanted
    ]
    return list({widget.parentWidget(): widget for widget in places}.values())


def test_no_shortcut_is_ambiguous_in_any_view(window: MainWindow, listener: Listener, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.query.header.form.more.click()
    keys = keys_of(window)
    assert len(keys) > 20
    for number in range(window.views.count()):
        window.sidebar.choose(number)
        view = window.views.currentWidget()
        places = focus_places(view) if view else []
        assert places
        for place in places:
            place.setFocus()
            for each in keys:
                QTest.keySequence(window, each)
    assert {told for _, told, is_ambiguous in listener.heard if not is_ambiguous} >= {
        "Ctrl+O",
        "Ctrl+Shift+O",
        "Ctrl+F",
    }
    ambiguous = {(told, type(who).__name__) for who, told, is_ambiguous in listener.heard if is_ambiguous}
    assert not ambiguous


@pytest.mark.parametrize(
    ("key", "keys"), [("send", "Ctrl+O"), ("send", "Ctrl+Shift+O"), ("peers", "Ctrl+O"), ("peers", "Ctrl+T")]
)
def test_keys_of_a_menu_are_delivered_wherever_the_focus_is(
    window: MainWindow, listener: Listener, qtbot: QtBot, key: str, keys: str
) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    view = getattr(window, key)
    window.sidebar.choose(window.views.indexOf(view))
    for place in [*focus_places(view), *window.sidebar.findChildren(QAbstractButton)]:
        place.setFocus()
        listener.heard.clear()
        QTest.keySequence(window, QKeySequence(keys))
        assert [(told, is_ambiguous) for _, told, is_ambiguous in listener.heard] == [(keys, False)], place
