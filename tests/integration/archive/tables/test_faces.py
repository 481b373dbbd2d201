"""Who stores instances that agree pays nothing for faces, and those that are not needed any more go."""

from sqlalchemy import func, select

from dicomdesk.archive.index import Index
from dicomdesk.archive.tables.faces import Entity
from dicomdesk.archive.tables.schema import series_face, study, study_face
from dicomdesk.dicom.query.attributes import Level
from tests.helpers.archives.index_entries import AREA, index_entry


def counts(index: Index) -> tuple[int, int]:
    """How many faces studies and series have."""
    with index._database.reading() as connection:
        found = [
            connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (study_face, series_face)
        ]
    return found[0], found[1]


def test_there_are_faces_only_while_instances_differ(empty_index: Index) -> None:
    for number in range(3):
        empty_index.add([index_entry(instance=f"1.{number}", accession="A")])
    assert counts(empty_index) == (0, 0)
    empty_index.add([index_entry(instance="1.3", accession="B", series_number="2")])
    assert counts(empty_index) == (2, 2)
    empty_index.add([index_entry(instance="1.3", accession="A")])
    assert counts(empty_index) == (0, 0)
    empty_index.add([index_entry(instance="1.4", accession="B")])
    empty_index.remove(AREA, sop_instance_uid="1.4")
    assert counts(empty_index) == (0, 0)
    for number in range(4):
        empty_index.add([index_entry(instance=f"1.{number}", accession="C")])
    assert counts(empty_index) == (0, 0)
    with empty_index._database.reading() as connection:
        assert connection.execute(select(study.c.accession_number)).scalars().all() == ["C"]
    assert list(empty_index.wrong_counts()) == []


def test_an_entity_is_plain_until_it_has_faces() -> None:
    entity = Entity(Level.STUDY, 1, ("a",), 0)
    entity.faces = 2
    entity.become_plain()
    assert entity.faces == 0
