from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.entries.tls_entry import TlsEntry, profile_words, verification_words
from dicomdesk.gui.questions.secret import SecretDialog
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsProfile, TlsSettings
from tests.gui.answers import wait_for
from tests.helpers.tls.certificates import Authority, key_bytes, rsa_key
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]
Make = Callable[..., TlsEntry]


@pytest.fixture
def make(theme: Theme, tasks: Tasks, qtbot: QtBot) -> Make:
    """Call for an entry that is shown."""

    def entry(settings: TlsSettings | None = None, *, is_acceptor: bool = False) -> TlsEntry:
        found = TlsEntry(
            theme, tasks, Credentials(tasks), settings or TlsSettings(), is_on=True, is_acceptor=is_acceptor
        )
        qtbot.addWidget(found)
        found.show()
        return found

    return entry


def test_settings_come_out_as_they_went_in(make: Make) -> None:
    assert make(scenes.PEER_SECURITY.tls).value() == scenes.PEER_SECURITY.tls
    assert make(scenes.LISTENER_SECURITY.tls, is_acceptor=True).value() == scenes.LISTENER_SECURITY.tls


def test_everything_can_be_chosen() -> None:
    assert set(profile_words()) == set(TlsProfile)
    assert set(verification_words(is_acceptor=True)) == set(PeerVerification)


def test_summary_says_what_matters(make: Make) -> None:
    entry = make(scenes.PEER_SECURITY.tls)
    assert entry.summary() == "TLS 1.2 and 1.3, host name checked, ws1.pem"
    entry.verification.choose(PeerVerification.NONE)
    assert entry.summary() == "TLS 1.2 and 1.3, peer not checked, ws1.pem"
    assert not entry.value().checks_host_name
    entry.is_on.setChecked(False)
    assert entry.summary() == "off"
    assert make(scenes.LISTENER_SECURITY.tls, is_acceptor=True).summary().endswith("peers need a certificate, ws1.pem")


def test_only_what_is_of_use_is_shown(make: Make) -> None:
    entry = make()
    assert not entry.revocation_lists.isVisible()
    assert not entry.key.isVisible()
    entry.certificate.field.setText("ws1.pem")
    entry.revocation.choose(RevocationCheck.CHAIN)
    assert entry.key.isVisible()
    assert entry.revocation_lists.isVisible()
    entry.verification.choose(PeerVerification.NONE)
    assert not entry.authorities.isEnabled()
    assert not entry.revocation_lists.isVisible()


@pytest.mark.usefixtures("session")
def test_bad_file_is_said_at_once(make: Make, wait_until: WaitUntil, tmp_path: Path) -> None:
    entry = make()
    entry.certificate.field.setText(str(tmp_path / "gone.pem"))
    wait_until(lambda: entry.message.tone() is Tone.BAD)
    assert "gone.pem" in entry.message.text()
    authority = Authority(tmp_path)
    issued, other = authority.issue("ws1"), authority.issue("ws2")
    entry.certificate.field.setText(str(issued.certificate))
    entry.key.field.setText(str(other.key))
    wait_until(lambda: "gone.pem" not in entry.message.text())
    assert entry.message.tone() is Tone.BAD
    entry.key.field.setText(str(issued.key))
    wait_until(lambda: entry.message.tone() is Tone.WARNING)
    assert "Nobody is trusted" in entry.message.text()
    entry.authorities.add_paths([authority.certificate])
    wait_until(lambda: entry.message.text() == "All files can be used.")


@pytest.mark.usefixtures("session")
def test_encrypted_key_is_told_and_its_pass_phrase_can_be_entered(
    make: Make, wait_until: WaitUntil, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("ws1", uses_rsa=True)
    issued.key.write_bytes(key_bytes(rsa_key(), pass_phrase="sesame"))
    entry = make(
        TlsSettings(
            certificate_file=issued.certificate, private_key_file=issued.key, authority_files=(authority.certificate,)
        )
    )
    entry.check_files()
    wait_until(lambda: "is encrypted" in entry.message.text())
    assert entry.pass_phrase_state.text() == "Asked for when it is needed"
    entry.pass_phrase_button.click()
    dialog = wait_for(SecretDialog, wait_until)
    dialog.type_secret("sesame")
    dialog.accept()
    wait_until(lambda: entry.message.text() == "All files can be used.")
    assert entry.pass_phrase_state.text() == "Kept until the window closes"
    entry.pass_phrase_button.click()
    wait_until(lambda: "is encrypted" in entry.message.text())
    assert entry.value().pass_phrase is None


@pytest.mark.usefixtures("session")
def test_peer_that_is_not_checked_is_warned_of(make: Make, wait_until: WaitUntil) -> None:
    entry = make(TlsSettings(peer_verification=PeerVerification.NONE))
    entry.check_files()
    wait_until(lambda: "the peer may be anybody" in entry.message.text())
