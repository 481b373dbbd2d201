"""What a view does with an archive: searched, shown, planned and done beside a server that goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.administration.desk.changing import Trashed
from dicomdesk.archive.administration.desk.desk import ArchiveDesk
from dicomdesk.archive.administration.desk.looking import FoundRows
from dicomdesk.archive.administration.keeping.importing import ImportedItem, ImportOutcome
from dicomdesk.archive.administration.listing import Listed
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.search.orders import Order, StudyValue
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.file_check import Finding
from dicomdesk.dicom.query.attributes import PATIENT_ID, PERSON_NAME_TAG
from dicomdesk.errors import CancelledError, SettingsError
from tests.helpers.archives.served_archives import Running, encoded, running
from tests.helpers.data.datasets import CT_IMAGE, part10


class Ending:
    """Watch that ends the work after some steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.seen: list[tuple[int, int]] = []

    def progressed(self, done: int, total: int) -> None:
        self.seen.append((done, total))

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("enough")


@pytest.fixture
def served(tmp_path: Path, announce_log: Callable[[str], None]) -> Iterator[tuple[Running, ArchiveDesk]]:
    """Two patients under one Study Instance UID, one of whom has no ID, and a study more."""
    announce_log("Stored, but")
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1", name="Doe^Jane"), encoded("1.2", name="Doe^Jane"))
        archive.put(encoded("1.3", name="Roe^Rich", patient=""), status=0xB000)
        archive.put(encoded("2.1", "1.2.4", "1.2.4.5", patient="P2", name="Doe^John"))
        with ArchiveDesk(ArchivePlace(folder=tmp_path / "area")) as desk:
            yield archive, desk


def only(desk: ArchiveDesk, text: str) -> Listed:
    found = desk.search(text)
    assert isinstance(found, FoundRows)
    assert found.total == len(found.rows) == 1
    return found.rows[0]


def test_studies_are_searched_and_opened_down_to_their_instances(served: tuple[Running, ArchiveDesk]) -> None:
    archive, desk = served
    assert desk.areas == ("ARCHIVE",)
    assert [row.values["patient_name"] for row in desk.search("").rows] == ["Doe^John", "Roe^Rich", "Doe^Jane"]
    jane = only(desk, "jane")
    (series,) = desk.below(jane)
    assert {row.values["sop_instance_uid"] for row in desk.below(series)} == {"1.1", "1.2"}
    (series,) = desk.below(only(desk, "roe"))
    (image,) = desk.below(series)
    assert image.values["sop_instance_uid"] == "1.3"
    assert desk.below(image) == []
    details = desk.details(jane)
    assert details is not None
    assert (details.files, dict(details.senders)) == (2, {"SENDER": 2})
    assert not desk.refresh()
    archive.put(encoded("2.9", "1.2.9", "1.2.9.5", patient="P9", name="New"))
    assert desk.refresh()
    assert only(desk, "new").values["study_instance_uid"] == "1.2.9"


def test_what_is_used_and_what_contradicts_is_told(served: tuple[Running, ArchiveDesk]) -> None:
    _archive, desk = served
    (usage,) = desk.usage()
    assert (usage.totals.studies, usage.totals.instances, usage.conflicts.patients) == (3, 4, 2)
    assert usage.free_bytes > 0
    assert usage.is_writable
    assert {row.values["patient_id"] for row in desk.conflicts()} == {"P1", ""}


@pytest.mark.parametrize(("text", "going"), [("jane", {"1.1", "1.2"}), ("roe", {"1.3"})])
def test_what_would_go_is_shown_and_goes_and_nobody_elses(
    served: tuple[Running, ArchiveDesk], tmp_path: Path, text: str, going: set[str]
) -> None:
    """Though another patient has the same Study Instance UID, and one of them no ID."""
    archive, desk = served
    before = set(archive.indexed().values())
    planned = desk.plan_removal([only(desk, text)])
    assert {one.sop_instance_uid for plan in planned for one in plan.plan.instances} == going
    assert set(archive.indexed().values()) == before
    (removal,) = desk.remove(planned, by="me", why="test")
    assert {one.sop_instance_uid for one in removal.removed} == going
    assert set(archive.indexed().values()) == before - going
    (entry,) = Trash(tmp_path / "area").entries()
    assert (entry.by, entry.why, entry.instances) == ("me", "test", len(going))


def test_a_removal_of_several_ends_between_them(served: tuple[Running, ArchiveDesk]) -> None:
    archive, desk = served
    with pytest.raises(CancelledError):
        desk.remove(desk.plan_removal(desk.search("doe").rows), by="me", watch=Ending(1))
    assert len(archive.indexed()) in {2, 3}
    assert set(archive.files()) == set(archive.indexed())


def test_corrections_are_seen_before_they_are_made(served: tuple[Running, ArchiveDesk]) -> None:
    archive, desk = served
    values = {PATIENT_ID: "P7", PERSON_NAME_TAG: "Doe^Janet"}
    before = archive.files()
    preview = desk.preview_correction(only(desk, "jane"), values)
    assert preview.instance_count == 2
    assert archive.files() == before
    with pytest.raises(CancelledError):
        desk.correct(only(desk, "jane"), values, reason="", watch=Ending(1))
    assert archive.files() == before
    made = desk.correct(only(desk, "jane"), values, reason="wrong")
    assert [dict(one.after) for one in made.changes] == [dict(one.after) for one in preview.changes]
    desk.refresh()
    assert only(desk, "janet").values["patient_id"] == "P7"
    assert only(desk, "roe").values["patient_id"] == ""
    assert desk.preview_merge("ARCHIVE", "P7", "P2").instance_count == 2
    assert desk.merge("ARCHIVE", "P7", "P2", reason="one").instance_count == 2
    desk.refresh()
    assert {row.values["patient_name"] for row in desk.search("p2").rows} == {"Doe^John"}


def test_instances_come_and_go_out_with_progress(served: tuple[Running, ArchiveDesk], tmp_path: Path) -> None:
    archive, desk = served
    source = tmp_path / "source"
    source.mkdir()
    for number in range(3):
        content = encoded(f"9.{number}", "1.2.9", "1.2.9.5", patient="P9", name="Im^Port")
        (source / f"{number}.dcm").write_bytes(part10(content, sop_class_uid=CT_IMAGE, sop_instance_uid=f"9.{number}"))
    taken: list[ImportedItem] = []
    with pytest.raises(CancelledError):
        desk.import_inputs("ARCHIVE", [str(source)], taken.append, watch=Ending(1))
    assert len(taken) == 2
    watch = Ending(99)
    desk.import_inputs("ARCHIVE", [str(source)], taken.append, watch=watch)
    assert watch.seen == [(1, 0), (2, 0), (3, 0)]
    assert sum(item.outcome is ImportOutcome.STORED for item in taken) == 3
    desk.refresh()
    row = only(desk, "im port")
    items = desk.find_instances([row, *desk.below(row)])
    assert len(items) == 3
    with pytest.raises(CancelledError):
        desk.export(items, tmp_path / "cd", watch=Ending(1))
    assert not (tmp_path / "cd").exists()
    assert desk.export(items, tmp_path / "cd").exported == 3
    assert (tmp_path / "cd" / "DICOMDIR").exists()
    request = desk.send_request(items, "ANY@127.0.0.1:104", tmp_path / "no-book.json")
    assert (request.peer.ae_title, len(request.inputs.paths)) == ("ANY", 3)
    assert set(archive.files()) == set(archive.indexed())


def test_files_are_verified_and_backed_up_until_it_is_enough(
    served: tuple[Running, ArchiveDesk], tmp_path: Path
) -> None:
    archive, desk = served
    told: list[tuple[str, Finding]] = []
    reports = desk.verify(lambda area, finding: told.append((area, finding)), is_deep=True)
    assert reports["ARCHIVE"].is_right
    assert {(area, finding.kind.value) for area, finding in told} == {("ARCHIVE", "conflict")}
    with pytest.raises(CancelledError):
        desk.verify(lambda _area, _finding: None, watch=Ending(2))
    with pytest.raises(CancelledError):
        desk.back_up(tmp_path / "backups", watch=Ending(0))
    report = desk.back_up(tmp_path / "backups", keep=3)["ARCHIVE"]
    assert (report.files, report.damaged) == (len(archive.files()), 0)


def test_what_was_removed_comes_back_from_the_trash(served: tuple[Running, ArchiveDesk]) -> None:
    archive, desk = served
    before = set(archive.indexed().values())
    desk.remove(desk.plan_removal([only(desk, "john")]), by="me")
    (trashed,) = desk.trash()
    assert trashed == Trashed(area="ARCHIVE", entry=trashed.entry)
    assert trashed.entry.instances == 1
    assert desk.restore(trashed).restored == 1
    assert desk.trash() == []
    assert set(archive.indexed().values()) == before


def test_a_correction_is_taken_back_once(served: tuple[Running, ArchiveDesk]) -> None:
    _archive, desk = served
    desk.correct(only(desk, "john"), {PATIENT_ID: "P3"}, reason="wrong")
    desk.refresh()
    (made,) = desk.corrections()
    assert (made.record.origin.reason, made.undone_by) == ("wrong", "")
    assert desk.preview_undo(made).instance_count == 1
    undone = desk.undo(made, reason="right before")
    desk.refresh()
    assert only(desk, "john").values["patient_id"] == "P2"
    assert [one.undone_by for one in desk.corrections()] == ["", undone.origin.correction_id]
    with pytest.raises(SettingsError, match="taken back before"):
        desk.undo(made, reason="")


def test_a_study_that_was_split_is_two(served: tuple[Running, ArchiveDesk]) -> None:
    _archive, desk = served
    (series,) = desk.below(only(desk, "jane"))
    first = desk.below(series)[0]
    assert desk.preview_split(first, {PATIENT_ID: "P8"}).instance_count == 1
    desk.split(first, {PATIENT_ID: "P8"}, reason="of somebody else")
    desk.refresh()
    assert only(desk, "p8").values["instances"] == 1
    assert only(desk, "p1").values["instances"] == 1


def test_patients_are_counted_with_all_their_studies(served: tuple[Running, ArchiveDesk]) -> None:
    archive, desk = served
    archive.put(encoded("3.1", "1.2.5", "1.2.5.1", patient="P2", name="Doe^John"))
    desk.refresh()
    found = desk.search_patients("doe", order=Order(value=StudyValue.NAME))
    assert found.total == 2
    assert [(row.values["patient_id"], row.values["studies"]) for row in found.rows] == [("P1", 1), ("P2", 2)]
    assert len(desk.below(found.rows[1])) == 2


def test_all_that_is_done_is_told_to_the_audit_trail(served: tuple[Running, ArchiveDesk], tmp_path: Path) -> None:
    trail = tmp_path / "audit.xml"
    with ArchiveDesk(ArchivePlace(folder=tmp_path / "area"), AuditSettings(file=trail)) as desk:
        desk.export(desk.find_instances([only(desk, "john")]), tmp_path / "cd")
        desk.correct(only(desk, "john"), {PATIENT_ID: "P3"}, reason="wrong")
        desk.refresh()
        desk.import_inputs("ARCHIVE", [str(tmp_path / "cd")], lambda _item: None)
        desk.refresh()
        desk.tell_sending(desk.find_instances([only(desk, "p3")]), "PACS", "pacs.example")
        desk.remove(desk.plan_removal([only(desk, "p3")]), by="me")
        desk.back_up(tmp_path / "backups")
    told = trail.read_text()
    for word in ("export", "wrong", "import", "send queue", "archive view, remove", "backup"):
        assert word in told, word
