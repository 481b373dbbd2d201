"""Corrections of stored instances: files, index and trail agree, whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from dicomdesk.archive.areas.checksums import checksum_of_file
from dicomdesk.archive.areas.holds import held_studies, hold_study
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, CorrectionRecord, new_origin
from dicomdesk.archive.corrections.remedies import Remedy, correction, merge, split, undo
from dicomdesk.archive.corrections.selection import Selection, selection_of
from dicomdesk.archive.corrections.trail import Trail
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID, Level
from dicomdesk.errors import SettingsError, StorageError
from tests.helpers.archives.corrected_areas import Watcher, check_index_is_that_of_files, open_area, store
from tests.helpers.archives.stored_studies import STUDIES

PATIENT_NAME, PATIENT_ID, ISSUER, SEX, ACCESSION = 0x00100010, 0x00100020, 0x00100021, 0x00100040, 0x00080050
FIRST = STUDIES[0]
STUDY = selection_of(Level.STUDY, STUDY_INSTANCE_UID, FIRST.uid)


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    with open_area(tmp_path / "area") as opened:
        for study in STUDIES[:3]:
            for _uid, content in study.instances():
                store(opened, content)
        yield opened


def carry_out(
    keeper: Keeper, kind: CorrectionKind, remedy: Remedy, *, reason: str = "", user: str = "", undoes: str = ""
) -> CorrectionRecord:
    origin = new_origin(kind, reason=reason, user=user, undoes=undoes)
    return Corrector(keeper, Watcher()).correct(remedy.find, origin, remedy.uids)


def first_of(uid: str) -> Selection:
    return selection_of(Level.IMAGE, SOP_INSTANCE_UID, uid)


def instances(keeper: Keeper, study_uid: str = "") -> list[StoredInstance]:
    return list(keeper.index.find_instances("ARCHIVE", study_instance_uid=study_uid))


def read(keeper: Keeper, stored: StoredInstance) -> pydicom.Dataset:
    return pydicom.dcmread(keeper.storage.path_of(stored.path))


def test_a_correction_changes_all_of_a_study_and_says_in_the_files_what_was_before(
    keeper: Keeper, tmp_path: Path
) -> None:
    before = {one.sop_instance_uid: one for one in instances(keeper, FIRST.uid)}
    remedy = correction(keeper, STUDY, {PATIENT_ID: "P9", SEX: "F"})
    record = carry_out(keeper, CorrectionKind.CORRECT, remedy, reason="wrong worklist entry", user="anna")
    assert record.instance_count == 6
    (change,) = record.changes
    assert change.before == {"PatientID": "P1", "PatientSex": "M"}
    assert change.after == {"PatientID": "P9", "PatientSex": "F"}
    for stored in instances(keeper, FIRST.uid):
        data_set = read(keeper, stored)
        assert (data_set.PatientID, data_set.PatientSex, data_set.PatientName) == ("P9", "F", "Doe^John")
        (item,) = data_set.OriginalAttributesSequence
        (modified,) = item.ModifiedAttributesSequence
        assert (modified.PatientID, modified.PatientSex, len(modified)) == ("P1", "M", 2)
        assert item.ReasonForTheAttributeModification == "CORRECT"
        assert stored.received == before[stored.sop_instance_uid].received
        assert stored.checksum == checksum_of_file(keeper.storage.path_of(stored.path))
    check_index_is_that_of_files(keeper, tmp_path)
    (kept,) = Trail.of_folder(keeper.storage.folder).records()
    assert kept == record
    assert kept.origin.user == "anna"
    assert kept.origin.reason == "wrong worklist entry"


def test_a_preview_changes_nothing(keeper: Keeper) -> None:
    paths = {one.path for one in instances(keeper)}
    remedy = correction(keeper, STUDY, {PATIENT_ID: "P9"})
    record = Corrector(keeper, Watcher()).preview(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)
    assert record.instance_count == 6
    assert {one.path for one in instances(keeper)} == paths == set(keeper.storage.files())
    assert Trail.of_folder(keeper.storage.folder).records() == []


def test_what_is_right_already_is_not_written_again(keeper: Keeper) -> None:
    paths = {one.path for one in instances(keeper)}
    remedy = correction(keeper, STUDY, {PATIENT_ID: "P1", 0x00102160: ""})
    assert carry_out(keeper, CorrectionKind.CORRECT, remedy).instance_count == 0
    assert {one.path for one in instances(keeper)} == paths


def test_a_merge_gives_all_studies_of_one_patient_to_another_with_the_values_of_that_one(
    keeper: Keeper, tmp_path: Path
) -> None:
    remedy = merge(keeper, "P2", "P1", {})
    record = carry_out(keeper, CorrectionKind.MERGE, remedy)
    assert record.instance_count > 0
    for stored in instances(keeper):
        data_set = read(keeper, stored)
        assert (data_set.PatientID, data_set.PatientName, data_set.PatientBirthDate) == ("P1", "Doe^John", "19500101")
    assert keeper.index.statistics("ARCHIVE").patients == 1
    check_index_is_that_of_files(keeper, tmp_path)


def test_a_merge_into_nobody_is_refused(keeper: Keeper) -> None:
    with pytest.raises(SettingsError, match="no patient"):
        merge(keeper, "P2", "P77", {})
    with pytest.raises(SettingsError, match="different"):
        merge(keeper, "P2", "P2", {})


def test_a_merge_into_one_of_several_patients_of_an_id_asks_which(keeper: Keeper) -> None:
    carry_out(keeper, CorrectionKind.CORRECT, correction(keeper, STUDY, {ISSUER: "NORTH"}))
    with pytest.raises(SettingsError, match='"NORTH"'):
        merge(keeper, "P2", "P1", {})
    carry_out(keeper, CorrectionKind.MERGE, merge(keeper, "P2", "P1", {ISSUER: "NORTH"}))
    assert {read(keeper, one).IssuerOfPatientID for one in instances(keeper, STUDIES[2].uid)} == {"NORTH"}


def test_wildcards_in_an_id_stand_for_themselves(keeper: Keeper) -> None:
    with pytest.raises(SettingsError, match="no patient"):
        merge(keeper, "P2", "P?", {})
    assert carry_out(keeper, CorrectionKind.MERGE, merge(keeper, "P*", "P1", {})).instance_count == 0


def test_lines_of_the_trail_that_nobody_wrote_are_passed_over(keeper: Keeper) -> None:
    record = carry_out(keeper, CorrectionKind.CORRECT, correction(keeper, STUDY, {PATIENT_ID: "P9"}))
    trail = Trail.of_folder(keeper.storage.folder)
    rubbish = ['{"id": 1, "part": 2, "event": "part"}', "[1]", "{", '{"event": "taken", "id": 1, "part": 2}', "\0\xff"]
    with trail.path.open("a") as file:
        file.write("\n".join(rubbish))
    assert trail.records() == [record]
    back = carry_out(keeper, CorrectionKind.UNDO, undo(keeper, record), undoes=record.origin.correction_id)
    assert trail.records() == [record, back]


def test_a_split_brings_a_series_to_a_new_study_of_another_patient_and_tells_the_new_uids(
    keeper: Keeper, tmp_path: Path
) -> None:
    series = f"{FIRST.uid}.2"
    selection = selection_of(Level.SERIES, SERIES_INSTANCE_UID, series)
    record = carry_out(keeper, CorrectionKind.SPLIT, split(keeper, selection, {PATIENT_ID: "P8"}))
    assert record.instance_count == 2
    assert len(record.uids) == 1 + 1 + 2
    new_study = record.uids[FIRST.uid]
    moved = instances(keeper, new_study)
    assert {one.series_instance_uid for one in moved} == {record.uids[series]}
    assert len(instances(keeper, FIRST.uid)) == 4
    for stored in moved:
        data_set = read(keeper, stored)
        assert data_set.file_meta.MediaStorageSOPInstanceUID == data_set.SOPInstanceUID == stored.sop_instance_uid
        assert data_set.PatientID == "P8"
        assert record.uids[data_set.OriginalAttributesSequence[0].ModifiedAttributesSequence[0].SOPInstanceUID] == (
            stored.sop_instance_uid
        )
    check_index_is_that_of_files(keeper, tmp_path)


def test_what_is_split_off_a_study_on_hold_is_on_hold(keeper: Keeper) -> None:
    hold_study(keeper.storage, FIRST.uid, by="anna", why="court")
    selection = selection_of(Level.SERIES, SERIES_INSTANCE_UID, f"{FIRST.uid}.2")
    record = carry_out(keeper, CorrectionKind.SPLIT, split(keeper, selection, {}))
    assert held_studies(keeper.storage) == {FIRST.uid, record.uids[FIRST.uid]}


def test_a_server_that_knew_the_study_stores_to_it_on(keeper: Keeper, tmp_path: Path) -> None:
    server = Keeper(keeper.area, keeper.storage, Index(sqlite_url(keeper.storage.index_path)))
    first, second, third, *_rest = FIRST.instances()
    for _uid, content in (first, second):
        store(server, content)
    carry_out(keeper, CorrectionKind.CORRECT, correction(keeper, STUDY, {PATIENT_ID: "P9"}))
    for _uid, content in (first, third):
        store(server, content)
    server.index.close()
    found = {one.sop_instance_uid: read(keeper, one).PatientID for one in instances(keeper, FIRST.uid)}
    assert found[second[0]] == "P9"
    assert len(instances(keeper, FIRST.uid)) == 6 + 2  # what came again says what it said, beside what was corrected
    carry_out(keeper, CorrectionKind.CORRECT, correction(keeper, first_of(third[0]), {0x00102160: "x"}))
    check_index_is_that_of_files(keeper, tmp_path)


def test_a_split_into_a_study_that_is_there_takes_its_values(keeper: Keeper, tmp_path: Path) -> None:
    other = STUDIES[2]
    selection = selection_of(Level.SERIES, SERIES_INSTANCE_UID, f"{FIRST.uid}.3")
    carry_out(keeper, CorrectionKind.SPLIT, split(keeper, selection, {}, into=other.uid, keeps_uids=True))
    (moved,) = [one for one in instances(keeper, other.uid) if one.series_instance_uid == f"{FIRST.uid}.3"]
    data_set = read(keeper, moved)
    assert (data_set.PatientID, data_set.StudyDescription) == ("P2", "Abdomen")
    check_index_is_that_of_files(keeper, tmp_path)


@pytest.mark.parametrize("kind", ["correct", "merge", "split"])
def test_an_undo_gives_back_what_the_files_said(keeper: Keeper, tmp_path: Path, kind: str) -> None:
    def values() -> dict[str, str]:
        found = {}
        for stored in instances(keeper):
            data_set = read(keeper, stored)
            del data_set.OriginalAttributesSequence
            found[stored.sop_instance_uid] = str(data_set)
        return found

    for stored in instances(keeper):  # a delete of what is not there raises
        assert "OriginalAttributesSequence" not in read(keeper, stored)
    before = {one.sop_instance_uid: str(read(keeper, one)) for one in instances(keeper)}
    remedy = {
        "correct": lambda: correction(keeper, STUDY, {PATIENT_NAME: "Müller^Jörg", ACCESSION: None, 0x00102160: "x"}),
        "merge": lambda: merge(keeper, "P2", "P1", {}),
        "split": lambda: split(keeper, STUDY, {PATIENT_ID: "P8"}),
    }[kind]()
    record = carry_out(keeper, CorrectionKind(kind), remedy)
    assert record.instance_count
    back = carry_out(keeper, CorrectionKind.UNDO, undo(keeper, record), undoes=record.origin.correction_id)
    assert back.instance_count == record.instance_count
    after = {}
    for stored in instances(keeper):
        data_set = read(keeper, stored)
        if "OriginalAttributesSequence" in data_set:
            assert len(data_set.OriginalAttributesSequence) == 2
            del data_set.OriginalAttributesSequence
        if kind == "correct" and "SpecificCharacterSet" in data_set:
            del data_set.SpecificCharacterSet
        after[stored.sop_instance_uid] = str(data_set)
    assert after == before
    assert Trail.of_folder(keeper.storage.folder).undone() == {record.origin.correction_id: back.origin.correction_id}
    check_index_is_that_of_files(keeper, tmp_path)


def test_what_arrives_while_a_study_is_corrected_is_corrected_too(keeper: Keeper, tmp_path: Path) -> None:
    late = dict(FIRST.instances())
    uid, content = next(iter(late.items()))
    keeper.remove(sop_instance_uid=uid)

    class Arriving(Watcher):
        def progressed(self, done: int, total: int) -> None:
            if done == 3 and total == 5:
                store(keeper, content)

    remedy = correction(keeper, STUDY, {PATIENT_ID: "P9"})
    record = Corrector(keeper, Arriving()).correct(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)
    assert record.instance_count == 6
    assert {read(keeper, one).PatientID for one in instances(keeper, FIRST.uid)} == {"P9"}
    check_index_is_that_of_files(keeper, tmp_path)


def test_what_comes_again_or_goes_while_a_study_is_corrected_is_not_lost_and_not_brought_back(
    keeper: Keeper, tmp_path: Path
) -> None:
    first, second, *_rest = FIRST.instances()

    class Changing(Watcher):
        is_done = False

        def progressed(self, done: int, total: int) -> None:
            if done == total and not self.is_done:
                self.is_done = True
                store(keeper, first[1])
                keeper.remove(sop_instance_uid=second[0])

    remedy = correction(keeper, STUDY, {PATIENT_ID: "P9"})
    Corrector(keeper, Changing()).correct(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)
    found = instances(keeper, FIRST.uid)
    assert {one.sop_instance_uid for one in found} == {uid for uid, _ in FIRST.instances()} - {second[0]}
    assert {read(keeper, one).PatientID for one in found} == {"P9"}
    check_index_is_that_of_files(keeper, tmp_path)


def test_a_file_that_cannot_be_corrected_leaves_everything_as_it_was(keeper: Keeper) -> None:
    paths = {one.path for one in instances(keeper)}
    remedy = correction(keeper, STUDY, {PATIENT_ID: "P9"})
    victim = instances(keeper, FIRST.uid)[-1]
    file = keeper.storage.path_of(victim.path)
    content = Path(file).read_bytes()
    Path(file).write_bytes(content[:-2] + b"\0" * 40 + b"rubbish")
    with pytest.raises(Exception, match=victim.path.rpartition("/")[2]):
        Corrector(keeper, Watcher()).correct(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)
    assert {one.path for one in instances(keeper)} == paths == set(keeper.storage.files())
    assert Trail.of_folder(keeper.storage.folder).records() == []


def test_two_corrections_at_once_are_refused(keeper: Keeper) -> None:
    trail = Trail.of_folder(keeper.storage.folder)
    remedy = correction(keeper, STUDY, {PATIENT_ID: "P9"})
    with trail.writing(), pytest.raises(StorageError, match="Another correction"):
        carry_out(keeper, CorrectionKind.CORRECT, remedy)


def test_an_undo_that_would_take_the_place_of_an_instance_that_came_again_is_refused(
    keeper: Keeper, tmp_path: Path
) -> None:
    record = carry_out(keeper, CorrectionKind.SPLIT, split(keeper, STUDY, {PATIENT_ID: "P8"}))
    uid, content = next(FIRST.instances())
    store(keeper, content)
    with pytest.raises(Exception, match=uid):
        carry_out(keeper, CorrectionKind.UNDO, undo(keeper, record), undoes=record.origin.correction_id)
    check_index_is_that_of_files(keeper, tmp_path)
