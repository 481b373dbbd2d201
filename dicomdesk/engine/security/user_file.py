"""Files of users and their hashed passcodes, which an acceptor can demand.

A line is a user name, a colon and a hash as ``network.acceptor.passcodes`` makes it; blank lines and those that begin
with ``#`` say nothing. The hashes are hard to turn back, but weak passcodes can be guessed from them: the file is for
its owner.
"""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.errors import SettingsError, StorageError
from dicomdesk.human import printable
from dicomdesk.named_files import read_named_file

__all__ = ["read_user_file", "remove_user", "set_passcode"]

_LARGEST_FILE_BYTES = 16 << 20
_FORBIDDEN_MODE = stat.S_IRWXO | stat.S_IWGRP
_NEW_MODE = 0o600


def read_user_file(file: Path) -> dict[str, str]:
    """User names with the hashes of their passcodes.

    Raises SettingsError where the file cannot be read, has a line that is none, or is open to others.
    """
    users: dict[str, str] = {}
    for number, line in enumerate(_read_lines(file), 1):
        if not _is_entry(line):
            continue
        name, separator, text = line.rpartition(":")
        if not separator or not name or not _is_hash(text):
            raise SettingsError(f"Line {number} of '{file}' is not a user name, a colon and a hashed passcode")
        if name in users:
            raise SettingsError(f"Line {number} of '{file}' names a user who stands there before: {printable(name)}")
        users[name] = text.strip()
    return users


def set_passcode(file: Path, name: str, passcode: str) -> bool:
    """Give a user this passcode in the file, which is made where there is none; True for a user who was there before.

    Takes some 100 ms. Raises SettingsError for a name or file that cannot be used, StorageError where it is not
    written.
    """
    from dicomdesk.network.acceptor.passcodes import hash_passcode  # noqa: PLC0415 - hashing is not needed to start

    if not name or name.startswith("#") or name != name.strip() or not name.isprintable():
        raise SettingsError("A user name is one line of text that does not begin with # nor begin or end with a blank")
    lines = list(_read_lines(file)) if file.exists() else []
    others = [line for line in lines if _name_in(line) != name]
    _write_lines(file, [*others, f"{name}:{hash_passcode(passcode)}"])
    return len(others) < len(lines)


def remove_user(file: Path, name: str) -> bool:
    """Take a user out of the file; False for one who is not in it. Raises as ``set_passcode``."""
    lines = list(_read_lines(file))
    others = [line for line in lines if _name_in(line) != name]
    if len(others) == len(lines):
        return False
    _write_lines(file, others)
    return True


def _read_lines(file: Path) -> Iterator[str]:
    try:
        data = read_named_file(file, _LARGEST_FILE_BYTES, check=partial(_check_mode, file))
    except OSError as error:
        raise SettingsError(f"The user file '{file}' cannot be read: {error.strerror or error}") from error
    try:
        yield from data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SettingsError(f"The user file '{file}' is not UTF-8 text") from error


def _check_mode(file: Path, found: os.stat_result) -> None:
    """A pipe that was handed over is nobody else's."""
    if os.name == "posix" and stat.S_ISREG(found.st_mode) and found.st_mode & _FORBIDDEN_MODE:
        raise SettingsError(f"The user file '{file}' can be read or changed by others; chmod 600 makes it yours alone")


def _write_lines(file: Path, lines: list[str]) -> None:
    """Replace the file at once, with the mode that it has."""
    path = os.path.realpath(file)
    folder, name = os.path.split(path)
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else _NEW_MODE
        made = AtomicFile(folder)
        try:
            os.fchmod(made.descriptor, mode)
            made.write(["".join(f"{line}\n" for line in lines).encode()])
            made.publish(name, replace=True, fsync=True)
        finally:
            made.discard()
    except OSError as error:
        raise StorageError(f"The user file '{file}' cannot be written: {error.strerror or error}") from error


def _is_entry(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _name_in(line: str) -> str:
    return line.rpartition(":")[0] if _is_entry(line) else ""


def _is_hash(text: str) -> bool:
    from dicomdesk.network.acceptor.passcodes import is_passcode_hash  # noqa: PLC0415 - only where users are asked for

    return is_passcode_hash(text)
