"""Which index an area has, and under which name; opened archives are in the integration tests."""

from pathlib import Path

import pytest

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import sqlite_url
from dicomdesk.archive.indexed_areas import area_as_indexed, check_index_exists, index_url
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import IndexDamagedError


def make_area(ae_title: str, folder: Path) -> Area:
    return Area(ae_title=ae_title, folder=folder, is_writable=True)


def test_areas_of_one_folder_have_the_title_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    areas = (make_area("FIRST", tmp_path), make_area("SECOND", tmp_path / "link"), make_area("OTHER", tmp_path / "x"))
    configuration = ArchiveConfiguration(areas=areas)
    assert [area_as_indexed(configuration, area).ae_title for area in areas] == ["FIRST", "FIRST", "OTHER"]


def test_a_folder_that_the_configuration_does_not_name_keeps_the_name_that_is_given(tmp_path: Path) -> None:
    configuration = ArchiveConfiguration(areas=(make_area("", tmp_path),))
    assert area_as_indexed(configuration, make_area("GIVEN", tmp_path)).ae_title == "GIVEN"


def test_an_area_has_the_shared_database_or_one_in_its_folder(tmp_path: Path) -> None:
    storage = StorageArea(tmp_path)
    own = ArchiveSettings(configuration=ArchiveConfiguration())
    shared = ArchiveSettings(configuration=ArchiveConfiguration(database_url="sqlite:///shared"))
    assert index_url(own, storage) == sqlite_url(storage.index_path)
    assert index_url(shared, storage) == "sqlite:///shared"


def test_only_an_index_of_the_area_alone_is_missed_beside_its_files(tmp_path: Path) -> None:
    storage = StorageArea(tmp_path)
    own = ArchiveSettings(configuration=ArchiveConfiguration())
    check_index_exists(own, storage)
    file = storage.open()
    file.write([b"instance"])
    storage.place(file, "1.2", "1.3", "1.4")
    with pytest.raises(IndexDamagedError, match="no index"):
        check_index_exists(own, storage)
    check_index_exists(ArchiveSettings(configuration=ArchiveConfiguration(database_url="sqlite:///shared")), storage)
