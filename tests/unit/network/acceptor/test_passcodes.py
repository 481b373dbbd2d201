"""Hashes of passcodes: made, read, refused, and verified at the same price for everybody."""

import hashlib
import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from itertools import islice

import pytest

from dicomdesk.errors import SettingsError
from dicomdesk.network.acceptor import passcodes
from dicomdesk.network.acceptor.passcodes import (
    LONGEST_LINE,
    MAX_HASHES_AT_ONCE,
    Passcodes,
    hash_passcode,
    is_passcode_hash,
)

HASH = hash_passcode("größer")


@pytest.mark.long
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


class Hashing:
    """Stands in for the expensive function: each verification goes on when the test lets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._may_end = threading.Semaphore(0)
        self._changed = threading.Condition()
        self.running: list[bytes] = []
        self.begun: list[bytes] = []
        monkeypatch.setattr(passcodes, "_derive", self._derive)

    def _derive(self, passcode: bytes, parameters: passcodes._Hash) -> bytes:
        with self._changed:
            self.running.append(passcode)
            self.begun.append(passcode)
            self._changed.notify_all()
        assert self._may_end.acquire(timeout=20)
        with self._changed:
            self.running.remove(passcode)
        return parameters.key if passcode.startswith(b"right") else bytes(32)

    def let_end(self, count: int = 1) -> None:
        self._may_end.release(count)

    def wait_for_count(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.begun) >= count, 20), self.begun

    def wait_for(self, passcode: bytes) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: passcode in self.begun, 20), self.begun


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    return Hashing(monkeypatch)


@contextmanager
def asking(users: Passcodes, *questions: tuple[bytes, bytes, str]) -> Iterator[list[Future[bool | None]]]:
    """Each question on a thread of its own."""
    with ThreadPoolExecutor(max_workers=64) as pool:
        yield [pool.submit(users.are_right, *question) for question in questions]


HOSTILE, ELSEWHERE = "10.0.0.66", "10.0.0.7"


def test_few_hashes_run_at_once_and_one_for_each_address(hashing: Hashing) -> None:
    users = Passcodes({"joe": HASH})
    guesses = [(b"joe", f"{address} {number}".encode(), address) for address in "abc" for number in range(5)]
    most = 0
    with asking(users, *guesses) as answers:
        waiting = set(answers)
        for _ in guesses:
            running = list(hashing.running)
            most = max(most, len(running))
            assert len({guess[:1] for guess in running}) == len(running)
            hashing.let_end()
            ended, waiting = wait(waiting, timeout=20, return_when=FIRST_COMPLETED)
            assert ended
    assert [answer.result() for answer in answers] == [False] * len(guesses)
    assert most <= MAX_HASHES_AT_ONCE
    assert len(hashing.begun) == len(guesses)


def test_user_elsewhere_does_not_wait_for_those_who_guess(hashing: Hashing) -> None:
    users = Passcodes({"joe": HASH})
    guesses = [(b"joe", f"guess {number}".encode(), HOSTILE) for number in range(20)]
    with asking(users, *guesses) as answers:
        hashing.wait_for(b"guess 0")
        with asking(users, (b"joe", b"right", ELSEWHERE)) as (right,):
            hashing.wait_for(b"right")
            assert len(hashing.begun) == 2
            hashing.let_end(2 + len(guesses))
            assert right.result(20) is True
        assert [answer.result(20) for answer in answers] == [False] * len(guesses)


def test_user_at_the_address_of_one_who_guesses_other_names_is_served_before_they_are_through(hashing: Hashing) -> None:
    users = Passcodes({"joe": HASH, "ann": HASH})
    guesses = [(f"nobody {number}".encode(), f"guess {number}".encode(), HOSTILE) for number in range(20)]
    with asking(users, *guesses) as answers:
        hashing.wait_for(b"guess 0")
        with asking(users, (b"joe", b"right", HOSTILE)) as (right,):
            begun = len(hashing.begun)
            for number in range(len(guesses)):
                if b"right" in hashing.begun:
                    break
                hashing.let_end()
                hashing.wait_for_count(begun + number + 1)
            assert b"right" in hashing.begun
            hashing.let_end(len(guesses))
            assert right.result(20) is True
        assert {answer.result(20) for answer in answers} == {False}


def test_passcode_that_was_right_before_is_recognised_without_a_hash(hashing: Hashing) -> None:
    users = Passcodes({"joe": HASH, "ann": HASH})
    hashing.let_end()
    assert users.are_right(b"joe", b"right", ELSEWHERE) is True
    guesses = [(b"joe", f"guess {number}".encode(), HOSTILE) for number in range(20)]
    with asking(users, *guesses):
        hashing.wait_for(b"guess 0")
        for address in (HOSTILE, ELSEWHERE):
            assert users.are_right(b"joe", b"right", address) is True
        assert b"right" not in hashing.running
        hashing.let_end(len(guesses))
    assert hashing.begun.count(b"right") == 1
    hashing.let_end(3)
    assert users.are_right(b"joe", b"right no more", ELSEWHERE) is True
    assert users.are_right(b"ann", b"wrong", ELSEWHERE) is False
    assert users.are_right(b"nobody", b"right", ELSEWHERE) is False
    assert not any(b"right" in digest for digest in users._seen.values())
    assert len(users._seen) == 1


def test_nobody_waits_for_ever(hashing: Hashing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passcodes, "LONGEST_TURN_S", 0.01)
    users = Passcodes({"joe": HASH})
    with asking(users, (b"joe", b"guess", HOSTILE)):
        hashing.wait_for(b"guess")
        assert users.are_right(b"joe", b"right", HOSTILE) is None
        hashing.let_end()
    hashing.let_end()
    assert users.are_right(b"joe", b"right", HOSTILE) is True


def test_waiting_guesses_are_bounded(hashing: Hashing) -> None:
    users = Passcodes({"joe": HASH})
    guesses = [(b"joe", f"guess {number}".encode(), HOSTILE) for number in range(LONGEST_LINE + 20)]
    with asking(users, *guesses) as answers:
        refused = [future.result(20) for future in islice(as_completed(answers), 19)]
        hashing.let_end(len(guesses))
    assert refused == [None] * 19
    assert [answer.result() for answer in answers].count(False) == LONGEST_LINE + 1


def test_passcode_of_any_bytes_can_be_hashed() -> None:
    assert Passcodes({"anna": hash_passcode("caf\udce9")}).are_right(b"anna", b"caf\xe9")
