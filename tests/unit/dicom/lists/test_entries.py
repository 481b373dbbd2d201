"""What a line asks for, and what is wrong with it."""

import pytest

from dicomdesk.dicom.lists.columns import ACCESSION_NUMBER, find_columns
from dicomdesk.dicom.lists.csv_rows import read_csv
from dicomdesk.dicom.lists.entries import EntryValue, ListEntries, read_entries
from dicomdesk.dicom.query.attributes import PATIENT_ID, STUDY_INSTANCE_UID


def entries(text: str, *keys: str, fill_to: int = 0) -> ListEntries:
    rows = read_csv(text.encode())
    return read_entries(rows, find_columns(rows, keys=keys), fill_to=fill_to)


def faults(text: str, *keys: str) -> list[str]:
    return [entry.fault for entry in entries(text, *keys).entries]


def test_a_line_has_its_place_its_cells_and_its_value() -> None:
    first, second = entries("Accession;Name\n\nA1;Doe\nA2;Roe\n").entries
    assert (first.number, first.line, first.cells) == (1, 3, ("A1", "Doe"))
    assert first.values == (EntryValue(ACCESSION_NUMBER, "A1"),)
    assert (second.number, second.line, second.text) == (2, 4, "A2")


def test_a_line_twice_is_asked_for_once_and_told() -> None:
    found = entries("Accession\nA1\nA2\n A1 \nA1\n")
    assert [entry.same_as for entry in found.entries] == [0, 0, 1, 1]
    assert found.askable == 2
    assert any("repeat earlier ones" in warning for warning in found.warnings)


@pytest.mark.parametrize("cell", ["*", "A?1", "A\\B", "1.23E+15", "1,2E+09", "x" * 65, "a\x07b", ""])
def test_what_does_not_name_one_thing_is_not_asked_for(cell: str) -> None:
    assert faults(f"Accession;Name\nA1;x\n{cell};y\nA3;z\n")[1]


def test_what_is_no_uid_is_not_asked_for() -> None:
    assert [bool(fault) for fault in faults("StudyInstanceUID\n1.2.3\n1.02.3\nnone\n1.2.\n")] == [
        False,
        True,
        True,
        True,
    ]


def test_a_line_that_lacks_one_of_its_keys_is_not_asked_for_with_the_others() -> None:
    found = entries("PatientID;StudyDate\nP1;20200101\nP1;\n;20200101\n").entries
    assert [entry.fault for entry in found] == [
        "",
        "The line has no value for StudyDate",
        "The line has no value for patient IDs",
    ]


def test_dates_are_asked_for_as_in_dicom() -> None:
    dates = ("2026-11-03", "3.11.2026", "20261103", "20261101-20261103", "20261101-", "2026*", "11/03/2026", "soon")
    found = entries(
        "\n".join(["PatientID;StudyDate", *(f"P{number};{date}" for number, date in enumerate(dates))])
    ).entries
    assert [entry.values[1].value for entry in found[:6]] == [
        *("20261103", "20261103", "20261103", "20261101-20261103", "20261101-", "2026*")
    ]
    assert [bool(entry.fault) for entry in found] == [False] * 6 + [True] * 2


def test_a_line_without_the_uid_of_the_series_means_the_study() -> None:
    found = entries("StudyInstanceUID;SeriesInstanceUID\n1.2.3;\n1.2.3;1.2.3.4\n").entries
    assert [len(entry.values) for entry in found] == [1, 2]
    assert [entry.fault for entry in found] == ["", ""]


def test_wildcards_of_names_are_asked_for_but_not_everything() -> None:
    assert [bool(fault) for fault in faults("PatientName;StudyDate\nDoe*;2020*\n*;*\n")] == [False, True]


def test_what_spreadsheets_put_around_text_is_left_out() -> None:
    found = entries('Accession\n\'00123\n"=""00456"""\n').entries
    assert [entry.values[0].value for entry in found] == ["00123", "00456"]


def test_lost_zeros_are_warned_of_and_can_be_filled_up() -> None:
    text = "PatientID\n1234567\n234567\n1234568\n34\n"
    found = entries(text)
    assert any("dropped the zeros" in warning and "2 numbers of 4" in warning for warning in found.warnings)
    filled = entries(text, fill_to=7).entries
    assert [entry.values[0] for entry in filled][1] == EntryValue(PATIENT_ID, "0234567")


@pytest.mark.parametrize(
    "text", ["PatientID\n0123\n123\n", "PatientID\nA1\nB22\n", "PatientID\n1234\n5678\n", "PatientID\n1\n10\n"]
)
def test_numbers_that_have_lost_nothing_are_not_warned_of(text: str) -> None:
    assert not any("zeros" in warning for warning in entries(text).warnings)


def test_powers_of_ten_are_warned_of() -> None:
    assert any("1.23E+15" in warning for warning in entries("Accession\n1.23E+15\n1234\n").warnings)


def test_a_guess_is_told() -> None:
    assert any("taken for accession numbers" in warning for warning in entries("A1\nA2\n").warnings)
    assert entries("Accession\nA1\n").warnings == ()


def test_uids_are_not_filled_up_and_have_lost_no_zeros() -> None:
    found = entries("Study UID\n1.2.3\n1.2.30\n", fill_to=20)
    assert found.entries[0].values == (EntryValue(STUDY_INSTANCE_UID, "1.2.3"),)
    assert found.warnings == ()
