"""Prepares one instance for sending: opens it, checks its structure, converts it where the peer wants that.

What cannot be made ready raises DataError or OSError; the caller decides what that means.
"""

import os
import stat
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dicomdesk.dicom.data_set_source import DataSetSource, FileRange, check_unchanged
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.file_windows import read_at
from dicomdesk.dicom.data_sets.spool_file import IN_MEMORY_BYTES, joined, open_spooled
from dicomdesk.dicom.data_sets.structure_check import StructureFindings, check_data_set
from dicomdesk.dicom.files.part10 import has_same_start, parse_header, read_open_header
from dicomdesk.dicom.files.scan import NOT_A_REGULAR_FILE, describe_change
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import UNCOMPRESSED, find_transfer_syntax
from dicomdesk.errors import ChangedError, ConversionError, DataError, InvalidUidError, TruncatedError
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.dicom.data_sets.editing import DataSetChanges
    from dicomdesk.dicom.files.zip_files import ArchiveReader

__all__ = ["InstancePreparer", "PreparedInstance", "Shape", "ShapeChoice", "failure_detail", "failure_reason"]

_PIECE_BYTES = 4 << 20
_IN_MEMORY_BYTES = 1 << 20
"""Files up to here are read at once; of longer ones pieces are read while they are sent."""

_SHORTEST_VALUE_BYTES = 4084
"""What a presentation data value holds at least where a receiver is DCMTK's: PDUs have 4096 bytes or more there."""
_UNKNOWN = StructureFindings(
    has_undefined_lengths=False, has_group_lengths=False, has_odd_lengths=False, element_count=0
)

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Encoding and changes in which a data set is sent."""

    transfer_syntax_uid: str
    changes: "DataSetChanges | None" = None
    """None where its values and VRs stay as they are."""
    converts_pixel_data: bool = True
    """False where it goes only if it has no pixel data to be converted."""


ShapeChoice = Callable[[InstanceHeader], Shape]
"""Decides how an instance goes, once its file has been read and found sound; DataError says that it cannot go."""


@dataclass(slots=True)
class PreparedInstance:
    """Data set that can be sent; ``close`` it afterwards."""

    data: DataSetSource
    size_bytes: int
    """Of the data set as encoded in the file."""
    header: InstanceHeader
    """Of the file, as it is now: read from the bytes that are sent."""
    descriptor: int = -1
    replaced: frozenset[int] = frozenset()
    """Tags of the values that were changed."""
    rest_bytes: int = 0
    """Behind the last element, only where the rest is taken: sent as it is, left out of what is converted."""
    content: bytes | None = None
    """The whole file, where it was read at once: what is sent was made of these bytes and no others."""

    @property
    def transfer_syntax_uid(self) -> str:
        """Of the file, as it is now."""
        return self.header.transfer_syntax_uid

    def close(self) -> None:
        """Close the file if it is open."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class InstancePreparer:
    """Preparer of one job's instances, for any number of threads."""

    def __init__(
        self,
        input_format: InputFormat,
        compression_level: int,
        moving: Callable[[], None] | None = None,
        *,
        takes_rest: bool = False,
    ) -> None:
        """``moving`` is called before each further part of a long file is read; what it raises passes.

        ``takes_rest`` sends what an archive has stored as it came, bytes behind the last element included; a file of
        unknown origin that ends so may be cut off, and is an error as with DCMTK's loader.
        """
        self._takes_rest = takes_rest
        self._moving = moving
        self._input_format = input_format
        self._compression_level = compression_level

    @cached_property
    def _archives(self) -> "ArchiveReader":
        from dicomdesk.dicom.files.zip_files import ArchiveReader  # noqa: PLC0415 - zipfile costs start-up time

        return ArchiveReader()

    def prepare(self, found: FoundInstance, transfer_syntax_uid: str) -> PreparedInstance:
        """Open the instance and return its data set in the transfer syntax wanted.

        The same instance is taken as it now is, see ``header`` of what is returned. Raises ChangedError for another
        instance; DataError, or OSError, with words for the user.
        """
        if found.problem:
            raise DataError(found.problem)
        listed = found.header
        shape = Shape(transfer_syntax_uid=transfer_syntax_uid)

        def keep_to_plan(header: InstanceHeader) -> Shape:
            if header is not listed:
                _check_change(header, listed, transfer_syntax_uid)
            return shape

        if found.archive_member:
            return self._open_member(found.path, found.archive_member, listed, keep_to_plan)
        return self._open(found.path, listed, keep_to_plan)

    def prepare_file(self, path: str, choose: ShapeChoice, archive_member: str = "") -> PreparedInstance:
        """Open a file of which nothing is known yet, and return its data set as ``choose`` wants it.

        Raises as ``prepare`` does, and what ``choose`` raises.
        """
        if archive_member:
            return self._open_member(path, archive_member, None, choose)
        return self._open(path, None, choose)

    def _open_member(
        self, path: str, name: str, listed: InstanceHeader | None, choose: ShapeChoice
    ) -> PreparedInstance:
        member = self._archives.open(path, name)
        if isinstance(member, bytes):
            return self._from_memory(member, self._identify(member, listed), choose)
        return self._from_open(member, listed, choose)

    def _open(self, path: str, listed: InstanceHeader | None, choose: ShapeChoice) -> PreparedInstance:
        """``listed`` is what was known of the file before."""
        return self._from_open(os.open(path, _OPEN_FLAGS), listed, choose)

    def _from_open(self, descriptor: int, listed: InstanceHeader | None, choose: ShapeChoice) -> PreparedInstance:
        """Close the file, unless what is prepared is read from it."""
        prepared = None
        try:
            prepared = self._read_open(descriptor, listed, choose)
        finally:
            if prepared is None or prepared.descriptor < 0:
                os.close(descriptor)
        return prepared

    def _read_open(self, descriptor: int, listed: InstanceHeader | None, choose: ShapeChoice) -> PreparedInstance:
        size = _regular_status(descriptor).st_size if listed is None else _size(listed)
        if size <= _IN_MEMORY_BYTES:
            content = os.read(descriptor, size + 1)
            if len(content) == size and (size or listed is None):
                return self._from_memory(content, self._identify(content, listed), choose)
        return self._from_file(descriptor, listed, choose)

    def _identify(self, content: bytes, listed: InstanceHeader | None) -> InstanceHeader:
        """Return the header of a file that was read: the one known before, if it is still true."""
        if listed is not None and len(content) == _size(listed) and has_same_start(listed, content):
            return listed
        is_brief, takes_rest = listed is None, self._takes_rest
        return parse_header(content, len(content), self._input_format, is_brief=is_brief, takes_rest=takes_rest)

    def _from_memory(self, content: bytes, header: InstanceHeader, choose: ShapeChoice) -> PreparedInstance:
        if not header.has_data_set_uids:
            raise _lacking_uids(header)
        data = memoryview(content)[header.data_set_offset :]
        own = header.transfer_syntax_uid
        findings = _check(data, own, self._moving, takes_rest=self._takes_rest)
        shape = choose(header)
        if _is_lost_at_receivers(findings, len(data)):
            prepared = self._put_in_order(data, header, shape)
        elif shape.changes is None and own == shape.transfer_syntax_uid and (findings.has_odd_lengths or len(data) % 2):
            prepared = PreparedInstance(_made_even(data, own, self._moving), len(data), header)
        else:
            prepared = self._shaped(data, header, shape)
        prepared.rest_bytes = findings.rest_bytes
        prepared.content = content
        return prepared

    def _from_file(self, descriptor: int, listed: InstanceHeader | None, choose: ShapeChoice) -> PreparedInstance:
        status = _regular_status(descriptor)
        size, header = status.st_size, listed
        if header is None or size != _size(header) or not _starts_same(descriptor, header):
            header = read_open_header(
                descriptor, size, self._input_format, takes_rest=self._takes_rest, moving=self._moving
            )
        if not header.has_data_set_uids:
            raise _lacking_uids(header)
        own, length = header.transfer_syntax_uid, header.data_set_length
        data = FileRange(descriptor, header.data_set_offset, length, status.st_mtime_ns)
        shape = choose(header)
        findings = _check(data, own, self._moving, takes_rest=self._takes_rest)
        if _is_lost_at_receivers(findings, length):
            prepared = self._put_in_order(_read_whole(data), header, shape)
        elif own != shape.transfer_syntax_uid or shape.changes is not None:
            prepared = self._shaped(_read_whole(data), header, shape)
        elif findings.has_odd_lengths or (length % 2 and find_transfer_syntax(own) is not None):
            prepared = PreparedInstance(_made_even(_read_whole(data), own, self._moving), length, header)
        else:
            prepared = PreparedInstance(data, length, header, descriptor)
        prepared.rest_bytes = findings.rest_bytes
        return prepared

    def _shaped(self, data: memoryview, header: InstanceHeader, shape: Shape) -> PreparedInstance:
        """Convert where it has to be, then change what is to be changed."""
        own = header.transfer_syntax_uid
        prepared = PreparedInstance(data, len(data), header)
        if own != shape.transfer_syntax_uid:
            data = memoryview(self._converted(data, own, shape))
            prepared.data = data
        if shape.changes is not None:
            from dicomdesk.dicom.data_sets.editing import edit_data_set  # noqa: PLC0415 - as above

            edited = edit_data_set(
                data,
                shape.transfer_syntax_uid,
                shape.changes,
                compression_level=self._compression_level,
                moving=self._moving,
            )
            prepared.data, prepared.replaced = edited.data, edited.replaced
        descriptor = open_spooled(prepared.data)
        if descriptor is not None:
            prepared.data = FileRange(descriptor, 0, os.fstat(descriptor).st_size)
            prepared.descriptor = descriptor
        return prepared

    def _put_in_order(self, data: memoryview, header: InstanceHeader, shape: Shape) -> PreparedInstance:
        from dicomdesk.dicom.transcode import put_in_order  # noqa: PLC0415 - few files are out of order

        ordered = put_in_order(
            data, header.transfer_syntax_uid, compression_level=self._compression_level, moving=self._moving
        )
        prepared = self._shaped(memoryview(ordered), header, shape)
        prepared.size_bytes = len(data)
        return prepared

    def _converted(self, data: memoryview, own: str, shape: Shape) -> DataSetBytes:
        from dicomdesk.dicom import transcode  # noqa: PLC0415 - most transfers convert nothing

        convert = transcode.convert_data_set if shape.converts_pixel_data else transcode.convert_without_pixel_data
        return convert(
            data,
            source=own,
            target=shape.transfer_syntax_uid,
            compression_level=self._compression_level,
            moving=self._moving,
        )


def failure_reason(error: DataError | OSError) -> str:
    """Return the words for an instance that could not be prepared."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def failure_detail(error: DataError | OSError) -> str:
    """Return what is wrong in the instance, where ``failure_reason`` has DCMTK's words only; else ""."""
    detail = error.cut if isinstance(error, TruncatedError) else ""
    return "" if detail.startswith("(") else detail  # no element that anybody knows: it is no data set at all


def _regular_status(descriptor: int) -> os.stat_result:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise DataError(NOT_A_REGULAR_FILE)
    return status


def _check(
    data: memoryview | FileRange, transfer_syntax_uid: str, moving: Callable[[], None] | None, *, takes_rest: bool
) -> StructureFindings:
    """Return what there is to be known of a data set; raise DataError when the lengths do not fit together."""
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is None:
        return _UNKNOWN  # sent as it is: nobody here knows how it is encoded
    findings = check_data_set(
        data,
        is_explicit_vr=syntax.is_explicit_vr,
        is_little_endian=syntax.is_little_endian,
        is_deflated=syntax.is_deflated,
        takes_rest=takes_rest,
        moving=moving,
    )
    return findings._replace(has_odd_lengths=False) if syntax.is_deflated else findings


def _is_lost_at_receivers(findings: StructureFindings, length: int) -> bool:
    """Return whether DCMTK's receivers can lose their place in a data set, which its senders put in order."""
    return not findings.is_ordered and length > _SHORTEST_VALUE_BYTES


def _size(header: InstanceHeader) -> int:
    """Return the bytes of the whole file."""
    return header.data_set_offset + header.data_set_length


def _starts_same(descriptor: int, header: InstanceHeader) -> bool:
    return header.start[0] > 0 and has_same_start(header, read_at(descriptor, header.start[0], 0))


def _check_change(header: InstanceHeader, listed: InstanceHeader, wanted_uid: str) -> None:
    """Raise ChangedError where the file is not what was listed, ConversionError where the plan does not fit any more.

    What is to be decompressed was planned by what was listed.
    """
    change = describe_change(header, (listed.sop_class_uid, listed.sop_instance_uid))
    if change:
        raise ChangedError(change)
    own = header.transfer_syntax_uid
    if own not in (listed.transfer_syntax_uid, wanted_uid) and not {own, wanted_uid} <= UNCOMPRESSED:
        raise ConversionError(
            "changed since it was listed: its transfer syntax does not fit what was negotiated for it"
        )


def _read_whole(data: FileRange) -> memoryview:
    """Return a copy of a data set: pages of the file itself would be lost, with the process, when it is cut.

    Where it is long, it is in a temporary file.
    """
    if data.length <= IN_MEMORY_BYTES:
        content: bytes | memoryview = read_at(data.file_descriptor, data.length, data.offset)
    else:
        content = joined(_pieces(data))
    check_unchanged(data)
    return memoryview(content)


def _pieces(data: FileRange) -> Iterator[bytes]:
    done = 0
    while part := read_at(data.file_descriptor, min(_PIECE_BYTES, data.length - done), data.offset + done):
        yield part
        done += len(part)


def _made_even(data: memoryview, transfer_syntax_uid: str, moving: Callable[[], None] | None) -> DataSetSource:
    """Pad what is odd in length: fragments must be even (PS3.8 9.3.5.1), and so must values be (PS3.5 7.1.1)."""
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is None:
        return data
    if syntax.is_deflated:
        return bytes(data) + b"\0"  # PS3.5 A.5
    from dicomdesk.dicom.transcode import make_lengths_explicit  # noqa: PLC0415 - few files are odd

    return make_lengths_explicit(data, transfer_syntax_uid, moving=moving)


def _lacking_uids(header: InstanceHeader) -> DataError:
    which = "SOP Instance UID" if header.has_data_set_class_uid else "SOP Class UID"
    what = which if header.data_set_length else "data set"
    return InvalidUidError(f"there is no {what} in the file", condition=f"Invalid {which}")
