"""Order in an area after a crash."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.dicom.query.attributes import PATIENT_ID
from tests.helpers.archives.kept_areas import files, indexed, make, put, read_entry


def test_a_file_that_was_not_indexed_yet_is_adopted(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")
    report = keeper.crash_repair.repair(read_entry)
    assert (report.adopted, report.is_clean) == (1, False)
    assert indexed(keeper) == {path}
    assert keeper.crash_repair.repair(read_entry).is_clean


def test_a_file_whose_place_was_taken_is_removed(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    keeper.storage.place(file, "1.2", "1.3", "1.4")
    assert keeper.crash_repair.repair(read_entry).superseded == 1
    assert files(keeper) == indexed(keeper) == {kept.path}


def test_a_file_of_another_patients_instance_of_the_same_uids_is_adopted(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")

    def read(absolute: str, relative: str) -> IndexEntry:
        entry = read_entry(absolute, relative)
        return replace(entry, values={**entry.values, PATIENT_ID: "OTHER"}) if relative == path else entry

    assert keeper.crash_repair.repair(read).adopted == 1
    assert files(keeper) == indexed(keeper) == {kept.path, path}
    assert keeper.crash_repair.repair(read).is_clean


def test_a_file_that_another_process_may_be_about_to_index_stays(tmp_path: Path, index: Index) -> None:
    """It is to take the place of the other, which goes then: without both, the instance would be lost."""
    keeper, other = make(tmp_path, index), make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    other.storage.mark_running()
    keeper.storage.mark_running()
    file = other.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = other.storage.place(file, "1.2", "1.3", "1.4")
    assert keeper.crash_repair.repair(read_entry, since=5.0).superseded == 0
    assert files(keeper) == {kept.path, path}
    keeper.storage.mark_ended()
    other.storage.mark_ended()
    assert other.storage.crashed_since() == 5.0
    assert other.crash_repair.repair(read_entry, since=5.0).superseded == 1
    assert files(keeper) == indexed(keeper) == {kept.path}


def test_an_instance_whose_file_is_gone_is_replaced_by_the_one_that_is_there(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    os.unlink(keeper.storage.path_of(kept.path))
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")
    assert keeper.crash_repair.repair(read_entry).adopted == 1
    assert indexed(keeper) == {path}


def test_a_removal_is_completed_where_the_index_knows_of_it(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    gone, kept = put(keeper, "1.2", "1.3", "1.4"), put(keeper, "1.5", "1.6", "1.7")
    note = tmp_path / "area" / ".dicomdesk" / "removing-1.json"
    note.write_text(f'["{gone.path}", "{kept.path}"]')
    index.remove("ARCHIVE", study_instance_uid="1.2")
    report = keeper.crash_repair.repair(read_entry)
    assert (report.completed_removals, report.adopted) == (1, 0)
    assert files(keeper) == indexed(keeper) == {kept.path}
    assert not note.exists()


def test_a_removal_of_a_living_process_is_left_to_it(tmp_path: Path, index: Index) -> None:
    keeper, other = make(tmp_path, index), make(tmp_path, index)
    other.storage.mark_running()
    kept = put(other, "1.2", "1.3", "1.4")
    note = other.storage.note_removal([kept.path])
    index.remove("ARCHIVE", study_instance_uid="1.2")
    assert keeper.crash_repair.repair(read_entry).is_clean
    assert (files(keeper), indexed(keeper)) == ({kept.path}, set())
    other.storage.mark_ended()
    assert keeper.crash_repair.complete_removals() == 1
    assert files(keeper) == set()
    assert note not in os.listdir(tmp_path / "area" / ".dicomdesk")


@pytest.mark.parametrize("is_noted", [False, True])
def test_a_file_that_is_removed_while_it_is_adopted_is_not_indexed(
    tmp_path: Path, index: Index, *, is_noted: bool
) -> None:
    keeper, other = make(tmp_path, index), make(tmp_path, index)
    other.storage.mark_running()
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")

    def read(absolute: str, relative: str) -> IndexEntry:
        made = read_entry(absolute, relative)
        if is_noted:
            other.storage.note_removal([path])
        else:
            other.storage.remove([path])
        return made

    assert keeper.crash_repair.repair(read).is_clean
    assert indexed(keeper) == set()
    other.storage.mark_ended()


def test_what_is_no_instance_is_left_alone(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    folder = tmp_path / "area" / "ab" / "1.2" / "1.3"
    folder.mkdir(parents=True)
    (folder / "1.4.00000000.dcm").write_text("rubbish")
    report = keeper.crash_repair.repair(read_entry)
    assert report.unreadable == ("ab/1.2/1.3/1.4.00000000.dcm",)
    assert len(files(keeper)) == 1
