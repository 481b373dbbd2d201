from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from tests.gui.conftest import KEPT
from tests.helpers.peers.known_peers import FULL
from tests.helpers.window import scenes

PACS = KnownPeer(name="PACS", ae_title="PACS", host="pacs.example", port=2762)
Make = Callable[[KnownPeer, PeerSecurity], PeerDialog]


@pytest.fixture
def make(theme: Theme, tasks: Tasks, qtbot: QtBot) -> Make:
    def dialog(entry: KnownPeer, security: PeerSecurity) -> PeerDialog:
        found = PeerDialog(theme, tasks, Credentials(tasks), replace(entry, security=security))
        qtbot.addWidget(found)
        KEPT.append(found)
        found.show()
        return found

    return dialog


def test_node_comes_out_as_it_went_in(make: Make) -> None:
    dialog = make(PACS, scenes.PEER_SECURITY)
    assert dialog.peer() == replace(PACS, security=scenes.PEER_SECURITY)
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
    dialog = make(replace(PACS, host=""), PeerSecurity())
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


def test_everything_that_is_known_comes_out_as_it_went_in(make: Make) -> None:
    dialog = make(FULL, FULL.security)
    assert dialog.peer() == FULL
    assert dialog.retrieve_fold.heading.summary() == "C-MOVE, to WS1_IN, ISO_IR 192"
    assert dialog.limits_fold.heading.summary() == "4 at once, PDUs of 65536 bytes, own time-outs"
    assert dialog.notes_fold.heading.summary() == "Ask Jo."
    plain = make(PACS, PeerSecurity())
    assert plain.retrieve_fold.heading.summary() == "automatic"
    assert plain.limits_fold.heading.summary() == "as usual"
    assert plain.notes_fold.heading.summary() == "none"


def test_name_follows_the_title_until_it_is_typed(make: Make) -> None:
    dialog = make(KnownPeer(name="", ae_title="", host="", port=0), PeerSecurity())
    assert dialog.port.text() == ""
    QTest.keyClicks(dialog.ae_title, "CT1")
    assert dialog.name.text() == "CT1"
    dialog.name.clear()
    QTest.keyClicks(dialog.name, "Scanner")
    QTest.keyClicks(dialog.ae_title, "X")
    assert dialog.name.text() == "Scanner"


def test_name_of_another_peer_is_refused(make: Make) -> None:
    dialog = make(PACS, PeerSecurity())
    dialog.refuse_names(lambda name: name == "Taken")
    dialog.name.setText("Taken")
    assert dialog.name.problem() == "Another peer has this name."
    assert not dialog.insist()


def test_problem_in_a_fold_opens_it(make: Make) -> None:
    dialog = make(PACS, PeerSecurity())
    dialog.limits.times["acse_s"].setText("soon")
    assert dialog.limits_fold.heading.summary() == "Seconds are a number such as 30, or nothing for no limit."
    assert not dialog.insist()
    assert dialog.limits_fold.is_open()
    dialog.limits.times["acse_s"].setText("")
    dialog.retrieve.destination.setText("MUCH TOO LONG A TITLE")
    assert not dialog.insist()
    assert dialog.retrieve_fold.is_open()
    assert not dialog.limits_fold.is_open()


def test_groups_are_offered(make: Make) -> None:
    dialog = make(PACS, PeerSecurity())
    dialog.offer_groups(["", "Radiology", "Wards"])
    completer = dialog.group.completer()
    assert completer is not None
    assert completer.model().rowCount() == 2


def test_each_field_has_a_name_for_screen_readers(make: Make) -> None:
    dialog = make(PACS, PeerSecurity())
    fields = [*dialog.findChildren(QLineEdit), *dialog.findChildren(QComboBox), *dialog.findChildren(QPlainTextEdit)]
    nameless = [field.objectName() for field in fields if not field.accessibleName() and not field.objectName()]
    assert nameless == []
