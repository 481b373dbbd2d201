import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread

from dicomdesk.archive.administration.keeping.exporting import ExportResult, export_instances, find_export
from dicomdesk.archive.administration.opening import opened_areas
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.errors import StorageError
from tests.helpers.archives.served_archives import Running, encoded, running
from tests.helpers.archives.stored_studies import STUDIES


def export(folder: Path, target: Path, *words: str, is_zip: bool = False) -> ExportResult:
    with opened_areas(ArchivePlace(folder=folder)) as areas:
        return export_instances(find_export(areas, read_selection(words)), target, is_zip=is_zip)


def listed(medium: Path) -> int:
    """How many instances the directory of a medium has records of."""
    records = dcmread(medium / "DICOMDIR").DirectoryRecordSequence
    return sum(record.DirectoryRecordType == "IMAGE" for record in records)


def stored(archive: Running) -> dict[str, bytes]:
    """Stored files by SOP Instance UID."""
    return {uid: archive.files()[path] for path, uid in archive.indexed().items()}


def fill(archive: Running) -> None:
    archive.put(
        encoded("1.1"),
        encoded("1.2"),
        encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2"),
        encoded("3.1", study="1.2.5", series="1.2.5.1", without=(0x00200010, 0x00080020, 0x00100020, 0x00200013)),
    )


def test_an_export_is_a_medium_whose_directory_lists_each_file_byte_for_byte(tmp_path: Path) -> None:
    target = tmp_path / "cd"
    with running(tmp_path / "area") as archive:
        fill(archive)
        result = export(tmp_path / "area", target, "studies", "1.2.3", "1.2.4", "1.2.5")
        wanted = stored(archive)
    assert (result.exported, result.unlisted, result.failures) == (4, 0, ())
    selection = InputSelection(paths=(str(target / "DICOMDIR"),), read_dicomdir=True)
    found = [one for one in scan(selection) if isinstance(one, FoundInstance)]
    assert {one.header.sop_instance_uid for one in found} == set(wanted)
    for one in found:
        assert Path(one.path).read_bytes() == wanted[one.header.sop_instance_uid]
        for part in Path(one.path).relative_to(target).parts:
            assert len(part) <= 8
            assert part.isascii()
            assert part == part.upper()
    assert listed(target) == 4
    assert {path.name for path in tmp_path.iterdir()} == {"area", "cd"}


def test_a_zip_archive_holds_the_same(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        fill(archive)
        result = export(tmp_path / "area", tmp_path / "a.zip", "patient", "P1", is_zip=True)
        wanted = stored(archive)
    assert result.exported == 2
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert file.testzip() is None
        contents = {file.read(name) for name in file.namelist() if name != "DICOMDIR"}
        assert "DICOMDIR" in file.namelist()
    assert contents == {wanted["1.1"], wanted["1.2"]}
    assert {path.name for path in tmp_path.iterdir()} == {"area", "a.zip"}


def test_every_study_of_the_world_can_be_exported(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")  # of odd values, where pydicom has not been told otherwise before
    with running(tmp_path / "area") as archive:
        for study in STUDIES:
            for _uid, data in study.instances():
                start = data.index(b"DICM") + 4
                length = int.from_bytes(data[start + 8 : start + 12], "little")
                data_set = data[start + 12 + length :]
                if b"1.2.840.10008.5.1.4.1.1.2\0" in data_set:
                    archive.put(data_set)
        wanted = stored(archive)
        result = export(tmp_path / "area", tmp_path / "out", "instances", "SOPClassUID=1.2.840.10008.5.1.4.1.1.2")
    assert result.failures == ()
    assert result.exported == len(wanted) > 5


def test_what_is_gone_or_cut_is_left_out_with_the_reason_and_instances_of_one_uid_are_both_there(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("Stored, but")
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("1.3"))
        archive.put(encoded("1.3", study="1.9", series="1.9.1"), status=0xB000)
        paths = {uid: path for path, uid in archive.indexed().items()}
        os.truncate(tmp_path / "area" / paths["1.1"], 100)
        os.unlink(tmp_path / "area" / paths["1.2"])
        result = export(tmp_path / "area", tmp_path / "cd", "patient", "P1")
    assert (result.exported, result.unlisted) == (2, 1)
    assert {failure.item.instance.sop_instance_uid for failure in result.failures} == {"1.1", "1.2"}
    assert all(failure.reason for failure in result.failures)
    assert listed(tmp_path / "cd") == 1
    assert len(list((tmp_path / "cd" / "OTHER").iterdir())) == 1


def test_a_target_that_is_taken_or_cannot_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("mine")
    (tmp_path / "a.zip").write_text("mine")
    (tmp_path / "empty").mkdir()
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
        for name, is_zip in (("full", False), ("a.zip", True), ("a.zip", False), ("no/where", False)):
            with pytest.raises(StorageError):
                export(tmp_path / "area", tmp_path / name, "1.2.3", is_zip=is_zip)
        assert export(tmp_path / "area", tmp_path / "empty", "1.2.3").exported == 1
    assert (tmp_path / "a.zip").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"area", "full", "a.zip", "empty"}
