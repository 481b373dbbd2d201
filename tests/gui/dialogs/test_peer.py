from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import TypedPeer
from tests.helpers.window import scenes

PACS = TypedPeer(ae_title="PACS", host="pacs.example", port="2762")
Make = Callable[[TypedPeer, PeerSecurity], PeerDialog]


@pytest.fixture
def make(theme: Theme, tasks: Tasks, qtbot: QtBot) -> Make:
    def dialog(entry: TypedPeer, security: PeerSecurity) -> PeerDialog:
        found = PeerDialog(theme, tasks, Credentials(tasks), (entry, security))
        qtbot.addWidget(found)
        found.show()
        return found

    return dialog


def test_node_comes_out_as_it_went_in(make: Make) -> None:
    dialog = make(PACS, scenes.PEER_SECURITY)
    assert dialog.typed() == PACS
    assert dialog.security() == scenes.PEER_SECURITY
    assert dialog.peer().port == 2762
    assert dialog.tls_fold.heading.summary() == "TLS 1.2 and 1.3, host name checked, ws1.pem"
    assert dialog.identity_fold.heading.summary() == "ws1, with passcode"


def test_plain_node_stays_simple(make: Make, qtbot: QtBot) -> None:
    dialog = make(PACS, PeerSecurity())
    assert not dialog.tls_fold.is_open()
    assert dialog.tls_fold.heading.accessibleName() == "Encryption: off"
    assert not dialog.tls.isVisible()
    low = dialog.height()
    dialog.open_security()
    dialog.tls.is_on.setChecked(True)
    assert dialog.tls.isVisible()
    qtbot.waitUntil(lambda: dialog.height() > low)
    assert dialog.security().uses_tls


def test_node_is_saved_only_when_all_is_well(make: Make) -> None:
    dialog = make(TypedPeer(ae_title="PACS", host="", port="104"), PeerSecurity())
    tests: list[bool] = []
    dialog.test_wanted.connect(lambda: tests.append(True))
    dialog.test_button.click()
    dialog._on_save()
    assert dialog.host.property("problem")
    assert dialog.result() != QDialog.DialogCode.Accepted
    assert tests == []
    dialog.host.setText("pacs.example")
    dialog.test_button.click()
    dialog._on_save()
    assert tests == [True]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_passcode_without_a_name_is_none(make: Make) -> None:
    dialog = make(PACS, PeerSecurity(user_name="ws1", sends_passcode=True, wants_response=True))
    dialog.identity.user_name.setText("")
    assert dialog.security() == PeerSecurity()
