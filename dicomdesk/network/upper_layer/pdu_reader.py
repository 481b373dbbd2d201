"""Takes a byte stream apart into PDUs and presentation data values (PS3.8 9.3), without copying data.

Pure: knows no socket. Bytes are received straight into the reader's buffer; ``pieces`` then yields what has arrived.
Presentation data values (PDVs) are passed on as they come, even in parts, so that memory is bounded by the buffer
whatever lengths the peer claims.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from mmap import mmap
from struct import Struct
from typing import NamedTuple

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.upper_layer.data_pdus import HEADERS, PDU_HEADER_BYTES, PDV_HEADER_BYTES
from dicomdesk.network.wire.tls_records import TLS_HEADER_BYTES, is_tls_record, may_be_tls_record

RECEIVE_BUFFER_BYTES = 512 * 1024
"""Size of the buffer of one association; only what is used of it becomes resident."""

LARGEST_ASSOCIATE_PDU_BYTES = 1024 * 1024
"""A-ASSOCIATE-RQ longer than this is refused: 128 contexts with all transfer syntaxes take less than 300 KiB."""

LARGEST_SHORT_PDU_BYTES = 1024
"""Bound for release, abort and reject PDUs, whose length is 4."""

_FAIR_VALUE_BYTES = 64
"""Of a PDV with its headers, on average: the shortest message, a C-ECHO, has some more in one."""

_MOST_UNFAIR_BYTES = 10_000 * _FAIR_VALUE_BYTES
"""Bytes less than that are borne with: ten thousand empty PDVs cost the time of some megabytes of data."""

LARGEST_DATA_PDU_BYTES = 4 * 1024 * 1024
"""P-DATA longer than this is taken for a lie; what was announced is a wish that some peers overlook."""

_PDU_HEADER = Struct(">BxL")
_PDV_HEADER = Struct(">LBB")
_HEADERS_BYTES = HEADERS.size


class PduType(IntEnum):
    """PDU types (PS3.8 9.3.1)."""

    ASSOCIATE_RQ = 1
    ASSOCIATE_AC = 2
    ASSOCIATE_RJ = 3
    P_DATA_TF = 4
    RELEASE_RQ = 5
    RELEASE_RP = 6
    ABORT = 7


class AbortReason(IntEnum):
    """Reasons of an A-ABORT by the service-provider (PS3.8 9.3.8)."""

    NOT_SPECIFIED = 0
    UNRECOGNIZED_PDU = 1
    UNEXPECTED_PDU = 2
    UNRECOGNIZED_PDU_PARAMETER = 4
    UNEXPECTED_PDU_PARAMETER = 5
    INVALID_PDU_PARAMETER_VALUE = 6


class PduError(PeerProtocolError):
    """Error for bytes that are no valid PDUs; ``reason`` is what to say in the A-ABORT."""

    def __init__(self, message: str, reason: AbortReason) -> None:
        super().__init__(message)
        self.reason = reason


class Fragment(NamedTuple):
    """A presentation data value, or a part of one, as a view into the reader's buffer."""

    context_id: int
    is_command: bool
    is_last: bool
    """The last bytes of a PDV that has the last flag: the command set or data set is complete."""
    data: memoryview
    """Valid until the next bytes are received; may be empty."""


class Pdu(NamedTuple):
    """Any whole PDU but P-DATA-TF."""

    pdu_type: PduType
    body: bytes
    """Without the six bytes of the header."""


class _Fairness:
    """Work that presentation data values make, counted against the bytes that they bring."""

    def __init__(self) -> None:
        self._missing_bytes = 0
        """Less than fair."""

    def account(self, values: int, count: int) -> None:
        """Account for so many PDVs and bytes. Raises PduError where they are sent for the work they make."""
        missing_bytes = self._missing_bytes + values * _FAIR_VALUE_BYTES - count
        if missing_bytes <= 0:
            self._missing_bytes = 0
            return
        self._missing_bytes = missing_bytes
        if missing_bytes > _MOST_UNFAIR_BYTES:
            raise PduError(
                "The peer sends thousands of presentation data values with next to nothing in them",
                AbortReason.NOT_SPECIFIED,
            )


def _value_size(length: int, left: int) -> int:
    """The size of a PDV's data by its length field, with so many bytes of the PDU behind it. Raises PduError."""
    size = length - 2
    if size < 0 or size > left or 0 < left - size < PDV_HEADER_BYTES:
        raise PduError(
            f"presentation data value of {length} bytes in a P-DATA-TF PDU with {left + 2} bytes left",
            AbortReason.INVALID_PDU_PARAMETER_VALUE,
        )
    return size


def _no_value() -> PduError:
    return PduError("P-DATA-TF PDU without a data value", AbortReason.INVALID_PDU_PARAMETER_VALUE)


class FragmentReader:
    """Takes P-DATA-TF PDUs of one association apart that have arrived as a whole."""

    def __init__(self) -> None:
        self._fairness = _Fairness()

    def fragments(self, pdu: memoryview) -> Iterable[Fragment]:
        """The fragments of a PDU, given with its header. Raises PduError as ``PduReader.pieces``.

        The data of the only one is a view into the PDU; that of several stays valid when the PDU is overwritten.
        """
        size = len(pdu)
        if size >= _HEADERS_BYTES:  # one alone, as in nearly all
            _, _, length, context_id, flags = HEADERS.unpack_from(pdu)
            if length == size - _HEADERS_BYTES + 2:
                self._fairness.account(1, size)
                return (Fragment(context_id, flags & 1 != 0, flags & 2 != 0, pdu[_HEADERS_BYTES:]),)
        return self._several(pdu)

    def _several(self, pdu: memoryview) -> Iterator[Fragment]:
        end = len(pdu)
        if end < _HEADERS_BYTES:
            raise _no_value()
        position, values = PDU_HEADER_BYTES, 0
        while position < end:
            length, context_id, flags = _PDV_HEADER.unpack_from(pdu, position)
            position += PDV_HEADER_BYTES
            size = _value_size(length, end - position)
            if not values and position + size < end:
                pdu = memoryview(bytes(pdu))
            values += 1
            data = pdu[position : position + size]
            position += size
            yield Fragment(context_id, flags & 1 != 0, flags & 2 != 0, data)
        self._fairness.account(values, end)


class PduReader:
    """Reader of a byte stream: receive into ``space``, then iterate ``pieces(count)`` to its end; repeat."""

    def __init__(self, buffer_bytes: int = RECEIVE_BUFFER_BYTES) -> None:
        # An anonymous mapping becomes resident page by page as it is used; a bytearray is resident from the start.
        self._view = memoryview(mmap(-1, buffer_bytes))
        self._held = 0
        """Bytes of an incomplete header, which the next bytes follow at the start of the buffer."""
        self._to_move = b""
        """These bytes, until nobody needs the buffer's content any more: fragments may still lie where they go."""
        self._pdu_left = 0
        """Bytes still to come of the P-DATA-TF PDU that is being read."""
        self._pdv_left = 0
        self._context_id = 0
        self._flags = 0
        self._body: bytearray | None = None
        """Of the PDU other than P-DATA-TF that is being read."""
        self._body_type = PduType.ABORT
        self._body_left = 0
        self._values = 0
        """PDVs that have begun since bytes were received."""
        self._fairness = _Fairness()
        self.largest_data_pdu_bytes = 0
        """Longest P-DATA-TF PDU so far."""

    @property
    def space(self) -> memoryview:
        """Memory for the next bytes; never empty. Fragments that were yielded before are invalid from here."""
        if self._to_move:
            self._view[: self._held] = self._to_move
            self._to_move = b""
        return self._view[self._held :]

    @property
    def is_inside_pdu(self) -> bool:
        """Whether a PDU has begun but not ended."""
        return bool(self._held or self._pdu_left or self._body is not None)

    def pieces(self, count: int) -> Iterator[Fragment | Pdu]:
        """Yield what the ``count`` bytes just received into ``space`` complete or continue.

        Raises PduError at the first byte that cannot be right, after all before it was yielded, and where PDVs are so
        many and so short that they are sent for the work they make.
        """
        self._fairness.account(self._values, count)
        self._values = 0
        view = self._view
        position = 0
        end = self._held + count
        self._held = 0
        while position < end:
            if self._pdv_left:
                size = min(self._pdv_left, end - position)
                self._pdv_left -= size
                self._pdu_left -= size
                is_last = self._flags & 2 != 0 and not self._pdv_left
                yield Fragment(self._context_id, self._flags & 1 != 0, is_last, view[position : position + size])
                position += size
            elif self._body is not None:
                size = min(self._body_left, end - position)
                self._body += view[position : position + size]
                self._body_left -= size
                position += size
            elif not self._pdu_left and end - position >= _HEADERS_BYTES and self._start_usual(position):
                position += _HEADERS_BYTES
            elif end - position < PDU_HEADER_BYTES:
                self._hold(position, end)
                return
            elif self._pdu_left:
                self._start_pdv(position)
                position += PDV_HEADER_BYTES
                if not self._pdv_left:
                    yield Fragment(
                        self._context_id, self._flags & 1 != 0, self._flags & 2 != 0, view[position:position]
                    )
            else:
                self._start_pdu(position)
                position += PDU_HEADER_BYTES
            if self._body is not None and not self._body_left:
                pdu = Pdu(self._body_type, bytes(self._body))
                self._body = None
                yield pdu

    def _hold(self, position: int, end: int) -> None:
        """Keep the beginning of a header for the next bytes; both headers have the same length."""
        if self._pdu_left == 0 and self._view[position] not in _KNOWN_TYPES:
            beginning = bytes(self._view[position:end])
            if len(beginning) >= TLS_HEADER_BYTES or not may_be_tls_record(beginning):
                raise _unrecognized(beginning)
        self._held = end - position
        self._to_move = bytes(self._view[position:end])

    def _start_usual(self, position: int) -> bool:
        """Start a P-DATA-TF PDU with one PDV in it, as nearly all are; False for any other."""
        number, length, size, context_id, flags = HEADERS.unpack_from(self._view, position)
        if number != _P_DATA_TF or size != length - 4 or not 2 < size < LARGEST_DATA_PDU_BYTES - 4:
            return False
        self._values += 1
        self._pdu_left = self._pdv_left = size - 2
        self._context_id = context_id
        self._flags = flags
        self.largest_data_pdu_bytes = max(length, self.largest_data_pdu_bytes)
        return True

    def _start_pdu(self, position: int) -> None:
        number, length = _PDU_HEADER.unpack_from(self._view, position)
        if number == PduType.P_DATA_TF:
            if length > LARGEST_DATA_PDU_BYTES:
                raise PduError(f"P-DATA-TF PDU of {length} bytes", AbortReason.INVALID_PDU_PARAMETER_VALUE)
            if length < PDV_HEADER_BYTES:
                raise _no_value()
            self._pdu_left = length
            self.largest_data_pdu_bytes = max(length, self.largest_data_pdu_bytes)
            return
        if number not in _KNOWN_TYPES:
            raise _unrecognized(bytes(self._view[position : position + PDU_HEADER_BYTES]))
        pdu_type = PduType(number)
        bound = LARGEST_ASSOCIATE_PDU_BYTES if pdu_type <= PduType.ASSOCIATE_AC else LARGEST_SHORT_PDU_BYTES
        if length > bound:
            raise PduError(f"{pdu_type.name} PDU of {length} bytes", AbortReason.INVALID_PDU_PARAMETER_VALUE)
        self._body_type = pdu_type
        self._body = bytearray()
        self._body_left = length

    def _start_pdv(self, position: int) -> None:
        length, self._context_id, self._flags = _PDV_HEADER.unpack_from(self._view, position)
        left = self._pdu_left - PDV_HEADER_BYTES
        self._pdv_left = _value_size(length, left)
        self._values += 1
        self._pdu_left = left


_P_DATA_TF = int(PduType.P_DATA_TF)
_KNOWN_TYPES = frozenset(int(pdu_type) for pdu_type in PduType)


def _unrecognized(beginning: bytes) -> PduError:
    text = f"Unrecognized PDU type: {beginning[0]:x}"
    if is_tls_record(beginning):
        text += " (the peer speaks TLS, but this port takes connections without TLS only)"
    return PduError(text, AbortReason.UNRECOGNIZED_PDU)
