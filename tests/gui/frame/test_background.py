"""The tray and what happens behind it: a desktop that has one, and one that has none."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from dicomdesk.gui.frame.background import Background
from dicomdesk.gui.frame.tray import Tray
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.preferences.preferences import Preferences, preferences_of
from dicomdesk.gui.questions.confirm import ConfirmDialog
from dicomdesk.gui.session import Session

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the desktop has a tray; tests change it."""
    found = [True]
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: found[0])
    return found


class ClosedByUser(QCloseEvent):
    """What the desktop sends; Qt's offscreen desktop has no frame that could be clicked."""

    def spontaneous(self) -> bool:
        return True


def close_by_its_frame(window: MainWindow) -> None:
    window.closeEvent(ClosedByUser())


def test_the_window_that_is_closed_goes_to_the_tray_and_that_is_explained_once(
    window: MainWindow, desktop: list[bool], wait_until: WaitUntil
) -> None:
    assert isinstance(window.background, Background)
    window._prefer(Preferences(closes_to_tray=True))
    window.background.begin()
    assert window.background.tray.is_there
    close_by_its_frame(window)
    wait_until(lambda: bool(window.findChildren(ConfirmDialog)))
    (asked,) = window.findChildren(ConfirmDialog)
    assert "tray" in asked.informativeText()
    assert window.isVisible()
    asked.confirm.click()
    wait_until(window.isHidden)
    assert preferences_of(window.state().preferences).knows_tray
    window.background.tray.show_wanted.emit()
    assert window.isVisible()
    close_by_its_frame(window)
    assert window.isHidden()
    window.take_files([])
    assert window.isVisible()


def test_a_window_in_a_tray_that_goes_away_comes_back(
    window: MainWindow, session: Session, desktop: list[bool]
) -> None:
    window._prefer(Preferences(closes_to_tray=True, knows_tray=True))
    window.background.begin()
    close_by_its_frame(window)
    assert window.isHidden()
    desktop[0] = False
    session.ticked.emit()
    assert window.isVisible()


def test_without_a_tray_the_window_closes(window: MainWindow, desktop: list[bool], qtbot: QtBot) -> None:
    desktop[0] = False
    window._prefer(Preferences(closes_to_tray=True, knows_tray=True))
    window.background.begin()
    assert not window.background.tray.is_there
    with qtbot.waitSignal(window.closed):
        close_by_its_frame(window)


def test_quitting_ends_the_program_whatever_closing_does(window: MainWindow, desktop: list[bool], qtbot: QtBot) -> None:
    window._prefer(Preferences(closes_to_tray=True, knows_tray=True))
    window.background.begin()
    with qtbot.waitSignal(window.closed):
        window.commands.actions["quit"].trigger()
    assert not window.background.tray.is_there


def test_what_has_ended_is_told_where_nobody_looks_and_wants_it(
    window: MainWindow, session: Session, desktop: list[bool]
) -> None:
    assert isinstance(window.background.tray, Tray)
    window.background.begin()
    window.hide()
    window.send.flow.finished.emit(Details(title="All 3 instances stored by PACS"))
    session.retrieving.add(1)
    session.changed.emit()
    session.retrieving.clear()
    session.changed.emit()
    titles = [title for title, _ in window.background.tray.told]
    assert len(titles) == 2
    assert titles[0] == "All 3 instances stored by PACS"
    window._prefer(Preferences(notifies=False))
    window.send.flow.finished.emit(Details(title="All"))
    assert len(window.background.tray.told) == 2
