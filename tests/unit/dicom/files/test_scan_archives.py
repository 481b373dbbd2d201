"""Tests of ``dicomdesk.dicom.files.scan`` on ZIP archives: which are opened, and what one bad member costs."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.scan import SkippedInput, list_files, scan
from dicomdesk.dicom.instance import FoundInstance, InputSelection
from tests.helpers.data.replacing import instance_file
from tests.helpers.data.zips import GOOD, HOSTILE, PASSED_OVER, folders, hostile_zip, write_zip

Hostile = tuple[Callable[[Path], None], str]


def split(path: Path) -> tuple[dict[str, str], list[SkippedInput]]:
    """UIDs of what is found by its name behind that of the archive, and what is skipped."""
    found, skipped = {}, []
    for result in scan(InputSelection(paths=(str(path),), open_archives=True)):
        if isinstance(result, FoundInstance):
            assert result.name == f"{path}:{result.archive_member}"
            found[result.archive_member] = result.header.sop_instance_uid
        else:
            skipped.append(result)
    return found, skipped


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_bad_member_is_named_and_costs_its_neighbours_nothing(tmp_path: Path, hostile: Hostile) -> None:
    spoil, reason = hostile
    found, skipped = split(hostile_zip(tmp_path / "a.zip", spoil))
    assert found == GOOD
    assert skipped
    for item in skipped:
        assert reason in item.reason
        assert item.is_failure
        assert item.name.startswith(str(tmp_path / "a.zip"))


@pytest.mark.parametrize("hostile", PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_needs_no_sending_is_told_and_is_no_failure(tmp_path: Path, hostile: Hostile) -> None:
    spoil, reason = hostile
    found, (skipped,) = split(hostile_zip(tmp_path / "a.zip", spoil))
    assert found == GOOD
    assert reason in skipped.reason
    assert not skipped.is_failure


def test_folders_are_nothing_to_tell_of(tmp_path: Path) -> None:
    assert split(hostile_zip(tmp_path / "a.zip", folders)) == (GOOD, [])


def test_all_of_that_at_once(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", GOOD)
    for spoil, _ in (*PASSED_OVER.values(), *HOSTILE.values()):
        spoil(path)
    found, _ = split(path)
    assert found == GOOD


@pytest.mark.parametrize("members", [{}, {"folder/": b""}])
def test_an_archive_without_any_file_is_told_of(tmp_path: Path, members: dict[str, bytes]) -> None:
    found, (skipped,) = split(write_zip(tmp_path / "a.zip", members))
    assert not found
    assert skipped.reason == "ZIP archive without any file in it"
    assert not skipped.is_failure


def test_archives_are_told_by_their_content(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "looks-like.dcm", {"1.dcm": "1.2.3.1"})
    assert split(path)[0] == {"1.dcm": "1.2.3.1"}
    both = tmp_path / "both.zip"  # a file is DICOM whatever stands in its preamble
    both.write_bytes(b"PK\x03\x04" + instance_file("1.2.3.7")[4:])
    (found,) = scan(InputSelection(paths=(str(both),), open_archives=True))
    assert isinstance(found, FoundInstance)
    assert (found.name, found.header.sop_instance_uid) == (str(both), "1.2.3.7")


@pytest.mark.parametrize("only_named", [True, False])
def test_found_archives_are_opened_only_where_that_is_asked_for(tmp_path: Path, only_named: bool) -> None:
    write_zip(tmp_path / "a.zip", {"1.dcm": "1.2.3.1"})
    options = {"open_archives": True, "only_named_archives": only_named, "scan_directories": True}
    (result,) = scan(InputSelection(paths=(str(tmp_path),), **options))  # type: ignore[arg-type]  # all are bools
    assert isinstance(result, SkippedInput) is only_named
    (named,) = scan(InputSelection(paths=(str(tmp_path / "a.zip"),), **options))  # type: ignore[arg-type]  # as above
    assert isinstance(named, FoundInstance)


def test_listing_looks_into_archives_only(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"1.dcm": "1.2.3.1", "note.txt": b"no DICOM file at all"})
    (tmp_path / "b.dcm").write_bytes(b"anything")
    paths = (str(archive), str(tmp_path / "b.dcm"), str(tmp_path / "none.zip"))
    found, skipped, *rest = list_files(InputSelection(paths=paths, open_archives=True))
    assert isinstance(found, FoundInstance)
    assert isinstance(skipped, SkippedInput)
    assert (found.name, skipped.name) == (f"{archive}:1.dcm", f"{archive}:note.txt")
    assert rest == [*paths[1:]]
    assert list(list_files(InputSelection(paths=paths))) == [*paths]


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_changed_in_an_archive_scanning_ends_with_reasons(tmp_path: Path, data: st.DataObject) -> None:
    path = write_zip(tmp_path / "a.zip", {"a/1.dcm": "1.2.3.1", "b.dcm": "1.2.3.2", "c": b"\0" * 500})
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(4, len(whole)))])
    for result in scan(InputSelection(paths=(str(path),), open_archives=True)):
        assert isinstance(result, FoundInstance) or result.reason


@pytest.mark.long
def test_many_members_are_listed_in_one_pass(tmp_path: Path) -> None:
    content = instance_file("1.2.3.1")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number:05}", content if number % 1000 == 0 else b"")
    found, skipped = split(tmp_path / "a.zip")
    assert (len(found), len(skipped)) == (3, 2997)
