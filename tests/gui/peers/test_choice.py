from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.peers.choice import PeerChoice, PeerPopup
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.theme import Theme
from tests.gui.conftest import KEPT
from tests.helpers.peers.known_peers import FULL, many, named

PEERS = (named("Desk"), FULL, named("Old archive", "Radiology", 2), named("Ward", "Wards", 3))


@pytest.fixture
def store() -> PeerStore:
    return PeerStore(PEERS)


@pytest.fixture
def view(qapp: QApplication) -> Iterator[QWidget]:
    found = QWidget()
    KEPT.append(found)
    found.resize(300, 40)
    yield found
    found.close()


def make(
    theme: Theme, store: PeerStore, view: QWidget, *, has_several: bool = False, keeps_word: bool = True
) -> PeerChoice:
    choice = PeerChoice(theme, store, has_several=has_several, keeps_word=keeps_word)
    row_of(choice, inside=view)
    view.show()
    return choice


def visible(popup: PeerPopup) -> list[str]:
    """The names that the list shows, groups in brackets."""
    found = []
    index = popup.view.model().index(0, 0)
    while index.isValid():
        text = str(index.data(Qt.ItemDataRole.DisplayRole)).split("   ")[0]
        found.append(f"[{text}]" if index.model().hasChildren(index) else text)
        index = popup.view.indexBelow(index)
    return found


def test_list_has_groups_and_peers_in_the_order_of_the_book(theme: Theme, store: PeerStore, view: QWidget) -> None:
    popup = make(theme, store, view).open_list()
    assert visible(popup) == ["Desk", "[Radiology]", "Main archive", "Old archive", "[Wards]", "Ward"]
    assert popup.search.hasFocus() or not popup.isActiveWindow()
    popup.close()


def test_typing_finds_by_name_address_group_and_notes(theme: Theme, store: PeerStore, view: QWidget) -> None:
    popup = make(theme, store, view).open_list()
    for typed, wanted in (
        ("archive", ["[Radiology]", "Main archive", "Old archive"]),
        ("PACS.example", ["[Radiology]", "Main archive"]),
        ("wards 104", ["[Wards]", "Ward"]),
        ("at night", ["[Radiology]", "Main archive"]),
    ):
        popup.search.clear()
        QTest.keyClicks(popup.search, typed)
        assert visible(popup) == wanted
    popup.search.setText("nobody")
    assert popup._pages.currentIndex() == 1
    popup.close()


def test_return_chooses_the_first_that_fits(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view)
    told: list[KnownPeer] = []
    choice.chosen.connect(told.append)
    popup = choice.open_list()
    QTest.keyClicks(popup.search, "main")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert told == [FULL]
    assert choice.peers() == (FULL,)
    assert choice.text().strip() == "Main archive"
    assert choice.accessibleName() == "Choose from the address book: Main archive"


def test_keys_lead_from_the_field_into_the_list(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view)
    popup = choice.open_list()
    QTest.keyClick(popup.search, Qt.Key.Key_Down)
    QTest.keyClick(popup.view, Qt.Key.Key_Down)
    QTest.keyClick(popup.view, Qt.Key.Key_Down)
    QTest.keyClick(popup.view, Qt.Key.Key_Return)
    assert choice.names() == ("Main archive",)


def test_several_are_ticked_one_by_one_or_by_group(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view, has_several=True)
    assert choice.text().strip() == "Choose peers"
    told: list[bool] = []
    choice.peers_changed.connect(lambda: told.append(True))
    popup = choice.open_list()
    popup.view.select_node(popup.tree.groups[0])
    QTest.keyClick(popup.view, Qt.Key.Key_Space)
    assert choice.names() == ("Main archive", "Old archive")
    assert popup.isVisible()
    assert popup.done_button.accessibleName() == "Choose 2"
    popup.view.select_node(popup.tree.rows[0])
    QTest.keyClick(popup.view, Qt.Key.Key_Return)
    assert choice.names() == ("Desk", "Main archive", "Old archive")
    assert choice.text().strip() == "Desk and 2 more"
    popup.view.select_node(popup.tree.groups[0])
    QTest.keyClick(popup.view, Qt.Key.Key_Space)
    assert choice.names() == ("Desk",)
    assert len(told) == 3
    popup.close()
    again = choice.open_list()
    assert [row.is_chosen for row in again.tree.rows] == [True, False, False, False]
    again.close()


def test_ticked_rows_are_read_out_as_chosen(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view, has_several=True)
    choice.choose("desk")
    popup = choice.open_list()
    index = popup.view.model().index(0, 0)
    assert str(index.data(Qt.ItemDataRole.AccessibleTextRole)).endswith(", chosen")
    popup.close()


def test_choice_follows_the_book(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view)
    choice.choose("Desk", "nobody")
    told: list[bool] = []
    choice.peers_changed.connect(lambda: told.append(True))
    store.book.remove(["Ward"])
    assert told == []
    store.book.remove(["Desk"])
    assert told == [True]
    assert choice.text().strip() == "Choose a peer"


def test_list_leads_to_the_address_book(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view, keeps_word=False)
    told: list[bool] = []
    choice.book_wanted.connect(lambda: told.append(True))
    popup = choice.open_list()
    button = next(b for b in popup.findChildren(QPushButton) if b.accessibleName() == "Address book")
    button.click()
    assert told == [True]
    assert choice.text() == ""
    assert choice.accessibleName() == "Choose from the address book"


def test_empty_book_says_so(theme: Theme, view: QWidget) -> None:
    popup = make(theme, PeerStore(), view).open_list()
    assert popup._nothing.text() == "The address book is empty."
    popup.close()


def test_arrow_key_opens_the_list(theme: Theme, store: PeerStore, view: QWidget) -> None:
    choice = make(theme, store, view)
    QTest.keyClick(choice, Qt.Key.Key_Down)
    popups = [child for child in view.findChildren(PeerPopup) if child.isVisible()]
    assert len(popups) == 1
    popups[0].close()


def test_five_thousand_peers_are_searched(theme: Theme, view: QWidget) -> None:
    popup = make(theme, PeerStore(many(5000)), view).open_list()
    QTest.keyClicks(popup.search, "4999")
    assert visible(popup) == ["[Group 49]", "Peer 4999"]
    popup.close()
