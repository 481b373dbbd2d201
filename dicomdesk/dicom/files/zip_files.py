"""Instances inside ZIP archives: listed by their first bytes, read whole one by one, never unpacked to a folder.

Names in an archive are labels only. What an archive claims is never believed beyond these bounds, and memory never
depends on it:

- its directory is at most ``LARGEST_DIRECTORY_BYTES`` long;
- no two members share bytes, or none of those that do is read;
- a member becomes at most what ``inflate_limit`` allows for its compressed size, and no more than it claims;
- all members together claim at most ``archive_limit`` of the archive's size.
"""

import os
import stat
import struct
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from io import FileIO

from dicomdesk.dicom.data_sets.deflate import inflate_limit
from dicomdesk.dicom.files.part10 import parse_header
from dicomdesk.dicom.files.zip_members import LOCAL_HEADER_BYTES, UNREADABLE, read_pieces
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.errors import DataError, NotDicomError, TruncatedError
from dicomdesk.records import dataclass

LARGEST_DIRECTORY_BYTES = 32 << 20
"""Of some 300,000 members."""

ALWAYS_CLAIMED_BYTES = 32 << 30
"""What all members together may claim to become whatever the archive's size."""

BELIEVABLE_ARCHIVE_RATIO = 64
"""How many times an archive may grow beyond that."""

IN_MEMORY_BYTES = 4 << 20
"""Members up to here are read into memory, longer ones into a temporary file."""

MEMBER_WITHOUT_NAME = "ZIP archive member without a name"
NESTED_ARCHIVE = "ZIP archive inside a ZIP archive: take it out, and send it by itself"
LINKED_MEMBER = "ZIP archive member that is a symbolic link"
SHADOWED_MEMBER = "ZIP archive member of the same name as a later one, which is taken"

_HEADER_BYTES = 65536
_DIRECTORY_ERRORS = (zipfile.BadZipFile, RuntimeError, OSError, ValueError, IndexError, struct.error)
"""What zipfile raises on directories that it does not like."""
_MOST_DIRECTORIES = 4
_UNIX = 3
"""Whose file modes are in the upper half of the external attributes (APPNOTE 4.4.2)."""
_ENTRY, _ENTRY_BYTES = b"PK\x01\x02", 46
"""Of the directory (APPNOTE 4.3.12)."""
_UTF_8 = 0x800
"""The flag that says that the name is (APPNOTE 4.4.4)."""


def is_archive(start: bytes) -> bool:
    """Return whether a file that starts with these bytes is a ZIP archive."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def archive_limit(archive_bytes: int) -> int:
    """Most bytes that the members of an archive of this size may claim to become, all together."""
    return max(ALWAYS_CLAIMED_BYTES, BELIEVABLE_ARCHIVE_RATIO * archive_bytes)


def scan_archive(
    path: str,
    input_format: InputFormat,
    takes_name: Callable[[str], bool],
    note_shadowed: Callable[[str], object] | None = None,
) -> Iterator[tuple[str, InstanceHeader | DataError]]:
    """Yield the name and the header, or why there is none, of each member, sorted by name.

    ``takes_name`` chooses by the last part of the name. Of members with the same name the last is meant, as in
    ``ArchiveReader``; ``note_shadowed`` is called with the name for each of the others. Archives in it are not opened.
    Raises NotDicomError when the archive cannot be read.
    """
    try:
        directory = _read_directory(path)
    except _DIRECTORY_ERRORS as error:
        raise NotDicomError(f"ZIP archive cannot be read: {error}") from error
    for name, member in sorted(directory.members.items()):
        if _is_folder(member) or not takes_name(name.rsplit("/", 1)[-1]):
            continue
        if note_shadowed is not None:
            for _ in range(directory.shadowed.get(name, 0)):
                note_shadowed(name)
        yield name, _read_header(path, directory, member, input_format)


def _is_folder(member: zipfile.ZipInfo) -> bool:
    """Some systems divide names with backslashes."""
    return member.filename.endswith("/") or (member.filename.endswith("\\") and not member.file_size)


def _read_header(
    path: str, directory: "_Directory", member: zipfile.ZipInfo, input_format: InputFormat
) -> InstanceHeader | DataError:
    if not member.filename:
        return NotDicomError(MEMBER_WITHOUT_NAME)
    if member.create_system == _UNIX and stat.S_ISLNK(member.external_attr >> 16):
        return NotDicomError(LINKED_MEMBER)
    start = b""
    try:
        start = _read_start(path, directory, member)
        return parse_header(start, member.file_size, input_format)
    except DataError as error:
        return NotDicomError(NESTED_ARCHIVE) if is_archive(start) else error
    except OSError as error:
        return NotDicomError(f"{UNREADABLE}: {error.strerror or error}")


class ArchiveReader:
    """Reads whole members, on any number of threads; the directories of the last few archives are kept."""

    def __init__(self) -> None:
        self._directory = lru_cache(maxsize=_MOST_DIRECTORIES)(_read_known_directory)

    def open(self, path: str, name: str) -> bytes | int:
        """Return the content of one member, or a descriptor of a temporary file with it, which the caller closes.

        The temporary file has no name and is gone when it is closed. Raises TruncatedError when the member is damaged
        or not there, NotDicomError when it grows beyond its bound; OSError passes.
        """
        try:
            directory = self._directory(path, _version(path))
            member = directory.members[name]
        except OSError:
            raise
        except (KeyError, *_DIRECTORY_ERRORS) as error:
            raise TruncatedError(f"{UNREADABLE}: {error}") from error
        directory.require_apart(member)
        pieces = _bounded_pieces(path, member)
        content = bytearray()
        for piece in pieces:
            content += piece
            if len(content) > IN_MEMORY_BYTES:
                return _spool(content, pieces)
        return bytes(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Directory:
    """What an archive says of its members."""

    members: dict[str, zipfile.ZipInfo]
    """By name."""
    shadowed: Mapping[str, int]
    """How many members there are besides the one of that name, by name."""
    overlapping: frozenset[int]
    """Where the headers of members are that share bytes with others."""

    def require_apart(self, member: zipfile.ZipInfo) -> None:
        """Raise NotDicomError where the member shares bytes with another."""
        if member.header_offset in self.overlapping:
            raise NotDicomError(f"{UNREADABLE}: it overlaps another member")


class _BoundedFile(FileIO):
    """A file of which no more than the largest directory is read at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_DIRECTORY_BYTES:
            raise zipfile.BadZipFile(f"its directory is longer than {LARGEST_DIRECTORY_BYTES} bytes")
        data = super().read(size) or b""
        return _with_names_that_decode(data) if data.startswith(_ENTRY) and len(data) >= _ENTRY_BYTES else data


def _with_names_that_decode(directory: bytes) -> bytes:
    """Return a directory in which no name is said to be UTF-8 that is not: zipfile would refuse all for one of them."""
    whole = bytearray(directory)
    position = 0
    while position + _ENTRY_BYTES <= len(whole) and whole.startswith(_ENTRY, position):
        (flags,) = struct.unpack_from("<H", whole, position + 8)
        lengths = struct.unpack_from("<HHH", whole, position + 28)
        start = position + _ENTRY_BYTES
        if flags & _UTF_8:
            try:
                whole[start : start + lengths[0]].decode("utf_8")
            except UnicodeDecodeError:
                struct.pack_into("<H", whole, position + 8, flags & ~_UTF_8)
        position = start + sum(lengths)
    return bytes(whole)


def _version(path: str) -> tuple[int, ...]:
    """Version of a file, which changes when it is replaced or written to."""
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _read_known_directory(path: str, _known_version: tuple[int, ...]) -> _Directory:
    return _read_directory(path)


def _read_directory(path: str) -> _Directory:
    with _BoundedFile(path) as file, zipfile.ZipFile(file) as archive:
        size = os.fstat(file.fileno()).st_size
        listed = archive.infolist()
    claimed, limit = sum(member.file_size for member in listed), archive_limit(size)
    if claimed > limit:
        raise zipfile.BadZipFile(f"{size} bytes claim to become {claimed}, more than the {limit} that are believed")
    return _Directory(
        members={member.filename: member for member in listed},
        shadowed={
            name: count - 1 for name, count in Counter(member.filename for member in listed).items() if count > 1
        },
        overlapping=_find_overlapping(listed),
    )


def _find_overlapping(listed: list[zipfile.ZipInfo]) -> frozenset[int]:
    """A local header and the name behind it come before the content of each member."""
    extents = sorted(
        (member.header_offset, member.header_offset + LOCAL_HEADER_BYTES + member.compress_size) for member in listed
    )
    overlapping: set[int] = set()
    reached = (-1, -1)
    for start, end in extents:
        if start < reached[1] or start == reached[0]:
            overlapping.update((reached[0], start))
        reached = max(reached, (start, end), key=lambda extent: extent[1])
    return frozenset(overlapping)


def _read_start(path: str, directory: _Directory, member: zipfile.ZipInfo) -> bytes:
    directory.require_apart(member)
    start = bytearray()
    for piece in read_pieces(path, member, _HEADER_BYTES):
        start += piece
        if len(start) >= _HEADER_BYTES:
            break
    return bytes(start[:_HEADER_BYTES])


def _bounded_pieces(path: str, member: zipfile.ZipInfo) -> Iterator[bytes]:
    limit = inflate_limit(member.compress_size)
    total = 0
    for piece in read_pieces(path, member):
        total += len(piece)
        if total > limit:
            raise NotDicomError(
                f"ZIP archive member of {member.compress_size} bytes grows beyond the {limit} that are believed"
            )
        yield piece


def _spool(start: bytearray, rest: Iterator[bytes]) -> int:
    """Return the descriptor of a new temporary file without a name, at its beginning."""
    try:
        with tempfile.TemporaryFile(prefix="dicomdesk-") as file:
            file.write(start)
            for piece in rest:
                file.write(piece)
            file.flush()
            file.seek(0)
            return os.dup(file.fileno())
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} (temporary file of a ZIP archive member)") from error
