from pytestqt.qtbot import QtBot

from dicomdesk.gui.entries.peer_entry import PeerEntry
from dicomdesk.gui.window_state import TypedPeer, WindowState

PACS = TypedPeer(ae_title="PACS", host="pacs.example", port="104")


def test_peer_is_read_as_typed(qtbot: QtBot) -> None:
    row = PeerEntry(WindowState(peer_ae_title=" PACS ", peer_host="pacs.example", peer_port="104"))
    qtbot.addWidget(row)
    assert row.is_valid()
    assert str(row.peer()) == "PACS@pacs.example:104"
    assert row.typed() == PACS


def test_first_wrong_field_is_named(qtbot: QtBot) -> None:
    row = PeerEntry(WindowState())
    qtbot.addWidget(row)
    row.show()
    assert not row.insist()
    assert "AE title" in row.first_problem()
    row.called.setText("PACS")
    assert "host" in row.first_problem()


def test_peer_used_before_is_filled_in_whole(qtbot: QtBot) -> None:
    row = PeerEntry(WindowState(recent_peers=(PACS,)))
    qtbot.addWidget(row)
    completer = row.host.completer()
    assert completer is not None
    with qtbot.waitSignal(row.changed):
        completer.activated.emit(str(PACS))
    assert row.typed() == PACS


def test_fields_cannot_be_changed_while_sending(qtbot: QtBot) -> None:
    row = PeerEntry(WindowState())
    qtbot.addWidget(row)
    row.set_fields_enabled(is_enabled=False)
    assert not row.host.isEnabled()
