import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.exchange import FoundPeer, Mistake, ReadPeers
from dicomdesk.gui.peers.import_dialog import ImportDialog
from dicomdesk.gui.theme import Theme
from tests.gui.conftest import KEPT
from tests.helpers.peers.known_peers import FULL, many, named

GIVEN = frozenset({"name", "ae_title", "host", "port"})
READ = ReadPeers(
    peers=(FoundPeer(peer=named("New", number=2), given=GIVEN, line=2), FoundPeer(peer=FULL, given=GIVEN, line=3)),
    mistakes=(Mistake(4, "x: Port is missing."),),
    remarks=("Columns that are not taken: Colour.",),
)


@pytest.fixture
def book() -> AddressBook:
    return AddressBook([FULL, named("Desk")])


def make(theme: Theme, book: AddressBook, read: ReadPeers, qtbot: QtBot) -> ImportDialog:
    dialog = ImportDialog(theme, book, read, "peers.csv, read as Table (CSV)")
    qtbot.addWidget(dialog)
    KEPT.append(dialog)
    dialog.show()
    return dialog


def test_each_peer_and_mistake_is_shown_before_anything_is_done(theme: Theme, book: AddressBook, qtbot: QtBot) -> None:
    dialog = make(theme, book, READ, qtbot)
    assert dialog.title() == "1 will be added, 0 changed, 2 left out"
    assert dialog.texts() == [
        ["2", "Added", "New   AE2@host2.example:104", "New."],
        ["3", "Left out", "Main archive   PACS@pacs.example:2762", "Nothing of it is new."],
        ["4", "Left out", "", "x: Port is missing."],
    ]
    assert dialog.ok.text() == "Import 1 peer"
    assert dialog._remarks.isVisible()
    assert len(book) == 2
    dialog.ok.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    dialog.plan.apply(book)
    assert book.find("New") is not None


def test_whole_reason_of_the_selected_row_is_shown(theme: Theme, book: AddressBook, qtbot: QtBot) -> None:
    dialog = make(theme, book, READ, qtbot)
    dialog.view.select_node(dialog._model.root.children[2])
    assert dialog.why.text() == "x: Port is missing."


def test_group_that_is_typed_takes_the_peers(theme: Theme, book: AddressBook, qtbot: QtBot) -> None:
    dialog = make(theme, book, READ, qtbot)
    dialog.group.setText("From elsewhere")
    assert [row.peer.group for row in dialog.plan.rows if row.peer is not None] == ["From elsewhere", "Radiology"]
    dialog.group.setText("x" * 80)
    assert not dialog.ok.isEnabled()


def test_rows_are_filtered_by_what_becomes_of_them(theme: Theme, book: AddressBook, qtbot: QtBot) -> None:
    dialog = make(theme, book, READ, qtbot)
    dialog.filters.chips.choose(3)
    assert dialog.view.visible_rows() == 2
    dialog.filters.search.setText("missing")
    assert dialog.view.visible_rows() == 1


def test_nothing_can_be_imported_of_nothing(theme: Theme, book: AddressBook, qtbot: QtBot) -> None:
    dialog = make(theme, book, ReadPeers(mistakes=READ.mistakes), qtbot)
    assert not dialog.ok.isEnabled()
    assert dialog.ok.text() == "Nothing to import"


def test_five_thousand_peers_are_shown(theme: Theme, book: AddressBook, qtbot: QtBot) -> None:
    found = tuple(FoundPeer(peer=peer, given=GIVEN, line=line) for line, peer in enumerate(many(5000), 2))
    dialog = make(theme, book, ReadPeers(peers=found), qtbot)
    assert dialog.ok.text() == "Import 4,999 peers", "Desk has the address of one"
