from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.entries.identity_entry import IdentityEntry
from dicomdesk.gui.theme import Theme, Tone


def test_passcode_without_encryption_is_warned_of(theme: Theme, qtbot: QtBot) -> None:
    entry = IdentityEntry(theme, PeerSecurity())
    qtbot.addWidget(entry)
    assert entry.summary() == "nobody is named"
    assert not entry.sends_passcode.isEnabled()
    changes: list[bool] = []
    entry.changed.connect(lambda: changes.append(True))
    entry.user_name.setText(" ws1 ")
    assert (entry.name(), entry.summary()) == ("ws1", "ws1")
    entry.sends_passcode.setChecked(True)
    assert entry.summary() == "ws1, with passcode"
    assert "anybody on the way" in entry.message.text()
    assert entry.message.tone() is Tone.WARNING
    entry.take_encryption(is_encrypted=True)
    assert "in the keyring" in entry.message.text()
    assert len(changes) == 2
