from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dicomdesk.engine.receive.naming import file_stem_maker, series_folder, sub_folder_maker
from dicomdesk.engine.receive.request import FileNaming, SubFolders
from tests.helpers.window import scenes

TODAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("series_date", "folder"),
    [
        ("20200131", "data/2020/01/31"),
        ("20200230", "undef/20261120"),
        ("00000101", "undef/20261120"),
        ("2020.1.3", "undef/20261120"),
        ("../../..", "undef/20261120"),
        ("²0200131", "undef/20261120"),
        ("202001", "undef/20261120"),
        ("", "undef/20261120"),
    ],
)
def test_series_folder_takes_true_dates_only(series_date: str, folder: str) -> None:
    assert series_folder(series_date, TODAY) == folder


@pytest.mark.parametrize("naming", FileNaming)
def test_every_scheme_has_its_names(naming: FileNaming) -> None:
    make_stem = file_stem_maker(naming)
    first, second = (make_stem("1.2.840.10008.5.1.4.1.1.2", "1.2.3") for _ in range(2))
    assert first
    assert (first == second) == (naming in {FileNaming.INSTANCE_UID, FileNaming.ONLY_INSTANCE_UID})


@pytest.mark.parametrize("uid", ["..", ".", "../1.2", "/1.2", "1.2/3", "CON", "1" * 300, "1.2\0"])
def test_a_hostile_uid_alone_is_a_harmless_name(uid: str) -> None:
    make_stem = file_stem_maker(FileNaming.ONLY_INSTANCE_UID)
    assert make_stem("", "1.2.3") == "1.2.3"
    stem = make_stem("", uid)
    assert stem.strip(".")
    assert not {"/", "\\", "\0"} & set(stem)
    assert len(stem) < 200


def test_every_way_of_sorting_has_its_folders() -> None:
    header = replace(scenes.header(scenes.JANE, ("1", "", "CT"), 1), series_date="20200131")
    assert sub_folder_maker(SubFolders.NONE) is None
    by_date = sub_folder_maker(SubFolders.SERIES_DATE)
    assert by_date is not None
    assert by_date(header) == "data/2020/01/31"
    assert by_date(None).startswith("undef/")
