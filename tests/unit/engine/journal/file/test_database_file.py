"""Files of what is kept: made for their owner, locked, versioned, kept aside; nothing of others is touched."""

import sqlite3
import stat
from pathlib import Path

import pytest

from dicomdesk.engine.journal.file.database_file import FileKind, explained, keep_aside, open_database
from dicomdesk.errors import FileFault, JournalError

KIND = FileKind(
    noun="notebook",
    whole_noun="notebook of a test",
    in_use="another test reads it",
    application_id=0x54455354,
    version=3,
    schema=("CREATE TABLE word (text TEXT NOT NULL)",),
    error=JournalError,
)


def opened(path: Path, *words: str, kind: FileKind = KIND, is_made: bool = True) -> sqlite3.Connection:
    def fill(connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT INTO word VALUES (?)", [(word,) for word in words])

    return open_database(str(path), kind, fill, lambda connection: None, is_made=is_made)


def words_of(path: Path) -> list[str]:
    connection = opened(path)
    found = [word for (word,) in connection.execute("SELECT text FROM word")]
    connection.close()
    return found


def test_a_file_is_made_for_its_owner_alone_and_filled_once(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    opened(path, "first").close()
    opened(path, "second").close()
    assert words_of(path) == ["first"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["notes"]


def test_a_file_that_others_could_read_is_its_owners_alone_once_opened(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    opened(path, "first").close()
    path.chmod(0o644)
    assert words_of(path) == ["first"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_process_at_a_time_works_with_it(tmp_path: Path) -> None:
    connection = opened(tmp_path / "notes")
    with pytest.raises(JournalError, match="notes is in use: another test reads it") as caught:
        opened(tmp_path / "notes")
    assert caught.value.fault is FileFault.IN_USE
    connection.close()
    opened(tmp_path / "notes").close()


def test_a_file_whose_maker_did_not_come_to_fill_it_is_filled(tmp_path: Path) -> None:
    (tmp_path / "notes").touch()
    opened(tmp_path / "notes", "late").close()
    assert words_of(tmp_path / "notes") == ["late"]


@pytest.mark.parametrize("content", [b"a letter", b"SQLite format 3\0" + bytes(9000), b"\0\0\0\0DICM"])
def test_what_is_of_others_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    with pytest.raises(JournalError, match="left as it is") as caught:
        opened(path)
    assert caught.value.fault is FileFault.FOREIGN
    assert path.read_bytes() == content


def test_what_is_only_looked_at_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="There is no notebook notes"):
        opened(tmp_path / "notes", is_made=False)
    (tmp_path / "notes").touch()
    with pytest.raises(JournalError, match="no notebook of a test"):
        opened(tmp_path / "notes", is_made=False)
    with pytest.raises(JournalError, match="no regular file"):
        opened(tmp_path)


def test_a_newer_version_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    connection = opened(path)
    connection.execute("PRAGMA user_version = 4")
    connection.close()
    with pytest.raises(JournalError, match="newer version") as caught:
        opened(path)
    assert caught.value.fault is FileFault.NEWER


def test_damage_is_told_and_the_file_kept_aside_under_names_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    for _ in range(2):
        opened(path, *("x" * 900 for _ in range(40))).close()
        content = bytearray(path.read_bytes())
        content[4096:] = bytes(reversed(content[4096:]))
        path.write_bytes(content)
        with pytest.raises(JournalError, match="notes is damaged") as caught:
            opened(path)
        assert caught.value.fault is FileFault.DAMAGED
        keep_aside(str(path), KIND, caught.value)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["notes.damaged-1", "notes.damaged-2"]


def test_where_nothing_can_be_written_the_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be made: No such file or directory") as caught:
        opened(tmp_path / "gone" / "notes")
    assert caught.value.fault is FileFault.DISK
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    with pytest.raises(JournalError, match="cannot be read or written: database or disk is full"), explained("n", KIND):
        raise full
