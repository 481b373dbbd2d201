import os
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import parse_header
from dicomdesk.dicom.files.scan import (
    DIRECTORIES_NOT_SCANNED,
    NOT_A_REGULAR_FILE,
    ScanResult,
    SkippedInput,
    check_uids,
    list_files,
    scan,
)
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10

INSTANCE = part10(Builder().instance())
DIRECTORY = "1.2.840.10008.1.3.10"
TEXT = b"this is no DICOM file"


def write(folder: Path, *names: str, content: bytes = INSTANCE) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def scan_folder(folder: Path, *, recurse: bool = True, pattern: str | None = None) -> list[ScanResult]:
    selection = InputSelection(paths=(str(folder),), scan_directories=True, recurse=recurse, pattern=pattern)
    return list(scan(selection))


def names(results: list[ScanResult], folder: Path) -> list[str]:
    return [os.path.relpath(result.path, folder) for result in results]


def reasons(results: list[ScanResult]) -> list[str]:
    return [result.reason if isinstance(result, SkippedInput) else "" for result in results]


def test_inputs_come_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, "b", "a", "c/1")
    paths = tuple(str(tmp_path / name) for name in ("b", "c", "none", "a", "b"))
    results = list(scan(InputSelection(paths=paths, scan_directories=True)))
    assert [os.path.relpath(result.path, tmp_path) for result in results] == ["b", "c/1", "none", "a", "b"]
    assert reasons(results) == ["", "", "No such file or directory", "", ""]


def test_empty_name_is_an_illegal_parameter() -> None:
    (result,) = scan(InputSelection(paths=("",)))
    assert (result.path, reasons([result])) == ("<empty string>", ["Illegal parameter"])


def test_name_with_a_null_is_told() -> None:
    (result,) = scan(InputSelection(paths=("a\0b",)))
    assert isinstance(result, SkippedInput)


def test_folder_is_passed_over_unless_folders_are_scanned(tmp_path: Path) -> None:
    (result,) = scan(InputSelection(paths=(str(tmp_path),)))
    assert result == SkippedInput(path=str(tmp_path), reason=DIRECTORIES_NOT_SCANNED, is_failure=False)


def test_folders_are_sorted_and_recursed_only_when_asked(tmp_path: Path) -> None:
    write(tmp_path, "z", "B/2", "B/1", "a/deep/er/1", "C")
    assert names(scan_folder(tmp_path), tmp_path) == ["B/1", "B/2", "C", "a/deep/er/1", "z"]
    assert names(scan_folder(tmp_path, recurse=False), tmp_path) == ["C", "z"]


def test_paths_are_joined_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "d/1")
    monkeypatch.chdir(tmp_path)
    for given, expected in (("d/", "d/1"), ("d", "d/1"), ("./d", "./d/1"), (".", "d/1")):
        (result,) = scan(InputSelection(paths=(given,), scan_directories=True, recurse=True))
        assert result.path == expected


def test_pattern_is_for_what_is_found_in_folders_only(tmp_path: Path) -> None:
    write(tmp_path, "1.dcm", "2.txt", "d/3.dcm", "d/[x].dcm")
    assert names(scan_folder(tmp_path, pattern="*.dcm"), tmp_path) == ["1.dcm", "d/3.dcm", "d/[x].dcm"]
    assert names(scan_folder(tmp_path, pattern="\\[x\\]*"), tmp_path) == ["d/[x].dcm"]
    named = InputSelection(paths=(str(tmp_path / "2.txt"),), scan_directories=True, pattern="*.dcm")
    assert reasons(list(scan(named))) == [""]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, "a/1")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "1")
    assert names(scan_folder(tmp_path), tmp_path) == ["a/1", "link"]


def test_folder_that_is_linked_is_scanned_once_by_its_real_name(tmp_path: Path) -> None:
    write(tmp_path, "top/real/1", "elsewhere/2")
    (tmp_path / "top" / "inside").symlink_to("real")
    (tmp_path / "top" / "outside").symlink_to("../elsewhere")
    assert names(scan_folder(tmp_path / "top"), tmp_path / "top") == ["real/1", "outside/2"]


def test_fifos_are_passed_over_without_hanging(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert scan_folder(tmp_path) == [
        SkippedInput(path=str(tmp_path / "fifo"), reason=NOT_A_REGULAR_FILE, is_failure=False)
    ]
    (named,) = scan(InputSelection(paths=(str(tmp_path / "fifo"),)))
    assert named == SkippedInput(path=str(tmp_path / "fifo"), reason=NOT_A_REGULAR_FILE)


def test_dead_links_are_failures(tmp_path: Path) -> None:
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    (tmp_path / "endless").symlink_to(tmp_path / "endless")
    results = scan_folder(tmp_path)
    assert reasons(results) == ["No such file or directory", "Too many levels of symbolic links"]
    assert all(result.is_failure for result in results if isinstance(result, SkippedInput))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_and_folders_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    write(tmp_path, "d/1", "2")
    (tmp_path / "d").chmod(0)
    (tmp_path / "2").chmod(0)
    assert reasons(scan_folder(tmp_path)) == ["Permission denied", "Permission denied"]
    (tmp_path / "d").chmod(0o700)


def test_names_that_are_not_unicode_are_found(tmp_path: Path) -> None:
    descriptor = os.open(os.fsencode(tmp_path) + b"/\xff\xfe", os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, INSTANCE)
    os.close(descriptor)
    (result,) = scan_folder(tmp_path)
    assert os.fsencode(result.path).endswith(b"/\xff\xfe")


def test_what_is_found_streams(tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    results = scan(InputSelection(paths=(str(tmp_path),), scan_directories=True))
    assert isinstance(next(results), FoundInstance)
    (tmp_path / "2").unlink()
    assert reasons(list(results)) == ["No such file or directory"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (part10(b"", sop_class_uid=DIRECTORY), "Invalid SOP Class UID"),
        (part10(b"", sop_class_uid=""), "Invalid SOP Class UID"),
        (part10(b"", sop_class_uid="1.2.840.10008.99"), "Unknown Storage SOP Class"),
        (part10(b"", sop_instance_uid=""), "Invalid SOP Instance UID"),
        (part10(b"", sop_instance_uid="1.02"), "Invalid SOP Instance UID"),
        (part10(b"", ""), "Invalid Transfer Syntax UID"),
        (part10(b"", "1.2.3.4"), "Unknown Transfer Syntax"),
        (part10(b"", "1.2.840.10008.1.2.4.201"), ""),
        (part10(b"", sop_class_uid="1.2.3.4"), ""),
        (part10(Builder().instance(), sop_class_uid="bad", sop_instance_uid="bad"), ""),
        (part10(Builder().instance(sop_class_uid="bad", sop_instance_uid="bad")), ""),
        (part10(Builder().instance(sop_class_uid="1.2.é.4")), "Invalid SOP Class UID"),
        (part10(Builder().instance(sop_class_uid="1." + "2" * 63)), "Invalid SOP Class UID"),
        (TEXT, "File meta information header missing"),
    ],
)
def test_uids_are_checked(content: bytes, reason: str, tmp_path: Path) -> None:
    write(tmp_path, "1", content=content)
    assert reasons(scan_folder(tmp_path)) == [reason]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (part10(b"", sop_class_uid=DIRECTORY), ""),
        (part10(b"", "1.2.3.4", sop_class_uid="bad", sop_instance_uid="bad"), ""),
        (part10(b"", sop_class_uid=""), "Invalid SOP Class UID"),
        (part10(b"", sop_instance_uid=""), "Invalid SOP Instance UID"),
        (part10(b"", ""), "Invalid Transfer Syntax UID"),
        (part10(Builder().instance(sop_class_uid="1.2.é.4")), "Invalid SOP Class UID"),
        (part10(b"", "1." + "2" * 63), "Invalid Transfer Syntax UID"),
        (part10(b"", "1.2\x1b[31m"), "Invalid Transfer Syntax UID"),
    ],
)
def test_uids_that_no_context_can_name_are_refused_even_when_they_are_not_checked(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    write(tmp_path, "1", content=content)
    assert reasons(list(scan(InputSelection(paths=(str(tmp_path / "1"),), check_uids=False)))) == [reason]


def test_check_uids_is_the_scan_s_rule() -> None:
    content = part10(b"", sop_class_uid=DIRECTORY)
    assert check_uids(parse_header(content, len(content), InputFormat.FILE_ONLY)) == "Invalid SOP Class UID"


def write_dicomdir(folder: Path, *file_ids: str) -> str:
    b = Builder()
    records = [
        b.item(
            b.element(0x00041500, "CS", file_id)
            + b.element(0x00041510, "UI", CT_IMAGE)
            + b.element(0x00041511, "UI", "1.2.9")
            + b.element(0x00041512, "UI", EXPLICIT)
        )
        for file_id in file_ids
    ]
    write(folder, "DICOMDIR", content=part10(b.sequence(0x00041220, *records), sop_class_uid=DIRECTORY))
    return str(folder / "DICOMDIR")


def test_dicomdir_is_a_list_of_files_when_asked(tmp_path: Path) -> None:
    write(tmp_path, "A/1")
    path = write_dicomdir(tmp_path, "A\\1", "A\\GONE", "..\\OUT")
    found, gone, out = scan(InputSelection(paths=(path,), read_dicomdir=True))
    assert isinstance(found, FoundInstance)
    assert (found.problem, found.header.sop_instance_uid) == ("", "1.2.3.4")
    assert isinstance(gone, FoundInstance)
    assert (gone.problem, gone.header.sop_instance_uid) == ("No such file or directory", "1.2.9")
    assert isinstance(out, FoundInstance)
    assert "leads out" in out.problem
    assert reasons(list(scan(InputSelection(paths=(path,))))) == ["Invalid SOP Class UID"]


def test_empty_dicomdir_gives_nothing(tmp_path: Path) -> None:
    assert list(scan(InputSelection(paths=(write_dicomdir(tmp_path),), read_dicomdir=True))) == []


def test_archive_is_opened_when_asked(tmp_path: Path) -> None:
    path = str(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("d/1.dcm", INSTANCE)
        archive.writestr("d/readme", TEXT)
        archive.writestr("dir", part10(b"", sop_class_uid=DIRECTORY))
    found, readme, other = sorted(
        scan(InputSelection(paths=(path,), open_archives=True)), key=lambda result: result.archive_member
    )
    assert isinstance(found, FoundInstance)
    assert (found.path, found.archive_member) == (path, "d/1.dcm")
    assert found.header.data_set_length == len(INSTANCE) - found.header.data_set_offset
    assert reasons([readme, other]) == ["File meta information header missing", "Invalid SOP Class UID"]
    selection = InputSelection(paths=(path,), open_archives=True, read_dicomdir=True, pattern="dir")
    assert [result.is_failure for result in scan(selection) if isinstance(result, SkippedInput)] == [False]
    (closed,) = scan(InputSelection(paths=(path,)))
    assert reasons([closed]) == ["File meta information header missing"]


def test_everything_that_is_found_has_an_id_of_its_own_and_keeps_it_without_the_patient(tmp_path: Path) -> None:
    for name in ("1", "2", "3"):
        write(tmp_path, name, content=INSTANCE)
    found = [result for _ in range(2) for result in scan(InputSelection(paths=(str(tmp_path),), scan_directories=True))]
    assert all(isinstance(result, FoundInstance) for result in found)
    assert len({result.id for result in found if isinstance(result, FoundInstance)}) == 6
    for result in found:
        assert isinstance(result, FoundInstance)
        brief = result.brief()
        assert (brief.id, brief.place, brief.origin) == (result.id, result.place, result.origin)
        kept = {"patient_name", "study_instance_uid"} & {
            each.name for each in fields(brief.header) if getattr(brief.header, each.name)
        }
        assert (kept, brief.header.sop_instance_uid) == (set(), result.header.sop_instance_uid)


def test_damaged_archive_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a.zip", content=b"PK\x03\x04" + b"x" * 200)
    (result,) = scan(InputSelection(paths=(str(tmp_path / "a.zip"),), open_archives=True))
    assert reasons([result])[0].startswith("ZIP archive cannot be read")


def test_bare_data_sets_are_taken_when_asked(tmp_path: Path) -> None:
    write(tmp_path, "1", content=Builder().instance())
    path = (str(tmp_path / "1"),)
    assert reasons(list(scan(InputSelection(paths=path, format=InputFormat.FILE_OR_DATA_SET)))) == [""]
    assert reasons(list(scan(InputSelection(paths=path, format=InputFormat.DATA_SET_ONLY)))) == [""]
    assert reasons(list(scan(InputSelection(paths=path)))) == ["File meta information header missing"]


def test_patient_and_study_are_learnt_only_where_somebody_wants_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    for identify in (True, False):
        (found,) = scan(InputSelection(paths=(str(tmp_path / "a"),), identify=identify))
        assert isinstance(found, FoundInstance)
        assert found.header.sop_instance_uid
        assert bool(found.header.study_instance_uid) == identify


def test_files_are_listed_without_being_looked_into(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    for name in ("b.dcm", "a.txt", "deep/c.dcm"):
        (folder / name).write_bytes(b"")
    paths = (str(tmp_path / "missing"), str(folder), str(folder / "a.txt"))
    plain = list(list_files(InputSelection(paths=paths)))
    assert plain == [
        paths[0],
        SkippedInput(path=paths[1], reason=DIRECTORIES_NOT_SCANNED, is_failure=False),
        paths[2],
    ]
    scanned = list(list_files(InputSelection(paths=paths, scan_directories=True, recurse=True, pattern="*.dcm")))
    assert scanned == [paths[0], f"{folder}/b.dcm", f"{folder}/deep/c.dcm", paths[2]]
