"""The index on real databases: what is added is found, counted and removed, by many at once."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import AdditionOutcome, Conflict, DuplicateRule, IndexStatistics
from dicomdesk.archive.matching.query_reader import read_find_query, read_retrieve_query
from dicomdesk.archive.tables.database import Database, Durability
from dicomdesk.archive.tables.schema import settings, study
from dicomdesk.dicom.query.query import Model
from dicomdesk.errors import IndexUnusableError
from tests.helpers.archives.index_entries import AREA, TAGS, identifier, index_entry, study_query
from tests.helpers.archives.postgresql import PostgresqlServer
from tests.helpers.data.datasets import IMPLICIT

NOTHING = IndexStatistics(patients=0, studies=0, series=0, instances=0, size_bytes=0)
MR = "1.2.840.10008.5.1.4.1.1.4"


def counts(index: Index, area: str = AREA) -> tuple[int, int, int, int, int]:
    found = index.statistics(area)
    return found.patients, found.studies, found.series, found.instances, found.size_bytes


def assert_sound(index: Index) -> None:
    assert list(index.wrong_counts()) == []


def test_what_is_added_is_counted_at_all_levels(empty_index: Index) -> None:
    index = empty_index
    index.add([index_entry(instance=f"1.{number}", modality="CT") for number in range(3)])
    index.add([index_entry(instance="1.9", series="1.2.4", modality="MR", class_uid=MR, size=7)])
    index.add([index_entry(instance="1.10", study="1.3", series="1.3.1", modality="MR", class_uid=MR)])
    assert counts(index) == (1, 2, 3, 5, 407)
    keys = {"study": "1.2", "modalities": "", "classes": "", "study_instances": "", "patient_studies": ""}
    (match,) = index.find(study_query(keys), AREA)
    assert match.values[TAGS["modalities"]] == "CT\\MR"
    assert match.values[TAGS["classes"]] == f"1.2.840.10008.5.1.4.1.1.2\\{MR}"
    assert match.values[TAGS["study_instances"]] == "4"
    assert match.values[TAGS["patient_studies"]] == "2"
    assert_sound(index)


def test_what_is_removed_is_gone_with_what_it_left_empty(empty_index: Index) -> None:
    index = empty_index
    index.add([index_entry(instance="1.1", modality="CT"), index_entry(instance="1.2", series="1.2.4", modality="MR")])
    removed = index.remove(AREA, series_instance_uid="1.2.4")
    assert [found.sop_instance_uid for found in removed] == ["1.2"]
    (match,) = index.find(study_query({"study": "1.2", "modalities": ""}), AREA)
    assert match.values[TAGS["modalities"]] == "CT"
    assert_sound(index)
    assert [found.path for found in index.remove(AREA, study_instance_uid="1.2")] == ["1.2/1.1"]
    assert index.statistics(AREA) == NOTHING
    assert index.remove(AREA, study_instance_uid="1.2") == []


def test_a_study_is_not_removed_with_one_whose_uid_begins_alike(empty_index: Index) -> None:
    empty_index.add([index_entry(study="1.2.3.1"), index_entry(study="1.2.3.1.5", series="1.9", instance="1.9.1")])
    empty_index.remove(AREA, study_instance_uid="1.2.3.1")
    assert [found.study_instance_uid for found in empty_index.find_instances(AREA)] == ["1.2.3.1.5"]


def test_adding_goes_on_after_its_study_was_removed_by_another(open_index: Callable[[], Index]) -> None:
    one, other = open_index(), open_index()
    one.add([index_entry(instance="1.1")])
    other.remove(AREA, study_instance_uid="1.2")
    one.add([index_entry(instance="1.2")])
    assert counts(one) == (1, 1, 1, 1, 100)
    assert_sound(one)


def test_an_instance_that_comes_again_replaces_the_first(empty_index: Index) -> None:
    empty_index.add([index_entry(path="old", size=100)])
    (addition,) = empty_index.add([index_entry(path="new", size=60, class_uid=MR)])
    assert (addition.outcome, addition.replaced_path) == (AdditionOutcome.REPLACED, "old")
    assert [found.path for found in empty_index.find_instances(AREA)] == ["new"]
    assert counts(empty_index) == (1, 1, 1, 1, 60)
    (match,) = empty_index.find(study_query({"study": "", "classes": ""}), AREA)
    assert match.values[TAGS["classes"]] == MR
    assert_sound(empty_index)


def test_an_instance_that_comes_twice_at_once_is_one(empty_index: Index) -> None:
    additions = empty_index.add([index_entry(path=f"path {number}", size=number) for number in range(1, 4)])
    assert [addition.outcome.value for addition in additions] == ["added", "replaced", "replaced"]
    assert [addition.replaced_path for addition in additions] == ["", "path 1", "path 2"]
    assert counts(empty_index) == (1, 1, 1, 1, 3)
    assert_sound(empty_index)


def test_the_first_of_two_is_kept_where_the_rule_says_so(empty_index: Index) -> None:
    empty_index.add([index_entry(path="old")])
    (addition,) = empty_index.add([index_entry(path="new")], on_duplicate=DuplicateRule.KEEP_FIRST)
    assert addition.outcome is AdditionOutcome.KEPT_FIRST
    assert [found.path for found in empty_index.find_instances(AREA)] == ["old"]


def test_the_same_uid_elsewhere_is_kept_beside_and_flagged(empty_index: Index) -> None:
    additions = [
        empty_index.add([index_entry(instance="1.1")])[0],
        empty_index.add([index_entry(instance="1.1", study="1.9", series="1.9.1")])[0],
        empty_index.add([index_entry(instance="1.1", series="1.2.9")])[0],
        empty_index.add([index_entry(instance="1.5", patient="P2")])[0],
    ]
    assert [addition.conflict for addition in additions] == [
        Conflict(0),
        Conflict.OTHER_STUDY,
        Conflict.OTHER_SERIES | Conflict.OTHER_STUDY,
        Conflict.OTHER_PATIENT,
    ]
    assert [addition.outcome for addition in additions] == [AdditionOutcome.ADDED] * 4
    assert counts(empty_index)[3] == 4
    assert len(list(empty_index.conflicts(AREA))) == 3
    assert len(list(empty_index.find_instances(AREA, sop_instance_uids=["1.1"]))) == 3
    assert_sound(empty_index)


def test_areas_do_not_see_each_other(empty_index: Index) -> None:
    empty_index.add([index_entry(), index_entry(area="OTHER", path="theirs")])
    assert counts(empty_index) == counts(empty_index, "OTHER") == (1, 1, 1, 1, 100)
    empty_index.remove(AREA)
    assert counts(empty_index) == (0, 0, 0, 0, 0)
    assert [found.path for found in empty_index.find_instances("OTHER")] == ["theirs"]


def test_patients_of_one_id_but_other_issuers_are_two_and_those_without_id_go_by_name(empty_index: Index) -> None:
    empty_index.add(
        [
            index_entry(study="1.1", issuer="A"),
            index_entry(study="1.2", issuer="B"),
            index_entry(study="1.3", patient="", name="Doe^Jane"),
            index_entry(study="1.4", patient="", name="Doe^John"),
            index_entry(study="1.5", patient="", name="Doe^John"),
        ]
    )
    assert counts(empty_index)[:2] == (4, 5)


def test_the_oldest_studies_are_those_that_wait_longest(empty_index: Index) -> None:
    for uid in ("1.1", "1.2", "1.3"):
        empty_index.add([index_entry(study=uid, series=uid + ".1", instance=uid + ".1.1")])
    empty_index.add([index_entry(study="1.1", series="1.1.1", instance="1.1.1.2", size=5)])
    assert [usage.study_instance_uid for usage in empty_index.oldest_studies(AREA, 2)] == ["1.2", "1.3"]
    assert [usage.study_instance_uid for usage in empty_index.oldest_studies(AREA, 9, excluding="1.2")] == [
        "1.3",
        "1.1",
    ]
    usage = empty_index.study_usage(AREA, "1.1")
    assert usage is not None
    assert (usage.instance_count, usage.size_bytes) == (2, 105)
    assert empty_index.study_usage(AREA, "1.4") is None
    assert empty_index.count_studies(AREA) == 3


def test_all_or_none_of_a_batch_are_added(empty_index: Index) -> None:
    # a number that no database has room for
    bad = index_entry(instance="1.2", size=1 << 70)
    with pytest.raises(Exception, match=r"(?i)int|range|large"):
        empty_index.add([index_entry(instance="1.1"), bad])
    assert index_is_empty(empty_index)
    empty_index.add([index_entry(instance="1.1")])
    assert counts(empty_index)[3] == 1


def index_is_empty(index: Index) -> bool:
    return index.statistics(AREA) == NOTHING


def test_hostile_strings_are_values_like_others(empty_index: Index) -> None:
    hostile = "'; DROP TABLE study; --%_*?[a-z]\\\"\U0001f4a3 " + "x" * 100_000
    empty_index.add([index_entry(name=hostile, accession=hostile, patient=hostile, description=hostile)])
    assert counts(empty_index) == (1, 1, 1, 1, 100)
    keys = {"accession": "'; DROP TABLE study*", "name": "*;--*", "study": ""}
    assert list(empty_index.find(study_query(keys), AREA)) == []
    assert len(list(empty_index.find(study_query({"accession": "'; DROP TABLE study*", "study": ""}), AREA))) == 1


def test_retrievals_yield_what_their_unique_keys_name(empty_index: Index) -> None:
    empty_index.add([index_entry(instance=f"1.{number}", series=f"1.2.{number % 2}") for number in range(6)])
    empty_index.add([index_entry(study="1.9", series="1.9.1", instance="1.9.1.1", patient="P2")])

    def retrieved(level: str, model: Model = Model.STUDY_ROOT, **keys: str) -> list[str]:
        query = read_retrieve_query(identifier(level, keys), IMPLICIT, model)
        return [found.sop_instance_uid for found in empty_index.instances(query, AREA)]

    assert retrieved("STUDY", study="1.2") == [f"1.{number}" for number in range(6)]
    assert retrieved("SERIES", study="1.2", series="1.2.1") == ["1.1", "1.3", "1.5"]
    assert retrieved("IMAGE", study="1.2", series="1.2.1", instance="1.1\\1.5\\1.2") == ["1.1", "1.5"]
    assert retrieved("STUDY", study="1.9\\1.2")[-1] == "1.9.1.1"
    assert retrieved("PATIENT", Model.PATIENT_ROOT, patient="P2") == ["1.9.1.1"]
    assert retrieved("STUDY", study="1.2*") == []


def test_a_list_of_ten_thousand_uids_is_one_query(empty_index: Index) -> None:
    empty_index.add([index_entry(instance=f"1.{number}") for number in range(30)])
    uids = "\\".join(f"1.{number}" for number in range(10, 10_010))
    query = study_query({"study": "1.2", "series": "1.2.3", "instance": uids}, level="IMAGE")
    assert len(list(empty_index.find(query, AREA))) == 20
    assert len(list(empty_index.find_instances(AREA, sop_instance_uids=uids.split("\\")))) == 20


def test_a_query_that_is_abandoned_gives_its_connection_back(empty_index: Index) -> None:
    empty_index.add([index_entry(instance=f"1.{number}") for number in range(50)])
    query = study_query({"study": "1.2", "series": "1.2.3", "instance": ""}, level="IMAGE")
    for _ in range(200):
        matches = empty_index.find(query, AREA)
        next(iter(matches))
        del matches
    assert counts(empty_index)[3] == 50


def test_many_threads_add_at_once_and_nothing_is_lost(empty_index: Index) -> None:
    errors: list[BaseException] = []

    def send(sender: int) -> None:
        try:
            for number in range(25):
                (addition,) = empty_index.add(
                    [
                        index_entry(
                            instance=f"1.{sender}.{number}", series=f"1.2.{sender % 3}", modality=f"M{sender % 3}"
                        )
                    ]
                )
                assert addition.outcome is AdditionOutcome.ADDED
                assert list(empty_index.find_instances(AREA, sop_instance_uids=[f"1.{sender}.{number}"]))
        except BaseException as error:  # noqa: BLE001  # told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    assert counts(empty_index) == (1, 1, 3, 200, 20_000)
    assert_sound(empty_index)


def test_counts_that_are_wrong_are_found_and_made_right(empty_index: Index) -> None:
    empty_index.add([index_entry()])
    empty_index._database.write(lambda connection: connection.execute(update(study).values(instance_count=5)) and None)
    assert list(empty_index.wrong_counts()) == ["study 1.2: instance_count is 5 and should be 1"]
    empty_index.recount()
    assert_sound(empty_index)
    assert counts(empty_index) == (1, 1, 1, 1, 100)


@pytest.mark.skipif(sys.platform == "win32", reason="the size of files has no limit there")
def test_what_a_full_disk_kept_from_being_committed_is_not_remembered(tmp_path: Path) -> None:
    """The keys of rows that were not committed go to others: no instance may come into their studies by them."""
    import resource  # noqa: PLC0415 - there is none on Windows

    index = Index(sqlite_url(tmp_path / "index.sqlite"))
    index.add([index_entry(study="1.1", series="1.1.1", instance="1.1.1.1", patient="P1")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "index.sqlite-wal").stat().st_size, hard))
    try:
        with pytest.raises(IndexUnusableError):
            index.add([index_entry(study="1.2", series="1.2.1", instance="1.2.1.1", patient="P2")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    index.add([index_entry(study="1.3", series="1.3.1", instance="1.3.1.1", patient="P3")])
    index.add([index_entry(study="1.2", series="1.2.1", instance="1.2.1.1", patient="P2")])
    for patient, study_uid in (("P1", "1.1"), ("P2", "1.2"), ("P3", "1.3")):
        (match,) = index.find(study_query({"patient": patient, "study": "", "study_instances": ""}), AREA)
        assert (match.values[TAGS["study"]], match.values[TAGS["study_instances"]]) == (study_uid, "1")
    assert_sound(index)
    index.close()


def test_flushing_commits_something_and_waits_for_the_disk(open_index: Callable[[], Index], database_url: str) -> None:
    index = open_index()
    durable = Database(database_url, Durability.POWER)
    try:
        with durable.reading() as connection:
            setting = "PRAGMA synchronous" if durable.is_sqlite else "SELECT current_setting('synchronous_commit')"
            assert connection.exec_driver_sql(setting).scalar() == (2 if durable.is_sqlite else "on")
    finally:
        durable.close()
    index.add([index_entry()])
    notes: list[str] = []
    for _ in range(2):
        index.flush()
        with index._database.reading() as connection:
            notes += connection.execute(select(settings.c.value).where(settings.c.name == "flushed")).scalars()
    assert len(set(notes)) == 2
    assert_sound(index)


def test_what_a_server_commits_without_waiting_is_on_its_disk_after_flushing(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    index = Index(url)
    try:
        with index._database._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            name = connection.exec_driver_sql("SELECT current_database()").scalar()
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    finally:
        index.close()
    index = Index(url)
    try:
        with index._durable.reading() as connection:
            assert connection.exec_driver_sql("SELECT current_setting('synchronous_commit')").scalar() == "on"
        with index._database.reading() as connection:
            assert connection.exec_driver_sql("SELECT current_setting('synchronous_commit')").scalar() == "off"
            index.add([index_entry(instance=f"1.{number}") for number in range(100)])
            written = connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar()
            index.flush()
            query = f"SELECT pg_current_wal_flush_lsn() >= '{written}'::pg_lsn"
            assert connection.exec_driver_sql(query).scalar() is True
    finally:
        index.close()


def test_many_flush_at_once(empty_index: Index) -> None:
    errors: list[BaseException] = []

    def flush() -> None:
        try:
            for _ in range(5):
                empty_index.flush()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=flush) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("level", ["STUDY", "SERIES", "IMAGE"])
def test_nobody_elses_data_is_in_an_answer(empty_index: Index, level: str) -> None:
    for patient in ("P1", "P2"):
        uid = f"1.2.{patient[1]}"
        empty_index.add(
            [index_entry(instance=f"{uid}.3.{n}", series=f"{uid}.3", study=uid, patient=patient) for n in range(2)]
        )
    keys = {"STUDY": {"study": ""}, "SERIES": {"study": "", "series": ""}}.get(
        level, {"study": "", "series": "", "instance": ""}
    )
    for study_uid, patient, found in (("", "P1", True), ("1.2.1", "P1", True), ("1.2.1", "P2", False)):
        asked = identifier(level, {**keys, "study": study_uid, "patient": patient})
        matches = list(empty_index.find(read_find_query(asked, IMPLICIT, Model.STUDY_ROOT), AREA))
        assert {match.values[TAGS["study"]] for match in matches} == ({"1.2.1"} if found else set())
        assert all(match.values[TAGS["patient"]] == patient for match in matches)


def test_of_several_entries_of_a_file_the_older_ones_can_be_forgotten(empty_index: Index) -> None:
    """As when a file is indexed again whose instance was taken for another patient's."""
    for patient, path in (("P1", "a"), ("P2", "a"), ("P1", "b")):
        empty_index.add([index_entry(AREA, 1, path, 0.0, patient=patient, instance=f"1.{path}")])
    empty_index.add([index_entry("OTHER", 1, "b", 0.0)])
    assert empty_index.forget_older_of_files(AREA) == 1
    found = [(one.path, one.patient_id) for one in empty_index.find_instances(AREA)]
    assert sorted(found) == [("a", "P2"), ("b", "P1")]
    assert empty_index.forget_older_of_files(AREA) == 0
    assert list(empty_index.wrong_counts()) == []
