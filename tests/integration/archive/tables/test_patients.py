"""Whose a study is: patients are told apart by ID and issuer, and nothing is shown or found as another's."""

import random
import threading
from collections.abc import Callable

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import NO_CONFLICT, Addition, AdditionOutcome, Conflict
from dicomdesk.archive.matching.query_reader import read_find_query, read_retrieve_query
from dicomdesk.dicom.query.query import Model
from tests.helpers.archives.index_entries import AREA, TAGS, identifier, index_entry, study_query
from tests.helpers.data.datasets import IMPLICIT

NAME = TAGS["name"]


def add(index: Index, study: str = "1.2", number: int = 1, path: str = "", **values: str) -> Addition:
    """Add an instance of a study."""
    names = {"study": study, "series": f"{study}.1", "instance": f"{study}.1.{number}"} | values
    (addition,) = index.add([index_entry(AREA, 100, path, received=0.0, **names)])
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


def test_one_id_is_one_patient_who_is_found_by_each_name_that_is_carried(empty_index: Index) -> None:
    add(empty_index, "1.1", patient="1", name="Doe^Jon")
    add(empty_index, "1.2", patient="1", name="Doe^John")
    add(empty_index, "1.3", patient="1", name="DOE^JOHN^^")
    assert [row[:3] for row in patients(empty_index)] == [("1", "DOE^JOHN^^", 3)]
    assert names_of_studies(empty_index) == {"1.1": "Doe^Jon", "1.2": "Doe^John", "1.3": "DOE^JOHN^^"}
    assert names_of_studies(empty_index, name="doe^jon") == {"1.1": "Doe^Jon"}
    assert names_of_patients(empty_index, name="doe^jon") == ["Doe^Jon"]
    assert names_of_patients(empty_index, name="doe^jo*") == ["DOE^JOHN^^"]
    query = read_retrieve_query(identifier("PATIENT", {"patient": "1"}), IMPLICIT, Model.PATIENT_ROOT)
    assert {one.study_instance_uid for one in empty_index.instances(query, AREA)} == {"1.1", "1.2", "1.3"}
    assert empty_index.study_conflicts(AREA) == []


def names_of_patients(index: Index, **keys: str) -> list[str]:
    query = read_find_query(identifier("PATIENT", {"patient": "", "name": "", **keys}), IMPLICIT, Model.PATIENT_ROOT)
    return [match.values[NAME] for match in index.find(query, AREA)]


def test_one_study_uid_of_several_patients_is_a_study_of_each(empty_index: Index) -> None:
    """None is shown with another's name, each is found by its own ID, and all that agree are told nothing."""
    for number in (1, 2):
        assert add(empty_index, number=number, patient="ONE", name="A").conflict is NO_CONFLICT
    for number, patient in ((3, "TWO"), (4, "THREE"), (5, "")):
        addition = add(empty_index, number=number, patient=patient, name=f"Name^{patient}", series=f"1.2.{number}")
        assert addition.conflict is Conflict.OTHER_PATIENT
    assert add(empty_index, number=6, patient="ONE", name="A").conflict is NO_CONFLICT
    for patient, name, count in (("ONE", "A", 3), ("TWO", "Name^TWO", 1), ("THREE", "Name^THREE", 1)):
        assert patients_of(empty_index, patient) == [(patient, name, 1, count)]
        images = images_of(empty_index, {"study": "1.2", "series": "", "patient": patient, "name": ""})
        assert set(images) == {(patient, name)}
        assert len(images) == count
    assert len(images_of(empty_index, {"study": "", "series": "", "patient": "", "name": ""})) == 6
    conflicts = empty_index.study_conflicts(AREA)
    assert [(one.patient_id, one.conflict, one.instance_count) for one in conflicts] == [
        ("", Conflict.OTHER_PATIENT, 1),
        ("ONE", Conflict.OTHER_PATIENT, 3),
        ("THREE", Conflict.OTHER_PATIENT, 1),
        ("TWO", Conflict.OTHER_PATIENT, 1),
    ]
    assert empty_index.conflict_counts(AREA).total == 4


def patients_of(index: Index, patient: str) -> list[tuple[str, str, int, int]]:
    return [row for row in patients(index) if row[0] == patient]


def images_of(index: Index, keys: dict[str, str]) -> list[tuple[str, str]]:
    matches = index.find(study_query({"instance": "", **keys}, level="IMAGE"), AREA)
    return [(match.values[TAGS["patient"]], match.values[NAME]) for match in matches]


def test_what_the_study_is_retrieved_by_decides_whose_instances_come(empty_index: Index) -> None:
    add(empty_index, number=1, patient="ONE", name="A")
    add(empty_index, number=2, patient="TWO", name="B")

    def retrieved(model: Model, **keys: str) -> list[str]:
        query = read_retrieve_query(identifier("STUDY", keys), IMPLICIT, model)
        return [found.sop_instance_uid for found in empty_index.instances(query, AREA)]

    assert retrieved(Model.STUDY_ROOT, study="1.2") == ["1.2.1.1", "1.2.1.2"]
    assert retrieved(Model.PATIENT_ROOT, study="1.2", patient="TWO") == ["1.2.1.2"]
    assert retrieved(Model.STUDY_ROOT, study="1.2", name="A") == ["1.2.1.1"]


def test_an_instance_that_comes_again_as_another_patients_is_kept_beside(empty_index: Index) -> None:
    """Whatever order they come in; neither renames what has more."""
    for number in (1, 2, 3):
        add(empty_index, number=number, patient="P1", name="Doe", date="20200101", accession="A")
    for patient, name in (("", "Doe"), ("P2", "Doe"), ("P2", "Roe")):
        addition = add(empty_index, number=1, patient=patient, name=name, date="19990101", path=f"{patient}-{name}")
        assert Conflict.OTHER_PATIENT in addition.conflict
    assert addition.outcome is AdditionOutcome.REPLACED
    assert [row[:3] for row in patients(empty_index)] == [("", "Doe", 1), ("P1", "Doe", 1), ("P2", "Roe", 1)]
    keys = {"study": "", "date": "", "accession": "", "patient": "P1"}
    (match,) = empty_index.find(study_query(keys), AREA)
    assert (match.values[TAGS["date"]], match.values[TAGS["accession"]]) == ("20200101", "A")
    assert [one.conflict for one in empty_index.conflicts(AREA)] == [Conflict.OTHER_PATIENT] * 3
    empty_index.remove(AREA, path="P2-Roe")
    empty_index.remove(AREA, path="-Doe")
    assert list(empty_index.conflicts(AREA)) == []
    assert empty_index.study_conflicts(AREA) == []


def test_names_that_differ_in_a_study_are_a_conflict_and_each_instance_has_its_own(empty_index: Index) -> None:
    for number in (1, 2, 4):
        assert add(empty_index, number=number, name="Doe^John").conflict is NO_CONFLICT
    assert add(empty_index, number=3, name="Doe^Jon", series="1.2.9").conflict is Conflict.OTHER_NAME
    assert add(empty_index, number=5, name="").conflict is NO_CONFLICT
    assert add(empty_index, number=6, name="DOE^JOHN").conflict is NO_CONFLICT
    assert patients(empty_index) == [("P1", "Doe^John", 1, 6)]
    assert names_of_studies(empty_index, name="doe^jon") == {"1.2": "Doe^Jon"}
    assert names_of_studies(empty_index, name="doe^j*") == {"1.2": "Doe^John"}
    assert images_of(empty_index, {"study": "1.2", "series": "1.2.9", "patient": "", "name": ""}) == [("P1", "Doe^Jon")]
    assert len(images_of(empty_index, {"study": "1.2", "series": "", "patient": "", "name": "DOE^JON"})) == 1
    assert len(images_of(empty_index, {"study": "1.2", "series": "", "patient": "", "name": "DOE^JOHN"})) == 4
    found = empty_index.find(study_query({"study": "1.2", "series": "", "name": ""}, level="SERIES"), AREA)
    assert {match.values[TAGS["series"]]: match.values[NAME] for match in found} == {
        "1.2.1": "Doe^John",
        "1.2.9": "Doe^Jon",
    }
    (conflict,) = empty_index.study_conflicts(AREA)
    assert (conflict.conflict, conflict.names) == (Conflict.OTHER_NAME, ("DOE^JOHN", "Doe^John", "Doe^Jon"))
    empty_index.remove(AREA, series_instance_uid="1.2.9")
    assert empty_index.study_conflicts(AREA) == []


def test_what_contradicts_is_refused_where_it_is_to_be(empty_index: Index) -> None:
    add(empty_index, number=1, patient="P1", name="Doe")

    def outcome(**values: str) -> AdditionOutcome:
        names = {"study": "1.2", "series": "1.2.1", "instance": "1.2.1.2", "patient": "P1", "name": "Doe"} | values
        (addition,) = empty_index.add([index_entry(AREA, 100, received=0.0, **names)], refuses_conflicts=True)
        assert list(empty_index.wrong_counts()) == []
        return addition.outcome

    for values in ({"patient": "P2"}, {"instance": "1.2.1.1", "series": "1.2.9"}):
        assert outcome(**values) is AdditionOutcome.REFUSED
        assert outcome(study="1.9", instance="1.2.1.1", series="1.9.1") is AdditionOutcome.REFUSED
    assert empty_index.statistics(AREA).instances == 1
    assert outcome(name="Roe") is AdditionOutcome.ADDED
    assert outcome() is AdditionOutcome.REPLACED
    assert outcome(instance="1.2.1.1", name="") is AdditionOutcome.REPLACED


def test_who_remembers_what_others_have_changed_begins_again(open_index: Callable[[], Index]) -> None:
    one, other = open_index(), open_index()
    add(one, "1.1", name="Doe")
    add(one, "1.2", name="Doe")
    add(other, "1.2", 2, name="Doe")
    add(one, "1.2", name="Roe")
    assert add(other, "1.2", 3, name="Doe").conflict is NO_CONFLICT
    add(one, "1.2", name="Doe")
    assert add(other, "1.2", 4, name="Roe").conflict is Conflict.OTHER_NAME
    assert patients(one) == [("P1", "Doe", 2, 5)]
    add(one, "1.2", 5, patient="P2", name="Doe")
    assert add(other, "1.2", 6, patient="P2", name="Doe").conflict is Conflict.OTHER_PATIENT
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
