"""Forward-moving view of a deflated data set: inflated piece by piece, what was passed over is dropped."""

import zlib
from collections.abc import Callable

from dicomdesk.errors import DataError, TruncatedError

_STEP = 65536
_UNKNOWN_SIZE = 1 << 62

LARGEST_INFLATED_BYTES = 16 << 30
"""A deflated data set that grows beyond this is not inflated further."""

ALWAYS_ELEMENTS = 500_000
"""As many elements and items a deflated data set may have whatever its length; 10,000 frames that are all alike have
fewer."""

ELEMENTS_OF_BYTE = 4
"""As many more it may have for each of its bytes; where frames differ in number and time only, they have three."""


def element_limit(deflated_bytes: int) -> int:
    """Most elements and items that a deflated data set of this length may have."""
    return ALWAYS_ELEMENTS + ELEMENTS_OF_BYTE * deflated_bytes


class InflatingWindow:
    """Like ``Window``, over what a raw deflate stream becomes; moves forward only.

    ``read_piece`` returns the next bytes of the stream, b"" at its end. Before more is inflated, ``moving`` is called
    with how many bytes of the stream have been read; what it raises passes.
    """

    __slots__ = ("_inflater", "_is_started", "_pending", "_read", "_read_piece", "base", "buffer", "moving", "size")

    def __init__(self, read_piece: Callable[[], bytes | bytearray | memoryview]) -> None:
        self.buffer: bytes | bytearray | memoryview = b""
        self.base = 0
        self.size = _UNKNOWN_SIZE
        """Unknown, that is huge, until the end has been reached."""
        self.moving: Callable[[int], None] | None = None
        self._read_piece = read_piece
        self._read = 0
        self._is_started = False
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._pending: bytes | bytearray | memoryview = b""

    def available(self, offset: int) -> int:
        """Return how many bytes are in view from ``offset`` on; 0 when it is not in view."""
        return max(0, self.base + len(self.buffer) - offset) if offset >= self.base else 0

    def show(self, offset: int, size: int) -> bool:
        """Move so that ``size`` bytes from ``offset`` are in view; return whether they are.

        Raises DataError for a corrupt stream, TruncatedError for one that is cut off.
        """
        while self.base + len(self.buffer) < offset + size and self.size == _UNKNOWN_SIZE:
            if self.moving is not None:
                self.moving(self._read)
            passed = min(max(0, offset - self.base), len(self.buffer))
            self.buffer = self.buffer[passed:]
            self.base += passed
            self.buffer = bytes(self.buffer) + self._inflate()
            if self.base > LARGEST_INFLATED_BYTES:
                raise DataError(f"deflated data set grows beyond {LARGEST_INFLATED_BYTES} bytes")
        return self.base <= offset and offset + size <= self.base + len(self.buffer)

    def _is_empty(self) -> bool:
        """Return whether there is no stream at all, not even the start of one."""
        if not self._is_started:
            self._is_started = True
            self._pending = self._next_piece()
            return not self._pending
        return False

    def _next_piece(self) -> bytes | bytearray | memoryview:
        piece = self._read_piece()
        self._read += len(piece)
        return piece

    def _inflate(self) -> bytes:
        """Return the next inflated bytes; b"" when there are none, at the end with ``size`` known."""
        if self._inflater.eof or self._is_empty():
            self.size = self.base + len(self.buffer)
            return b""
        pending = self._pending or self._next_piece()
        try:
            inflated = self._inflater.decompress(pending, _STEP)
        except zlib.error as error:
            raise DataError(f"ZLib Error: {str(error).rpartition(': ')[2]}") from error
        self._pending = self._inflater.unconsumed_tail
        if not inflated and not pending and not self._inflater.eof:
            raise TruncatedError("I/O suspension or premature end of stream")
        return inflated
