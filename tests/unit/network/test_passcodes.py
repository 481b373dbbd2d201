"""Hashes of passcodes: made, read, refused, and verified at the same price for everybody."""

import hashlib
import threading
from base64 import b64encode

import pytest

from dicomdesk.errors import SettingsError
from dicomdesk.network import passcodes
from dicomdesk.network.passcodes import MAX_HASHES_AT_ONCE, Passcodes, hash_passcode, is_passcode_hash

HASH = hash_passcode("größer")


def test_right_passcode_is_right_and_others_are_not() -> None:
    users = Passcodes({"jörg": HASH, "anna": hash_passcode("")})
    assert users.are_right("jörg".encode(), "größer".encode()) is True
    assert users.are_right("jörg".encode(), b"groesser") is False
    assert users.are_right("jörg".encode(), b"") is False
    assert users.are_right(b"anna", b"") is True
    assert users.are_right(b"nobody", "größer".encode()) is False
    assert users.are_right(b"\xff\0", b"\xff" * 60000) is False
    assert Passcodes({}).are_right(b"", b"") is False


def test_hashes_of_one_passcode_differ_and_tell_nothing() -> None:
    other = hash_passcode("größer")
    assert other != HASH
    assert "größer" not in HASH
    assert HASH.startswith("scrypt$15$8$1$")
    assert "SECRET" not in repr(Passcodes({"joe": HASH})).upper()


def test_hash_is_that_of_rfc_7914() -> None:
    salt, key = b"SodiumChloride", hashlib.scrypt(b"pleaseletmein", salt=b"SodiumChloride", n=16384, r=8, p=1, dklen=32)
    assert key.hex().startswith("7023bdcb3afd7348461c06cd81fd38eb")
    text = f"scrypt$14$8$1${b64encode(salt).decode()}${b64encode(key).decode()}"
    assert Passcodes({"a": text}).are_right(b"a", b"pleaseletmein")


SALT, KEY = b64encode(bytes(16)).decode(), b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "$" * 5,
        f"md5$14$8$1${SALT}${KEY}",
        f"scrypt$14$8$1${SALT}",
        f"scrypt$14$8$1${SALT}${KEY}$",
        f"scrypt$x$8$1${SALT}${KEY}",
        f"scrypt$-1$8$1${SALT}${KEY}",
        f"scrypt$²$8$1${SALT}${KEY}",
        f"scrypt$0$8$1${SALT}${KEY}",
        f"scrypt$40$8$1${SALT}${KEY}",
        f"scrypt${'9' * 5000}$8$1${SALT}${KEY}",
        f"scrypt$14$800$1${SALT}${KEY}",
        f"scrypt$14$8$99${SALT}${KEY}",
        f"scrypt$14$8$1$?${KEY}",
        f"scrypt$14$8$1${SALT}$ä",
        f"scrypt$14$8$1${SALT}$AAAA",
        f"scrypt$14$8$1$$ {KEY}",
    ],
)
def test_what_is_no_hash_is_refused_without_repeating_it(text: str) -> None:
    assert not is_passcode_hash(text)
    with pytest.raises(SettingsError, match='user "joe\\\\n" is not hashed') as raised:
        Passcodes({"joe\n": text})
    assert len(text) < 5 or text not in str(raised.value)


def test_unknown_users_cost_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    derived = []
    derive = passcodes._derive

    def note(passcode: bytes, parameters: passcodes._Hash) -> bytes:
        derived.append((parameters.log2_n, parameters.r, parameters.p))
        return derive(passcode, parameters)

    monkeypatch.setattr(passcodes, "_derive", note)
    for text, cost in ((HASH, (15, 8, 1)), (f"scrypt$10$4$2${SALT}${KEY}", (10, 4, 2))):
        users = Passcodes({"joe": text})
        users.are_right(b"joe", b"wrong")
        users.are_right(b"nobody", b"wrong")
        assert derived == [cost, cost]
        derived.clear()


def test_few_hashes_run_at_once_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, running, most = threading.Event(), threading.Semaphore(0), []
    active = []

    def wait(passcode: bytes, parameters: passcodes._Hash) -> bytes:
        active.append(1)
        most.append(len(active))
        running.release()
        assert go_on.wait(20)
        active.pop()
        return bytes(32)

    monkeypatch.setattr(passcodes, "_derive", wait)
    users = Passcodes({"joe": HASH})
    threads = [threading.Thread(target=users.are_right, args=(b"joe", b"")) for _ in range(MAX_HASHES_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert running.acquire(timeout=20)
    monkeypatch.setattr(passcodes, "LONGEST_TURN_S", 0.01)
    assert users.are_right(b"joe", b"") is None
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert max(most) == MAX_HASHES_AT_ONCE
    assert users.are_right(b"joe", b"") is False


def test_passcode_of_any_bytes_can_be_hashed() -> None:
    assert Passcodes({"anna": hash_passcode("caf\udce9")}).are_right(b"anna", b"caf\xe9")
