from dicomdesk.archive.administration.listing import Listed
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.archive.cells import INSTANCES, NAME, cells_of
from dicomdesk.gui.archive.nodes import Entry, EntryNode, conflict_text


def entry(level: Level = Level.STUDY, conflict: tuple[str, ...] = (), **values: str | int) -> Entry:
    listed = Listed(area="A", level=level, values=values)
    return Entry(listed, cells_of(listed), conflict)


def test_patients_without_an_id_are_told_apart_by_their_names() -> None:
    one, other = entry(patient_name="Roe", study_instance_uid="1"), entry(patient_name="Doe", study_instance_uid="1")
    assert one.key != other.key
    again = entry(patient_name="Roe", study_instance_uid="1", instances=7)
    assert one.key == again.key
    assert one != again


def test_numbers_are_sorted_as_numbers_on_each_level() -> None:
    series = [EntryNode(entry(Level.SERIES, series_number=str(number), instances=number)) for number in (2, 10, 1)]
    for column in (NAME, INSTANCES):
        ordered = sorted(series, key=lambda node: node.sort_value(column))
        assert [node.text(NAME) for node in ordered] == ["Series 1", "Series 2", "Series 10"]


def test_a_contradiction_has_a_mark_and_is_said() -> None:
    node = EntryNode(entry(conflict=("other-name", "of-tomorrow"), patient_name="Doe^Jane"))
    assert node.mark(NAME) is not None
    assert node.spoken(NAME).startswith("Doe, Jane, its instances name")
    assert conflict_text(["of-tomorrow"]) == "of-tomorrow"
