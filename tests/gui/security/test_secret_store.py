import pytest
from keyring.backends import fail, null

from dicomdesk.gui.security import secret_store
from dicomdesk.gui.security.secret_store import SecretStore, open_keyring, pass_phrase_name, passcode_name
from tests.helpers.window.keyrings import LockedKeyring, MemoryKeyring

NAME = passcode_name("ws1", "PACS@pacs.example:104")
DEADLINE_S = 20.0


def test_secret_is_kept_found_and_forgotten() -> None:
    keyring = MemoryKeyring()
    store = SecretStore(lambda: keyring)
    assert store.name().result(DEADLINE_S) == "Keyring in memory"
    assert store.find(NAME).result(DEADLINE_S) is None
    assert store.keep(NAME, "sesame").result(DEADLINE_S)
    assert keyring.secrets == {("dicomdesk", "Passcode of ws1 for PACS@pacs.example:104"): "sesame"}
    assert store.find(NAME).result(DEADLINE_S) == "sesame"
    assert store.find(pass_phrase_name("/etc/key.pem")).result(DEADLINE_S) is None
    assert store.forget(NAME).result(DEADLINE_S)
    assert not store.forget(NAME).result(DEADLINE_S)
    assert keyring.secrets == {}


def _broken() -> MemoryKeyring:
    raise RuntimeError("no session bus")


@pytest.mark.parametrize("store", [SecretStore(None), SecretStore(lambda: None), SecretStore(_broken)])
def test_no_keyring_keeps_nothing_and_hurts_nobody(store: SecretStore) -> None:
    assert store.name().result(DEADLINE_S) == ""
    assert store.find(NAME).result(DEADLINE_S) is None
    assert not store.keep(NAME, "sesame").result(DEADLINE_S)
    assert not store.forget(NAME).result(DEADLINE_S)


def test_locked_keyring_is_as_none() -> None:
    store = SecretStore(LockedKeyring)
    assert store.find(NAME).result(DEADLINE_S) is None
    assert not store.keep(NAME, "sesame").result(DEADLINE_S)


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_backends_that_keep_nothing_are_no_keyrings(
    backend: type[fail.Keyring] | type[null.Keyring], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyring.get_keyring", backend)
    assert open_keyring() is None


def test_backend_of_a_desktop_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_store, "LEAST_PRIORITY", -1)
    monkeypatch.setattr("keyring.get_keyring", MemoryKeyring)
    assert isinstance(open_keyring(), MemoryKeyring)
