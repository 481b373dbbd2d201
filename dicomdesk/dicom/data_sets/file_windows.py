"""Forward-moving view of a file: bytes are read when they are looked at, never by a length that the file declares."""

import os
from collections.abc import Callable

_WINDOW_SIZE = 4096
_LARGER_WINDOW_SIZE = 65536
_MOST_MOVES = 128
_UNLIMITED = 1 << 62


class Window:
    """Bytes ``base`` to ``base + len(buffer)`` of a source of ``size`` bytes; belongs to one thread.

    ``moving`` is called before each move; what it raises passes, so that a long walk can be broken off.
    """

    __slots__ = ("_descriptor", "_moves_left", "base", "buffer", "moving", "size")

    def __init__(self, buffer: bytes, size: int, descriptor: int, most_moves: int) -> None:
        self.buffer = buffer
        self.base = 0
        self.size = size
        self.moving: Callable[[], None] | None = None
        self._descriptor = descriptor
        self._moves_left = most_moves

    @classmethod
    def of_file(cls, descriptor: int, size: int, most_moves: int = _MOST_MOVES) -> "Window":
        """Look at the start of an open file, which the caller closes; after ``most_moves`` the file seems to end."""
        return cls(read_at(descriptor, _WINDOW_SIZE, 0), size, descriptor, most_moves)

    @classmethod
    def of_bytes(cls, buffer: bytes, size: int) -> "Window":
        """Look at bytes that are there; nothing beyond them can be seen."""
        return cls(buffer, size, -1, 0)

    def whole(self) -> "Window | None":
        """Return a view of the same source that may move without limit; None when it cannot be seen to its end."""
        if self._descriptor >= 0:
            window = Window.of_file(self._descriptor, self.size, _UNLIMITED)
            window.moving = self.moving
            return window
        return self if len(self.buffer) == self.size else None

    def available(self, offset: int) -> int:
        """Return how many bytes are in view from ``offset`` on; 0 when it is not in view."""
        return max(0, self.base + len(self.buffer) - offset) if offset >= self.base else 0

    def show(self, offset: int, size: int) -> bool:
        """Move so that ``size`` bytes from ``offset`` are in view; return whether they are.

        When fewer are left in the source, what is left is in view.
        """
        if self.base <= offset and offset + size <= self.base + len(self.buffer):
            return True
        if self._descriptor >= 0 and self._moves_left > 0 and offset < self.size:
            if self.moving is not None:
                self.moving()
            self._moves_left -= 1
            window_size = _WINDOW_SIZE if self._moves_left > _MOST_MOVES - 8 else _LARGER_WINDOW_SIZE
            self.buffer = read_at(self._descriptor, max(window_size, size), offset)
            self.base = offset
        return self.base <= offset and offset + size <= self.base + len(self.buffer)

    def read(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset`` without moving the view."""
        start = offset - self.base
        if start >= 0 and (start + size <= len(self.buffer) or self._descriptor < 0):
            return self.buffer[start : start + size]
        return read_at(self._descriptor, size, offset) if self._descriptor >= 0 else b""


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Read up to ``size`` bytes at ``offset`` of an open file; fewer only at its end."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)
