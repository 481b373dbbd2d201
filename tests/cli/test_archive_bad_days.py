"""Bad days of an archive, with the real tools: what stays is right, whole, and everybody's own."""

import shutil
import threading
from pathlib import Path

import pytest

from tests.cli.test_archive import archive, objects, serving
from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import CT_IMAGE, part10
from tests.helpers.dcmtk.commands import Done, dcmtks, ours, run
from tests.helpers.dcmtk.programs import dcmtk_program

STUDY = "1.2.3"
COUNT = 12


def write(folder: Path, patient: str, count: int = COUNT) -> Path:
    """Instances of one study that are a patient's."""
    folder.mkdir(parents=True)
    for number in range(count):
        uid = f"1.{len(patient)}.{sum(patient.encode())}.{number}"
        content = encoded(uid, STUDY, f"{STUDY}.{sum(patient.encode())}", patient=patient, name=f"Of^{patient}")
        (folder / f"{number:03}.dcm").write_bytes(part10(content, sop_class_uid=CT_IMAGE, sop_instance_uid=uid))
    return folder


def send(port: int, folder: Path) -> Done:
    return run(dcmtks("storescu"), "-aec", "ARCHIVE", "+sd", "localhost", str(port), str(folder))


def counted(folder: Path) -> dict[object, object]:
    """Instances of the study by Patient ID."""
    return {row["patient_id"]: row["instances"] for row in objects(archive(folder, "list", STUDY, "--json"))}


@pytest.mark.dcmtk
@pytest.mark.long
def test_two_patients_who_share_a_study_uid_arrive_at_once_and_one_is_corrected_meanwhile(tmp_path: Path) -> None:
    dcmtk_program("storescu")
    folders = {patient: write(tmp_path / patient, patient) for patient in ("ONE", "TWO")}
    codes: dict[str, int] = {}
    with serving(tmp_path) as port:
        assert send(port, write(tmp_path / "first", "ONE", 1)).code == 0

        def arrive(patient: str) -> None:
            codes[patient] = send(port, folders[patient]).code

        senders = [threading.Thread(target=arrive, args=(patient,)) for patient in folders]
        for sender in senders:
            sender.start()
        corrected = archive(tmp_path, "correct", "study", STUDY, "--set", "StudyID=NEW", "--yes")
        for sender in senders:
            sender.join()
        assert corrected.code == 0, corrected.err
        assert codes == {"ONE": 0, "TWO": 0}
        assert counted(tmp_path) == {"ONE": COUNT, "TWO": COUNT}
        verified = archive(tmp_path, "verify", "--deep")
        assert (verified.code, verified.out) == (0, f"ARCHIVE: {2 * COUNT} files, all right; 2 conflicts\n")
    before = counted(tmp_path)
    assert run(ours("dcmqrscp"), "-c", "a.cfg", "--reindex", folder=tmp_path).code == 0
    assert counted(tmp_path) == before


@pytest.mark.long
def test_files_that_others_have_superseded_are_set_aside_and_then_all_is_right(tmp_path: Path) -> None:
    with serving(tmp_path):
        assert archive(tmp_path, "import", str(write(tmp_path / "in", "ONE", 2))).code == 0
    stored = sorted((tmp_path / "area").glob("??/*/*/*.dcm"))
    shutil.copy2(stored[0], tmp_path / "area" / "CT_left_by_another_archive.dcm")
    assert run(ours("dcmqrscp"), "-c", "a.cfg", "--verify", folder=tmp_path).code == 80
    again = run(ours("dcmqrscp"), "-c", "a.cfg", "--reindex", folder=tmp_path)
    assert again.code == 0
    assert "a newer file has the same instance" in again.err + again.out
    assert archive(tmp_path, "verify").code == 80
    repaired = archive(tmp_path, "repair")
    assert (repaired.code, "1 set-aside" in repaired.out) == (0, True)
    assert run(ours("dcmqrscp"), "-c", "a.cfg", "--verify", folder=tmp_path).code == 0
    assert archive(tmp_path, "verify", "--deep").code == 0
    assert counted(tmp_path) == {"ONE": 2}
    (entry,) = objects(archive(tmp_path, "trash", "--json"))
    assert (entry["instances"], entry["by"]) == (1, "archive repair")
