"""Deflated data sets: the whole data set as one raw deflate stream (PS3.5 A.5)."""

import zlib
from collections.abc import Callable, Iterator

from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.spool_file import joined, walk_pieces, watched
from dicomdesk.errors import ConversionError, TruncatedError

MAXIMUM_INFLATED_BYTES = 1 << 32
"""No data set is inflated beyond this: nothing longer can be one value."""

ALWAYS_INFLATED_BYTES = 1 << 29
"""Up to here any ratio is believed: blank images do deflate a thousandfold."""

BELIEVABLE_RATIO = 64
"""Beyond that, a stream that grows more than this many times is taken for an attack on memory."""

_STEP = 1 << 20


def inflate_limit(deflated_bytes: int) -> int:
    """Most bytes that a stream of this length may become."""
    return min(MAXIMUM_INFLATED_BYTES, max(ALWAYS_INFLATED_BYTES, BELIEVABLE_RATIO * deflated_bytes))


def inflate(data: DataSetBytes, limit: int | None = None) -> bytes:
    """Undo ``deflate`` in memory; a padding byte after the stream is allowed.

    Raises ConversionError when the stream is corrupt or becomes longer than the limit (``inflate_limit`` by default),
    TruncatedError when it is cut off.
    """
    inflated = bytearray()
    for piece in _inflated_pieces(data, limit):
        inflated += piece
    return bytes(inflated)


def inflate_spooled(
    data: DataSetBytes, limit: int | None = None, moving: Callable[[], None] | None = None
) -> bytes | memoryview:
    """Inflate as ``inflate`` does, but what is long into a temporary file (``spool_file``); OSError passes.

    ``moving`` is called before each further piece; what it raises passes.
    """
    return joined(watched(_inflated_pieces(data, limit), moving))


def _inflated_pieces(data: DataSetBytes, limit: int | None) -> Iterator[bytes]:
    allowed = inflate_limit(len(data)) if limit is None else limit
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    source = memoryview(data)
    total = position = 0
    pending: DataSetBytes = b""
    try:
        while not stream.eof:
            if not pending:
                pending = source[position : position + _STEP]
                position += len(pending)
            piece = stream.decompress(pending, _STEP)
            if not piece and not pending and not stream.eof:
                raise TruncatedError("the deflated data set is cut off")
            pending = stream.unconsumed_tail
            total += len(piece)
            if total > allowed:
                raise ConversionError(
                    f"the deflated data set of {len(data)} bytes grows beyond the {allowed} bytes that are believed"
                )
            yield piece
    except zlib.error as error:
        raise ConversionError(f"the deflated data set is corrupt: {error}") from error


def deflate(data: DataSetBytes, level: int, moving: Callable[[], None] | None = None) -> bytes:
    """Deflate to one raw stream of even length; level 0 (stored) to 9 (smallest).

    ``moving`` is called before each further piece; what it raises passes.
    """
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = b"".join([*map(stream.compress, watched(walk_pieces(data), moving)), stream.flush()])
    return deflated + b"\0" if len(deflated) & 1 else deflated
