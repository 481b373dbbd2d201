"""Access R: a folder that only can be read is served and verified, and nothing in it is changed."""

import os
from pathlib import Path

import pytest

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.areas import storage_area
from dicomdesk.archive.file_check import FileCheckReport, check_area
from dicomdesk.archive.metrics import health
from dicomdesk.errors import IndexUnusableError, StorageError
from tests.helpers.archives.kept_areas import fail_on
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    FIND_STUDY,
    GET_STUDY,
    MOVE_STUDY,
    calling,
    destination,
    encoded,
    identifier,
    make_settings,
    running,
)
from tests.helpers.data.datasets import CT_IMAGE


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """When everything below a folder was changed last, and its bytes."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        status = path.stat()
        found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of an archive that has ended; what may not write cannot write there from now on."""
    with running(tmp_path / "area") as archive:
        archive.put(*(encoded(f"1.2.3.5.{number}") for number in range(3)))

    def refuse(*_: object) -> None:
        raise StorageError("Read-only file system")

    monkeypatch.setattr(storage_area, "_check_writable", refuse)
    return tmp_path / "area"


def test_it_is_served_and_nothing_in_it_changes(folder: Path) -> None:
    before = state_of(folder)
    with (
        destination() as target,
        running(folder, is_writable=False, peers={"DEST": target.port}) as archive,
        calling(archive.port) as peer,
    ):
        query = identifier(StudyInstanceUID="1.2.3")
        assert [answer.Status for answer, _ in peer.send_c_find(query, FIND_STUDY)] == [0xFF00, 0]
        assert list(peer.send_c_move(query, "DEST", MOVE_STUDY))[-1][0].Status == 0
        assert len(target.stored) == 3
        assert CT_IMAGE not in {context.abstract_syntax for context in peer.accepted_contexts}
        assert health(archive.archive) == {ARCHIVE: "ok"}
        assert GET_STUDY in {context.abstract_syntax for context in peer.accepted_contexts}
    assert state_of(folder) == before


@pytest.mark.parametrize("is_writable", [False, True])
def test_it_is_verified_and_nothing_in_it_changes(folder: Path, *, is_writable: bool) -> None:
    """Also where the configuration says that it may be written: a share may be mounted otherwise."""
    before = state_of(folder)
    settings = make_settings(folder, is_writable=is_writable)
    assert check_area(settings, settings.configuration.areas[0], fail_on) == FileCheckReport(files=3, entries=3)
    assert state_of(folder) == before


def test_where_more_than_reading_is_asked_for_it_is_refused(folder: Path) -> None:
    with pytest.raises(StorageError, match="Read-only"):
        Archive(make_settings(folder))


def test_an_index_that_was_not_left_in_order_is_said(folder: Path) -> None:
    (folder / ".dicomdesk" / "index.sqlite-wal").write_bytes(b"something")
    with pytest.raises(IndexUnusableError, match="start and end once"):
        Archive(make_settings(folder, is_writable=False))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_served(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.2.3.5.1"))
    folders = [tmp_path / "area", *(path for path in (tmp_path / "area").rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o500)
    try:
        with running(tmp_path / "area", is_writable=False) as archive:
            assert len(archive.indexed()) == 1
    finally:
        for path in folders:
            path.chmod(0o700)
