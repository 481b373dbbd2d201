"""Instances inside ZIP archives: listed and read member by member, never unpacked to disk.

Names in an archive are labels only. Nothing is read by a length that the archive declares, beyond a bound.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator

from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.dicom.part10 import parse_header
from dicomdesk.errors import DataError, NotDicomError, TruncatedError

try:
    from lzma import LZMAError
except ImportError:  # a Python without liblzma: zipfile reads no such members then
    LZMAError = zlib.error  # type: ignore[assignment,misc]  # stands in where it cannot be raised

LARGEST_MEMBER_BYTES = 2 << 30
"""The largest member that is read into memory."""

_HEADER_BYTES = 65536
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, OSError, ValueError)


def is_archive(start: bytes) -> bool:
    """Return whether a file that starts with these bytes is a ZIP archive."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def scan_archive(
    path: str, input_format: InputFormat, takes_name: Callable[[str], bool]
) -> Iterator[tuple[str, InstanceHeader | DataError]]:
    """Yield the name and the header, or why there is none, of each member, sorted by name.

    ``takes_name`` chooses by the last part of the name. Of members with the same name the last is meant, as in
    ``read_archive_member``. Raises NotDicomError when the archive cannot be read.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _READ_ERRORS as error:
        raise NotDicomError(f"ZIP archive cannot be read: {error}") from error
    with archive:
        members = {member.filename: member for member in archive.infolist()}
        for _, member in sorted(members.items()):
            if member.is_dir() or not takes_name(member.filename.rsplit("/", 1)[-1]):
                continue
            try:
                with archive.open(member) as stream:
                    header = parse_header(stream.read(_HEADER_BYTES), member.file_size, input_format)
            except DataError as error:
                yield member.filename, error
            except _READ_ERRORS as error:
                yield member.filename, NotDicomError(f"ZIP archive member cannot be read: {error}")
            else:
                yield member.filename, header


def read_archive_member(path: str, name: str, limit_bytes: int = LARGEST_MEMBER_BYTES) -> bytes:
    """Return the content of one member.

    Raises TruncatedError when it is damaged or not there, NotDicomError when it is larger than ``limit_bytes``; OSError
    passes.
    """
    parts = []
    left = limit_bytes + 1
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
            while left > 0 and (part := stream.read(min(left, 1 << 20))):
                parts.append(part)
                left -= len(part)
    except OSError:
        raise
    except (KeyError, *_READ_ERRORS) as error:
        raise TruncatedError(f"ZIP archive member cannot be read: {error}") from error
    if left <= 0:
        raise NotDicomError(f"ZIP archive member is larger than {limit_bytes} bytes")
    return b"".join(parts)
