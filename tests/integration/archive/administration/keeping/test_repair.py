import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.archive.administration.keeping.repair import RepairDeed, repair_area
from dicomdesk.archive.administration.opening import opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.file_check import check_area
from dicomdesk.errors import StorageError
from tests.helpers.archives.served_archives import Running, encoded, running
from tests.helpers.data.datasets import CT_IMAGE, part10


def repair(folder: Path, *, is_deep: bool = False, forces: bool = False) -> dict[RepairDeed, int]:
    with opened_areas(ArchivePlace(folder=folder)) as (opened,), working_on(opened) as keeper:
        return dict(repair_area(opened, keeper, lambda _step: None, is_deep=is_deep, forces=forces))


def is_right(archive: Running) -> bool:
    settings = archive.archive.settings
    return check_area(settings, settings.configuration.areas[0], lambda _finding: None).is_right


def test_whatever_is_wrong_is_mended_beside_the_server_and_nothing_is_lost(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(*(encoded(f"1.{number}") for number in range(1, 6)))
        paths = {uid: path for path, uid in archive.indexed().items()}
        folder = tmp_path / os.path.dirname(paths["1.1"])
        orphan = part10(encoded("1.6"), sop_class_uid=CT_IMAGE, sop_instance_uid="1.6")
        (folder / "1.6.00000001.dcm").write_bytes(orphan)
        (folder / "1.7.00000001.dcm").write_bytes(b"no instance at all")
        (folder / "1.2.00000001.dcm").write_bytes((tmp_path / paths["1.2"]).read_bytes())
        os.unlink(tmp_path / paths["1.3"])
        os.truncate(tmp_path / paths["1.4"], 300)
        assert not is_right(archive)
        done = {RepairDeed.ADOPTED: 1, RepairDeed.DROPPED: 1, RepairDeed.SET_ASIDE: 2}
        # the second file of an instance may be one that the server is putting in the place of the first
        assert repair(tmp_path) == done | {RepairDeed.LEFT: 1}
        assert set(archive.indexed().values()) == {"1.1", "1.2", "1.5", "1.6"}
    assert repair(tmp_path) == {RepairDeed.SET_ASIDE: 1}
    assert repair(tmp_path) == {}
    with running(tmp_path) as archive:
        assert is_right(archive)
        assert set(archive.files()) == set(archive.indexed())
    trash = Trash(tmp_path)
    kept = {trash.file_of(entry, one.path).name for entry in trash.entries() for one in trash.instances(entry)}
    assert kept == {"1.7.00000001.dcm", "1.2.00000001.dcm", os.path.basename(paths["1.4"])}


def test_content_that_is_not_what_was_stored_is_set_aside_where_all_is_read(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2", pixels=b"good"))
        path = next(path for path, uid in archive.indexed().items() if uid == "1.2")
        (tmp_path / path).write_bytes((tmp_path / path).read_bytes().replace(b"good", b"evil"))
        assert repair(tmp_path) == {}
        assert repair(tmp_path, is_deep=True) == {RepairDeed.SET_ASIDE: 1}
        assert list(archive.indexed().values()) == ["1.1"]
        (entry,) = Trash(tmp_path).entries()
        assert entry.kept_until is None


def test_what_contradicts_something_else_is_no_fault_and_stays(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("Stored, but")
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        archive.put(encoded("1.1", study="1.9", series="1.9.1"), status=0xB000)
        archive.put(encoded("1.2", patient="P2"), status=0xB000)
        before = archive.files()
        assert repair(tmp_path, is_deep=True) == {}
        assert archive.files() == before
        assert len(archive.indexed()) == 3


def test_a_share_that_is_not_there_does_not_empty_the_index(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(*(encoded(f"1.{number}") for number in range(1, 13)))
        for path in archive.files():
            os.unlink(tmp_path / path)
        with pytest.raises(StorageError, match="Is the share mounted"):
            repair(tmp_path)
        assert len(archive.indexed()) == 12
        assert repair(tmp_path, forces=True) == {RepairDeed.DROPPED: 12}
        assert archive.indexed() == {}
