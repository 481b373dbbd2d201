"""What an index is not made of is told, each with its reason."""

from pathlib import Path

from dicomdesk.archive.areas.passed_over import passed_over
from dicomdesk.archive.areas.storage_area import StorageArea


def test_each_file_is_an_instance_by_its_place_or_passed_over(tmp_path: Path) -> None:
    for path in (
        "index.dat",
        "CT_1.dcm",
        "notes.txt",
        ".hidden.dcm",
        "more/CT_2.dcm",
        "ab/readme",
        "ab/1.2/readme",
        "ab/1.2/1.3/1.4.00000000.dcm",
        "ab/1.2/1.3/thumbs.db",
        "ab/1.2/1.3/folder.dcm/inside",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "ab" / "linked").symlink_to(tmp_path / "more")
    area = StorageArea(tmp_path)
    found = dict(passed_over(str(tmp_path)))
    assert set(found) == {
        "notes.txt",
        ".hidden.dcm",
        "more",
        "ab/readme",
        "ab/linked",
        "ab/1.2/readme",
        "ab/1.2/1.3/thumbs.db",
        "ab/1.2/1.3/folder.dcm",
    }
    assert found["notes.txt"] == "its name does not end with .dcm"
    assert {path for path, _ in area.sizes()} == {"CT_1.dcm", "ab/1.2/1.3/1.4.00000000.dcm"}


def test_a_folder_that_is_gone_has_nothing(tmp_path: Path) -> None:
    assert list(passed_over(str(tmp_path / "gone"))) == []
