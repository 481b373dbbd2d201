"""The same on SQLite and on PostgreSQL: the server stores while others remove, put back, import and repair."""

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from dicomdesk.archive.administration.keeping.importing import import_inputs
from dicomdesk.archive.administration.keeping.removal import plan_removal, remove_planned, restore_from_trash
from dicomdesk.archive.administration.keeping.repair import repair_area
from dicomdesk.archive.administration.listing import list_area
from dicomdesk.archive.administration.opening import opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.archive.areas.trash import Trash
from tests.helpers.archives.served_archives import Running, encoded, running
from tests.helpers.data.datasets import CT_IMAGE, part10

ROUNDS = 4


def store(archive: Running, study: int) -> None:
    uids = [f"1.2.{study}.1.{number}" for number in range(1, 6)]
    archive.put(*(encoded(uid, study=f"1.2.{study}", series=f"1.2.{study}.1") for uid in uids))


def store_all(archive: Running, studies: Iterable[int]) -> None:
    for study in studies:
        store(archive, study)


@pytest.mark.long
def test_nothing_that_was_stored_is_lost_while_others_work_on_the_same_index(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "in").mkdir()
    for number in range(5):
        uid = f"1.9.1.{number}"
        data = encoded(uid, study="1.9", series="1.9.1")
        (tmp_path / "in" / uid).write_bytes(part10(data, sop_class_uid=CT_IMAGE, sop_instance_uid=uid))
    place = ArchivePlace(folder=tmp_path / "area", database_url=database_url)
    with running(tmp_path / "area", database_url=database_url) as archive:
        store(archive, 1)
        storing = threading.Thread(target=store_all, args=(archive, range(2, 2 + ROUNDS)))
        storing.start()
        with opened_areas(place) as (opened,), working_on(opened) as keeper:
            for _ in range(ROUNDS):
                plan = plan_removal(opened, read_selection(["study", "1.2.1"]))
                assert len(remove_planned(keeper, plan, by="test").removed) == 5
                assert all(item.path for item in import_inputs(keeper, [str(tmp_path / "in")]))
                (entry,) = Trash(tmp_path / "area").entries()
                assert restore_from_trash(keeper, entry).restored == 5
            storing.join(60)
            assert dict(repair_area(opened, keeper, lambda _step: None)) == {}
            listed = {
                one.values["study_instance_uid"]: one.values["instances"]
                for one in list_area(opened, read_selection([]))
            }
        assert listed == {"1.9": 5} | {f"1.2.{study}": 5 for study in range(1, 2 + ROUNDS)}
        assert set(archive.files()) == set(archive.indexed())
