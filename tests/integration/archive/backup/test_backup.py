"""Backups of storage areas: whole or not there, incremental, and restored to what they were of."""

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.backup import backup as backup_module
from dicomdesk.archive.backup.backup import BackupReport, Copied, back_up, held, prune
from dicomdesk.archive.backup.manifest import VERSION, BackupPlace
from dicomdesk.archive.backup.restore import check_backup, prepare_restore, restore
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, new_origin
from dicomdesk.archive.corrections.remedies import correction
from dicomdesk.archive.corrections.selection import selection_of
from dicomdesk.archive.corrections.trail import Trail
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID, Level
from dicomdesk.errors import KeptFileError, StorageError
from tests.helpers.archives.corrected_areas import Watcher, check_index_is_that_of_files, open_area, said, store
from tests.helpers.archives.stored_studies import STUDIES

AREA = "ARCHIVE"


@dataclass
class Observer:
    """What was told of files."""

    findings: list[tuple[str, str]] = field(default_factory=list)

    def progressed(self, done: int, total: int) -> None:
        """Nothing."""

    def found(self, path: str, text: str) -> None:
        self.findings.append((path, text))


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    with open_area(tmp_path / "area") as opened:
        for study in STUDIES[:3]:
            for _uid, content in study.instances():
                store(opened, content)
        yield opened


def make(keeper: Keeper, target: Path, observer: Observer | None = None) -> BackupReport:
    return back_up(AREA, keeper.storage.folder, keeper.index, target, observer or Observer())


def contents(keeper: Keeper) -> dict[str, bytes]:
    return {path: Path(keeper.storage.path_of(path)).read_bytes() for path in keeper.storage.files()}


def restored(target: Path, folder: Path, name: str = "", observer: Observer | None = None) -> None:
    place = BackupPlace(target, AREA)
    manifest = next(one for one in reversed(place.manifests()) if name in {"", one.name})
    prepare_restore(folder, manifest)
    with open_area(folder) as keeper:
        reader = entry_reader(keeper.area)
        restore(place, manifest, keeper.storage, keeper.index, reader, observer or Observer())


def test_a_restore_has_the_files_and_says_what_the_archive_said(keeper: Keeper, tmp_path: Path) -> None:
    report = make(keeper, tmp_path / "target")
    assert (report.files, report.damaged) == (len(contents(keeper)), 0)
    restored(tmp_path / "target", tmp_path / "new")
    with open_area(tmp_path / "new") as again:
        assert contents(again) == contents(keeper)
        assert said(again.index) == said(keeper.index)
        before = {one.path: one.received for one in keeper.index.find_instances(AREA)}
        assert {one.path: one.received for one in again.index.find_instances(AREA)} == before
        check_index_is_that_of_files(again, tmp_path)


def test_what_an_earlier_backup_has_is_not_copied_again_and_each_is_restored_as_it_was(
    keeper: Keeper, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    first = make(keeper, target)
    before = contents(keeper)
    keeper.remove(study_instance_uid=STUDIES[1].uid)
    for _uid, content in STUDIES[3].instances():
        store(keeper, content)
    second = make(keeper, target)
    new = set(contents(keeper)) - set(before)
    assert (first.copied, second.copied) == (len(before), len(new))
    assert make(keeper, target).copied == 0
    restored(target, tmp_path / "first", first.name)
    restored(target, tmp_path / "second", second.name)
    with open_area(tmp_path / "first") as one, open_area(tmp_path / "second") as other:
        assert contents(one) == before
        assert contents(other) == contents(keeper)


def test_the_trail_of_corrections_is_restored(keeper: Keeper, tmp_path: Path) -> None:
    selection = selection_of(Level.STUDY, STUDY_INSTANCE_UID, STUDIES[0].uid)
    remedy = correction(keeper, selection, {0x00100020: "P9"})
    Corrector(keeper, Watcher()).correct(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)
    make(keeper, tmp_path / "target")
    restored(tmp_path / "target", tmp_path / "new")
    assert Trail.of_folder(tmp_path / "new").records() == Trail.of_folder(tmp_path / "area").records()


def test_what_goes_and_comes_while_a_backup_is_made_leaves_it_consistent(keeper: Keeper, tmp_path: Path) -> None:
    class Changing(Observer):
        is_done = False

        def progressed(self, done: int, total: int) -> None:
            if done == 2 and not self.is_done:
                self.is_done = True
                keeper.remove(study_instance_uid=STUDIES[1].uid)
                for _uid, content in STUDIES[3].instances():
                    store(keeper, content)

    report = make(keeper, tmp_path / "target", Changing())
    assert report.files == len(contents(keeper))
    restored(tmp_path / "target", tmp_path / "new")
    with open_area(tmp_path / "new") as again:
        assert contents(again) == contents(keeper)
        assert said(again.index) == said(keeper.index)


def test_a_full_disk_leaves_the_earlier_backup_whole_and_no_debris(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    first = make(keeper, target)
    tree = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    for study in STUDIES[3:6]:
        for _uid, content in study.instances():
            store(keeper, content)
    copied: list[Path] = []

    def full(source: Path, to: Path, modified_us: int) -> Copied:
        if copied:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copied.append(to)
        return copy(source, to, modified_us)

    copy = backup_module.copy_hashed
    monkeypatch.setattr(backup_module, "copy_hashed", full)
    with pytest.raises(StorageError, match="No space left"):
        make(keeper, target)
    assert copied
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == tree
    monkeypatch.undo()
    restored(target, tmp_path / "new", first.name)


def test_what_is_damaged_in_a_backup_is_found_and_not_restored(keeper: Keeper, tmp_path: Path) -> None:
    target = tmp_path / "target"
    make(keeper, target)
    place = BackupPlace(target, AREA)
    (manifest,) = place.manifests()
    gone, cut, changed = [one.path for one in manifest.files()][:3]
    place.stored(gone).unlink()
    place.stored(cut).write_bytes(place.stored(cut).read_bytes()[:-1])
    content = bytearray(place.stored(changed).read_bytes())
    content[-1] ^= 1
    place.stored(changed).write_bytes(content)
    observer = Observer()
    assert check_backup(place, manifest, observer, is_quick=False).damaged == 3
    assert [path for path, _text in observer.findings] == [gone, cut, changed]
    assert check_backup(place, manifest, Observer(), is_quick=True).damaged == 2
    observer = Observer()
    restored(target, tmp_path / "new", observer=observer)
    assert {path for path, _text in observer.findings} == {gone, cut, changed}
    with open_area(tmp_path / "new") as again:
        assert set(contents(again)) == set(contents(keeper)) - {gone, cut, changed}
        check_index_is_that_of_files(again, tmp_path)


def test_what_is_damaged_in_the_archive_is_told_and_left_out_where_it_is_cut(keeper: Keeper, tmp_path: Path) -> None:
    gone, cut, changed = sorted(contents(keeper))[:3]
    content = bytearray(contents(keeper)[changed])
    content[-1] ^= 1
    Path(keeper.storage.path_of(changed)).write_bytes(content)
    Path(keeper.storage.path_of(gone)).unlink()
    file = Path(keeper.storage.path_of(cut))
    file.write_bytes(file.read_bytes()[:-1])
    observer = Observer()
    report = make(keeper, tmp_path / "target", observer)
    assert report.damaged == 3
    assert {path for path, _text in observer.findings} == {gone, cut, changed}
    assert report.files == len(contents(keeper)) - 1


def test_a_newer_version_is_refused_with_words(keeper: Keeper, tmp_path: Path) -> None:
    make(keeper, tmp_path / "target")
    place = BackupPlace(tmp_path / "target", AREA)
    (manifest,) = place.manifests()
    lines = manifest.file.read_text().splitlines()
    head = json.loads(lines[0]) | {"version": VERSION + 1}
    manifest.file.write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n")
    with pytest.raises(KeptFileError, match="newer version"):
        place.manifests()


def test_a_manifest_that_is_cut_is_no_backup(keeper: Keeper, tmp_path: Path) -> None:
    make(keeper, tmp_path / "target")
    (manifest,) = BackupPlace(tmp_path / "target", AREA).manifests()
    content = manifest.file.read_bytes()
    manifest.file.write_bytes(content[: content.rindex(b'{"end"')])
    with pytest.raises(KeptFileError, match="not whole"):
        list(manifest.files())


def test_a_folder_that_has_anything_is_not_restored_into_unless_a_restore_was_broken_off_there(
    keeper: Keeper, tmp_path: Path
) -> None:
    make(keeper, tmp_path / "target")
    (manifest,) = BackupPlace(tmp_path / "target", AREA).manifests()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "something").touch()
    with pytest.raises(StorageError, match="not empty"):
        prepare_restore(tmp_path / "new", manifest)
    prepare_restore(tmp_path / "other", manifest)
    restored(tmp_path / "target", tmp_path / "other")
    with pytest.raises(StorageError, match="not empty"):
        prepare_restore(tmp_path / "other", manifest)


def test_older_backups_go_with_what_only_they_have(keeper: Keeper, tmp_path: Path) -> None:
    target = tmp_path / "target"
    names = [make(keeper, target).name]
    keeper.remove(study_instance_uid=STUDIES[1].uid)
    names += [make(keeper, target).name, make(keeper, target).name]
    assert prune(target, AREA, 2) == names[:1]
    place = BackupPlace(target, AREA)
    assert [one.name for one in place.manifests()] == names[1:]
    files = {path.relative_to(place.files).as_posix() for path in place.files.rglob("*") if path.is_file()}
    assert files == set(contents(keeper))
    assert check_backup(place, place.manifests()[0], Observer(), is_quick=False).damaged == 0


def test_one_backup_at_a_time_is_made_in_a_target_and_none_in_the_area_itself(keeper: Keeper, tmp_path: Path) -> None:
    with held(BackupPlace(tmp_path / "target", AREA)), pytest.raises(StorageError, match="Another backup"):
        make(keeper, tmp_path / "target")
    with pytest.raises(StorageError, match="storage area"):
        make(keeper, tmp_path / "area" / "backup")


class Ending(Observer):
    """Somebody who ends it in the middle."""

    def progressed(self, done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt


def test_a_backup_that_is_ended_leaves_the_earlier_ones_and_the_next_is_whole(keeper: Keeper, tmp_path: Path) -> None:
    target = tmp_path / "target"
    with pytest.raises(KeyboardInterrupt):
        make(keeper, target, Ending())
    assert BackupPlace(target, AREA).manifests() == []
    report = make(keeper, target)
    assert report.files == len(contents(keeper))
    place = BackupPlace(target, AREA)
    assert check_backup(place, place.manifests()[0], Observer(), is_quick=False).damaged == 0
    assert sorted(path.name for path in place.backups.iterdir()) == [f"{report.name}.jsonl"]


def test_a_restore_that_is_ended_goes_on(keeper: Keeper, tmp_path: Path) -> None:
    make(keeper, tmp_path / "target")
    with pytest.raises(KeyboardInterrupt):
        restored(tmp_path / "target", tmp_path / "new", observer=Ending())
    restored(tmp_path / "target", tmp_path / "new")
    with open_area(tmp_path / "new") as again:
        assert contents(again) == contents(keeper)
        assert said(again.index) == said(keeper.index)
