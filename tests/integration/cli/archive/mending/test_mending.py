"""``archive correct``, ``merge``, ``split``, ``undo`` and ``trail`` beside the server that DCMTK's tools ask."""

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from dicomdesk.archive.corrections.record import operating_user
from dicomdesk.cli.archive.mending.correct_command import PROGRAM as CORRECT
from dicomdesk.cli.archive.mending.correcting import RECORD_KEYS
from dicomdesk.cli.archive.mending.merge_command import PROGRAM as MERGE
from dicomdesk.cli.archive.mending.split_command import PROGRAM as SPLIT
from dicomdesk.cli.archive.mending.trail_command import PROGRAM as TRAIL
from dicomdesk.cli.archive.mending.undo_command import PROGRAM as UNDO
from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.audit_schema import checked_message
from tests.helpers.archives.served_archives import ARCHIVE, Running, encoded, running
from tests.helpers.dcmtk.commands import dcmtks, run

NODELAY = {"TCP_NODELAY": "1"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "area") as running_archive:
        running_archive.put(
            encoded("1.1"),
            encoded("1.2"),
            encoded("1.3", series="1.2.3.6"),
            encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2", name="Roe^Jo"),
        )
        yield running_archive


def found(archive: Running, *keys: str) -> list[str]:
    """What DCMTK's findscu is answered at the level of studies: the UIDs."""
    words = [word for key in ("QueryRetrieveLevel=STUDY", "StudyInstanceUID", *keys) for word in ("-k", key)]
    done = run(dcmtks("findscu"), "-S", "-aec", ARCHIVE, *words, "127.0.0.1", str(archive.port), changes=NODELAY)
    assert done.code == 0, done.err
    lines = (done.out + done.err).splitlines()
    return sorted(line.split("[")[1].split("]")[0].rstrip("\0 ") for line in lines if "(0020,000d) UI [" in line)


def fetched(archive: Running, study: str, folder: Path) -> list[pydicom.Dataset]:
    """What DCMTK's getscu is given of a study."""
    folder.mkdir()
    words = [
        "-S",
        "-aec",
        ARCHIVE,
        "-k",
        "QueryRetrieveLevel=STUDY",
        "-k",
        f"StudyInstanceUID={study}",
        "-od",
        str(folder),
    ]
    done = run(dcmtks("getscu"), *words, "127.0.0.1", str(archive.port), changes=NODELAY)
    assert done.code == 0, done.err
    return [pydicom.dcmread(path) for path in folder.iterdir()]


@pytest.mark.dcmtk
def test_a_study_is_corrected_while_the_archive_serves_it(archive: Running, tmp_path: Path, command: Command) -> None:
    where = ("--folder", tmp_path / "area")
    planned = command("correct", "study", "1.2.3", "--set", "PatientID=P9", "--dry-run", *where)
    assert planned.code == 0
    assert 'PatientID: "P1" -> "P9"' in planned.out
    assert found(archive, "PatientID=P1") == ["1.2.3"]
    refused = command("correct", "study", "1.2.3", "--set", "PatientID=P9", *where)
    assert (refused.code, found(archive, "PatientID=P1")) == (89, ["1.2.3"])
    assert "--yes" in refused.err
    (done,) = objects(
        command("correct", "study", "1.2.3", "--set", "patientid=P9", "--reason", "wrong", "--yes", "--json", *where)
    )
    assert (done["event"], done["kind"], done["instances"], done["user"]) == (
        "correction",
        "correct",
        3,
        operating_user(),
    )
    assert found(archive, "PatientID=P1") == []
    assert found(archive, "PatientID=P9") == ["1.2.3"]
    for data_set in fetched(archive, "1.2.3", tmp_path / "fetched"):
        assert data_set.PatientID == "P9"
        (item,) = data_set.OriginalAttributesSequence
        assert item.ModifiedAttributesSequence[0].PatientID == "P1"
        assert item.SourceOfPreviousValues == "SENDER"
    (kept,) = objects(command("trail", "--json", *where))
    assert kept["changes"] == done["changes"]
    assert kept["reason"] == "wrong"
    shown = command("trail", done["id"], *where)
    assert 'PatientID: "P1" -> "P9"' in shown.out
    back = command("undo", done["id"], "--yes", *where)
    assert back.code == 0, back.err
    assert found(archive, "PatientID=P1") == ["1.2.3"]
    assert found(archive, "PatientID=P9") == []
    again = command("undo", done["id"], "--yes", *where)
    assert again.code == 10
    assert "taken back before" in again.err
    assert [one["undone_by"] != "" for one in objects(command("trail", "--json", *where))] == [True, False]


@pytest.mark.dcmtk
def test_patients_are_merged(archive: Running, tmp_path: Path, command: Command) -> None:
    done = command("merge", "P2", "P1", "--yes", "--coerce", "--folder", tmp_path / "area")
    assert done.code == 0, done.err
    assert found(archive, "PatientID=P1") == ["1.2.3", "1.2.4"]
    (data_set,) = fetched(archive, "1.2.4", tmp_path / "fetched")
    assert (data_set.PatientID, data_set.PatientName) == ("P1", "Doe^Jane")
    assert data_set.OriginalAttributesSequence[0].ReasonForTheAttributeModification == "COERCE"


@pytest.mark.dcmtk
def test_a_series_is_split_off_to_another_patient(archive: Running, tmp_path: Path, command: Command) -> None:
    where = ("--folder", tmp_path / "area", "--yes", "--json")
    (done,) = objects(command("split", "series", "1.2.3.6", "--set", "PatientID=P7", *where))
    new_study = done["uids"]["1.2.3"]
    assert found(archive, "PatientID=P7") == [new_study]
    (data_set,) = fetched(archive, new_study, tmp_path / "fetched")
    assert data_set.SOPInstanceUID == done["uids"]["1.3"]
    assert data_set.SeriesInstanceUID == done["uids"]["1.2.3.6"]
    assert len(fetched(archive, "1.2.3", tmp_path / "left")) == 2


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["correct", "study", "1.2.3"], 1, "--set"),
        (["correct", "studies", "--set", "PatientID=1"], 1, "whole archive"),
        (["correct", "study", "1.2.3", "--set", "StudyInstanceUID=1"], 1, "can not be corrected"),
        (["correct", "study", "9.9.9", "--set", "PatientID=1", "--yes"], 80, "nothing was found"),
        (["merge", "P2", "P2", "--yes"], 10, "different"),
        (["merge", "P2", "P77", "--yes"], 10, "no patient"),
        (["split", "studies", "--yes"], 1, "whole archive"),
        (["split", "series", "1.2.3.6", "--into", "9.9.9", "--yes"], 10, "no study"),
        (["undo", "nothing", "--yes"], 80, "nothing was found"),
        (["trail", "nothing"], 80, "no correction"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(
    archive: Running, tmp_path: Path, command: Command, words: list[str], code: int, reason: str
) -> None:
    before = archive.files()
    done = command(*words, "--folder", tmp_path / "area")
    assert done.code == code, done.err
    assert reason in done.err
    assert archive.files() == before


def test_what_is_changed_and_removed_is_in_the_audit_trail_that_is_asked_for(
    archive: Running, tmp_path: Path, command: Command
) -> None:
    trail = tmp_path / "audit.log"
    where = ("--folder", tmp_path / "area", "--yes", "--audit-file", trail)
    assert archive.files()
    assert command("correct", "study", "1.2.3", "--set", "PatientID=P9", "--user", "anna", *where).code == 0
    assert command("remove", "study", "1.2.4", *where).code == 0
    changed, removed = [checked_message(line) for line in trail.read_text().splitlines()]
    for message, action, user, study, patient in (
        (changed, "U", "anna", "1.2.3", "P9"),
        (removed, "D", "", "1.2.4", "P2"),
    ):
        assert message.find("EventIdentification").attrib["EventActionCode"] == action  # type: ignore[union-attr]  # there by the schema
        assert message.find("ActiveParticipant").attrib["UserID"].startswith(user)  # type: ignore[union-attr]  # there by the schema
        objects = message.findall("ParticipantObjectIdentification")
        assert [one.attrib["ParticipantObjectID"] for one in objects] == [study, patient]
    refused = command("remove", "study", "1.2.3", *where[:-1], tmp_path / "gone" / "audit.log")
    assert refused.code == 10
    assert len(archive.files()) == 3


def test_each_command_tells_of_the_object_that_it_writes() -> None:
    for program in (CORRECT, MERGE, SPLIT, TRAIL, UNDO):
        name, keys = program.tool.objects[0]
        assert (name, keys[: len(RECORD_KEYS)]) == ("correction", RECORD_KEYS)
