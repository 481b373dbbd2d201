import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from dicomdesk.dicom.archives import is_archive, read_archive_member, scan_archive
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.errors import NotDicomError, TruncatedError
from tests.helpers.datasets import Builder, part10

INSTANCE = part10(Builder().instance())


def write(folder: Path, members: Mapping[str, bytes]) -> str:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)


def scan(path: str) -> dict[str, str]:
    """Return the reason, "" where there is none, of each member."""
    results = scan_archive(path, InputFormat.FILE_ONLY, lambda name: not name.endswith(".txt"))
    return {name: "" if isinstance(result, InstanceHeader) else str(result) for name, result in results}


def test_members_are_read_sorted_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, {"b/2.dcm": INSTANCE, "a/1.dcm": INSTANCE, "a/note.txt": b"", "c/": b"", "../../x": b"no"})
    found = scan(path)
    assert list(found) == ["../../x", "a/1.dcm", "b/2.dcm"]
    assert found["a/1.dcm"] == ""
    assert found["../../x"] == "I/O suspension or premature end of stream"
    assert read_archive_member(path, "b/2.dcm") == INSTANCE


def test_header_tells_the_extent_in_the_member(tmp_path: Path) -> None:
    path = write(tmp_path, {"1": INSTANCE + b"\0" * 100_000})
    ((_, header),) = scan_archive(path, InputFormat.FILE_ONLY, lambda _: True)
    assert isinstance(header, InstanceHeader)
    assert header.data_set_length == len(INSTANCE) + 100_000 - header.data_set_offset


def test_member_larger_than_the_bound_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, {"bomb": b"\0" * 10_000_000})
    with pytest.raises(NotDicomError, match="larger than 1000 bytes"):
        read_archive_member(path, "bomb", 1000)
    assert len(read_archive_member(path, "bomb", 10_000_000)) == 10_000_000


def test_damaged_member_is_told(tmp_path: Path) -> None:
    path = Path(write(tmp_path, {"1": INSTANCE}))
    content = bytearray(path.read_bytes())
    content[60:80] = b"\xff" * 20
    path.write_bytes(content)
    assert scan(str(path))["1"].startswith("ZIP archive member cannot be read")
    with pytest.raises(TruncatedError):
        read_archive_member(str(path), "1")


def test_encrypted_member_is_told(tmp_path: Path) -> None:
    path = Path(write(tmp_path, {"1": INSTANCE}))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    assert "encrypted" in scan(str(path))["1"]


def test_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(NotDicomError, match="ZIP archive cannot be read"):
        scan(str(path))
    with pytest.raises(TruncatedError):
        read_archive_member(str(path), "1")


def test_missing_member_is_told(tmp_path: Path) -> None:
    with pytest.raises(TruncatedError):
        read_archive_member(write(tmp_path, {}), "1")


def test_archives_are_known_by_their_start(tmp_path: Path) -> None:
    assert is_archive(Path(write(tmp_path, {"1": b""})).read_bytes()[:4])
    assert is_archive(Path(write(tmp_path, {})).read_bytes()[:4])
    assert not is_archive(b"DICM")


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_anywhere_in_a_member_is_told(compression: int, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("1", INSTANCE)
    whole = path.read_bytes()
    for position in range(30, whole.index(b"PK\x01\x02") - 4, 7):
        damaged = bytearray(whole)
        damaged[position : position + 4] = b"\xff\x00\xff\x7f"
        path.write_bytes(damaged)
        scan(str(path))
        try:
            read_archive_member(str(path), "1")
        except (TruncatedError, OSError):
            continue


def test_of_two_members_of_one_name_the_one_that_is_read_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1", part10(Builder().instance(sop_instance_uid="1.2.3.1")))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("1", part10(Builder().instance(sop_instance_uid="1.2.3.22")))
    ((_, header),) = scan_archive(str(path), InputFormat.FILE_ONLY, lambda _: True)
    assert isinstance(header, InstanceHeader)
    assert header.sop_instance_uid == "1.2.3.22"
    assert b"1.2.3.22" in read_archive_member(str(path), "1")
