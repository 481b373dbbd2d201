from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.settings import PeerVerification, TlsSettings
from tests.helpers.tls.certificates import Authority, key_bytes, rsa_key
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]
Make = Callable[[ListenerSecurity], ListenerDialog]


@pytest.fixture
def make(theme: Theme, tasks: Tasks, qtbot: QtBot) -> Make:
    def dialog(security: ListenerSecurity) -> ListenerDialog:
        found = ListenerDialog(theme, tasks, Credentials(tasks), security)
        qtbot.addWidget(found)
        found.show()
        return found

    return dialog


def test_listener_comes_out_as_it_went_in(make: Make) -> None:
    dialog = make(scenes.LISTENER_SECURITY)
    assert dialog.security() == scenes.LISTENER_SECURITY
    assert dialog.tls_fold.is_open()
    dialog.access_fold.open()
    assert not dialog.tls_fold.is_open()
    assert dialog.access_fold.heading.summary().startswith("CT1, CT2, MR1")


@pytest.mark.usefixtures("session")
def test_files_that_cannot_be_used_are_not_saved(make: Make, wait_until: WaitUntil, tmp_path: Path) -> None:
    dialog = make(ListenerSecurity(uses_tls=True, tls=TlsSettings(certificate_file=tmp_path / "gone.pem")))
    dialog._on_save()
    wait_until(lambda: not dialog._is_saving)
    assert dialog.tls.message.tone() is Tone.BAD
    assert dialog.result() != QDialog.DialogCode.Accepted


@pytest.mark.usefixtures("session")
def test_rules_that_cannot_be_used_are_not_saved(make: Make, wait_until: WaitUntil) -> None:
    dialog = make(ListenerSecurity())
    dialog.access.networks.setText("everywhere")
    dialog._on_save()
    wait_until(lambda: not dialog._is_saving)
    assert dialog.access_fold.is_open()
    assert "everywhere" in dialog.access.message.text()
    dialog.access.networks.setText("10.0.0.0/8")
    dialog._on_save()
    wait_until(lambda: dialog.result() == QDialog.DialogCode.Accepted)


@pytest.mark.usefixtures("session")
def test_key_whose_pass_phrase_is_missing_can_be_saved(make: Make, wait_until: WaitUntil, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("ws1", uses_rsa=True)
    issued.key.write_bytes(key_bytes(rsa_key(), pass_phrase="sesame"))
    tls = TlsSettings(
        certificate_file=issued.certificate, private_key_file=issued.key, authority_files=(authority.certificate,)
    )
    dialog = make(ListenerSecurity(uses_tls=True, tls=tls))
    dialog._on_save()
    wait_until(lambda: dialog.result() == QDialog.DialogCode.Accepted)


def test_sentence_says_at_once_what_is_let_in(make: Make) -> None:
    dialog = make(ListenerSecurity())
    assert dialog.sentence.text() == "Accepts calls from anybody, not encrypted."
    dialog.access.titles.setText("MODALITY1")
    dialog.access.networks.setText("10.0.0.5")
    dialog.access.called.setText("DESK")
    dialog.tls.is_on.setChecked(True)
    dialog.tls.verification.choose(PeerVerification.NONE)
    dialog.tls.changed.emit()
    assert dialog.sentence.text() == "Accepts only calls from MODALITY1 at 10.0.0.5, called as DESK, over TLS."
    assert dialog.security().access.called_ae_titles == {"DESK"}
