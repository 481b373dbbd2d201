"""Which column is meant, and what it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.lists.columns import ACCESSION_NUMBER, KINDS, Columns, find_columns, kind_name, read_key
from dicomdesk.dicom.lists.rows import Row, Rows
from dicomdesk.dicom.query.attributes import PATIENT_ID, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID
from dicomdesk.errors import SettingsError

STUDY_DATE = 0x00080020


def rows(*lines: str) -> Rows:
    return Rows(
        rows=tuple(Row(number, tuple(line.split("|"))) for number, line in enumerate(lines, 1)), description="CSV"
    )


def keys(found: Columns) -> list[tuple[int, int]]:
    return [(key.column, key.tag) for key in found.keys]


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("AccessionNumber", ACCESSION_NUMBER),
        ("accession number", ACCESSION_NUMBER),
        ("Acc. No.", ACCESSION_NUMBER),
        ("0008,0050", ACCESSION_NUMBER),
        ("(0008,0050)", ACCESSION_NUMBER),
        ("MRN", PATIENT_ID),
        ("Patient-ID", PATIENT_ID),
        ("Study UID", STUDY_INSTANCE_UID),
        ("SERIES INSTANCE UID", SERIES_INSTANCE_UID),
    ],
)
def test_a_header_tells_what_its_column_holds(header: str, tag: int) -> None:
    found = find_columns(rows(f"remark|{header}", "a|1", "b|2"))
    assert keys(found) == [(1, tag)]
    assert found.has_header
    assert not found.is_guessed


def test_uids_are_known_by_their_look_in_any_column() -> None:
    found = find_columns(rows("Doe|1.2.840.1.7|5", "Roe|1.2.840.1.8|6"))
    assert keys(found) == [(1, STUDY_INSTANCE_UID)]
    assert (found.has_header, found.is_guessed) == (False, True)


def test_numbers_are_taken_for_accession_numbers_and_that_is_a_guess() -> None:
    found = find_columns(rows("name|number", "Doe|A12", "Roe|A13"))
    assert keys(found) == [(1, ACCESSION_NUMBER)]
    assert (found.has_header, found.is_guessed) == (True, True)
    assert found.text == "accession numbers from column number"


def test_the_lowest_uids_are_taken_together_and_nothing_beside_them() -> None:
    found = find_columns(rows("PatientName|SeriesInstanceUID|StudyInstanceUID|Accession", "Doe|1.2.3.4|1.2.3|7"))
    assert keys(found) == [(2, STUDY_INSTANCE_UID), (1, SERIES_INSTANCE_UID)]


def test_an_accession_number_is_enough() -> None:
    assert keys(find_columns(rows("PatientID|AccessionNumber|StudyDate", "1|2|20200101"))) == [(1, ACCESSION_NUMBER)]


def test_keywords_without_an_identifier_of_a_study_are_asked_for_together() -> None:
    found = find_columns(rows("PatientName|PatientID|StudyDate|NumberOfStudyRelatedSeries", "D|1|20200101|3"))
    assert keys(found) == [(1, PATIENT_ID), (2, STUDY_DATE)]


def test_a_column_of_modalities_means_those_in_a_study() -> None:
    assert keys(find_columns(rows("PatientID|Modality", "1|CT"))) == [(0, PATIENT_ID), (1, 0x00080061)]


def test_a_column_is_named_by_title_number_or_letter() -> None:
    table = rows("id|other", "1|2")
    assert [keys(find_columns(table, columns=[name])) for name in ("Other", "2", "B", "b")] == [
        [(1, ACCESSION_NUMBER)]
    ] * 4
    assert keys(find_columns(table, columns=["other"], keys=["PatientID"])) == [(1, PATIENT_ID)]


def test_a_key_alone_is_that_of_the_likeliest_column() -> None:
    assert keys(find_columns(rows("Doe|0815", "Roe|4711"), keys=["PatientID"])) == [(1, PATIENT_ID)]


def test_several_keys_are_of_columns_that_are_called_so() -> None:
    table = rows("StudyDate|MRN", "20200101|7")
    assert keys(find_columns(table, keys=["PatientID", "StudyDate"])) == [(1, PATIENT_ID), (0, STUDY_DATE)]
    with pytest.raises(SettingsError, match="Series Instance UIDs"):
        find_columns(table, keys=["PatientID", "SeriesInstanceUID"])


def test_what_is_told_of_the_header_counts() -> None:
    assert not find_columns(rows("Accession", "A1"), has_header=False).has_header
    assert find_columns(rows("A1", "A2"), has_header=True).has_header


@pytest.mark.parametrize(
    "told",
    [
        {"columns": ["7"]},
        {"columns": ["0"]},
        {"columns": ["no such"]},
        {"columns": ["1", "A"]},
        {"columns": ["1"], "keys": ["PatientID", "AccessionNumber"]},
        {"keys": ["PixelData"]},
        {"keys": ["Nonsense"]},
    ],
)
def test_what_cannot_be_followed_is_refused(told: dict[str, list[str]]) -> None:
    with pytest.raises(SettingsError):
        find_columns(rows("a|b", "1|2"), **told)  # type: ignore[arg-type]  # any of its parameters


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(SettingsError, match="empty"):
        find_columns(rows())


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), min_size=1, max_size=8))
def test_columns_are_found_in_rows_of_any_kind(cells: list[list[str]]) -> None:
    table = Rows(rows=tuple(Row(number, tuple(each)) for number, each in enumerate(cells, 1)), description="")
    found = find_columns(table)
    assert found.keys
    assert all(key.column < len(found.names) for key in found.keys)


def test_keys_are_read_by_keyword_tag_or_habit_and_have_names() -> None:
    assert read_key("mrn") == read_key("PatientID") == read_key("0010,0020") == PATIENT_ID
    assert [kind_name(tag) for tag in KINDS][:2] == ["accession numbers", "patient IDs"]
    assert kind_name(STUDY_DATE) == "StudyDate"
