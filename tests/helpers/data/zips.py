"""ZIP archives with instances in them, sound ones and hostile ones."""

import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.helpers.data.replacing import instance_file

GOOD = {"a/1.dcm": "1.2.3.1", "b.dcm": "1.2.3.2"}
"""Names and SOP Instance UIDs of two sound members, which are in every hostile archive too."""
_TEXT = b"This is no DICOM file, however long one looks at it.\n" * 20


def write_zip(path: Path, members: Mapping[str, bytes | str]) -> Path:
    """Text is the SOP Instance UID of an instance to be made."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, instance_file(content) if isinstance(content, str) else content)
    return path


def _add(path: Path, info: zipfile.ZipInfo | str, content: bytes) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        archive.writestr(info, content)


def _entry_of(data: bytes, name: bytes) -> int:
    """Where the directory's entry for a name is."""
    position = data.rindex(name)
    return data.rindex(b"PK\x01\x02", 0, position)


def _patched(path: Path, name: bytes, offset: int, layout: str, value: int) -> None:
    data = bytearray(path.read_bytes())
    struct.pack_into(layout, data, _entry_of(bytes(data), name) + offset, value)
    path.write_bytes(data)


def encrypted(path: Path) -> None:
    _add(path, "x.dcm", instance_file("1.2.3.9"))
    _patched(path, b"x.dcm", 8, "<H", 1)


def unknown_compression(path: Path) -> None:
    _add(path, "x.dcm", instance_file("1.2.3.9"))
    _patched(path, b"x.dcm", 10, "<H", 97)


def wrong_checksum(path: Path) -> None:
    _add(path, "x.dcm", b"no DICOM at all, as short as it may be")
    _patched(path, b"x.dcm", 16, "<I", 12345)


def cut_member(path: Path) -> None:
    _add(path, "x.dcm", b"no DICOM at all, as short as it may be")
    _patched(path, b"x.dcm", 20, "<I", 5)


def header_elsewhere(path: Path) -> None:
    _add(path, "x.dcm", instance_file("1.2.3.9"))
    _patched(path, b"x.dcm", 42, "<I", 0x7FFFFFFF)


def nameless(path: Path) -> None:
    """The one letter of its name becomes part of what comes behind names."""
    _add(path, "x", instance_file("1.2.3.9"))
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, bytes(data).rindex(b"PK\x01\x02") + 28, 0, 1)
    path.write_bytes(data)


def named_in_bytes(path: Path) -> None:
    """The flag says UTF-8, and it is not."""
    _add(path, "\N{LATIN SMALL LETTER E WITH ACUTE}\N{LATIN SMALL LETTER E WITH ACUTE}.txt", _TEXT)
    path.write_bytes(path.read_bytes().replace("éé.txt".encode(), b"\xff\xfe\xfd\xfc.txt"))


def nested(path: Path) -> None:
    inner = write_zip(path.with_name("inner.zip"), {"i.dcm": "1.2.3.9"})
    _add(path, "x.zip", inner.read_bytes())
    inner.unlink()


def linked(path: Path) -> None:
    info = zipfile.ZipInfo("x.dcm")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    _add(path, info, b"../../../../etc/passwd")


def twice(path: Path) -> None:
    _add(path, "b.dcm", instance_file("1.2.3.2"))


def text(path: Path) -> None:
    _add(path, "x.txt", _TEXT)


def leads_out(path: Path) -> None:
    _add(path, "../../x.txt", _TEXT)
    _add(path, "/etc/x.txt", _TEXT)


def folders(path: Path) -> None:
    _add(path, "empty/", b"")
    _add(path, "windows\\", b"")


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "encrypted": (encrypted, "encrypted"),
    "unknown-compression": (unknown_compression, "compression method 97"),
    "wrong-checksum": (wrong_checksum, "checksum"),
    "cut-member": (cut_member, "cut off"),
    "header-elsewhere": (header_elsewhere, "cannot be read"),
    "nameless": (nameless, "without a name"),
    "nested": (nested, "ZIP archive inside a ZIP archive"),
    "text": (text, "meta information header missing"),
    "leads-out": (leads_out, "meta information header missing"),
    "named-in-bytes": (named_in_bytes, "meta information header missing"),
}
"""What is added to an archive, and what is said of it; each is a failure."""

PASSED_OVER: dict[str, tuple[Callable[[Path], None], str]] = {
    "linked": (linked, "symbolic link"),
    "twice": (twice, "same name"),
}
"""The same where it is passed over by rule."""


def hostile_zip(path: Path, spoil: Callable[[Path], None]) -> Path:
    """An archive with two sound members, and one that is not."""
    write_zip(path, GOOD)
    spoil(path)
    return path
