"""Conflicts are noted at both sides, go with either, and wrong notes are found and put right."""

import pytest
from sqlalchemy import text

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import Conflict
from dicomdesk.archive.tables.conflicts import conflict_of
from tests.helpers.archives.index_entries import AREA, index_entry


def noted(index: Index) -> dict[str, Conflict]:
    return {found.path: found.conflict for found in index.conflicts(AREA)}


def test_instances_of_one_uid_are_in_conflict_until_one_is_left(empty_index: Index) -> None:
    places = {"a": {}, "b": {"series": "1.2.9"}, "c": {"study": "1.9", "series": "1.9.1"}, "d": {"patient": "P2"}}
    for path, place in places.items():
        empty_index.add([index_entry(AREA, 1, path, 0.0, **place)])
    series, study, patient = Conflict.OTHER_SERIES, Conflict.OTHER_STUDY, Conflict.OTHER_PATIENT
    both = series | study | patient
    assert noted(empty_index) == {"a": both, "b": both, "c": study, "d": study | patient}
    assert empty_index.conflict_counts(AREA).instances == 4
    empty_index.remove(AREA, path="c")
    assert noted(empty_index) == {"a": series | patient, "b": series | patient, "d": patient}
    empty_index.remove(AREA, path="d")
    empty_index.remove(AREA, path="a")
    assert noted(empty_index) == {}
    assert empty_index.study_conflicts(AREA) == []


@pytest.mark.parametrize("table", ["study", "instance"])
def test_wrong_notes_of_conflicts_are_found_and_put_right(empty_index: Index, table: str) -> None:
    empty_index.add([index_entry(patient=patient, path=patient) for patient in ("P1", "P2")])
    right = noted(empty_index), empty_index.study_conflicts(AREA)
    for value in (0, 4):
        statement = f"UPDATE {table} SET conflict = {value} WHERE key = 1"
        set_conflict(empty_index, statement)
        assert bool(list(empty_index.wrong_counts())) is (value == 0)
        empty_index.recount()
        assert (noted(empty_index), empty_index.study_conflicts(AREA)) == right


def set_conflict(index: Index, statement: str) -> None:
    index._database.write(lambda connection: connection.execute(text(statement)))


def test_what_two_places_are_to_each_other() -> None:
    assert conflict_of(("1", 1, 1), ("2", 2, 2)) is Conflict.OTHER_STUDY
    assert conflict_of(("1", 1, 1), ("1", 2, 2)) is Conflict.OTHER_PATIENT
    assert conflict_of(("1", 1, 1), ("1", 1, 2)) is Conflict.OTHER_SERIES
    assert conflict_of(("1", 1, 1), ("1", 1, 1)) is Conflict(0)
