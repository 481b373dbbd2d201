from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from dicomdesk.gui.questions.secret import SecretDialog
from dicomdesk.gui.security.credentials import Credentials, PreparedPeer
from dicomdesk.gui.tasks import Tasks
from dicomdesk.settings import Peer, TlsSettings, UserIdentityType
from tests.gui.answers import shown, wait_for
from tests.gui.conftest import Finish
from tests.helpers.tls.certificates import Authority, key_bytes, rsa_key

WaitUntil = Callable[[Callable[[], bool]], None]
PEER = Peer(host="127.0.0.1", port=104, ae_title="PACS")


@pytest.fixture
def view(qtbot: QtBot) -> QWidget:
    found = QWidget()
    qtbot.addWidget(found)
    return found


@pytest.fixture
def encrypted(tmp_path: Path) -> PeerSecurity:
    """TLS with a private key whose pass phrase is "sesame"."""
    authority = Authority(tmp_path)
    issued = authority.issue("ws1", uses_rsa=True)
    issued.key.write_bytes(key_bytes(rsa_key(), pass_phrase="sesame"))
    tls = TlsSettings(
        certificate_file=issued.certificate, private_key_file=issued.key, authority_files=(authority.certificate,)
    )
    return PeerSecurity(uses_tls=True, tls=tls)


def answer(dialog: SecretDialog, secret: str) -> None:
    dialog.type_secret(secret)
    dialog.accept()


def test_nothing_is_asked_where_nothing_is_needed(tasks: Tasks, view: QWidget, finish: Finish) -> None:
    found = finish(Credentials(tasks).prepare(PEER, PeerSecurity(user_name="ws1"), view))
    assert found is not None
    assert found.user_identity is not None
    assert found.user_identity.kind is UserIdentityType.USER_NAME
    assert (found.user_identity.primary, found.user_identity.secondary) == (b"ws1", b"")


@pytest.mark.usefixtures("session")
def test_pass_phrase_is_asked_until_it_fits_and_kept(
    tasks: Tasks, view: QWidget, encrypted: PeerSecurity, wait_until: WaitUntil, finish: Finish
) -> None:
    credentials = Credentials(tasks)
    found: list[PreparedPeer | None] = []

    async def prepare() -> None:
        found.append(await credentials.prepare(PEER, encrypted, view))

    tasks.start(prepare())
    first = wait_for(SecretDialog, wait_until)
    answer(first, "open")
    wait_until(lambda: shown(SecretDialog) not in {None, first})
    second = shown(SecretDialog)
    assert second is not None
    assert "not the pass phrase" in second._field.accessibleDescription()
    answer(second, "sesame")
    wait_until(lambda: bool(found))
    assert found[0] is not None
    assert found[0].peer.tls is not None
    assert found[0].peer.tls.pass_phrase == "sesame"
    assert credentials.has_pass_phrase(encrypted.tls)
    assert finish(credentials.prepare(PEER, encrypted, view)) == found[0]
    credentials.forget_pass_phrase(encrypted.tls)
    assert not credentials.has_pass_phrase(encrypted.tls)


@pytest.mark.usefixtures("session")
def test_user_may_keep_a_secret(tasks: Tasks, view: QWidget, encrypted: PeerSecurity, wait_until: WaitUntil) -> None:
    credentials = Credentials(tasks)
    found: list[object] = []

    async def prepare(security: PeerSecurity) -> None:
        found.append(await credentials.prepare(PEER, security, view))

    tasks.start(prepare(encrypted))
    wait_for(SecretDialog, wait_until).reject()
    wait_until(lambda: bool(found))
    tasks.start(prepare(PeerSecurity(user_name="ws1", sends_passcode=True)))
    wait_for(SecretDialog, wait_until).reject()
    wait_until(lambda: len(found) == 2)
    assert found == [None, None]


@pytest.mark.usefixtures("session")
def test_passcode_is_asked_once_for_each_peer(
    tasks: Tasks, view: QWidget, wait_until: WaitUntil, finish: Finish
) -> None:
    credentials = Credentials(tasks)
    security = PeerSecurity(user_name="ws1", sends_passcode=True, wants_response=True)
    found: list[PreparedPeer | None] = []

    async def prepare() -> None:
        found.append(await credentials.prepare(PEER, security, view))

    tasks.start(prepare())
    dialog = wait_for(SecretDialog, wait_until)
    assert "anybody on the way" in dialog._field.accessibleDescription()
    answer(dialog, "1234")
    wait_until(lambda: bool(found))
    assert found[0] is not None
    identity = found[0].user_identity
    assert identity is not None
    assert (identity.secondary, identity.wants_response) == (b"1234", True)
    assert "1234" not in repr(found[0])
    assert finish(credentials.prepare(PEER, security, view)) == found[0]
    assert not credentials.has_passcode(replace(PEER, host="elsewhere"), "ws1")
    credentials.forget_passcode(PEER, "ws1")
    assert not credentials.has_passcode(PEER, "ws1")


def test_bad_file_is_told(tasks: Tasks, view: QWidget, finish: Finish, tmp_path: Path) -> None:
    missing = PeerSecurity(uses_tls=True, tls=TlsSettings(certificate_file=tmp_path / "gone.pem"))
    with pytest.raises(SettingsError, match=r"gone\.pem"):
        finish(Credentials(tasks).prepare(PEER, missing, view))
