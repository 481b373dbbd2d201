from pathlib import Path

import pytest

from dicomdesk.archive.administration.listing import columns_of, conflict_words, default_attributes, list_area
from dicomdesk.archive.administration.opening import opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import SettingsError, StorageError
from tests.helpers.archives.served_archives import encoded, running

AREAS = "AETable BEGIN\nONE {0} RW (9, 9mb) ANY\nTWO {0} RW (9, 9mb) ANY\nREAD {1} R (9, 9mb) ANY\nAETable END\n"


def test_areas_that_share_a_folder_are_one(tmp_path: Path) -> None:
    for name in ("area", "other"):
        with running(tmp_path / name):
            pass
    configuration = tmp_path / "a.cfg"
    configuration.write_text(AREAS.format(tmp_path / "area", tmp_path / "other"))
    with opened_areas(ArchivePlace(configuration_file=configuration)) as areas:
        assert [opened.area.folder.name for opened in areas] == ["area", "other"]
        assert [opened.name for opened in areas] == ["ARCHIVE", "ARCHIVE"]  # as the folders say
        with pytest.raises(StorageError, match="is only read"), working_on(areas[1]):
            pass
    with opened_areas(ArchivePlace(configuration_file=configuration, ae_titles=("TWO",))) as areas:
        assert [opened.area.folder.name for opened in areas] == ["area"]
    with (
        pytest.raises(SettingsError, match='no storage area "NONE", only ONE, TWO, READ'),
        opened_areas(ArchivePlace(configuration_file=configuration, ae_titles=("NONE",))),
    ):
        pass


def test_who_works_on_an_area_is_seen_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        storage = archive.archive.keeper("ARCHIVE").storage
        assert not storage.is_used_by_others()
        with opened_areas(ArchivePlace(folder=tmp_path / "area")) as (opened,), working_on(opened):
            assert storage.is_used_by_others()
        assert not storage.is_used_by_others()


def test_a_listing_has_the_columns_that_are_announced(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
    with opened_areas(ArchivePlace(folder=tmp_path / "area")) as (opened,):
        for level in Level:
            word = "instance" if level is Level.IMAGE else level.value.lower()
            (listed,) = list_area(opened, read_selection([word]))
            assert tuple(listed.values) == columns_of(level, default_attributes(level))


def test_bits_of_a_conflict_have_names() -> None:
    assert conflict_words(0) == []
    assert conflict_words(5) == ["other-study", "other-patient"]
