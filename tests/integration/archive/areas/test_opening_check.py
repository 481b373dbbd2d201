"""Areas that are opened with another AE title, another index, or a damaged one: what is there is shown, or said."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dicomdesk.archive import archive as archive_module
from dicomdesk.archive.archive import Archive
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import IndexDamagedError
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    FIND_STUDY,
    calling,
    encoded,
    identifier,
    make_settings,
    running,
    serving,
    until,
)


def titled(folder: Path, ae_title: str) -> ArchiveSettings:
    """An archive on a folder, by another AE title."""
    settings = make_settings(folder)
    (area,) = settings.configuration.areas
    return replace(settings, configuration=replace(settings.configuration, areas=(replace(area, ae_title=ae_title),)))


def found(port: int, called: str) -> set[str]:
    """Study Instance UIDs that an archive answers."""
    with calling(port, called=called) as peer:
        responses = list(peer.send_c_find(identifier(StudyInstanceUID=""), FIND_STUDY))
    return {match.StudyInstanceUID for _status, match in responses if match is not None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of an archive that has ended, with one study."""
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.2.3.5.1", "1.2.3"))
    return tmp_path / "area"


def test_another_ae_title_shows_the_same_archive(folder: Path) -> None:
    for title in ("RENAMED", "AGAIN"):
        with serving(titled(folder, title)) as archive:
            assert found(archive.port, title) == {"1.2.3"}


def test_an_index_from_before_the_folder_had_a_name_keeps_its_own(folder: Path) -> None:
    (folder / ".dicomdesk" / "area.json").unlink()
    with serving(titled(folder, "RENAMED")) as archive:
        assert found(archive.port, "RENAMED") == {"1.2.3"}


def test_archives_of_two_titles_on_one_folder_show_the_same(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    with serving(titled(tmp_path / "area", "ONE")) as one, serving(titled(tmp_path / "area", "TWO")) as two:
        with calling(two.port, called="TWO") as peer:
            assert peer.is_established
        one_keeper, two_keeper = one.archive.keeper("ONE"), two.archive.keeper("TWO")
        assert one_keeper.name == two_keeper.name


def test_studies_under_another_title_are_told_at_every_start_until_they_are_indexed_again(
    folder: Path, announce_log: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    announce_log("shows less than its folder has")
    with running(folder) as archive:
        archive.put(encoded("1.2.4.5.1", "1.2.4"))
    engine = create_engine(sqlite_url(folder / ".dicomdesk" / "index.sqlite"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE study SET area = 'OLD' WHERE study_instance_uid = '1.2.4'"))
    engine.dispose()
    for _ in range(2):
        caplog.clear()
        with Archive(make_settings(folder)):
            assert "its index has 1 studies under other AE titles" in caplog.text


def test_folders_of_studies_that_the_index_does_not_have_are_told_at_every_start(
    folder: Path, announce_log: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    announce_log("shows less than its folder has: 1 studies")
    (file,) = folder.glob("*/*/*/*.dcm")
    other = folder / "ab" / "1.2.9" / "1.2.9.1"
    other.mkdir(parents=True)
    shutil.copy(file, other)
    for _ in range(2):
        caplog.clear()
        with Archive(make_settings(folder)):
            assert "--reindex" in caplog.text


def test_an_older_index_is_noticed_and_what_it_lacks_is_indexed(
    folder: Path, tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("is not the one that was used last")
    announce_log("put in order with its index: 2 files indexed, 1 entry without file left alone")
    shutil.copy(folder / ".dicomdesk" / "index.sqlite", tmp_path / "backup")
    with running(folder) as archive:
        archive.put(encoded("1.2.4.5.1", "1.2.4"), encoded("1.2.4.5.2", "1.2.4"))
        archive.archive.keeper(ARCHIVE).remove(study_instance_uid="1.2.3")
    shutil.copy(tmp_path / "backup", folder / ".dicomdesk" / "index.sqlite")
    with running(folder) as archive:
        assert archive.archive.repairs[ARCHIVE].adopted == 2
        assert found(archive.port, ARCHIVE) == {"1.2.3", "1.2.4"}
    with running(folder) as archive:
        assert archive.archive.repairs == {}


@pytest.fixture
def damaged(folder: Path) -> Path:
    """An area with rubbish in the middle of its index, where the start does not look."""
    url = sqlite_url(folder / ".dicomdesk" / "index.sqlite")
    with running(folder) as archive:
        archive.put(*(encoded(f"1.2.3.5.{number}", "1.2.3") for number in range(60)))
    engine = create_engine(url)
    with engine.connect() as connection:
        page_size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        root = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'instance'").scalar_one()
    engine.dispose()
    with open(folder / ".dicomdesk" / "index.sqlite", "r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(os.urandom(page_size))
    return folder


def test_rubbish_in_the_middle_of_an_index_is_noticed_at_the_start(damaged: Path) -> None:
    with pytest.raises(IndexDamagedError, match="can be made again"):
        Archive(make_settings(damaged))


def test_rubbish_in_a_large_index_is_noticed_beside_and_nothing_wrong_is_answered(
    damaged: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("is damaged .*: nothing is stored or answered until dcmqrscp --reindex has made it again")
    announce_log("A query failed: the database of the index is damaged")
    monkeypatch.setattr(archive_module, "_CHECKED_AT_ONCE_BYTES", 0)

    def is_condemned(index: Index) -> bool:
        try:
            index.count_studies(ARCHIVE)
        except IndexDamagedError:
            return True
        return False

    with running(damaged) as archive:
        until(lambda: is_condemned(archive.archive.keeper(ARCHIVE).index))
        with calling(archive.port) as peer:
            statuses = [answer.Status for answer, _ in peer.send_c_find(identifier(StudyInstanceUID=""), FIND_STUDY)]
        assert statuses == [0xA700]
