from pathlib import Path

from dicomdesk.archive.administration.listing import Listed
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.archive import words
from dicomdesk.gui.archive.access import Overview, place_of
from dicomdesk.gui.archive.cells import DATE, NAME, cells_of
from dicomdesk.gui.archive.nodes import Entry, EntryNode


def node(level: Level, **values: str | int) -> EntryNode:
    listed = Listed(area="A", level=level, values=values)
    return EntryNode(Entry(listed, cells_of(listed)))


def test_hostile_values_stay_on_one_line_and_short() -> None:
    found = node(Level.STUDY, patient_name="A\nB\x00" + "x" * 10_000, study_date="2026\n01", study_time="1")
    assert "\n" not in found.text(NAME)
    assert "\x00" not in found.text(NAME)
    assert len(found.text(NAME)) < 250
    assert "\n" not in found.text(DATE)


def test_several_rows_are_summed() -> None:
    two = [node(Level.STUDY, instances=3, bytes=2000), node(Level.STUDY, instances=4, bytes=1000)]
    assert words.describe_many(two).title == "2 studies selected"
    assert words.describe_many(two).text.startswith("7 instances, ")
    mixed = [*two, node(Level.IMAGE, bytes=10)]
    assert words.describe_many(mixed).title == "3 rows selected"
    assert words.describe_many(mixed).text.startswith("8 instances, ")


def test_an_archive_is_a_folder_or_a_file(tmp_path: Path) -> None:
    assert place_of(tmp_path).folder == tmp_path
    assert place_of(tmp_path / "some.cfg").configuration_file == tmp_path / "some.cfg"
    assert words.usage_text(Overview()) == ""
