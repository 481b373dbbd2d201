from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.peers.formats import peer_formats
from dicomdesk.gui.peers.group_dialog import GroupDialog
from dicomdesk.gui.peers.import_dialog import ImportDialog
from dicomdesk.gui.peers.pane import PeersPane
from dicomdesk.gui.peers.rows import NAME
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.view import View
from tests.gui.answers import shown, wait_for
from tests.helpers.peers.known_peers import FULL, many, named

WaitUntil = Callable[[Callable[[], bool]], None]
PEERS = (named("Desk"), replace(FULL, last_check=None), named("Old", "Radiology", 2), named("Ward", "Wards", 3))


@pytest.fixture
def pane(window: MainWindow) -> PeersPane:
    window.peers._book.add(*PEERS)
    window.open_view("peers")
    return window.peers


def names(book: AddressBook) -> list[str]:
    return [peer.name for peer in book.peers]


def action(pane: PeersPane, word: str) -> None:
    next(button for button in pane.details.buttons() if button.text().strip() == word).click()


def test_empty_book_says_how_to_begin(window: MainWindow) -> None:
    pane = window.peers
    assert isinstance(pane, View)
    assert pane.area.currentIndex() == 0
    assert pane.filters.isHidden()
    buttons = {button.accessibleName() for button in pane.area.findChildren(QPushButton)}
    assert {"Add a peer…", "Import…"} <= buttons
    assert pane.details.details().title == "The address book is empty"


def test_book_is_shown_by_groups_and_filtered(pane: PeersPane) -> None:
    assert [node.text(NAME) for node in pane.model.root.children] == ["Desk", "Radiology", "Wards"]
    assert pane.details.details().title == "4 peers"
    pane.filters.search.setText("host3")
    assert pane.list.visible_rows() == 1
    pane.select("Desk")
    assert pane.filters.search.text() == ""
    assert pane.selected_names() == ["Desk"]


def test_peer_is_added_by_its_dialog(pane: PeersPane, wait_until: WaitUntil) -> None:
    pane.list.select_node(pane.rows.groups["Wards"])
    QTest.keyClick(pane, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = wait_for(PeerDialog, wait_until)
    assert dialog.group.text() == "Wards"
    QTest.keyClicks(dialog.ae_title, "US1")
    dialog.host.setText("us1.example")
    assert dialog.name.text() == "US1"
    dialog.name.setText("old")
    dialog._on_save()
    assert shown(PeerDialog) is dialog, "the name is taken"
    dialog.name.setText("Ultrasound")
    dialog._on_save()
    wait_until(lambda: pane._book.find("Ultrasound") is not None)
    wait_until(lambda: pane.selected_names() == ["Ultrasound"])
    assert names(pane._book)[-1] == "Ultrasound"


def test_peer_is_edited_and_stays_selected(pane: PeersPane, wait_until: WaitUntil) -> None:
    pane.select("Old")
    QTest.keyClick(pane.list, Qt.Key.Key_F2)
    dialog = wait_for(PeerDialog, wait_until)
    pane.commands.edit("Old")  # brings it to the front
    dialog.name.setText("Very old")
    dialog.group.setText("Wards")
    dialog._on_save()
    wait_until(lambda: pane.selected_names() == ["Very old"])
    assert names(pane._book) == ["Desk", "Main archive", "Very old", "Ward"]


def test_removed_peers_are_put_back(pane: PeersPane) -> None:
    pane.list.select_node(pane.rows.groups["Radiology"])
    assert pane.details.details().title == "2 peers selected"
    QTest.keyClick(pane.list, Qt.Key.Key_Delete)
    assert names(pane._book) == ["Desk", "Ward"]
    assert pane.details.details().title == "Removed 2 peers"
    action(pane, "Undo")
    assert names(pane._book) == ["Desk", "Main archive", "Old", "Ward"]
    assert pane.details.details().title == "2 peers are back"
    assert pane.selected_names() == ["Main archive"]


def test_peer_is_duplicated(pane: PeersPane) -> None:
    pane.select("Main archive")
    QTest.keyClick(pane, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert pane.selected_names() == ["Main archive (2)"]
    copy = pane._book.find("Main archive (2)")
    assert copy is not None
    assert copy.security == FULL.security


def test_order_is_changed_by_keys(pane: PeersPane) -> None:
    pane.select("Old")
    QTest.keyClick(pane.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(pane._book) == ["Desk", "Old", "Main archive", "Ward"]
    assert pane.selected_names() == ["Old"]
    pane.list.select_node(pane.rows.groups["Wards"])
    QTest.keyClick(pane.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert pane._book.groups() == ("", "Wards", "Radiology")
    pane.list.select_node(pane.rows.groups["Wards"])
    QTest.keyClick(pane.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert pane._book.groups() == ("", "Radiology", "Wards")


def test_order_is_changed_by_dropping(pane: PeersPane) -> None:
    rows = pane.rows.rows
    pane.select("Ward")
    pane.list.moved.emit(rows["main archive"], False)
    assert names(pane._book) == ["Desk", "Ward", "Main archive", "Old"]
    pane.select("Desk")
    pane.list.moved.emit(pane.rows.rows["main archive"], True)
    assert names(pane._book) == ["Ward", "Main archive", "Desk", "Old"]
    pane.select("Desk")
    pane.list.moved.emit(None, True)
    assert names(pane._book) == ["Ward", "Main archive", "Old", "Desk"]
    assert pane._book.groups() == ("Radiology",)


def test_group_is_dropped_before_or_into_another(pane: PeersPane) -> None:
    pane.list.select_node(pane.rows.groups["Wards"])
    pane.list.moved.emit(pane.rows.groups["Radiology"], False)
    assert pane._book.groups() == ("", "Wards", "Radiology")
    pane.select("Desk")
    pane.list.moved.emit(pane.rows.groups["Wards"], True)
    assert [peer.name for peer in pane._book.of_group("Wards")] == ["Ward", "Desk"]


def test_files_that_are_dropped_are_previewed_and_imported(
    pane: PeersPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    path = tmp_path / "modalities.json"
    path.write_text('{"US1": ["US1", "us1.example", 104], "bad": 3}')
    pane.area.dropped.emit([str(path), str(tmp_path / "gone")])
    dialog = wait_for(ImportDialog, wait_until)
    assert dialog.title() == "1 will be added, 0 changed, 1 left out"
    dialog.accept()
    wait_until(lambda: pane.details.details().title == "That cannot be imported")
    assert "gone cannot be read" in pane.details.details().text
    assert pane._book.find("US1") is not None


@pytest.mark.parametrize("key", [each.key for each in peer_formats()])
def test_peers_are_exported_and_losses_told(
    pane: PeersPane, wait_until: WaitUntil, tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"

    async def answer(_tasks: Tasks, _parent: object, _title: str, _name: str) -> str:
        return str(path)

    monkeypatch.setattr("dicomdesk.gui.peers.actions.ask_new_file", answer)
    pane._export(next(each for each in peer_formats() if each.key == key))
    wait_until(lambda: pane.details.details().title == "4 peers exported")
    assert path.read_text(encoding="utf-8")
    assert ("Not in this format" in pane.details.details().text) is (key != "book")


def test_peer_is_checked_step_by_step(pane: PeersPane, wait_until: WaitUntil) -> None:
    pane._book.change("Desk", replace(PEERS[0], host="127.0.0.1", port=1))
    pane.commands.check_in_steps("Desk")
    dialog = wait_for(CheckDialog, wait_until)
    wait_until(lambda: not dialog.is_running() and bool(dialog._steps))
    kept = pane._book.find("Desk")
    assert kept is not None
    assert kept.last_check is not None
    dialog.reject()


def test_every_view_leads_to_the_book(window: MainWindow) -> None:
    window.send.peers_wanted.emit()
    assert window.views.currentWidget() is window.peers


def test_folded_groups_stay_folded(pane: PeersPane) -> None:
    pane._on_fold()
    pane._book.add(named("More", "Radiology", 9))
    assert not any(pane.list.isExpanded(pane.list.model().index(row, 0)) for row in range(3))
    pane.list.expandAll()
    pane._book.add(named("Yet more", "Radiology", 10))
    assert all(pane.list.isExpanded(pane.list.model().index(row, 0)) for row in (1, 2))


def test_fields_and_buttons_have_names_for_screen_readers(pane: PeersPane) -> None:
    assert pane.list.accessibleName() == "Address book"
    assert all(button.accessibleName() or button.text() for button in pane.findChildren(QPushButton))


def test_five_thousand_peers_are_shown_and_searched(window: MainWindow) -> None:
    window.peers._book.add(*many(5000))
    window.peers.filters.search.setText("4999")
    assert window.peers.list.visible_rows() == 1
    assert window.peers.rows.counts()[0] == 5000


def test_peer_is_sent_to_or_queried_from_here(window: MainWindow, pane: PeersPane) -> None:
    pane.select("Main archive")
    action(pane, "Send to it")
    assert window.views.currentWidget() is window.send
    assert window.send.header.peer_entry.host.text() == "pacs.example"
    window.open_view(pane.key)
    action(pane, "Query it")
    assert window.views.currentWidget() is window.query
    assert [peer.name for peer in window.query.header.choice.peers()] == ["Main archive"]


def test_group_is_renamed_and_begun(pane: PeersPane, wait_until: WaitUntil) -> None:
    pane.list.select_node(pane.rows.groups["Wards"])
    QTest.keyClick(pane.list, Qt.Key.Key_F2)
    dialog = wait_for(GroupDialog, wait_until)
    dialog.field.setText("")
    assert not dialog._ok.isEnabled()
    dialog.field.setText("Floors")
    dialog._ok.click()
    wait_until(lambda: "Floors" in pane._book.groups())
    wait_until(lambda: shown(GroupDialog) is None)
    pane.commands.move_to_new_group(["Desk", "Old"])
    dialog = wait_for(GroupDialog, wait_until)
    dialog.field.setText("Others")
    dialog._ok.click()
    wait_until(lambda: [peer.name for peer in pane._book.of_group("Others")] == ["Desk", "Old"])


def test_peers_are_checked_under_the_title_that_was_typed_last(window: MainWindow) -> None:
    window.send.header.peer_entry.calling.setText("TYPED")
    assert window.peers.checks._access.peers.own_ae_title == "TYPED"
    window.send.header.peer_entry.calling.setText("much too long a title")
    assert window.peers.checks._access.peers.own_ae_title == "TYPED"


@pytest.mark.parametrize(("key", "modifiers"), [("T", "Control"), ("T", "ControlShift"), ("O", "Control")])
def test_keys_of_the_menu_work(
    pane: PeersPane, key: str, modifiers: str, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    told: list[object] = []
    monkeypatch.setattr(pane.checks, "check", told.append)

    async def choose() -> None:
        told.append("import")

    monkeypatch.setattr(pane.commands, "_choose_imports", choose)
    pane.select("Ward")
    keys = Qt.KeyboardModifier.ControlModifier
    if modifiers == "ControlShift":
        keys |= Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(pane.list, getattr(Qt.Key, f"Key_{key}"), keys)
    wait_until(lambda: len(told) == 1)
