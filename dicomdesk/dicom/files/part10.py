"""Reads the header of an instance without a full parse, and writes group 0002 (PS3.10 section 7).

The reader walks over element headers in the first bytes of a file and stops after the series number. It takes what a
tolerant reader can take: wrong or missing group lengths, unknown VRs, sequences of undefined length, odd lengths.
Its errors carry the words of DCMTK.
"""

import os
import zlib
from collections.abc import Callable, Mapping
from struct import Struct
from typing import NamedTuple

from dicomdesk.dicom.data_sets.file_windows import Window
from dicomdesk.dicom.encodings import (
    DELIMITER_GROUP,
    DELIMITERS,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    SHORT_VRS,
    UNDEFINED_LENGTH,
    VRS,
    Element,
    Encoding,
    guess_encoding,
)
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    find_transfer_syntax,
)
from dicomdesk.errors import DataError, NotDicomError, TruncatedError
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

NO_META_INFORMATION = "File meta information header missing"
PREMATURE_END = "I/O suspension or premature end of stream"
INVALID_STREAM = "Invalid stream"
END_OF_STREAM = "End of stream"

_PREAMBLE_END = 132
_SMALLEST_FILE = 12
_LONGEST_IN_MEMORY = 4096
_LONGEST_VALUE = 1024
_INFLATED_START = 65536
_LAST_GROUP = 0x0020
_PIXEL_GROUP = 0x7FE0
_MOST_ELEMENTS_LOOKED_AT = 64
_MOST_LEVELS = 65536
"""Nesting beyond this is hostile: what comes behind it is taken as absent."""

_GROUP_LENGTH_HEADER = b"\2\0\0\0UL\4\0"
_GROUP_LENGTH_BYTES = 12

_TRANSFER_SYNTAX = 0x10
"""Element number in group 0002, as the keys of its values are."""

_CHARACTER_SET = 0x00080005
_SOP_CLASS = 0x00080016
_SOP_INSTANCE = 0x00080018
_STUDY_DATE = 0x00080020
_SERIES_DATE = 0x00080021
_ACCESSION_NUMBER = 0x00080050
_MODALITY = 0x00080060
_STUDY_DESCRIPTION = 0x00081030
_SERIES_DESCRIPTION = 0x0008103E
_PATIENT_NAME = 0x00100010
_PATIENT_ID = 0x00100020
_STUDY_INSTANCE = 0x0020000D
_SERIES_INSTANCE = 0x0020000E
_SERIES_NUMBER = 0x00200011

_WANTED = frozenset(
    (
        _CHARACTER_SET,
        _SOP_CLASS,
        _SOP_INSTANCE,
        _STUDY_DATE,
        _SERIES_DATE,
        _ACCESSION_NUMBER,
        _MODALITY,
        _STUDY_DESCRIPTION,
        _SERIES_DESCRIPTION,
        _PATIENT_NAME,
        _PATIENT_ID,
        _STUDY_INSTANCE,
        _SERIES_INSTANCE,
        _SERIES_NUMBER,
    )
)

_WANTED_LITTLE = {(tag & 0xFFFF) << 16 | tag >> 16: tag for tag in _WANTED}
"""The tags as a little endian number of four bytes reads, to the tags."""

_PlainHeader = tuple[Struct, frozenset[bytes]]
"""Tag, VR and length in 8 bytes; and which VRs are written so, none where there is no VR."""

_PLAIN_EXPLICIT: _PlainHeader = (Struct("<I2sH"), SHORT_VRS)
_PLAIN_HEADERS: Mapping[Encoding, _PlainHeader] = {
    EXPLICIT_LITTLE: _PLAIN_EXPLICIT,
    IMPLICIT_LITTLE: (Struct("<I0sI"), frozenset()),
}
_NO_PLAIN_HEADER: _PlainHeader = (Struct("<I0sI"), SHORT_VRS)
_SHORT_HEADER = Struct("<HH2sH")
_ITEM = 0xE000
_ITEM_END = 0xE00D

_GUESSED_UIDS = {
    IMPLICIT_LITTLE: IMPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_LITTLE: EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_BIG: EXPLICIT_VR_BIG_ENDIAN,
}


def read_header(path: str, input_format: InputFormat) -> InstanceHeader:
    """Read the header of the file; opens it, reads what is needed (mostly 4 KiB) and closes it.

    Raises DataError with the reason when the file is not DICOM in the format asked for; OSError passes.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    try:
        return read_open_header(descriptor, os.fstat(descriptor).st_size, input_format)
    finally:
        os.close(descriptor)


def read_open_header(
    descriptor: int,
    file_size: int,
    input_format: InputFormat,
    *,
    is_brief: bool = False,
    takes_rest: bool = False,
    moving: Callable[[], None] | None = None,
) -> InstanceHeader:
    """Read the header of an open file of ``file_size`` bytes; its position is not moved. Raises as ``read_header``.

    ``is_brief`` stops at the SOP Class and Instance UID: of patient, study and series little or nothing is learnt.
    ``takes_rest`` bears with bytes behind the last element of a data set without meta information, as when it is
    received; such a file of unknown origin may be cut off, and is no data set then, as for DCMTK's senders.
    ``moving`` is called before each further part of the file is read; what it raises passes.
    """
    window = Window.of_file(descriptor, file_size)
    window.moving = moving
    return _read(window, input_format, _Manner(is_brief, takes_rest))


def find_data_set(window: Window) -> tuple[int, str]:
    """Return where the data set of a file begins, and its transfer syntax, as ``read_open_header`` does.

    (0, "") where it takes that: meta information is lacking, or does not name the instance and a transfer syntax that
    is known. Raises DataError.
    """
    if not window.buffer.startswith(b"DICM", _PREAMBLE_END - 4) or window.size < _PREAMBLE_END + 8:
        return 0, ""
    meta, offset = _read_meta(window, _PREAMBLE_END)
    transfer_syntax_uid = _uid(meta.get(_TRANSFER_SYNTAX))
    is_plain = _uid(meta.get(2)) and _uid(meta.get(3)) and find_transfer_syntax(transfer_syntax_uid) is not None
    return (offset, transfer_syntax_uid) if is_plain else (0, "")


def parse_header(
    prefix: bytes,
    file_size: int,
    input_format: InputFormat,
    path: str = "",
    *,
    is_brief: bool = False,
    takes_rest: bool = False,
) -> InstanceHeader:
    """Read the header from the first bytes of a file of ``file_size`` bytes; raises DataError only.

    ``path`` is for the messages of errors, the rest as in ``read_open_header``. Values beyond the prefix are taken
    as absent.
    """
    try:
        return _read(Window.of_bytes(prefix, file_size), input_format, _Manner(is_brief, takes_rest))
    except DataError as error:
        if path:
            error.add_note(path)
        raise


class _Manner(NamedTuple):
    """How a header is read, see ``read_open_header``."""

    is_brief: bool
    takes_rest: bool


def _read(window: Window, input_format: InputFormat, manner: _Manner) -> InstanceHeader:
    if input_format is InputFormat.DATA_SET_ONLY:
        return _read_data_set(window, 0, {}, manner, is_file_only=False)
    _check_size(window.size)
    offset = window.buffer.startswith(b"DICM", _PREAMBLE_END - 4) * _PREAMBLE_END
    is_file_only = input_format is InputFormat.FILE_ONLY
    if offset == 0:
        if is_file_only:
            raise NotDicomError(NO_META_INFORMATION)
        if window.buffer.startswith(b"DICM"):
            offset = 4
    elif window.size - offset < 8:
        raise TruncatedError(PREMATURE_END)
    meta, offset = _read_meta(window, offset)
    return _read_data_set(window, offset, meta, manner, is_file_only=is_file_only)


def _check_size(size: int) -> None:
    if size == 0:
        raise NotDicomError(END_OF_STREAM)
    if size < _SMALLEST_FILE:
        raise TruncatedError(PREMATURE_END)


def _read_meta(window: Window, offset: int) -> tuple[dict[int, bytes], int]:
    """Read group 0002 up to where its group length says, or up to the first element of another group.

    The group length is believed (PS3.10 7.1) where what follows it reads as a data set in the transfer syntax named:
    elements of group 0002 there are the data set's own. So are those that are no more in explicit VR where that syntax
    is not. Of elements that come twice the first counts.
    """
    values: dict[int, bytes] = {}
    encoding, offset, declared_end = _read_group_length(window, offset, values)
    if encoding is None:
        return values, offset
    while True:
        if encoding is EXPLICIT_LITTLE:
            offset = window.base + _skim_meta(window.buffer, offset - window.base, declared_end - window.base, values)
        if not window.show(offset, 12) and window.available(offset) < 8:
            if offset == window.size or offset >= declared_end:
                return values, offset
            raise TruncatedError(PREMATURE_END)
        element = encoding.read_element(window.buffer, offset - window.base)
        if element is None:
            raise TruncatedError(PREMATURE_END)
        group, number, vr, header_size, length = element
        if group != 2 or length == UNDEFINED_LENGTH:
            return values, offset
        is_odd = encoding.is_explicit_vr and vr not in VRS
        if (offset == declared_end or is_odd) and _begins_data_set(window, offset, _uid(values.get(_TRANSFER_SYNTAX))):
            return values, offset
        offset += header_size
        _check_fits(window, offset, number, length)
        values.setdefault(number, window.read(offset, min(length, _LONGEST_VALUE)))
        offset += length
        if number == 0:
            declared_end = offset + int.from_bytes(values[0][:4], "little" if encoding.is_little_endian else "big")


def _read_group_length(window: Window, offset: int, values: dict[int, bytes]) -> tuple[Encoding | None, int, int]:
    """Take the group length that nearly all files begin with.

    Return how group 0002 is encoded, where it goes on, and where it ends, which is where the file does if it begins
    otherwise.
    """
    start = window.read(offset, _GROUP_LENGTH_BYTES)
    if len(start) == _GROUP_LENGTH_BYTES and start.startswith(_GROUP_LENGTH_HEADER):
        values[0] = start[-4:]
        offset += _GROUP_LENGTH_BYTES
        return EXPLICIT_LITTLE, offset, offset + int.from_bytes(values[0], "little")
    return guess_encoding(window.buffer, offset - window.base), offset, window.size


def _check_fits(window: Window, offset: int, number: int, length: int) -> None:
    if offset + length > window.size:
        is_short = number > 0 and length <= _LONGEST_IN_MEMORY and offset < window.size
        raise TruncatedError(INVALID_STREAM if is_short else PREMATURE_END)


def _begins_data_set(window: Window, offset: int, transfer_syntax_uid: str) -> bool:
    """Return whether the elements of group 0002 at ``offset`` read as the start of a data set in this transfer syntax.

    They do when they, and the element behind them, fit into the file; what is out of view is believed to fit.
    """
    encoding = Encoding.of_transfer_syntax(transfer_syntax_uid)
    if not transfer_syntax_uid or guess_encoding(window.buffer, offset - window.base) is not encoding:
        return False
    view = window.buffer, window.base
    try:
        return _reads_as_data_set(window, offset, encoding)
    finally:
        window.buffer, window.base = view  # who reads on does so from before what was looked at


def _reads_as_data_set(window: Window, offset: int, encoding: Encoding) -> bool:
    for _ in range(_MOST_ELEMENTS_LOOKED_AT):
        if not window.show(offset, 12) and window.available(offset) < 8:
            break
        element = encoding.read_element(window.buffer, offset - window.base)
        if element is None:
            break
        group, _, _, header_size, length = element
        if group != 2:
            return group > 2 and (length == UNDEFINED_LENGTH or offset + header_size + length <= window.size)
        offset += header_size + length
    return offset <= window.size


def _skim_meta(buffer: bytes, position: int, declared_end: int, values: dict[int, bytes]) -> int:
    """Take plain elements of group 0002 but its group length; return where the first other element is.

    Where one ends at ``declared_end`` it is the last.
    """
    unpack, short, end = _PLAIN_EXPLICIT[0].unpack_from, SHORT_VRS, len(buffer)
    last = end - 12
    while position <= last and position != declared_end:
        tag, vr, length = unpack(buffer, position)
        following: int = position + 8 + length
        if tag & 0xFFFF != 2 or tag == 2 or vr not in short or following > end:
            break
        values.setdefault(tag >> 16, buffer[position + 8 : following])
        position = following
    return position


def _uid(value: bytes | None) -> str:
    """Return the text of a UID without padding and without the spaces that some writers put in.

    It ends at a NUL, as DCMTK reads it.
    """
    if value is None:
        return ""
    text = value.strip(b"\0 ").decode("latin_1").replace(" ", "")
    return text if "\0" not in text else text[: text.index("\0")]


def _read_data_set(
    window: Window, offset: int, meta: dict[int, bytes], manner: _Manner, *, is_file_only: bool
) -> InstanceHeader:
    transfer_syntax_uid = _uid(meta.get(_TRANSFER_SYNTAX))
    data_window, start, encoding = window, offset, None
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is not None:
        encoding = Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)
        if syntax.is_deflated:
            data_window, start = _inflate_start(window, offset), 0
    elif window.show(offset, 8):
        encoding = guess_encoding(window.buffer, offset - window.base)
        if encoding is not None and not transfer_syntax_uid and not is_file_only:
            transfer_syntax_uid = _GUESSED_UIDS.get(encoding, "")
    media_uids = (_uid(meta.get(2)), _uid(meta.get(3)))
    needs_data_set = not (is_file_only or all(media_uids))
    values: dict[int, bytes] = {}
    end = 0
    if encoding is not None:
        if needs_data_set and data_window is window:
            _check_whole(window, start, encoding, takes_rest=manner.takes_rest)
        end = _collect(data_window, start, encoding, values, is_thorough=needs_data_set, is_brief=manner.is_brief)
    elif needs_data_set and offset < window.size:
        raise TruncatedError(PREMATURE_END)
    own_uids = (_uid(values.get(_SOP_CLASS)), _uid(values.get(_SOP_INSTANCE)))
    is_told_by_start = data_window is window and not needs_data_set and all(own_uids)
    start_bytes = window.buffer[:end] if is_told_by_start and not window.base else b""
    extent = (offset, window.size - offset, (end, zlib.crc32(start_bytes)) if len(start_bytes) == end else (0, 0))
    return _header(values, media_uids, own_uids, transfer_syntax_uid, extent)


def has_same_start(header: InstanceHeader, start: bytes) -> bool:
    """Return whether a file that starts with these bytes, and has the size it had, still has this header.

    False also where that cannot be told so. The comparison is by a CRC, which sees every change of up to 32 bits in a
    row, misses one of four thousand million others, and means the same to a process that sends what another has found.
    """
    size, fingerprint = header.start
    return 0 < size <= len(start) and zlib.crc32(memoryview(start)[:size]) == fingerprint


def _check_whole(window: Window, offset: int, encoding: Encoding, *, takes_rest: bool) -> None:
    """Check the structure of a data set that alone has to tell what the file is."""
    whole = window.whole()
    if whole is not None:
        from dicomdesk.dicom.data_sets.structure_check import check_window  # noqa: PLC0415  # most files are Part 10 files

        check_window(whole, offset, encoding, takes_rest=takes_rest)


def _inflate_start(window: Window, offset: int) -> Window:
    """Return the first bytes of a deflated data set, as far as they can be inflated."""
    inflater = zlib.decompressobj(-15)
    try:
        inflated = inflater.decompress(window.read(offset, _INFLATED_START), _INFLATED_START)
    except zlib.error:
        inflated = b""
    return Window.of_bytes(inflated, len(inflated))


def _collect(
    window: Window,
    offset: int,
    encoding: Encoding,
    values: dict[int, bytes],
    *,
    is_thorough: bool,
    is_brief: bool,
) -> int:
    """Fill ``values`` from the data set at ``offset``, as far as it can be read; return where the reading ended.

    Thorough: goes on to the end of the data set as long as SOP Class and Instance UID are missing. Brief: stops as soon
    as they are known.
    """
    plain, last_wanted = _PLAIN_HEADERS.get(encoding, _NO_PLAIN_HEADER), _SOP_INSTANCE if is_brief else 0
    while True:
        offset = window.base + _skim(window.buffer, offset - window.base, values, plain, last_wanted)
        if is_brief and _SOP_CLASS in values and _SOP_INSTANCE in values:
            return offset
        if not window.show(offset, 12) and window.available(offset) < 8:
            return offset
        element = encoding.read_element(window.buffer, offset - window.base)
        if element is None:
            return offset
        group, number, vr, header_size, length = element
        if group > _LAST_GROUP and _is_enough(values, group, number, is_thorough=is_thorough):
            return offset
        if length == UNDEFINED_LENGTH or vr == b"SQ":
            end = _skip_items(window, offset, encoding, element, values)
            if end < 0:
                return offset
            offset = end
            continue
        offset += header_size
        if offset + length > window.size:
            return offset
        tag = group << 16 | number
        if tag in _WANTED and tag not in values:
            values[tag] = window.read(offset, min(length, _LONGEST_VALUE))
        offset += length


def _is_enough(values: dict[int, bytes], group: int, number: int, *, is_thorough: bool) -> bool:
    """Return whether nothing more is to be expected, at the first element of a group after the last wanted one."""
    if group == DELIMITER_GROUP and number == _ITEM_END:
        return False  # it ends nothing here
    if _SOP_CLASS in values and _SOP_INSTANCE in values:
        return _SERIES_INSTANCE in values or group >= _PIXEL_GROUP
    return not is_thorough and group >= _PIXEL_GROUP


def _skim(buffer: bytes, position: int, values: dict[int, bytes], plain: _PlainHeader, last_wanted: int) -> int:
    """Take elements with plain headers as long as they are in view, up to ``last_wanted`` if not 0.

    Return where the next one is.
    """
    (header, vrs), wanted, last_group, end = plain, _WANTED_LITTLE, _LAST_GROUP, len(buffer)
    unpack, last = header.unpack_from, end - header.size
    while position <= last:
        tag, vr, length = unpack(buffer, position)
        following: int = position + 8 + length
        if (vrs and vr not in vrs) or tag & 0xFFFF > last_group or following > end:
            break
        if tag in wanted:
            if length > _LONGEST_VALUE:
                break
            tag = wanted[tag]
            if tag not in values:
                values[tag] = buffer[position + 8 : following]
            if tag == last_wanted:
                return following
        position = following
    return position


def _skip_items(window: Window, offset: int, encoding: Encoding, element: Element, values: dict[int, bytes]) -> int:
    """Return where the element at ``offset`` ends, which holds items; -1 when its end cannot be found.

    Until the instance is identified that is where its items end, by the rule of ``walk_rule``.
    """
    _, _, vr, header_size, length = element
    if length == UNDEFINED_LENGTH:
        return _skip_undefined_length(window, offset + header_size, encoding, vr)
    if _SOP_CLASS in values and _SOP_INSTANCE in values:
        end = offset + header_size + length
        return end if end <= window.size else -1
    from dicomdesk.dicom.data_sets.walk_rule import Walk  # noqa: PLC0415  # hardly any comes before what identifies

    try:
        return Walk(window, encoding, _find_no_vr, notes_creators=False, takes_rest=True).pass_over(offset)
    except DataError:
        return -1


def _find_no_vr(_tag: int, _creator: str) -> bytes:
    """Only explicit VR is walked over so, and inside of UN items of undefined length tell themselves."""
    return b"UN"


def _skip_undefined_length(window: Window, offset: int, encoding: Encoding, vr: bytes) -> int:
    """Return where the sequence whose value starts at ``offset`` ends; -1 when its end cannot be found."""
    open_encodings = [IMPLICIT_LITTLE if vr == b"UN" else encoding]
    while open_encodings:
        if not window.show(offset, 12) and window.available(offset) < 8:
            return -1
        current = open_encodings[-1]
        element = current.read_element(window.buffer, offset - window.base)
        if element is None:
            return -1
        group, number, vr, header_size, length = element
        offset += header_size
        if group == DELIMITER_GROUP and number in DELIMITERS and number != _ITEM:
            open_encodings.pop()
        elif length == UNDEFINED_LENGTH:
            if len(open_encodings) >= _MOST_LEVELS:
                return -1
            open_encodings.append(IMPLICIT_LITTLE if vr == b"UN" else current)
        else:
            offset += length
    return offset


def _header(
    values: dict[int, bytes],
    media_uids: tuple[str, str],
    own_uids: tuple[str, str],
    transfer_syntax_uid: str,
    extent: tuple[int, int, tuple[int, int]],
) -> InstanceHeader:
    get = values.get
    character_set = get(_CHARACTER_SET, b"")

    def text(tag: int) -> str:
        value = get(tag)
        if not value:
            return ""
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii").strip(" \0")
        from dicomdesk.dicom.data_sets.character_sets import decode_text  # noqa: PLC0415  # most files need none of it

        return decode_text(value, character_set)

    return InstanceHeader(
        sop_class_uid=own_uids[0] or media_uids[0],
        sop_instance_uid=own_uids[1] or media_uids[1],
        transfer_syntax_uid=transfer_syntax_uid,
        data_set_offset=extent[0],
        data_set_length=extent[1],
        start=extent[2],
        patient_id=text(_PATIENT_ID),
        patient_name=text(_PATIENT_NAME),
        study_instance_uid=_uid(get(_STUDY_INSTANCE)),
        study_date=text(_STUDY_DATE),
        study_description=text(_STUDY_DESCRIPTION),
        accession_number=text(_ACCESSION_NUMBER),
        series_instance_uid=_uid(get(_SERIES_INSTANCE)),
        series_number=text(_SERIES_NUMBER),
        series_description=text(_SERIES_DESCRIPTION),
        series_date=text(_SERIES_DATE),
        modality=text(_MODALITY),
        media_sop_class_uid=media_uids[0],
        media_sop_instance_uid=media_uids[1],
        has_data_set_uids=all(own_uids),
        has_data_set_class_uid=bool(own_uids[0]),
        has_blanks_in_uids=b" " in get(_SOP_CLASS, b"") or b" " in get(_SOP_INSTANCE, b""),
    )


def file_meta_information(
    *,
    sop_class_uid: str,
    sop_instance_uid: str,
    transfer_syntax_uid: str,
    source_ae_title: str = "",
    implementation_class_uid: str = IMPLEMENTATION_CLASS_UID,
    implementation_version_name: str = IMPLEMENTATION_VERSION_NAME,
) -> bytes:
    """Return preamble, prefix and group 0002 of a Part 10 file (PS3.10 7.1)."""
    elements = [
        b"\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01",
        _short_element(0x02, b"UI", sop_class_uid),
        _short_element(0x03, b"UI", sop_instance_uid),
        _short_element(0x10, b"UI", transfer_syntax_uid),
        _short_element(0x12, b"UI", implementation_class_uid),
    ]
    if implementation_version_name:
        elements.append(_short_element(0x13, b"SH", implementation_version_name))
    if source_ae_title:
        elements.append(_short_element(0x16, b"AE", source_ae_title))
    group = b"".join(elements)
    return b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0" + len(group).to_bytes(4, "little") + group


def _short_element(number: int, vr: bytes, text: str) -> bytes:
    value = text.encode("latin_1", "replace")
    if len(value) % 2:
        value += b"\0" if vr == b"UI" else b" "
    return _SHORT_HEADER.pack(2, number, vr, len(value)) + value
