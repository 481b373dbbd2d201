from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from dicomdesk.gui.questions.secret import SecretDialog
from dicomdesk.gui.security import credentials as credentials_module
from dicomdesk.gui.security.credentials import Credentials, PreparedPeer
from dicomdesk.gui.security.secret_store import SecretStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.settings import Peer, TlsSettings, UserIdentityType
from tests.gui.answers import shown, wait_for
from tests.gui.conftest import Finish
from tests.helpers.tls.certificates import Authority, key_bytes, rsa_key
from tests.helpers.window.keyrings import LockedKeyring, MemoryKeyring, SilentKeyring

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


PASSCODE = PeerSecurity(user_name="ws1", sends_passcode=True)


def prepared(
    credentials: Credentials, tasks: Tasks, view: QWidget, security: PeerSecurity
) -> list[PreparedPeer | None]:
    """What comes of preparing, when it has come."""
    found: list[PreparedPeer | None] = []

    async def prepare() -> None:
        found.append(await credentials.prepare(PEER, security, view))

    tasks.start(prepare())
    return found


@pytest.mark.usefixtures("session")
def test_passcode_in_the_keyring_is_asked_once_for_all_windows(
    tasks: Tasks, view: QWidget, wait_until: WaitUntil, finish: Finish
) -> None:
    keyring = MemoryKeyring()
    found = prepared(Credentials(tasks, SecretStore(lambda: keyring)), tasks, view, PASSCODE)
    dialog = wait_for(SecretDialog, wait_until)
    dialog.keep()
    answer(dialog, "1234")
    wait_until(lambda: bool(found))
    assert list(keyring.secrets.values()) == ["1234"]
    other = Credentials(tasks, SecretStore(lambda: keyring))
    again = finish(other.prepare(PEER, PASSCODE, view))
    assert again is not None
    assert again.user_identity is not None
    assert again.user_identity.secondary == b"1234"


@pytest.mark.usefixtures("session")
def test_secret_that_the_user_does_not_want_kept_is_not(tasks: Tasks, view: QWidget, wait_until: WaitUntil) -> None:
    keyring = MemoryKeyring()
    found = prepared(Credentials(tasks, SecretStore(lambda: keyring)), tasks, view, PASSCODE)
    answer(wait_for(SecretDialog, wait_until), "1234")
    wait_until(lambda: bool(found))
    assert keyring.secrets == {}


@pytest.mark.usefixtures("session")
def test_passcode_that_was_refused_is_asked_for_and_takes_the_place_of_the_old_one(
    tasks: Tasks, view: QWidget, wait_until: WaitUntil
) -> None:
    keyring = MemoryKeyring()
    keyring.set_password("dicomdesk", f"Passcode of ws1 for {PEER}", "old")
    credentials = Credentials(tasks, SecretStore(lambda: keyring))
    found = prepared(credentials, tasks, view, PASSCODE)
    wait_until(lambda: bool(found))
    credentials.forget_passcode(PEER, "ws1")
    found = prepared(credentials, tasks, view, PASSCODE)
    dialog = wait_for(SecretDialog, wait_until)
    dialog.keep()
    answer(dialog, "new")
    wait_until(lambda: bool(found))
    assert list(keyring.secrets.values()) == ["new"]


@pytest.mark.usefixtures("session")
def test_wrong_pass_phrase_of_the_keyring_is_asked_for(
    tasks: Tasks, view: QWidget, encrypted: PeerSecurity, wait_until: WaitUntil
) -> None:
    keyring = MemoryKeyring()
    keyring.set_password("dicomdesk", f"Pass phrase of {encrypted.tls.private_key_file}", "open")
    found = prepared(Credentials(tasks, SecretStore(lambda: keyring)), tasks, view, encrypted)
    dialog = wait_for(SecretDialog, wait_until)
    assert "not the pass phrase" in dialog._field.accessibleDescription()
    dialog.keep()
    answer(dialog, "sesame")
    wait_until(lambda: bool(found))
    assert list(keyring.secrets.values()) == ["sesame"]


@pytest.mark.usefixtures("session")
def test_keyring_that_takes_nothing_is_told(tasks: Tasks, view: QWidget, wait_until: WaitUntil) -> None:
    told: list[str] = []
    tasks.failed.connect(told.append)
    found = prepared(Credentials(tasks, SecretStore(LockedKeyring)), tasks, view, PASSCODE)
    dialog = wait_for(SecretDialog, wait_until)
    dialog.keep()
    answer(dialog, "1234")
    wait_until(lambda: bool(found))
    assert found[0] is not None
    assert told == ["The keyring did not take it: it is kept until the window closes."]


@pytest.mark.usefixtures("session")
def test_keyring_that_never_answers_is_not_waited_for(
    tasks: Tasks, view: QWidget, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials_module, "KEYRING_S", 0.05)
    keyring = SilentKeyring()
    found = prepared(Credentials(tasks, SecretStore(lambda: keyring)), tasks, view, PASSCODE)
    answer(wait_for(SecretDialog, wait_until), "1234")
    wait_until(lambda: bool(found))
    keyring.may_answer.set()


def test_secrets_of_a_peer_are_forgotten_everywhere(
    tasks: Tasks, view: QWidget, wait_until: WaitUntil, finish: Finish, encrypted: PeerSecurity
) -> None:
    keyring = MemoryKeyring()
    keyring.set_password("dicomdesk", f"Passcode of ws1 for {PEER}", "1234")
    keyring.set_password("dicomdesk", f"Pass phrase of {encrypted.tls.private_key_file}", "sesame")
    keyring.set_password("dicomdesk", "Pass phrase of another", "x")
    credentials = Credentials(tasks, SecretStore(lambda: keyring))
    security = replace(encrypted, user_name="ws1", sends_passcode=True)
    assert finish(credentials.prepare(PEER, security, view)) is not None
    known = KnownPeer(name="P", ae_title=PEER.ae_title, host=PEER.host, port=PEER.port, security=security)
    credentials.forget_secrets(known)
    wait_until(lambda: list(keyring.secrets.values()) == ["x"])
    assert not credentials.has_passcode(PEER, "ws1")
    assert not credentials.has_pass_phrase(security.tls)
