import zipfile
from collections import Counter
from pathlib import Path

import pytest

from dicomdesk.archive.administration.keeping.importing import ImportedItem, ImportOutcome, import_inputs
from dicomdesk.archive.administration.opening import opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.setup.configuration import Quota
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.data.datasets import CT_IMAGE, part10


def take(folder: Path, *inputs: Path) -> list[ImportedItem]:
    """Import beside the server."""
    with opened_areas(ArchivePlace(folder=folder)) as (opened,), working_on(opened) as keeper:
        return list(import_inputs(keeper, [str(path) for path in inputs]))


def outcomes(items: list[ImportedItem]) -> Counter[str]:
    return Counter(item.outcome.value for item in items)


def test_a_folder_is_stored_as_a_peer_would_store_it_and_stays_as_it_is(tmp_path: Path) -> None:
    paths = write_studies(tmp_path / "in" / "deep")
    before = {path: path.read_bytes() for path in paths}
    with running(tmp_path / "area") as archive:
        items = take(tmp_path / "area", tmp_path / "in")
        assert outcomes(items) == {"stored": len(paths)}
        indexed = archive.indexed()
        assert set(indexed.values()) == {uid for study in STUDIES for uid, _data in study.instances()}
        assert {item.path for item in items} == set(indexed)
        for item in items:  # the data set is that of the original, what stands before it is ours
            stored, original = archive.files()[item.path], before[Path(item.name)]
            assert stored.endswith(original[original.index(b"DICM") + 200 :][-200:])
        assert {path: path.read_bytes() for path in paths} == before
        assert outcomes(take(tmp_path / "area", tmp_path / "in")) == {"stored-again": len(paths)}
        assert len(archive.files()) == len(paths)


def test_rubbish_in_a_folder_costs_nothing_but_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    good = part10(encoded("1.1"), sop_class_uid=CT_IMAGE, sop_instance_uid="1.1")
    (folder / "good.dcm").write_bytes(good)
    (folder / "cut.dcm").write_bytes(part10(encoded("1.2"), sop_class_uid=CT_IMAGE, sop_instance_uid="1.2")[:-3])
    no_study = encoded("1.3", without=(0x0020000D,))
    (folder / "no-study.dcm").write_bytes(part10(no_study, sop_class_uid=CT_IMAGE, sop_instance_uid="1.3"))
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "notes.txt").write_text("not DICOM at all" * 100)
    (folder / "random.bin").write_bytes(bytes(range(256)) * 40)
    (folder / "gone.dcm").symlink_to(tmp_path / "nowhere")
    (folder / "damaged.zip").write_bytes(b"PK\3\4" + b"\0" * 100)
    with zipfile.ZipFile(folder / "some.zip", "w") as archive_file:
        archive_file.writestr("a.dcm", part10(encoded("1.4"), sop_class_uid=CT_IMAGE, sop_instance_uid="1.4"))
        archive_file.writestr("b.txt", "nothing")
    with running(tmp_path / "area") as archive:
        items = take(tmp_path / "area", folder)
        by_name = {item.name.rpartition("/")[2]: item for item in items}
        assert set(archive.indexed().values()) == {"1.1", "1.4"}
        assert set(archive.files()) == set(archive.indexed())
    assert by_name["good.dcm"].outcome is ImportOutcome.STORED
    assert by_name["cut.dcm"].outcome is ImportOutcome.FAILED
    assert by_name["no-study.dcm"].outcome is ImportOutcome.REFUSED
    assert "no Study Instance UID" in by_name["no-study.dcm"].reason
    assert by_name["notes.txt"].outcome is ImportOutcome.SKIPPED
    assert all(item.reason for item in items if item.outcome is not ImportOutcome.STORED)


def test_what_is_larger_than_the_quota_is_refused_and_the_rest_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for uid, pixels in (("1.1", bytes(100)), ("1.2", bytes(9000)), ("1.3", bytes(100))):
        data = encoded(uid, study=uid + ".0", pixels=pixels)
        (folder / uid).write_bytes(part10(data, sop_class_uid=CT_IMAGE, sop_instance_uid=uid))
    area = tmp_path / "area"
    configuration = tmp_path / "a.cfg"
    configuration.write_text(f"AETable BEGIN\nARCHIVE {area} RW (10, 4kb) ANY\nAETable END\n")
    with running(area, quota=Quota(max_studies=10, max_bytes_per_study=4096)) as archive:
        place = ArchivePlace(configuration_file=configuration)
        with opened_areas(place) as (opened,), working_on(opened) as keeper:
            items = list(import_inputs(keeper, [str(folder)]))
        assert outcomes(items) == {"stored": 2, "refused": 1}
        assert set(archive.indexed().values()) == {"1.1", "1.3"}


def test_the_storage_area_itself_is_not_imported(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
        before = archive.files()
        items = take(tmp_path / "area", tmp_path / "area")
        assert archive.files() == before
    assert "stored" not in outcomes(items)
    assert any("in the storage area itself" in item.reason for item in items)


@pytest.mark.parametrize("name", ["missing", ""])
def test_an_input_that_is_not_there_has_failed(tmp_path: Path, name: str) -> None:
    with (
        running(tmp_path / "area"),
        opened_areas(ArchivePlace(folder=tmp_path / "area")) as (opened,),
        working_on(opened) as keeper,
    ):
        (item,) = import_inputs(keeper, [str(tmp_path / name) if name else ""])
    assert item.outcome is ImportOutcome.FAILED
