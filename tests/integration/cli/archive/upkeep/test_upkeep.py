"""``archive backup``, ``check-backup`` and ``restore``: a night's backup, and the day when it is needed."""

from pathlib import Path

import pytest

from dicomdesk.cli.archive.upkeep.backing_up import FINDING_KEYS
from dicomdesk.cli.archive.upkeep.backup_command import PROGRAM as BACKUP
from dicomdesk.cli.archive.upkeep.check_backup_command import PROGRAM as CHECK
from dicomdesk.cli.archive.upkeep.restore_command import PROGRAM as RESTORE
from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.dcmtk.commands import dcmtks, run

NODELAY = {"TCP_NODELAY": "1"}
KEYS = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "-k", "PatientName", "-k", "AccessionNumber")


def answers(port: int) -> set[str]:
    """What DCMTK's findscu is answered about all studies."""
    done = run(dcmtks("findscu"), "-S", "-aec", ARCHIVE, *KEYS, "127.0.0.1", str(port), changes=NODELAY)
    assert done.code == 0, done.err
    return {line.removeprefix("I: ") for line in (done.out + done.err).splitlines() if "(00" in line}


def fetched(port: int, study: str, folder: Path) -> dict[str, bytes]:
    """What DCMTK's getscu is given, by its name, as it is written by dcmdump."""
    folder.mkdir()
    words = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={study}", "-od", str(folder)]
    done = run(dcmtks("getscu"), "-S", "-aec", ARCHIVE, *words, "127.0.0.1", str(port), changes=NODELAY)
    assert done.code == 0, done.err
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.dcmtk
def test_a_restored_archive_answers_and_gives_what_the_one_that_was_backed_up_did(
    tmp_path: Path, command: Command
) -> None:
    target = tmp_path / "target"
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("1.2", series="1.2.3.6"))
        archive.put(encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2", name="Roe^Jo"))
        (first,) = objects(command("backup", target, "--folder", tmp_path / "area", "--json"))
        assert (first["files"], first["copied"], first["damaged"]) == (3, 3, 0)
        archive.put(encoded("2.2", study="1.2.4", series="1.2.4.1", patient="P2", name="Roe^Jo"))
        (second,) = objects(command("backup", target, "--folder", tmp_path / "area", "--json"))
        assert (second["files"], second["copied"]) == (4, 1)
        said, given = answers(archive.port), fetched(archive.port, "1.2.4", tmp_path / "given")
    assert [one["files"] for one in objects(command("check-backup", target, "--list", "--json"))] == [3, 4]
    (checked,) = objects(command("check-backup", target, "--json"))
    assert (checked["backup"], checked["damaged"]) == (second["backup"], 0)
    done = command("restore", target, "--folder", tmp_path / "new")
    assert done.code == 0, done.err
    with running(tmp_path / "new") as archive:
        assert answers(archive.port) == said
        assert fetched(archive.port, "1.2.4", tmp_path / "again") == given


def test_what_is_wrong_with_a_backup_is_said(tmp_path: Path, command: Command) -> None:
    target = tmp_path / "target"
    for words in (("check-backup", target), ("restore", target, "--folder", tmp_path / "new")):
        done = command(*words)
        assert done.code == 10
        assert "no backup" in done.err
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
        assert command("backup", target, "--folder", tmp_path / "area").code == 0
        into_itself = command("backup", tmp_path / "area" / "x", "--folder", tmp_path / "area")
    assert into_itself.code == 10
    refused = command("restore", target, "--folder", tmp_path / "area")
    assert refused.code == 10
    assert "not empty" in refused.err
    assert command("restore", target, "--backup", "nothing", "--folder", tmp_path / "new").code == 10
    (stored,) = (target / ARCHIVE / "files").rglob("*.dcm")
    stored.unlink()
    done = command("check-backup", target, "--json")
    assert done.code == 80
    assert [one["event"] for one in objects(done)] == ["backup-finding", "backup"]
    assert "missing" in done.err


def test_older_backups_are_removed_where_that_is_asked_for(tmp_path: Path, command: Command) -> None:
    target = tmp_path / "target"
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
        names = []
        for _ in range(3):
            (done,) = objects(command("backup", target, "--keep", "2", "--folder", tmp_path / "area", "--json"))
            names.append(done["backup"])
    assert done["removed"] == names[:1]
    assert [one["backup"] for one in objects(command("check-backup", target, "--list", "--json"))] == names[1:]


def test_each_command_tells_of_the_findings_that_it_writes() -> None:
    assert all(("backup-finding", FINDING_KEYS) in program.tool.objects for program in (BACKUP, CHECK, RESTORE))
