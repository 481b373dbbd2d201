import csv
import io
from collections.abc import Callable
from pathlib import Path

from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.served_archives import encoded, running


def test_studies_are_listed_beside_the_server_that_stores_them(tmp_path: Path, command: Command) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2"))
        listed = objects(command("list", "--folder", tmp_path / "area", "--json"))
        assert {(one["event"], one["area"], one["patient_id"], one["instances"]) for one in listed} == {
            ("study", "ARCHIVE", "P1", 2),
            ("study", "ARCHIVE", "P2", 1),
        }
        archive.put(encoded("2.2", study="1.2.4", series="1.2.4.1", patient="P2"))
        (study,) = objects(command("list", "studies", "1.2.4", "--folder", tmp_path / "area", "--json"))
        assert study["instances"] == 2
        assert study["bytes"] == sum(
            found.size_bytes
            for found in archive.archive.keeper("ARCHIVE").index.find_instances("ARCHIVE", study_instance_uid="1.2.4")
        )


def test_every_level_is_listed_and_keys_of_the_levels_above_it_restrict(tmp_path: Path, command: Command) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2", name="Roe^Jo"))
        stored = archive.files()
    where = ("--folder", tmp_path / "area", "--json")
    for level in ("patients", "studies", "series", "instances"):
        assert len(objects(command("list", level, *where))) == 2, level
        (one,) = objects(command("list", level, "PatientName=roe*", *where))
        assert one["patient_id"] == "P2", level
    assert one["path"] in stored
    assert one["bytes"] == len(stored[one["path"]])


def test_rows_are_csv_in_the_order_of_a_column(tmp_path: Path, command: Command) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(*(encoded(f"{number}.1", study=f"1.{number}", patient=f"P{number}") for number in (2, 1, 3)))
    words = ("--folder", tmp_path / "area", "--csv", "--columns", "PatientID,00080050", "--sort", "-patient_id")
    rows = list(csv.DictReader(io.StringIO(command("list", *words, "--limit", "2").out)))
    assert [(row["patient_id"], row["accession_number"]) for row in rows] == [("P3", "ACC1"), ("P2", "ACC1")]


def test_a_selection_that_makes_no_sense_is_refused_with_what_would(tmp_path: Path, command: Command) -> None:
    for words, reason in (
        (["patients", "StudyDate=20260101"], "below patient"),
        (["studies", "PatientNam=X"], "did you mean PatientName"),
        (["studdies"], "neither a level"),
        (["--sort", "nothing"], "use one of: patient_id"),
        (["conflicts", "PatientID=1"], "without keys"),
    ):
        done = command("list", *words, "--folder", tmp_path)
        assert (done.code, done.out) == (1, "")
        assert reason in done.error


def test_an_archive_that_is_not_there_is_an_error_and_makes_nothing(tmp_path: Path, command: Command) -> None:
    for folder, reason in ((tmp_path / "gone", "does not exist"), (tmp_path, "has no index")):
        done = command("list", "--folder", folder)
        assert done.code == 10
        assert reason in done.err
    assert not list(tmp_path.iterdir())


def test_conflicts_say_what_contradicts_what(
    tmp_path: Path, command: Command, announce_log: Callable[[str], None]
) -> None:
    announce_log("Stored, but")
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("3.1", study="1.8", series="1.8.1"))
        archive.put(encoded("1.1", study="1.9", series="1.9.1"), status=0xB000)
        archive.put(encoded("3.2", study="1.8", series="1.8.2", patient="P2"), status=0xB000)
    listed = objects(command("list", "conflicts", "--folder", tmp_path / "area", "--json"))
    studies = {(one["patient_id"], *one["conflict"]) for one in listed if one["event"] == "study-conflict"}
    assert studies == {("P1", "other-patient"), ("P2", "other-patient")}
    instances = {(one["study_instance_uid"], *one["conflict"]) for one in listed if one["event"] == "conflict"}
    assert instances == {("1.2.3", "other-study"), ("1.9", "other-study")}
    table = command("list", "conflicts", "--folder", tmp_path / "area")
    assert len(table.out.splitlines()) == 2 + 4
