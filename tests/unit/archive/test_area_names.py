"""An area keeps the name by which its index knows it."""

from pathlib import Path

from dicomdesk.archive.area_names import area_as_indexed, name_in_index
from dicomdesk.archive.areas.folder_notes import FolderNotes
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area


def test_areas_of_one_folder_have_the_name_of_the_first_until_the_folder_notes_one(tmp_path: Path) -> None:
    first, second = (Area(ae_title=title, folder=tmp_path, is_writable=True) for title in ("ONE", "TWO"))
    configuration = ArchiveConfiguration(areas=(first, second))
    assert area_as_indexed(configuration, second).ae_title == "ONE"
    assert name_in_index(tmp_path, "else") == "else"
    state = tmp_path / ".dicomdesk"
    state.mkdir()
    assert FolderNotes(str(state)).claim_name("NOTED") == "NOTED"
    assert area_as_indexed(configuration, second).ae_title == "NOTED"
    assert name_in_index(tmp_path, "else") == "NOTED"
    assert any("NOTED" in file.read_text() for file in state.iterdir())
