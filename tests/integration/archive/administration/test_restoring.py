"""A restored area is ready to be served."""

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.administration.restoring import restore_area
from dicomdesk.archive.backup.backup import back_up
from dicomdesk.archive.backup.manifest import BackupPlace
from dicomdesk.archive.index import sqlite_url
from dicomdesk.errors import StorageError
from tests.helpers.archives.served_archives import ARCHIVE, encoded, make_settings, running


class Observer:
    def progressed(self, done: int, total: int) -> None:
        """Nothing."""

    def found(self, path: str, text: str) -> None:
        raise AssertionError((path, text))


def test_an_archive_serves_what_was_restored(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2"))
        index = archive.archive.keeper(ARCHIVE).index
        back_up(ARCHIVE, tmp_path / "area", index, tmp_path / "target", Observer())
        files, indexed = archive.files(), archive.indexed()
    place = BackupPlace(tmp_path / "target", ARCHIVE)
    settings = make_settings(tmp_path / "new")
    (area,) = settings.configuration.areas
    assert restore_area(settings, area, place, place.manifests()[0], Observer()).files == 2
    with running(tmp_path / "new") as archive:
        assert (archive.files(), archive.indexed()) == (files, indexed)
        assert not archive.archive.repairs


def test_a_database_that_has_studies_of_the_area_is_refused(tmp_path: Path) -> None:
    database_url = sqlite_url(tmp_path / "shared.sqlite")
    with running(tmp_path / "area", database_url=database_url) as archive:
        archive.put(encoded("1.1"))
        back_up(ARCHIVE, tmp_path / "area", archive.archive.keeper(ARCHIVE).index, tmp_path / "target", Observer())
    place = BackupPlace(tmp_path / "target", ARCHIVE)
    settings = make_settings(tmp_path / "new", database_url=database_url)
    (area,) = settings.configuration.areas
    for _ in range(2):
        with pytest.raises(StorageError, match="1 study of the storage area"):
            restore_area(settings, area, place, place.manifests()[0], Observer())
    assert not list(area.folder.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_restores_is_of_the_user_who_serves_it(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
        back_up(ARCHIVE, tmp_path / "area", archive.archive.keeper(ARCHIVE).index, tmp_path / "target", Observer())
    place = BackupPlace(tmp_path / "target", ARCHIVE)
    settings = make_settings(tmp_path / "new")
    settings = replace(settings, configuration=replace(settings.configuration, user_name="nobody"))
    (area,) = settings.configuration.areas
    restore_area(settings, area, place, place.manifests()[0], Observer())
    owner = pwd.getpwnam("nobody").pw_uid
    assert {path.stat().st_uid for path in (area.folder, *area.folder.rglob("*"))} == {owner}
