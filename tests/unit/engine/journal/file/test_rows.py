"""What is written to the rows of a journal comes back as it was; what is damaged is said to be so."""

import json
import sqlite3
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import NotSentCause
from dicomdesk.engine.journal.file.rows import (
    attempt_row,
    cell,
    errand_row,
    read_attempt,
    read_errand,
    read_found,
    read_shared,
    read_standing,
    shared_key,
    shared_row,
    standing_row,
    text,
)
from dicomdesk.engine.journal.records import AttemptRecord, ErrandRecord, ErrandState, InstanceNote, InstanceState
from dicomdesk.engine.journal.standing import Standing, as_time
from dicomdesk.records import is_lasting

TEXTS = st.text(st.characters(), max_size=8) | st.binary(max_size=6).map(
    lambda raw: raw.decode("utf-8", "surrogateescape")
)
NUMBERS = st.integers(0, 2**62)
TIMES = st.integers(0, 4_000_000_000_000).map(as_time)
KINDS: dict[object, st.SearchStrategy[object]] = {str: TEXTS, int: NUMBERS, bool: st.booleans()}
HEADERS = st.builds(
    InstanceHeader,
    **{each.name: KINDS[each.type] for each in fields(InstanceHeader) if is_lasting(each)},
)
FOUND = st.builds(FoundInstance, path=TEXTS, header=HEADERS, archive_member=TEXTS, problem=TEXTS, origin=TEXTS)
SETTINGS = st.dictionaries(TEXTS, TEXTS | st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9))
ERRANDS = st.builds(
    ErrandRecord,
    id=NUMBERS,
    title=TEXTS,
    peer=TEXTS,
    settings=SETTINGS,
    origin=TEXTS,
    study_instance_uid=TEXTS,
    added_at=TIMES,
    position=st.floats(-1e9, 1e9),
    state=st.sampled_from(ErrandState),
    next_try_at=TIMES | st.none(),
    reason=TEXTS,
    tries=NUMBERS,
    ended_at=TIMES | st.none(),
    redirected_from=NUMBERS | st.none(),
)
NOTES = st.builds(
    InstanceNote,
    st.sampled_from(InstanceState),
    NUMBERS,
    st.integers(0, 0xFFFF) | st.none(),
    TEXTS,
    st.sampled_from(NotSentCause) | st.none(),
    NUMBERS,
    NUMBERS,
)


def through_sqlite(row: tuple[object, ...]) -> tuple[object, ...]:
    with sqlite3.connect(":memory:") as connection:
        found: tuple[object, ...] = connection.execute(f"SELECT {', '.join('?' for _ in row)}", row).fetchone()
    connection.close()
    return found


@given(FOUND)
def test_an_instance_comes_back_as_it_was(found: FoundInstance) -> None:
    header = found.header
    own = (cell(found.path), cell(found.archive_member), cell(header.sop_instance_uid))
    row = through_sqlite((*own, header.data_set_offset, header.data_set_length))
    shared, _words = shared_row(shared_key(found))
    read = read_found(row, read_shared(through_sqlite((shared,))[0]))
    assert read == found
    assert read.origin == found.origin
    assert shared_key(read) == shared_key(found)


@given(ERRANDS)
def test_an_errand_comes_back_as_it_was(errand: ErrandRecord) -> None:
    assert read_errand(through_sqlite(errand_row(errand))) == errand


@given(NOTES, NUMBERS | st.none(), NUMBERS | st.none())
def test_a_note_comes_back_as_it_was(note: InstanceNote, began_ms: int | None, at_ms: int | None) -> None:
    row = through_sqlite((*standing_row(note), began_ms, at_ms))
    assert read_standing(row) == Standing(note, began_ms, at_ms)


@given(TIMES | st.none(), TIMES | st.none(), TEXTS)
def test_an_attempt_comes_back_as_it_was(began: datetime | None, ended: datetime | None, words: str) -> None:
    attempt = AttemptRecord(
        number=3, peer=words, began_at=began, ended_at=ended, state=InstanceState.FAILED, status=None, reason=words
    )
    assert read_attempt(through_sqlite(attempt_row(attempt))) == attempt


def test_what_later_versions_add_is_passed_over_and_what_is_missing_has_its_default() -> None:
    told = read_shared(json.dumps({"sop_class_uid": "1.2", "colour": ["red"], "modality": "CT"}))
    found = read_found(("a", "", "1.2.3", 0, 9), told)
    assert (found.header.sop_class_uid, found.header.modality, found.header.patient_name) == ("1.2", "CT", "")
    assert found.header.media_sop_instance_uid == "1.2.3"


@pytest.mark.parametrize("written", ["", "[]", "{", '{"modality": 7}', '{"has_data_set_uids": "yes"}', None, 7])
def test_what_instances_share_is_damaged_where_it_is_of_no_such_kind(written: object) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        read_shared(written)


def test_damaged_rows_are_told_as_damage() -> None:
    errand = errand_row(ErrandRecord(title="a", peer="b", added_at=datetime(2026, 1, 1, tzinfo=UTC)))
    for column, value in (
        (0, None),
        (1, None),
        (3, "[1]"),
        (3, '{"a": []}'),
        (6, None),
        (6, 2**62),
        (7, "x"),
        (8, "?"),
    ):
        row = (*errand[:column], value, *errand[column + 1 :])
        with pytest.raises((sqlite3.DatabaseError, ValueError)):
            read_errand(row)
    standing = (*standing_row(InstanceNote(InstanceState.STORED, 1)), None, None)
    for column, value in ((0, "lost"), (1, None), (3, None), (4, "?")):
        with pytest.raises(sqlite3.DatabaseError):
            read_standing((*standing[:column], value, *standing[column + 1 :]))


def test_the_words_that_are_searched_are_of_the_patient() -> None:
    header = InstanceHeader(
        sop_class_uid="1",
        sop_instance_uid="2",
        transfer_syntax_uid="3",
        data_set_offset=0,
        data_set_length=0,
        patient_name="Müller^Anna",
        patient_id="17",
    )
    found = FoundInstance(path="a", header=header)
    assert text(shared_row(shared_key(found))[1]) == "Müller^Anna\n17\n"
    other = replace(found, header=replace(header, media_sop_instance_uid="2"))
    assert shared_key(other) != shared_key(found)
