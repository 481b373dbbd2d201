"""The settings: what is saved holds at once in all views, what is wrong is said, what is not saved changes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from dicomdesk.gui.entries.storing_entry import storage_of
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.preferences.preferences import preferences_of
from dicomdesk.gui.settings.dialog import SettingsDialog
from dicomdesk.gui.settings.keyboard_page import KEYS, KeyboardPage
from dicomdesk.gui.settings.pages import AppearancePage, GeneralPage, LogPage, NetworkPage, StoragePage, seconds_problem
from dicomdesk.gui.theme import Appearance, Theme

WaitUntil = Callable[[Callable[[], bool]], None]
STANDARD = QDialogButtonBox.StandardButton


@pytest.fixture
def dialog(window: MainWindow, wait_until: WaitUntil) -> Iterator[SettingsDialog]:
    window.commands.actions["settings"].trigger()
    wait_until(lambda: bool(window.findChildren(SettingsDialog)))
    (found,) = window.findChildren(SettingsDialog)
    yield found
    if window.findChildren(SettingsDialog):
        found.reject()


def press(dialog: SettingsDialog, button: QDialogButtonBox.StandardButton) -> None:
    (box,) = dialog.findChildren(QDialogButtonBox)
    box.button(button).click()


def test_what_is_saved_holds_in_all_views_and_is_remembered(
    window: MainWindow, dialog: SettingsDialog, wait_until: WaitUntil, tmp_path: Path, theme: Theme
) -> None:
    assert [type(page) for page in dialog.pages] == [
        GeneralPage,
        AppearancePage,
        NetworkPage,
        StoragePage,
        LogPage,
        KeyboardPage,
    ]
    dialog.network.calling.setText("CALLS")
    dialog.network.listening.setText("LISTENS")
    dialog.network.port.setText("4242")
    dialog.network.peer_port.setText("2762")
    dialog.network.times["acse_s"].setText("12.5")
    dialog.storage.folder.setText(str(tmp_path / "here"))
    dialog.storage.storing.folders.setCurrentIndex(1)
    dialog.general.listens.setChecked(False)
    dialog.general.resumes.setChecked(False)
    dialog.general.days.setText("")
    dialog.general.closes.setChecked(True)
    dialog.general.notifies.setChecked(False)
    dialog.appearance.colours.setCurrentIndex(2)
    dialog.appearance.scale.setCurrentIndex(1)
    dialog.log.level.setCurrentIndex(3)
    dialog.log.keeps.setChecked(False)
    dialog.log.names.setChecked(True)
    dialog.keyboard.select("send.check")
    dialog.keyboard.press("F12")
    press(dialog, STANDARD.Save)
    wait_until(lambda: window.receive.port.value() == "4242")
    state = window.state()
    assert window.send.header.peer_entry.calling.value() == "CALLS"
    assert (state.calling_ae_title, state.listen_ae_title, state.listen_port) == ("CALLS", "LISTENS", "4242")
    assert state.listen_folder == str(tmp_path / "here")
    assert storage_of(state).sub_folders.value == "patient-study-series"
    assert (state.listens_at_start, state.send_resumes, state.history_days) == (False, False, 0)
    assert (state.appearance, theme.appearance) == ("dark", Appearance.DARK)
    assert state.keys == {"send.check": "F12"}
    found = preferences_of(state.preferences)
    assert (found.scale_percent, found.peer_port, found.acse_s) == (100, 2762, 12.5)
    assert (found.has_tray, found.closes_to_tray, found.notifies) == (True, True, False)
    assert (found.log_level, found.keeps_log, found.shows_names) == ("ERROR", False, True)
    assert window.peers.commands.preferences == found == window.preferences
    window.appearance.choose("light")


def test_what_is_not_saved_changes_nothing(window: MainWindow, dialog: SettingsDialog, wait_until: WaitUntil) -> None:
    before = window.state()
    dialog.network.calling.setText("CALLS")
    dialog.appearance.colours.setCurrentIndex(2)
    dialog.keyboard.reset.click()
    dialog.keyboard.select("send.check")
    dialog.keyboard.press("F12")
    press(dialog, STANDARD.Cancel)
    wait_until(lambda: not window.findChildren(SettingsDialog))
    assert window.state() == before


def test_a_wrong_field_is_shown_and_nothing_is_saved(window: MainWindow, dialog: SettingsDialog) -> None:
    for page, field, text in (
        (dialog.general, dialog.general.days, "many"),
        (dialog.network, dialog.network.calling, "A" * 17),
        (dialog.network, dialog.network.times["connect_s"], "-1"),
        (dialog.storage, dialog.storage.folder, " "),
    ):
        good = field.text()
        field.setText(text)
        press(dialog, STANDARD.Save)
        assert dialog.isVisible()
        assert dialog.stack.currentIndex() == dialog.pages.index(page)
        assert dialog.message.text() == field.problem() != ""
        field.setText(good)
    assert window.preferences == preferences_of({})


def test_keys_that_are_taken_are_refused_in_the_page(dialog: SettingsDialog) -> None:
    page = dialog.keyboard
    page.select("send.check")
    row = page.table.currentRow()
    page.press("F1")
    assert "taken by “Help”" in page.message.text()
    assert not page.chosen()
    page.press("")
    assert page.chosen() == {"send.check": ""}
    item = page.table.item(row, KEYS)
    assert item is not None
    assert (item.text(), item.font().bold()) == ("", True)
    page.usual.click()
    assert (item.text(), item.font().bold()) == ("Ctrl+Shift+Return", False)
    page.none.click()
    page.reset.click()
    assert not page.chosen()


def test_commands_are_found_by_their_words_and_keys(dialog: SettingsDialog) -> None:
    page = dialog.keyboard
    page.search.setText("ctrl+shift+return send")
    shown = [row for row in range(page.table.rowCount()) if not page.table.isRowHidden(row)]
    assert len(shown) == 1
    page.search.clear()
    assert not any(page.table.isRowHidden(row) for row in range(page.table.rowCount()))


def test_the_settings_are_open_once_and_at_the_page_that_is_asked_for(
    window: MainWindow, wait_until: WaitUntil
) -> None:
    window.commands.actions["keyboard"].trigger()
    wait_until(lambda: bool(window.findChildren(SettingsDialog)))
    window.commands.actions["settings"].trigger()
    (dialog,) = window.findChildren(SettingsDialog)
    assert dialog.pages[dialog.stack.currentIndex()] is dialog.keyboard
    dialog.reject()


def test_seconds_are_numbers_or_nothing() -> None:
    assert not any(seconds_problem(text) for text in ("", "30", "0.5"))
    assert all(seconds_problem(text) for text in ("0", "-3", "soon", "nan", "inf", "1e9"))
