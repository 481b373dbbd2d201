"""What commands bring into an archive and out of it is in the audit trail (PS3.15 A.5.3), with who did it."""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from dicomdesk.cli.archive.confirmation import who_asks
from tests.helpers.archives.administered import Command
from tests.helpers.archives.audit_schema import checked_message
from tests.helpers.archives.served_archives import destination, encoded, running
from tests.helpers.data.datasets import CT_IMAGE, part10


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], list[Element]]:
    """What was written into the trail since it was asked for last."""
    trail = tmp_path / "audit.log"

    def read() -> list[Element]:
        lines = trail.read_text().splitlines()
        trail.write_text("")
        return [checked_message(line) for line in lines]

    return read


def event_of(message: Element) -> tuple[str, str, str]:
    event = message.find("EventIdentification")
    assert event is not None
    code = event.find("EventID")
    assert code is not None
    return code.attrib["originalText"], event.attrib["EventActionCode"], event.attrib["EventOutcomeIndicator"]


def parties_of(message: Element) -> dict[str, str]:
    """Users by their roles."""
    found = {}
    for one in message.iter("ActiveParticipant"):
        role = one.find("RoleIDCode")
        found[role.attrib["originalText"] if role is not None else "requestor"] = one.attrib["UserID"]
        if "Media" in str(role is not None and role.attrib["originalText"]):
            assert one.find("MediaIdentifier/MediaType") is not None
    return found


def objects_of(message: Element) -> list[str]:
    return [one.attrib["ParticipantObjectID"] for one in message.iter("ParticipantObjectIdentification")]


def counted(message: Element) -> int:
    return sum(int(one.attrib["NumberOfInstances"]) for one in message.iter("SOPClass"))


def test_imports_exports_and_transfers_are_told_study_by_study(
    tmp_path: Path, command: Command, told: Callable[[], list[Element]]
) -> None:
    area, source = tmp_path / "area", tmp_path / "source"
    source.mkdir()
    where = ("--folder", area, "--audit-file", tmp_path / "audit.log")
    for number, study in enumerate(("1.2.3", "1.2.3", "1.2.4")):
        content = encoded(f"1.{number}", study, f"{study}.1", patient=f"P{study[-1]}")
        (source / f"{number}.dcm").write_bytes(part10(content, sop_class_uid=CT_IMAGE, sop_instance_uid=f"1.{number}"))
    (source / "notes.txt").write_text("no instance")
    with running(area):
        assert command("import", source, *where).code == 0
        came = told()
        assert [event_of(one) for one in came] == [("Import", "C", "0")] * 2
        assert sorted((*objects_of(one), counted(one)) for one in came) == [("1.2.3", "P3", 2), ("1.2.4", "P4", 1)]
        assert parties_of(came[0])["Source Media"] == source.as_uri()
        assert who_asks() in {one.attrib["UserID"] for one in came[0].iter("ActiveParticipant")}

        assert command("export", tmp_path / "cd", "study", "1.2.3", *where).code == 0
        (went,) = told()
        assert (event_of(went), objects_of(went), counted(went)) == (("Export", "R", "0"), ["1.2.3", "P3"], 2)
        assert parties_of(went)["Destination Media"] == (tmp_path / "cd").as_uri()

        with destination(lambda number: 0 if number < 2 else 0xA700) as peer:
            assert command("send", f"DEST@127.0.0.1:{peer.port}", "study", "1.2.3", *where).code == 80
        (sent,) = told()
        assert (event_of(sent), counted(sent)) == (("DICOM Instances Transferred", "R", "4"), 1)
        assert parties_of(sent)["Destination Role ID"] == "DEST"
        assert parties_of(sent)["requestor"] == who_asks()


def test_a_backup_and_its_restore_are_told_as_one_each(
    tmp_path: Path, command: Command, told: Callable[[], list[Element]]
) -> None:
    trail = ("--audit-file", tmp_path / "audit.log")
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        assert command("backup", tmp_path / "backups", "--folder", tmp_path / "area", *trail).code == 0
    (made,) = told()
    assert event_of(made) == ("Export", "R", "0")
    assert parties_of(made)["Destination Media"] == (tmp_path / "backups").as_uri()
    assert command("restore", tmp_path / "backups", "--folder", tmp_path / "again", *trail).code == 0
    (restored,) = told()
    assert event_of(restored) == ("Import", "C", "0")
    assert parties_of(restored)["Source Media"] == (tmp_path / "backups").as_uri()


def test_a_trail_that_cannot_be_written_keeps_them_from_doing_anything(tmp_path: Path, command: Command) -> None:
    where = ("--folder", tmp_path / "area", "--audit-file", tmp_path / "gone" / "audit.log")
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
        for words in (("export", tmp_path / "cd", "1.2.3"), ("backup", tmp_path / "backups")):
            assert command(*words, *where).code == 10
        assert sorted(path.name for path in tmp_path.iterdir()) == ["area"]
