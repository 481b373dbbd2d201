import itertools

from dicomdesk.archive.contents.rows import (
    LONGEST_PROSE,
    LONGEST_TEXT,
    item_rows,
    joined,
    patient_identity,
    row_of,
)
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.tables.schema import TABLES
from dicomdesk.dicom.query.attributes import Level
from tests.helpers.archives.index_entries import index_entry


def test_rows_have_columns_of_their_table() -> None:
    for level in Level:
        assert row_of(level, index_entry()).keys() <= set(TABLES[level].c.keys())


def test_names_and_moments_have_forms_to_search_for() -> None:
    row = row_of(Level.PATIENT, index_entry(name="Müller^Jörg^^=山田", birth_date="1970.01.31"))
    assert row["patient_name"] == "Müller^Jörg^^=山田"
    assert (row["name_alphabetic"], row["name_ideographic"], row["name_phonetic"]) == ("MULLER^JORG", "山田", "")
    assert row["patient_birth_date"] == "19700131"
    study = row_of(Level.STUDY, index_entry(time="10:11", referrer="Méd^X"))
    assert (study["study_time"], study["study_time_sort"]) == ("10:11", "101100.000000")
    assert study["referring_physician_name_folded"] == "MED^X"


def test_long_values_are_cut() -> None:
    entry = IndexEntry(
        area="A", path="", size_bytes=0, transfer_syntax_uid="", character_set="",
        values={0x00100010: "x" * 99_999, 0x00104000: "y" * 99_999},
    )  # fmt: skip
    row = row_of(Level.PATIENT, entry)
    assert len(str(row["patient_name"])) == LONGEST_TEXT
    assert len(str(row["patient_comments"])) == LONGEST_PROSE


def identity(patient: str, name: str = "", issuer: str = "", birth_date: str = "") -> str:
    return patient_identity(index_entry(patient=patient, name=name, issuer=issuer, birth_date=birth_date).values)


def test_a_patient_is_who_has_id_and_issuer_or_else_name_and_birth_date() -> None:
    assert identity(patient="1", name="A") == identity(patient="1", name="B", birth_date="19700101")
    assert identity(patient="1", issuer="A") != identity(patient="1", issuer="B")
    assert identity(patient="", name="A") != identity(patient="", name="B")
    assert identity(patient="", name="Méd^B^^") == identity(patient="", name="MED^b")
    assert identity(patient="", name="A=山田=") == identity(patient="", name="a^=山田")
    assert identity(patient="A") != identity(patient="", name="A")
    assert identity(patient="", name="A", birth_date="19700101") != identity(patient="", name="A")


def test_long_and_hostile_identities_fit_an_index_and_stay_apart() -> None:
    values = ["x" * 99_999, "x" * 400, "x" * 511 + "y", "a\x1fb", "a b", "\udc80" * 300, "\x1f"]
    made = {identity(patient, issuer=issuer) for patient, issuer in itertools.product(values, repeat=2)}
    made |= {identity("", name, birth_date=date) for name, date in itertools.product(values, repeat=2)}
    assert len(made) == 2 * len(values) ** 2
    assert max(len(one) for one in made) <= LONGEST_TEXT + 2


def test_items_of_sequences_have_a_row_for_each_value() -> None:
    entry = IndexEntry(
        area="A", path="", size_bytes=0, transfer_syntax_uid="", character_set="", values={},
        items={0x00400275: ({0x00401001: "R1", 0x00400009: ""}, {0x00401001: "R2"})},
    )  # fmt: skip
    assert item_rows(Level.SERIES, entry, 7) == [
        {"sequence": 0x00400275, "owner": 7, "item": 0, "tag": 0x00401001, "value": "R1"},
        {"sequence": 0x00400275, "owner": 7, "item": 1, "tag": 0x00401001, "value": "R2"},
    ]
    assert item_rows(Level.STUDY, entry, 7) == []


def test_a_value_joins_those_that_do_not_have_it() -> None:
    assert joined("", "MR") == "MR"
    assert joined("CT\\MR", "MR") == "CT\\MR"
    assert joined("MR", "CT") == "CT\\MR"
    assert joined("MR", "") == "MR"
