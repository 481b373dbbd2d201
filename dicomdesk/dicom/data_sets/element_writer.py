"""Writes data sets element by element, with lengths filled in when they are known."""

from collections.abc import Callable
from struct import Struct, pack_into

from dicomdesk.dicom.data_sets.element_walk import (
    ITEM,
    ITEM_DELIMITER,
    SEQUENCE_DELIMITER,
    DataSetBytes,
    describe,
)
from dicomdesk.dicom.data_sets.spool_file import IN_MEMORY_BYTES, joined
from dicomdesk.dicom.encodings import LONG_VRS, SHORT_VRS, UNDEFINED_LENGTH, Encoding
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.dicom.value_representations import NEW_VRS, padding_byte
from dicomdesk.errors import ConversionError

_LARGE_VALUE = 1 << 16
_COMPRESSION_LEVEL = 6
_MAXIMUM_SHORT_LENGTH = 0xFFFE


class Place:
    """Where in the output a length or VR must still be written, and where what it measures starts."""

    __slots__ = ("chunk", "offset", "start")

    def __init__(self, chunk: bytearray, offset: int, start: int) -> None:
        self.chunk = chunk
        self.offset = offset
        self.start = start


class ElementWriter:
    """Collects one encoded data set.

    Large values are kept by reference and copied once, when the whole is joined. Sequences and items get explicit
    lengths, or undefined ones where the writer is told so. ``has_only_old_vrs`` writes OB for VRs younger than the
    standard of 1993.
    """

    def __init__(
        self, encoding: Encoding, *, has_undefined_lengths: bool = False, has_only_old_vrs: bool = False
    ) -> None:
        order = "<" if encoding.is_little_endian else ">"
        self.encoding = encoding
        self.size = 0
        """Bytes written so far."""
        self._order = order
        self._has_undefined_lengths = has_undefined_lengths
        self._has_only_old_vrs = has_only_old_vrs
        self._implicit = Struct(order + "HHI").pack
        self._short = Struct(order + "HH2sH").pack
        self._long = Struct(order + "HH2sHI").pack
        self._chunk = bytearray()
        self._chunks: list[DataSetBytes] = [self._chunk]
        self._open: list[Place | None] = []

    def write_element(self, tag: int, vr: bytes, value: DataSetBytes) -> None:
        """Write a value as it is, padded to even length; a VR that cannot hold so much becomes UN."""
        length = len(value)
        odd = length & 1
        if length + odd >= UNDEFINED_LENGTH:
            raise ConversionError(f"{describe(tag)} is too long for any transfer syntax")
        self._add(self._header(tag, vr, length + odd))
        if length < _LARGE_VALUE:
            self._add(value)
        else:
            self._add_large(value)
        if odd:
            self._add(padding_byte(vr))

    def start_sequence(self, tag: int) -> None:
        """Open a sequence; only items may follow."""
        self._start(self._header(tag, b"SQ", UNDEFINED_LENGTH))

    def start_item(self) -> None:
        """Open an item of a sequence."""
        self._start(self._delimiter(ITEM, UNDEFINED_LENGTH))

    def end_sequence(self) -> None:
        """Close the sequence opened last."""
        self._end(SEQUENCE_DELIMITER)

    def end_item(self) -> None:
        """Close the item opened last."""
        self._end(ITEM_DELIMITER)

    def start_fragments(self, tag: int) -> None:
        """Open encapsulated pixel data; only fragments may follow. It is OB of undefined length always (PS3.5 A.4)."""
        self._add(self._header(tag, b"OB", UNDEFINED_LENGTH))

    def write_fragment(self, value: DataSetBytes) -> None:
        """Write a fragment, padded to even length."""
        odd = len(value) & 1
        self._add(self._delimiter(ITEM, len(value) + odd))
        self._add_large(value)
        if odd:
            self._add(b"\0")

    def end_fragments(self) -> None:
        """Close the encapsulated pixel data."""
        self._add(self._delimiter(SEQUENCE_DELIMITER, 0))

    def mark_length(self) -> Place:
        """The place of the length just written, for ``fill_length``; what it measures starts here."""
        return Place(self._chunk, len(self._chunk) - 4, self.size)

    def fill_length(self, place: Place) -> None:
        """Write how much has been written since the place was marked."""
        length = self.size - place.start
        if length >= UNDEFINED_LENGTH:
            raise ConversionError("a sequence, item or group is too long for an explicit length")
        pack_into(self._order + "I", place.chunk, place.offset, length)

    def mark_vr(self, value_length: int) -> Place | None:
        """The place of the VR of the element just written with such a value, if it has the short length field."""
        padded = value_length + (value_length & 1)
        if not self.encoding.is_explicit_vr or padded > _MAXIMUM_SHORT_LENGTH:
            return None
        return Place(self._chunk, len(self._chunk) - padded - 4, 0)

    def fill_vr(self, place: Place, vr: bytes) -> None:
        """Write another VR of the same kind at the place."""
        place.chunk[place.offset : place.offset + 2] = vr

    def to_bytes(self) -> bytes:
        """Everything written."""
        return b"".join(self._chunks)

    def joined(self) -> bytes | memoryview:
        """Everything written; in a temporary file where it is long (``spool_file``). OSError passes."""
        return self.to_bytes() if self.size <= IN_MEMORY_BYTES else joined(self._chunks)

    def _header(self, tag: int, vr: bytes, length: int) -> bytes:
        if not self.encoding.is_explicit_vr:
            return self._implicit(tag >> 16, tag & 0xFFFF, length)
        if vr in SHORT_VRS and length <= _MAXIMUM_SHORT_LENGTH:
            return self._short(tag >> 16, tag & 0xFFFF, vr, length)
        if vr not in LONG_VRS:
            vr = b"UN"
        if self._has_only_old_vrs and vr in NEW_VRS:
            vr = b"OB"
        return self._long(tag >> 16, tag & 0xFFFF, vr, 0, length)

    def _delimiter(self, tag: int, length: int) -> bytes:
        return self._implicit(tag >> 16, tag & 0xFFFF, length)

    def _start(self, header: bytes) -> None:
        self._add(header)
        self._open.append(None if self._has_undefined_lengths else self.mark_length())

    def _end(self, delimiter: int) -> None:
        place = self._open.pop()
        if place is None:
            self._add(self._delimiter(delimiter, 0))
        else:
            self.fill_length(place)

    def _add(self, piece: DataSetBytes) -> None:
        self._chunk += piece
        self.size += len(piece)

    def _add_large(self, piece: DataSetBytes) -> None:
        if len(piece) < _LARGE_VALUE:
            self._add(piece)
            return
        self._chunks.append(piece)
        self.size += len(piece)
        self._chunk = bytearray()
        self._chunks.append(self._chunk)


def encode_for(transfer_syntax_uid: str, write: Callable[[ElementWriter], None]) -> bytes:
    """Return what ``write`` writes, in a transfer syntax of messages."""
    syntax = find_transfer_syntax(transfer_syntax_uid)
    writer = ElementWriter(Encoding.of_transfer_syntax(transfer_syntax_uid))
    write(writer)
    data = writer.to_bytes()
    if syntax is None or not syntax.is_deflated:
        return data
    from dicomdesk.dicom.data_sets.deflate import deflate  # noqa: PLC0415 - hardly anybody asks so

    return deflate(data, _COMPRESSION_LEVEL)
