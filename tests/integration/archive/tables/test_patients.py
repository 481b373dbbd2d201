"""Patients are told apart by ID, issuer and name, get their names, and lose the studies that were never theirs."""

import random
import threading
from collections.abc import Callable

import pytest

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import NO_CONFLICT, Addition, AdditionOutcome, Conflict, DuplicateRule
from dicomdesk.archive.matching.query_reader import read_find_query, read_retrieve_query
from dicomdesk.dicom.query.query import Model
from tests.helpers.archives.index_entries import AREA, TAGS, identifier, index_entry, study_query
from tests.helpers.data.datasets import IMPLICIT

NAME = TAGS["name"]


def add(index: Index, study: str = "1.2", number: int = 1, **values: str) -> Addition:
    """Add an instance of a study."""
    names = {"study": study, "series": f"{study}.1", "instance": f"{study}.1.{number}"} | values
    (addition,) = index.add([index_entry(AREA, 100, received=0.0, **names)])
    assert list(index.wrong_counts()) == []
    return addition


def patients(index: Index) -> list[tuple[str, str, int, int]]:
    """Of each patient: ID, name, how many studies and how many instances."""
    keys = {"patient": "", "name": "", "patient_studies": ""}
    query = read_find_query(identifier("PATIENT", keys), IMPLICIT, Model.PATIENT_ROOT)
    found = [
        (match.values[TAGS["patient"]], match.values[NAME], int(match.values[TAGS["patient_studies"]]))
        for match in index.find(query, AREA)
    ]
    return sorted((patient, name, studies, instances(index, patient, name)) for patient, name, studies in found)


def instances(index: Index, patient: str, name: str) -> int:
    keys = {"study": "", "patient": patient, "name": "", "study_instances": ""}
    matches = list(index.find(study_query(keys), AREA))
    return sum(int(match.values[TAGS["study_instances"]]) for match in matches if match.values[NAME] == name)


def names_of_studies(index: Index, **keys: str) -> dict[str, str]:
    matches = index.find(study_query({"study": "", "name": "", **keys}), AREA)
    return {match.values[TAGS["study"]]: match.values[NAME] for match in matches}


def flags(index: Index) -> int:
    return len(list(index.conflicts(AREA)))


def test_two_patients_of_one_id_keep_their_names_and_are_both_retrieved(empty_index: Index) -> None:
    add(empty_index, "1.1", patient="1", name="Doe^Jane")
    add(empty_index, "1.2", patient="1", name="Roe^John")
    add(empty_index, "1.3", patient="1", name="DOE^JANE^^")
    assert patients(empty_index) == [("1", "Doe^Jane", 2, 2), ("1", "Roe^John", 1, 1)]
    assert names_of_studies(empty_index, name="ROE*") == {"1.2": "Roe^John"}
    query = read_retrieve_query(identifier("PATIENT", {"patient": "1"}), IMPLICIT, Model.PATIENT_ROOT)
    assert {one.study_instance_uid for one in empty_index.instances(query, AREA)} == {"1.1", "1.2", "1.3"}
    assert flags(empty_index) == 0


def test_an_instance_without_a_name_is_its_studys_patient(empty_index: Index) -> None:
    add(empty_index, name="Doe", issuer="H")
    assert add(empty_index, number=2, issuer="H").conflict is NO_CONFLICT
    assert add(empty_index, number=1, issuer="H").conflict is NO_CONFLICT
    assert add(empty_index, number=3, issuer="").conflict is Conflict.OTHER_PATIENT
    assert add(empty_index, number=4, issuer="H", patient="").conflict is Conflict.OTHER_PATIENT
    assert patients(empty_index) == [("P1", "Doe", 1, 4)]


def test_a_patient_without_a_name_gets_the_one_that_comes_next(open_index: Callable[[], Index]) -> None:
    index, other = open_index(), open_index()
    add(index)
    add(index, number=2, name="Doe", birth_date="19700101")
    assert patients(index) == [("P1", "Doe", 1, 2)]
    # one who does not know it yet
    add(other, "1.3")
    assert add(index, "1.3", 2, name="Doe").conflict is NO_CONFLICT
    assert add(other, "1.3", 3, name="Roe").conflict is Conflict.OTHER_PATIENT
    assert add(other, "1.3", 4, name="doe").conflict is NO_CONFLICT
    assert patients(index) == [("P1", "Doe", 2, 6)]


def test_of_several_studies_without_a_name_only_the_one_that_gets_it_moves(empty_index: Index) -> None:
    add(empty_index, "1.1")
    add(empty_index, "1.2")
    add(empty_index, "1.2", 2, name="Doe", series="1.2.9")
    assert patients(empty_index) == [("P1", "", 1, 1), ("P1", "Doe", 1, 2)]
    add(empty_index, "1.1", 2, name="Roe")
    assert patients(empty_index) == [("P1", "Doe", 1, 2), ("P1", "Roe", 1, 2)]


def test_the_name_can_come_in_the_same_batch(empty_index: Index) -> None:
    batch = [index_entry(instance=f"1.{number}", name=name) for number, name in enumerate(("", "Doe", "", "Roe"))]
    assert [one.conflict for one in empty_index.add(batch)] == [*[NO_CONFLICT] * 3, Conflict.OTHER_PATIENT]
    assert patients(empty_index) == [("P1", "Doe", 1, 4)]
    assert list(empty_index.wrong_counts()) == []


@pytest.mark.parametrize(
    "correction", [{"patient": "P2"}, {"name": "Roe"}, {"issuer": "H"}, {"patient": "", "name": "Roe"}]
)
def test_a_correction_moves_the_study_and_its_counts(empty_index: Index, correction: dict[str, str]) -> None:
    first = {"patient": "P1", "name": "Doe"}
    add(empty_index, "1.1", 1, **first)
    for number in (1, 2):
        add(empty_index, "1.2", number, **first)
    corrected = first | correction
    addition = add(empty_index, "1.2", 1, **corrected)
    assert (addition.outcome, addition.conflict) == (AdditionOutcome.REPLACED, NO_CONFLICT)
    expected = [("P1", "Doe", 1, 1), (corrected["patient"], corrected["name"], 1, 2)]
    if "issuer" in correction:
        assert [row[:3] for row in patients(empty_index)] == [row[:3] for row in expected]
    elif corrected["patient"]:
        assert patients(empty_index) == sorted(expected)
    assert names_of_studies(empty_index) == {"1.1": "Doe", "1.2": corrected["name"]}
    assert add(empty_index, "1.2", 3, **corrected).conflict is NO_CONFLICT
    add(empty_index, "1.1", 1, **corrected)
    assert empty_index.statistics(AREA).patients == 1
    assert flags(empty_index) == 0


def test_a_new_instance_of_another_patient_is_flagged_and_stays_so_when_it_is_sent_again(empty_index: Index) -> None:
    add(empty_index, name="Doe")
    for outcome in (AdditionOutcome.ADDED, AdditionOutcome.REPLACED):
        addition = add(empty_index, number=2, name="Roe")
        assert (addition.outcome, addition.conflict) == (outcome, Conflict.OTHER_PATIENT)
    assert patients(empty_index) == [("P1", "Doe", 1, 2)]
    assert add(empty_index, number=2, name="Doe").conflict is NO_CONFLICT
    assert flags(empty_index) == 0


def test_the_first_that_is_kept_corrects_nothing(empty_index: Index) -> None:
    add(empty_index)
    empty_index.add([index_entry(study="1.2", series="1.2.1", instance="1.2.1.1", name="Doe")],
                    on_duplicate=DuplicateRule.KEEP_FIRST)  # fmt: skip
    assert patients(empty_index) == [("P1", "", 1, 1)]


def test_corrections_back_and_forth_in_one_batch_leave_one_patient(empty_index: Index) -> None:
    add(empty_index, name="Doe")
    names = ("Roe", "Poe", "Doe", "Roe")
    empty_index.add([index_entry(study="1.2", series="1.2.1", instance="1.2.1.1", name=name) for name in names])
    assert patients(empty_index) == [("P1", "Roe", 1, 1)]
    assert list(empty_index.wrong_counts()) == []


def test_who_remembers_another_patient_counts_for_the_right_one(open_index: Callable[[], Index]) -> None:
    one, other = open_index(), open_index()
    add(one, "1.1", name="Doe")
    add(one, "1.2", name="Doe")
    add(other, "1.2", 2, name="Doe")
    add(one, "1.2", name="Roe")
    assert add(other, "1.2", 3, name="Roe").conflict is NO_CONFLICT
    add(one, "1.2", name="Doe")
    assert add(other, "1.2", 4, name="Roe").conflict is Conflict.OTHER_PATIENT
    assert patients(one) == [("P1", "Doe", 2, 5)]
    other.remove(AREA, study_instance_uid="1.2")
    assert patients(one) == [("P1", "Doe", 1, 1)]


def test_corrections_removals_and_additions_at_once_leave_right_counts(open_index: Callable[[], Index]) -> None:
    errors: list[BaseException] = []

    def send(index: Index, sender: int) -> None:
        chance = random.Random(sender)
        try:
            for _ in range(20):
                study, number = f"1.{chance.randrange(3)}", chance.randrange(4)
                name = chance.choice(("", "Doe", "Roe"))
                uid = f"{study}.1.{number}"
                class_uid = chance.choice(("1.1", "1.2", "1.3"))
                series = f"{study}.1"
                index.add([index_entry(study=study, series=series, instance=uid, name=name, class_uid=class_uid)])
                if chance.random() < 0.2:
                    index.remove(AREA, study_instance_uid=study, sop_instance_uid=uid)
        except BaseException as error:  # noqa: BLE001  # told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=send, args=(open_index(), sender)) for sender in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    index = open_index()
    assert list(index.wrong_counts()) == []
    assert all(studies > 0 for _patient, _name, studies, _instances in patients(index))


def test_another_patients_instance_of_the_same_uids_changes_nothing(empty_index: Index) -> None:
    first = add(empty_index, patient="P1", name="Doe^Jane")
    other = add(empty_index, patient="P2", name="Roe^Ann")
    assert first.outcome is AdditionOutcome.ADDED
    assert (other.outcome, other.replaced_path) == (AdditionOutcome.CONTRADICTED, "")
    assert names_of_studies(empty_index) == {"1.2": "Doe^Jane"}
    for patient in ("P1", "P3"):
        assert add(empty_index, patient=patient, name="Roe^Ann").outcome is AdditionOutcome.REPLACED
    assert names_of_studies(empty_index) == {"1.2": "Roe^Ann"}


def test_series_and_instances_of_a_patient_are_those_of_its_studies(empty_index: Index) -> None:
    add(empty_index, "1.1", patient="P1")
    for number in (1, 2):
        add(empty_index, "1.2", number, patient="P1", series=f"1.2.{number}")
    add(empty_index, "1.3", patient="P2")

    def found(level: str, **keys: str) -> set[tuple[str, ...]]:
        wanted = {"patient": "", "patient_series": "", "patient_instances": ""} | keys
        query = read_find_query(identifier(level, wanted), IMPLICIT, Model.PATIENT_ROOT)
        return {tuple(match.values[TAGS[name]] for name in sorted(wanted)) for match in empty_index.find(query, AREA)}

    assert found("PATIENT") == {("P1", "3", "3"), ("P2", "1", "1")}
    assert found("PATIENT", patient_instances="3") == {("P1", "3", "3")}
    assert found("PATIENT", patient_series="2") == set()
    assert found("STUDY", patient="P1", study="") == {("P1", "3", "3", "1.1"), ("P1", "3", "3", "1.2")}
    empty_index.remove(AREA, study_instance_uid="1.2", series_instance_uid="1.2.1")
    assert found("PATIENT") == {("P1", "2", "2"), ("P2", "1", "1")}
