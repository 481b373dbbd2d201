import os
from pathlib import Path

import pytest

from dicomdesk.engine.security.user_file import read_user_file, remove_user, set_passcode
from dicomdesk.errors import SettingsError, StorageError
from dicomdesk.network.acceptor.passcodes import Passcodes, hash_passcode


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users"


def write(file: Path, data: bytes, mode: int = 0o600) -> None:
    file.write_bytes(data)
    file.chmod(mode)


@pytest.mark.long
def test_passcode_that_was_set_is_right(file: Path) -> None:
    assert not set_passcode(file, "anna", "sesame")
    assert not set_passcode(file, "user:with colon", "other")
    users = read_user_file(file)
    assert list(users) == ["anna", "user:with colon"]
    assert Passcodes(users).are_right(b"anna", b"sesame")
    assert not Passcodes(users).are_right(b"anna", b"other")


def test_passcode_is_not_in_the_file_and_the_file_is_the_owners(file: Path) -> None:
    set_passcode(file, "anna", "sesame")
    assert b"sesame" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_new_passcode_replaces_the_old_one(file: Path) -> None:
    set_passcode(file, "anna", "old")
    assert set_passcode(file, "anna", "new")
    assert Passcodes(read_user_file(file)).are_right(b"anna", b"new")


def test_whatever_else_is_in_the_file_stays(file: Path) -> None:
    write(file, b"# ours\n\nbert:" + hash_passcode("x").encode() + b"\n", mode=0o640)
    set_passcode(file, "anna", "y")
    assert file.read_text().startswith("# ours\n\nbert:")
    assert file.stat().st_mode & 0o777 == 0o640
    assert remove_user(file, "anna")
    assert list(read_user_file(file)) == ["bert"]
    assert not remove_user(file, "# ours")


def test_file_behind_a_link_is_the_one_that_is_changed(file: Path) -> None:
    set_passcode(file, "anna", "x")
    link = file.with_name("link")
    link.symlink_to(file)
    set_passcode(link, "bert", "y")
    assert link.is_symlink()
    assert list(read_user_file(file)) == ["anna", "bert"]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o660, 0o601])
def test_file_that_others_can_read_or_change_is_refused(file: Path, mode: int) -> None:
    write(file, b"", mode)
    with pytest.raises(SettingsError, match="can be read or changed by others"):
        read_user_file(file)
    with pytest.raises(SettingsError, match="can be read or changed by others"):
        set_passcode(file, "anna", "x")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\nanna\n", "Line 2 of"),
        (b"anna:sesame\n", "Line 1 of"),
        (b":" + hash_passcode("x").encode(), "Line 1 of"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"a:%b\na:%b" % ((hash_passcode("x").encode(),) * 2), "Line 2 of .* stands there before: a"),
        (b"x" * (16 << 20) + b"xx", "File too large"),
    ],
    ids=["no-colon", "no-hash", "no-name", "bytes", "twice", "large"],
)
def test_file_that_makes_no_sense_is_refused_without_showing_it(file: Path, data: bytes, words: str) -> None:
    write(file, data)
    with pytest.raises(SettingsError, match=words) as caught:
        read_user_file(file)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("name", ["", " anna", "#anna", "an\nna", "an\x00na"])
def test_name_that_cannot_stand_in_the_file_is_refused(file: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="A user name is"):
        set_passcode(file, name, "x")
    assert not file.exists()


def test_missing_file_is_told(file: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read_user_file(file)
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        remove_user(file, "anna")


def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"cannot be written: {os.strerror(2)}"):
        set_passcode(tmp_path / "none" / "users", "anna", "x")
