"""Whatever the database of an index is, it is said, the stored files stay as they are, and reindexing mends it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.reindex import reindex_area
from dicomdesk.archive.tables.schema import VERSION
from dicomdesk.errors import IndexDamagedError, IndexUnusableError, StorageError
from tests.helpers.archives.administered import command_of
from tests.helpers.archives.served_archives import (
    FIND_STUDY,
    calling,
    encoded,
    identifier,
    make_settings,
    running,
    serving,
)

UIDS = ("1.1", "1.2")


class Quiet:
    """Takes no notes."""

    def progressed(self, area: str, done: int, total: int) -> None:
        """Not of interest."""

    def left_out(self, area: str, path: str, reason: str) -> None:
        raise AssertionError((area, path, reason))

    def check(self) -> None:
        """Nobody ends it."""


def statements(*lines: str) -> Callable[[Path], None]:
    """Changes the database by these."""

    def change(database: Path) -> None:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            for line in lines:
                connection.execute(line)

    return change


def foreign(database: Path) -> None:
    database.unlink()
    statements("CREATE TABLE settings (a)", "CREATE TABLE patient (b)")(database)


def torn(database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content[: len(content) // 2])


def empty(database: Path) -> None:
    database.write_bytes(b"")


KINDS: dict[str, Callable[[Path], None]] = {
    "a table is gone": statements("DROP TABLE sequence_item", "DROP TABLE study_face"),
    "a column has another name": statements("ALTER TABLE study RENAME COLUMN study_date TO day"),
    "times are texts": statements("UPDATE instance SET received = 'x'", "UPDATE study SET last_received = 'y'"),
    "counts are blobs": statements("UPDATE study SET instance_count = x'00ff', bytes = 'many'"),
    "it says an older version than it has": statements("UPDATE settings SET value = '1' WHERE name = 'version'"),
    "it is of a newer version": statements(f"UPDATE settings SET value = '{VERSION + 1}' WHERE name = 'version'"),
    "it is of another program": foreign,
    "it is cut in the middle": torn,
    "it is empty": empty,
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_that_is_strange_costs_no_file_and_can_be_made_again(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], announce_log: Callable[[str], None]
) -> None:
    announce_log(".*index.*")
    with running(tmp_path) as archive:
        archive.put(*(encoded(uid) for uid in UIDS))
        files = archive.files()
    settings = make_settings(tmp_path)
    (area,) = settings.configuration.areas
    database = StorageArea(area.folder).index_path
    for log in ("-wal", "-shm"):
        database.with_name(database.name + log).unlink(missing_ok=True)
    KINDS[kind](database)
    command = command_of(capsys)
    for words in (("list", "studies"), ("verify",), ("stats",)):
        done = command(*words, "--folder", area.folder)
        assert "Traceback" not in done.out + done.err
    with suppress(IndexDamagedError, IndexUnusableError), serving(settings) as archive:
        with calling(archive.port) as peer:
            answers = list(peer.send_c_find(identifier(StudyInstanceUID=""), FIND_STUDY))
            assert answers[-1][0].Status in {0, *range(0xA700, 0xA800), *range(0xC000, 0xD000)}
            assert peer.is_established
        assert archive.files() == files
    reindex_area(settings, area, Quiet())
    with serving(settings) as archive:
        assert archive.files() == files
        assert set(archive.indexed().values()) == set(UIDS)


def test_a_folder_in_the_place_of_an_index_is_said_and_stays(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    (area,) = settings.configuration.areas
    database = StorageArea(area.folder).index_path
    database.mkdir(parents=True)
    with pytest.raises(IndexUnusableError):
        Archive(settings)
    with pytest.raises(StorageError, match="cannot be written"):
        reindex_area(settings, area, Quiet())
    assert [path.name for path in database.parent.glob("index*")] == [database.name]
