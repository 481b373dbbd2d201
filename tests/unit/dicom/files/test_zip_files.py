import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from struct import pack_into

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets.deflate import ALWAYS_INFLATED_BYTES
from dicomdesk.dicom.files import zip_files
from dicomdesk.dicom.files.zip_files import (
    ALWAYS_CLAIMED_BYTES,
    IN_MEMORY_BYTES,
    ArchiveReader,
    archive_limit,
    is_archive,
    scan_archive,
)
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.errors import DataError, NotDicomError, TruncatedError
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.data.memory import measured

INSTANCE = part10(Builder().instance())


def write(folder: Path, members: Mapping[str, bytes]) -> str:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)


def read(path: str, name: str) -> bytes:
    member = ArchiveReader().open(path, name)
    if isinstance(member, bytes):
        return member
    with open(member, "rb") as file:
        return file.read()


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
    assert read(path, "b/2.dcm") == INSTANCE


def test_header_tells_the_extent_in_the_member(tmp_path: Path) -> None:
    path = write(tmp_path, {"1": INSTANCE + b"\0" * 100_000})
    ((_, header),) = scan_archive(path, InputFormat.FILE_ONLY, lambda _: True)
    assert isinstance(header, InstanceHeader)
    assert header.data_set_length == len(INSTANCE) + 100_000 - header.data_set_offset


def write_claiming(folder: Path, sizes: Mapping[str, int]) -> str:
    """Empty members that claim these sizes in the directory."""
    path = Path(write(folder, dict.fromkeys(sizes, b"")))
    content = bytearray(path.read_bytes())
    position = content.index(b"PK\x01\x02")
    for size in sizes.values():
        pack_into("<I", content, position + 24, size)
        position = content.find(b"PK\x01\x02", position + 1)
    path.write_bytes(content)
    return str(path)


def test_long_members_are_read_into_a_temporary_file(tmp_path: Path) -> None:
    content = os.urandom(1000) * 1000 * 6
    path = write(tmp_path, {"long": content, "short": content[:IN_MEMORY_BYTES]})
    with measured() as peak:
        descriptor = ArchiveReader().open(path, "long")
    assert isinstance(descriptor, int)
    assert peak.size_bytes < 2 * len(content)
    assert os.fstat(descriptor).st_nlink == 0
    with open(descriptor, "rb") as file:
        assert file.read() == content
    assert ArchiveReader().open(path, "short") == content[:IN_MEMORY_BYTES]


@pytest.mark.long
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_memory_does_not_depend_on_the_size_of_a_member(compression: int, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    start = INSTANCE[:-8]
    with zipfile.ZipFile(path, "w", compression) as archive, archive.open("1", "w") as member:
        member.write(INSTANCE)
        for _ in range(48):
            member.write(bytes(1 << 20))
    with measured() as peak:
        list(scan_archive(str(path), InputFormat.FILE_ONLY, lambda _: True))
        descriptor = ArchiveReader().open(str(path), "1")
    assert isinstance(descriptor, int)
    assert os.pread(descriptor, len(start), 0) == start
    assert os.fstat(descriptor).st_size == len(INSTANCE) + (48 << 20)
    os.close(descriptor)
    assert peak.size_bytes < 6 * IN_MEMORY_BYTES  # LZMA's dictionary is half of it


def test_member_that_grows_beyond_its_bound_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, {"bomb": b"\0" * 10_000_000})
    assert len(read(path, "bomb")) == 10_000_000
    monkeypatch.setattr(zip_files, "inflate_limit", lambda compressed: 100 * compressed)
    with pytest.raises(
        NotDicomError, match=r"^ZIP archive member of \d+ bytes grows beyond the \d+ that are believed$"
    ):
        read(path, "bomb")


def test_what_a_member_claims_is_not_believed(tmp_path: Path) -> None:
    path = write_claiming(tmp_path, {"1": 4_000_000_000})
    assert scan(path)["1"] == "ZIP archive member cannot be read: it is cut off"
    with pytest.raises(TruncatedError):
        read(path, "1")
    path = write(tmp_path, {"1": INSTANCE})
    content = Path(path).read_bytes()
    directory = content.index(b"PK\x01\x02")
    Path(path).write_bytes(content[: directory + 24] + b"\x10\0\0\0" + content[directory + 28 :])
    with pytest.raises(TruncatedError, match="longer than it claims"):
        read(path, "1")


def test_archive_that_claims_too_much_is_not_read(tmp_path: Path) -> None:
    each = 4 << 30
    sizes = {str(number): each - 1 for number in range(ALWAYS_CLAIMED_BYTES // each + 1)}
    path = write_claiming(tmp_path, sizes)
    with pytest.raises(NotDicomError, match=r"\d+ bytes claim to become \d+, more than the 34359738368 that are bel"):
        scan(path)
    with pytest.raises(TruncatedError, match="claim to become"):
        read(path, "1")
    assert archive_limit(1 << 40) == 64 << 40
    assert archive_limit(10) == ALWAYS_CLAIMED_BYTES > 32 * ALWAYS_INFLATED_BYTES


def test_directory_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, {f"{number:>500}": b"" for number in range(200)})
    assert len(scan(path)) == 200
    monkeypatch.setattr(zip_files, "LARGEST_DIRECTORY_BYTES", 70_000)
    with pytest.raises(NotDicomError, match="directory is longer than 70000 bytes"):
        scan(path)


@pytest.mark.parametrize("shift", [0, 1, 40])
def test_members_that_share_bytes_are_not_read(shift: int, tmp_path: Path) -> None:
    """The quine-like archives of which each member is most of the archive."""
    path = Path(write(tmp_path, {"1": os.urandom(300), "2": INSTANCE, "3": INSTANCE}))
    with zipfile.ZipFile(path) as archive:
        first, second, _ = archive.infolist()
    content = bytearray(path.read_bytes())
    position = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    pack_into("<I", content, position + 42, first.header_offset + shift)
    path.write_bytes(content)
    found = scan(str(path))
    assert found["1"] == found["2"] == "ZIP archive member cannot be read: it overlaps another member"
    assert found["3"] == ""
    with pytest.raises(NotDicomError, match="overlaps"):
        read(str(path), "2")
    assert second.header_offset != first.header_offset + shift


def test_directory_is_read_once_for_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, {str(number): INSTANCE for number in range(50)})
    opened = []

    class Counted(zipfile.ZipFile):
        def infolist(self) -> list[zipfile.ZipInfo]:
            opened.append(self.filename)
            return super().infolist()

    monkeypatch.setattr(zipfile, "ZipFile", Counted)
    reader = ArchiveReader()
    assert all(reader.open(path, str(number)) == INSTANCE for number in range(50))
    assert len(opened) == 1
    monkeypatch.undo()
    os.utime(write(tmp_path, {"1": b"another"}), (1, 1))
    assert reader.open(path, "1") == b"another"


def test_damaged_member_is_told(tmp_path: Path) -> None:
    path = Path(write(tmp_path, {"1": INSTANCE}))
    content = bytearray(path.read_bytes())
    content[60:80] = b"\xff" * 20
    path.write_bytes(content)
    assert scan(str(path))["1"].startswith("ZIP archive member cannot be read")
    with pytest.raises(TruncatedError):
        read(str(path), "1")


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
        read(str(path), "1")


def test_missing_member_is_told(tmp_path: Path) -> None:
    with pytest.raises(TruncatedError):
        read(write(tmp_path, {}), "1")


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
            read(str(path), "1")
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
    assert b"1.2.3.22" in read(str(path), "1")


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_mutated_archives_cost_no_more_than_an_error(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "archive.zip"
    method = data.draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("1", INSTANCE)
        archive.writestr("d/2", bytes(5000))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position : position + 4] = data.draw(st.binary(max_size=4))
    path.write_bytes(content)
    with measured() as peak:
        try:
            for name in scan(str(path)):
                read(str(path), name)
        except DataError:
            pass
    assert peak.size_bytes < 100 << 20
