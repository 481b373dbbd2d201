"""Reads DICOMDIR files as lists of the instances that they reference (PS3.3 annex F, PS3.10 section 8)."""

import os
from collections.abc import Callable

from dicomdesk.dicom.data_sets.file_windows import read_at
from dicomdesk.dicom.encodings import DELIMITER_GROUP, UNDEFINED_LENGTH, Encoding
from dicomdesk.dicom.files.dicomdir_names import FileNames
from dicomdesk.dicom.files.part10 import PREMATURE_END, read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.sop_classes import MEDIA_STORAGE_DIRECTORY
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError, NotDicomError, TruncatedError
from dicomdesk.records import dataclass

_LARGEST = 1 << 30

_ITEM = 0xFFFEE000
_SEQUENCE_END = 0xFFFEE0DD
_FIRST_RECORD = 0x00041200
_RECORD_SEQUENCE = 0x00041220
_NEXT_RECORD = 0x00041400
_LOWER_RECORD = 0x00041420
_FILE_ID = 0x00041500
_SOP_CLASS = 0x00041510
_SOP_INSTANCE = 0x00041511
_TRANSFER_SYNTAX = 0x00041512
_WANTED = frozenset((_FIRST_RECORD, _NEXT_RECORD, _LOWER_RECORD, _FILE_ID, _SOP_CLASS, _SOP_INSTANCE, _TRANSFER_SYNTAX))

_Values = dict[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencedFile:
    """One file that a DICOMDIR names; UIDs are "" where the record has none."""

    path: str
    """Relative to where the DICOMDIR's own path is; "" where the file ID leads out of its folder or to several."""
    file_id: str
    """(0004,1500) as found, components separated by backslashes."""
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    problem: str = ""
    """Why there is no path."""


def read_dicomdir(path: str, note_damage: Callable[[str], object] | None = None) -> list[ReferencedFile]:
    """Return the files that the DICOMDIR references, in the order of its records (a record before its lower ones).

    Records that no other one leads to come last; of a DICOMDIR that is cut off or broken, the records that can be read
    are taken, and ``note_damage`` is told what is wrong with it. Raises DataError when it is no DICOMDIR or has no
    records left; OSError passes.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    try:
        size = os.fstat(descriptor).st_size
        header = read_open_header(descriptor, size, InputFormat.FILE_OR_DATA_SET)
        if MEDIA_STORAGE_DIRECTORY not in (header.media_sop_class_uid, header.sop_class_uid):
            raise NotDicomError("not a DICOMDIR")
        syntax = find_transfer_syntax(header.transfer_syntax_uid)
        if syntax is None or syntax.is_deflated or size > _LARGEST:
            raise NotDicomError("DICOMDIR in an encoding that is not allowed")
        data = _read_whole(descriptor, size)
    finally:
        os.close(descriptor)
    encoding = Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)
    records = _Records(data, header.data_set_offset, encoding)
    if records.damage and note_damage is not None:
        note_damage(records.damage)
    return records.referenced_files(os.path.dirname(path))


def _read_whole(descriptor: int, size: int) -> bytes:
    parts = []
    offset = 0
    while offset < size and (part := read_at(descriptor, size - offset, offset)):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


class _Records:
    """The directory records of one DICOMDIR by their offset in the file."""

    def __init__(self, data: bytes, offset: int, encoding: Encoding) -> None:
        self._data = data
        self._encoding = encoding
        self._records: dict[int, _Values] = {}
        self._root: _Values = {}
        self.damage = ""
        """What is wrong with it, "" where all of it could be read."""
        try:
            self._read_root(offset)
        except TruncatedError as error:
            if not self._records:
                raise
            self.damage = f"DICOMDIR is cut off or damaged, what it lists behind that is unknown: {error}"

    def _read_root(self, offset: int) -> None:
        end = len(self._data)
        while offset < end:
            tag, start, length = self._read_element(offset)
            if tag == _RECORD_SEQUENCE:
                offset = self._read_sequence(start, length)
            elif length == UNDEFINED_LENGTH:
                offset = self._skip(start)
            else:
                if tag in _WANTED:
                    self._root[tag] = self._data[start : start + length]
                offset = start + length

    def _read_element(self, offset: int) -> tuple[int, int, int]:
        """Return tag, where the value starts and its length."""
        element = self._encoding.read_element(self._data, offset) if offset + 8 <= len(self._data) else None
        if element is None:
            raise TruncatedError(PREMATURE_END)
        group, number, _, header_size, length = element
        start = offset + header_size
        tag = group << 16 | number
        if length != UNDEFINED_LENGTH and start + length > len(self._data) and tag not in (_ITEM, _RECORD_SEQUENCE):
            raise TruncatedError(PREMATURE_END)
        return tag, start, length

    def _check_end(self, offset: int, length: int) -> None:
        """Raise TruncatedError where what has been read to its end, or to that of the file, should not end there."""
        if length == UNDEFINED_LENGTH or offset + length > len(self._data):
            raise TruncatedError(PREMATURE_END)

    def _read_sequence(self, offset: int, length: int) -> int:
        start_of_all = offset
        end = min(offset + length, len(self._data))
        while offset < end:
            tag, start, item_length = self._read_element(offset)
            if tag == _SEQUENCE_END:
                return start
            if tag != _ITEM:
                raise TruncatedError(f"no record where one should be, at byte {offset}")
            values: _Values = {}
            self._records[offset] = values
            offset = self._read_item(start, item_length, values)
        self._check_end(start_of_all, length)
        return offset

    def _read_item(self, offset: int, length: int, values: _Values) -> int:
        start_of_all = offset
        end = min(offset + length, len(self._data))
        while offset < end:
            tag, start, value_length = self._read_element(offset)
            if tag >> 16 == DELIMITER_GROUP:
                return start
            if value_length == UNDEFINED_LENGTH:
                offset = self._skip(start)
                continue
            if tag in _WANTED:
                values[tag] = self._data[start : start + value_length]
            offset = start + value_length
        self._check_end(start_of_all, length)
        return offset

    def _skip(self, offset: int) -> int:
        """Return where a sequence of undefined length ends whose value starts here."""
        depth = 1
        while depth:
            tag, start, length = self._read_element(offset)
            if tag >> 16 == DELIMITER_GROUP and tag != _ITEM:
                depth -= 1
                offset = start
            elif length == UNDEFINED_LENGTH:
                depth += 1
                offset = start
            else:
                offset = start + length
        return offset

    def _offset_value(self, values: _Values, tag: int) -> int:
        return int.from_bytes(values.get(tag, b"")[:4], "little" if self._encoding.is_little_endian else "big")

    def _in_order(self) -> list[_Values]:
        """Return the records as their links order them, each once; then those that no link reaches."""
        ordered: dict[int, _Values] = {}
        waiting = [self._offset_value(self._root, _FIRST_RECORD)]
        while waiting:
            offset = waiting.pop()
            values = self._records.get(offset)
            if values is None or offset in ordered:
                continue
            ordered[offset] = values
            waiting.append(self._offset_value(values, _NEXT_RECORD))
            waiting.append(self._offset_value(values, _LOWER_RECORD))
        for offset, values in self._records.items():
            ordered.setdefault(offset, values)
        return list(ordered.values())

    def referenced_files(self, folder: str) -> list[ReferencedFile]:
        names = FileNames(folder)
        files = []
        for values in self._in_order():
            file_id = _text(values, _FILE_ID)
            if not file_id:
                continue
            try:
                path, problem = names.find(file_id), ""
            except DataError as error:
                path, problem = "", str(error)
            files.append(
                ReferencedFile(
                    path=path,
                    file_id=file_id,
                    sop_class_uid=_text(values, _SOP_CLASS),
                    sop_instance_uid=_text(values, _SOP_INSTANCE),
                    transfer_syntax_uid=_text(values, _TRANSFER_SYNTAX),
                    problem=problem,
                )
            )
        return files


def _text(values: _Values, tag: int) -> str:
    return os.fsdecode(values.get(tag, b"").strip(b"\0 "))
