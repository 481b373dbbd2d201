"""The content of one ZIP archive member, piece by piece: memory is bounded whatever the member is compressed with.

The standard library's own reader decompresses bzip2 and LZMA without a bound: 1 MB of such a member takes gigabytes.
"""

import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from struct import unpack_from
from typing import BinaryIO, Protocol
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipInfo

from dicomdesk.errors import TruncatedError

UNREADABLE = "ZIP archive member cannot be read"
LOCAL_HEADER_BYTES = 30
"""Before the name."""

_PIECE_BYTES = 1 << 20
_COMPRESSED_PIECE_BYTES = 65536
_LOCAL_HEADER = b"PK\x03\x04"
_LZMA_HEADER_BYTES = 9
_LARGEST_LZMA_DICTIONARY = 64 << 20
"""That of the strongest usual setting: as much is allocated at once."""
_ENCRYPTED = 1


class _Decompressor(Protocol):
    """What is common to bzip2 and LZMA."""

    @property
    def eof(self) -> bool:
        """Return whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Return whether all that was given is used up."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return the next bytes, no more than ``max_length``."""


def read_pieces(path: str, member: ZipInfo, piece_bytes: int = _PIECE_BYTES) -> Iterator[bytes]:
    """Yield the content in pieces of about ``piece_bytes`` at most, and no more than the size that the member claims.

    Raises TruncatedError when it is damaged, encrypted, compressed in an unknown way, or is not as long as it claims;
    OSError passes.
    """
    left, checksum = member.file_size, 0
    with open(path, "rb") as file:
        for piece in _decompressed(file, member, piece_bytes):
            left -= len(piece)
            checksum = zlib.crc32(piece, checksum)
            if left < 0:
                raise _unreadable("it is longer than it claims")
            yield piece
    if left:
        raise _unreadable("it is cut off")
    if checksum != member.CRC:
        raise _unreadable("its checksum is wrong")


def _unreadable(reason: object) -> TruncatedError:
    return TruncatedError(f"{UNREADABLE}: {reason}")


def _decompressed(file: BinaryIO, member: ZipInfo, piece_bytes: int) -> Iterator[bytes]:
    if member.flag_bits & _ENCRYPTED:
        raise _unreadable("it is encrypted")
    decompress = _METHODS.get(member.compress_type)
    if decompress is None:
        raise _unreadable(f"its compression method {member.compress_type} is not supported")
    file.seek(member.header_offset)
    header = file.read(LOCAL_HEADER_BYTES)
    if len(header) < LOCAL_HEADER_BYTES or not header.startswith(_LOCAL_HEADER):
        raise _unreadable("its header is not where the directory says")
    name_bytes, extra_bytes = unpack_from("<HH", header, 26)
    file.seek(name_bytes + extra_bytes, 1)
    return decompress(_compressed_pieces(file, member.compress_size), piece_bytes)


def _compressed_pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(size, _COMPRESSED_PIECE_BYTES))):
        size -= len(piece)
        yield piece


def _stored(compressed: Iterator[bytes], _piece_bytes: int) -> Iterator[bytes]:
    return compressed


def _inflated(compressed: Iterator[bytes], piece_bytes: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while not inflater.eof and (pending := inflater.unconsumed_tail or next(compressed, b"")):
            yield inflater.decompress(pending, piece_bytes)
        yield inflater.flush()
    except zlib.error as error:
        raise _unreadable(error) from error


def _from_bzip2(compressed: Iterator[bytes], piece_bytes: int) -> Iterator[bytes]:
    try:
        from bz2 import BZ2Decompressor  # noqa: PLC0415  # a Python may lack libbz2
    except ImportError as error:
        raise _unreadable("this Python has no bzip2") from error
    return _decompress_all(BZ2Decompressor(), (OSError, ValueError, EOFError), compressed, piece_bytes)


def _from_lzma(compressed: Iterator[bytes], piece_bytes: int) -> Iterator[bytes]:
    """Decompressor of one raw stream behind its own header (APPNOTE 5.8.8)."""
    try:
        from lzma import FILTER_LZMA1, FORMAT_RAW, LZMADecompressor, LZMAError  # noqa: PLC0415  # as above
    except ImportError as error:
        raise _unreadable("this Python has no LZMA") from error
    start = next(compressed, b"")
    if len(start) < _LZMA_HEADER_BYTES:
        raise _unreadable("it is cut off")
    properties_bytes, properties, dictionary_bytes = unpack_from("<HBI", start, 2)
    if properties_bytes != 5 or dictionary_bytes > _LARGEST_LZMA_DICTIONARY:
        raise _unreadable(f"its LZMA dictionary of {dictionary_bytes} bytes is not supported")
    rest, lc = divmod(properties, 9)
    pb, lp = divmod(rest, 5)
    filters = [{"id": FILTER_LZMA1, "dict_size": dictionary_bytes, "lc": lc, "lp": lp, "pb": pb}]
    try:
        decompressor = LZMADecompressor(FORMAT_RAW, filters=filters)
    except (LZMAError, ValueError) as error:
        raise _unreadable(error) from error
    rest_of_stream = chain((start[_LZMA_HEADER_BYTES:],), compressed)
    return _decompress_all(decompressor, (LZMAError, EOFError), rest_of_stream, piece_bytes)


def _decompress_all(
    decompressor: _Decompressor, errors: tuple[type[Exception], ...], compressed: Iterator[bytes], piece_bytes: int
) -> Iterator[bytes]:
    while not decompressor.eof:
        pending = next(compressed, b"") if decompressor.needs_input else b""
        if not pending and decompressor.needs_input:
            return
        try:
            piece = decompressor.decompress(pending, piece_bytes)
        except errors as error:
            raise _unreadable(error) from error
        yield piece


_METHODS: dict[int, Callable[[Iterator[bytes], int], Iterator[bytes]]] = {
    ZIP_STORED: _stored,
    ZIP_DEFLATED: _inflated,
    ZIP_BZIP2: _from_bzip2,
    ZIP_LZMA: _from_lzma,
}
