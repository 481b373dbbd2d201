"""Storage areas: files that appear whole, disappear completely, and are found again after a crash."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.archive.areas.storage_area import STATE_FOLDER, StorageArea
from dicomdesk.errors import StorageError


def put(area: StorageArea, study: str, series: str, instance: str, content: bytes = b"data") -> str:
    file = area.open()
    file.write([content])
    return area.place(file, study, series, instance)


def test_files_lie_in_folders_of_their_study_and_series(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    path = put(area, "1.2", "1.2.3", "1.2.3.4")
    first, study, series, name = path.split("/")
    assert (len(first), study, series) == (2, "1.2", "1.2.3")
    assert name.startswith("1.2.3.4.")
    assert Path(area.path_of(path)).read_bytes() == b"data"
    assert list(area.files()) == [path]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    paths = {put(area, "1.2", "1.3", "1.4", bytes([number])) for number in range(20)}
    assert len(paths) == 20
    assert set(area.files()) == paths


@pytest.mark.parametrize(
    "uid", ["", "..", "../../etc", "a/b", "1.2\0", "x" * 500, "1.2.é", "\udc80", "CON", ".dicomdesk"]
)
def test_hostile_uids_stay_inside(tmp_path: Path, uid: str) -> None:
    (tmp_path / "area").mkdir()
    area = StorageArea(tmp_path / "area")
    path = put(area, uid, uid, uid)
    inside = Path(area.path_of(path)).resolve()
    assert inside.is_relative_to((tmp_path / "area").resolve())
    assert STATE_FOLDER not in path
    assert sorted(os.listdir(tmp_path)) == ["area"]


def test_studies_spread_over_folders(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    firsts = {put(area, f"1.2.{number}", "1.3", "1.4").split("/")[0] for number in range(200)}
    assert len(firsts) > 100


def test_an_unusable_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        StorageArea(tmp_path / "missing")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="no folder"):
        StorageArea(tmp_path / "file")


def test_removing_takes_empty_folders_along(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    one, other = put(area, "1.2", "1.3", "1.4"), put(area, "1.2", "1.5", "1.6")
    area.remove([one])
    assert list(area.files()) == [other]
    area.remove([other, other])
    assert os.listdir(tmp_path) != []
    assert [name for _, folders, _ in os.walk(tmp_path) for name in folders if name.startswith("1.")] == []


def test_a_series_can_be_filled_again_after_it_was_removed(tmp_path: Path) -> None:
    area, beside = StorageArea(tmp_path), StorageArea(tmp_path)
    beside.remove([put(area, "1.2", "1.3", "1.4")])
    path = put(area, "1.2", "1.3", "1.5")
    assert list(area.files()) == [path]


def test_removal_is_noted_until_it_is_complete(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    path = put(area, "1.2", "1.3", "1.4")
    with area.removing([path]):
        ((note, paths),) = area.abandoned_removals()
        assert paths == [path]
        assert list(area.files()) == [path]
    assert list(area.abandoned_removals()) == []
    assert list(area.files()) == []
    area.forget(note)


def test_removal_that_fails_leaves_files_and_the_note_for_whoever_asks_the_index_next(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    path = put(area, "1.2", "1.3", "1.4")
    with pytest.raises(RuntimeError), area.removing([path]):
        raise RuntimeError
    assert list(area.files()) == [path]
    assert [paths for _, paths in area.abandoned_removals()] == [[path]]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": 1}', "[1, null]"])
def test_note_that_makes_no_sense_names_nothing(text: str, tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    with pytest.raises(RuntimeError), area.removing([put(area, "1.2", "1.3", "1.4")]):
        raise RuntimeError
    ((note, _),) = area.abandoned_removals()
    Path(area.path_of_note(note)).write_text(text)
    assert list(area.abandoned_removals()) == [(note, [])]


def test_notes_of_living_processes_are_theirs(tmp_path: Path) -> None:
    area, beside = StorageArea(tmp_path), StorageArea(tmp_path)
    area.mark_running()
    path = put(area, "1.2", "1.3", "1.4")
    note = area.note_removal([path])
    assert list(beside.abandoned_removals()) == []
    assert list(area.abandoned_removals()) == []
    assert beside.leaving() == {path}
    area.mark_ended()
    assert list(beside.abandoned_removals()) == [(note, [path])]


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Ends of names of files that cannot be removed."""
    names: set[str] = set()
    unlink = os.unlink

    def refuse(path: str, *rest: object, **named: object) -> None:
        if any(path.endswith(name) for name in names):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        unlink(path, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("dicomdesk.archive.areas.storage_area.os.unlink", refuse)
    return names


def test_the_note_stays_while_a_file_cannot_be_removed(
    tmp_path: Path, stuck: set[str], announce_log: Callable[[str], None]
) -> None:
    announce_log("cannot be removed: Permission denied")
    area = StorageArea(tmp_path)
    one, other = put(area, "1.2", "1.3", "1.4"), put(area, "1.2", "1.3", "1.5")
    stuck.add(one)
    with area.removing([one, other]):
        pass
    assert list(area.files()) == [one]
    ((note, paths),) = area.abandoned_removals()
    assert paths == [one, other]
    stuck.clear()
    area.complete_removal(note, paths)
    assert list(area.files()) == []
    assert list(area.abandoned_removals()) == []


def test_a_file_without_a_note_that_cannot_be_removed_leaves_doubt(
    tmp_path: Path, stuck: set[str], announce_log: Callable[[str], None]
) -> None:
    announce_log("cannot be removed")
    area, beside = StorageArea(tmp_path), StorageArea(tmp_path)
    area.mark_running()
    path = put(area, "1.2", "1.3", "1.4")
    stuck.add(path)
    area.remove([path])
    area.mark_ended()
    assert beside.crashed_since() is not None


def test_a_name_that_cannot_be_made_durable_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area = StorageArea(tmp_path, fsync=True)

    def fail(_folder: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("dicomdesk.archive.areas.storage_area.fsync_folder", fail)
    monkeypatch.setattr("dicomdesk.atomic_file.fsync_folder", fail)
    with pytest.raises(OSError, match="Input/output"):
        put(area, "1.2", "1.3", "1.4")
    assert list(area.files()) == []


def test_notes_of_removals_lead_nowhere_else(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    note = tmp_path / STATE_FOLDER / "removing-1.json"
    note.write_text('["../../../etc/passwd", "ab/../../x", "ab/1/2/3.dcm", 5]')
    for number, text in ((2, "{"), (3, "5"), (4, '{"ab/1/2/3.dcm": 1}')):
        (tmp_path / STATE_FOLDER / f"removing-{number}.json").write_text(text)
    assert dict(area.abandoned_removals()) == {
        "removing-1.json": ["ab/1/2/3.dcm"],
        "removing-2.json": [],
        "removing-3.json": [],
        "removing-4.json": [],
    }


@pytest.mark.parametrize("path", ["../secret.dcm", "ab/../../secret.dcm", "/secret.dcm", "ab/1/2/3\0.dcm", "", "."])
def test_paths_of_a_hostile_index_lead_nowhere_else(tmp_path: Path, path: str) -> None:
    (tmp_path / "area").mkdir()
    secret = tmp_path / "secret.dcm"
    secret.touch()
    area = StorageArea(tmp_path / "area")
    with pytest.raises(FileNotFoundError):
        area.path_of(path)
    assert not area.exists(path)
    area.remove([path])
    assert secret.exists()


def test_only_changed_folders_are_looked_through(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    old, new = put(area, "1.2", "1.3", "1.4"), put(area, "1.2", "1.5", "1.6")
    os.utime(Path(area.path_of(old)).parent, (1000, 1000))
    assert list(area.files(changed_since=5000.0)) == [new]
    assert sorted(area.files()) == sorted([old, new])


def test_a_process_that_ends_in_order_leaves_no_marker(tmp_path: Path) -> None:
    area, beside = StorageArea(tmp_path), StorageArea(tmp_path)
    area.mark_running()
    assert beside.crashed_since() is None
    area.mark_ended()
    assert beside.crashed_since() is None


def test_a_process_that_was_killed_is_noticed(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from dicomdesk.archive.areas.storage_area import StorageArea; "
        "area = StorageArea(pathlib.Path(sys.argv[1])); area.mark_running(); print('marked', flush=True); "
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "marked\n"
        area = StorageArea(tmp_path)
        assert area.crashed_since() is None
        process.kill()
        process.wait()
    since = area.crashed_since()
    assert since is not None
    area.forget_crashes()
    assert area.crashed_since() is None


def test_unfinished_files_of_a_killed_process_are_cleared(tmp_path: Path) -> None:
    (tmp_path / ".dicomdesk-1.part").touch()
    StorageArea(tmp_path)
    assert os.listdir(tmp_path) == [STATE_FOLDER]


def test_threads_fill_one_series_at_once(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)

    def fill(number: int) -> None:
        for count in range(50):
            path = put(area, "1.2", "1.3", f"1.{number}.{count}")
            if count % 2:
                area.remove([path])

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(area.files())) == 100


def test_a_process_in_doubt_leaves_its_marker(tmp_path: Path) -> None:
    area, beside = StorageArea(tmp_path), StorageArea(tmp_path)
    area.mark_running()
    area.doubt(1000.0)
    area.mark_ended()
    assert beside.crashed_since() == 1000.0


def test_names_are_made_durable_with_their_folders(tmp_path: Path) -> None:
    area = StorageArea(tmp_path, fsync=True)
    path = put(area, "1.2", "1.3", "1.4")
    assert list(area.files()) == [path]


def test_files_that_dcmtk_has_stored_lie_flat(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    put(area, "1.2", "1.3", "1.4")
    for name in ("b.dcm", "a.dcm", ".hidden.dcm", "index.dat"):
        (tmp_path / name).write_bytes(b"data")
    (tmp_path / "folder.dcm").mkdir()
    assert list(area.flat_files()) == ["a.dcm", "b.dcm"]


def test_a_note_may_name_a_flat_file(tmp_path: Path) -> None:
    area = StorageArea(tmp_path)
    (tmp_path / "a.dcm").write_bytes(b"data")
    with area.removing(["a.dcm", "../a.dcm", ".dcm/../a.dcm"]):
        assert [paths for _, paths in area.abandoned_removals()] == [["a.dcm"]]
    assert not (tmp_path / "a.dcm").exists()
    assert tmp_path.exists()


def test_others_at_work_are_seen(tmp_path: Path) -> None:
    area, beside = StorageArea(tmp_path), StorageArea(tmp_path)
    assert not beside.is_used_by_others()
    area.mark_running()
    assert beside.is_used_by_others()
    assert not area.is_used_by_others()
    area.mark_ended()
    assert not beside.is_used_by_others()


@pytest.mark.skipif(os.name == "nt", reason="folders have no mode there")
@pytest.mark.parametrize("mode", [None, 0o755, 0o700])
def test_the_folder_of_the_index_is_for_its_owner_only(tmp_path: Path, mode: int | None) -> None:
    state = tmp_path / STATE_FOLDER
    if mode is not None:
        state.mkdir()
        state.chmod(mode)
    StorageArea(tmp_path)
    assert state.stat().st_mode & 0o777 == 0o700


def test_files_are_written_to_the_disk_with_all_folders_that_lead_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = StorageArea(tmp_path)
    paths = [put(area, "1.2", series, f"{series}.{number}") for series in ("1.2.3", "1.2.4") for number in range(3)]
    (tmp_path / "flat.dcm").write_bytes(b"x")
    flushed: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert area.secure([*paths, "flat.dcm"]) == set()
    files = {area.path_of(path) for path in (*paths, "flat.dcm")}
    folders = {str(parent) for file in files for parent in Path(file).parents if parent.is_relative_to(tmp_path)}
    assert sorted(flushed) == sorted(files | folders)


def test_what_is_not_there_or_leads_elsewhere_is_not_secure(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("cannot be written to the disk")
    area = StorageArea(tmp_path)
    path = put(area, "1.2", "1.2.3", "1.2.3.4")
    gone = put(area, "1.2", "1.2.3", "1.2.3.5")
    os.unlink(area.path_of(gone))
    assert area.secure([path, gone, "../../etc/passwd", "a/b/c"]) == {gone, "../../etc/passwd", "a/b/c"}
