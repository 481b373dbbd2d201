"""Data sets as P-DATA-TF PDUs of one PDV each (PS3.8 9.3.5), without copying what is in memory already.

A data set in memory goes out by scatter/gather. One in a file is read straight between PDU headers that stand ready in
a buffer of limited size, so that one read and one send move many fragments whatever the size of the file.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Protocol

from dicomdesk.dicom.data_set_source import FileRange, check_unchanged
from dicomdesk.errors import TruncatedError
from dicomdesk.network.upper_layer.data_pdus import HEADERS, LAST, fragment_header
from dicomdesk.network.wire.connection import Buffer

_HEADER_BYTES = HEADERS.size
_BUFFER_BYTES = 1 << 20
_FRAGMENTS_AT_ONCE = 256
LARGE_BYTES = 1 << 23
"""From here on the connection is prepared for large data."""


class DataConnection(Protocol):
    """Connection that instances are written to."""

    def send(self, data: bytes) -> None:
        """Send all of it."""
        ...

    def send_buffers(self, buffers: Sequence[Buffer], size: int, *, heeds_input: bool = False) -> None:
        """Send all of the buffers, ``size`` bytes together."""
        ...

    def prepare_for_large_data(self) -> None:
        """Announce that many megabytes will be sent."""
        ...


def memory_fragments(
    context_id: int, command: bytes, data: bytes | bytearray | memoryview, fragment_bytes: int
) -> Iterator[tuple[list[Buffer], int]]:
    """The command's PDU and the data set as lists of buffers to be sent together, with their size."""
    view = memoryview(data)
    if view.itemsize != 1 or view.ndim != 1:
        view = view.cast("B")
    size = len(view)
    header = fragment_header(fragment_bytes, context_id, 0)
    buffers: list[Buffer] = [command]
    length = len(command)
    position = 0
    while size - position > fragment_bytes:
        buffers += (header, view[position : position + fragment_bytes])
        position += fragment_bytes
        length += _HEADER_BYTES + fragment_bytes
        if len(buffers) > 2 * _FRAGMENTS_AT_ONCE:
            yield buffers, length
            buffers, length = [], 0
    buffers += (fragment_header(size - position, context_id, LAST), view[position:])
    yield buffers, length + _HEADER_BYTES + size - position


class FileFragments:
    """Sends data sets from files through a reused buffer."""

    def __init__(self, connection: DataConnection, fragment_bytes: int) -> None:
        self._connection = connection
        self._fragment_bytes = fragment_bytes
        self._slot_bytes = _HEADER_BYTES + fragment_bytes
        self._slots = max(1, _BUFFER_BYTES // self._slot_bytes)
        self._buffer = memoryview(bytearray(self._slots * self._slot_bytes))
        self._data = [
            self._buffer[start + _HEADER_BYTES : start + self._slot_bytes]
            for start in range(0, self._slots * self._slot_bytes, self._slot_bytes)
        ]
        self._context_id = 0

    def send(self, context_id: int, command: bytes, data: FileRange) -> None:
        """Send the command's PDU and the data set.

        Raises DataError when the file ends too early or was changed, and OSError when it cannot be read: then part is
        sent, and never the last fragment, so that nobody takes a mixture for an instance.
        """
        if data.length >= LARGE_BYTES:
            self._connection.prepare_for_large_data()
        self._prepare_headers(context_id)
        position, end = data.offset, data.offset + data.length
        is_last = False
        while not is_last:
            count = min(self._slots * self._fragment_bytes, end - position)
            is_last = position + count == end
            size = self._fill(data.file_descriptor, position, count)
            if is_last:
                check_unchanged(data)
                self._mark_last(context_id, count)
            buffers: tuple[Buffer, ...] = (self._buffer[:size],)
            if command:
                buffers, size, command = (command, *buffers), size + len(command), b""
            self._connection.send_buffers(buffers, size, heeds_input=True)
            position += count

    def _prepare_headers(self, context_id: int) -> None:
        if self._context_id != context_id:
            header = fragment_header(self._fragment_bytes, context_id, 0)
            for start in range(0, len(self._buffer), self._slot_bytes):
                self._buffer[start : start + _HEADER_BYTES] = header
            self._context_id = context_id

    def _mark_last(self, context_id: int, count: int) -> None:
        """Give the last fragment its own header; those of the buffer have to be made again afterwards."""
        full = max(0, count - 1) // self._fragment_bytes
        rest = count - full * self._fragment_bytes
        start = full * self._slot_bytes
        self._buffer[start : start + _HEADER_BYTES] = fragment_header(rest, context_id, LAST)
        self._context_id = 0

    def _fill(self, descriptor: int, position: int, count: int) -> int:
        """Read into the slots; how many bytes of the buffer are in use then."""
        full, rest = divmod(count, self._fragment_bytes)
        targets = self._data[:full]
        if rest or not full:
            targets.append(self._data[full][:rest])
        done = read_into(descriptor, targets, position)
        while done < count:  # rare: a read ended early
            skipped, inside = divmod(done, self._fragment_bytes)
            more = read_into(descriptor, [targets[skipped][inside:]], position + done)
            if not more:
                raise TruncatedError("The file is shorter than it was")
            done += more
        return count + _HEADER_BYTES * len(targets)


def read_into(descriptor: int, targets: list[memoryview], position: int) -> int:
    """Read a file at a position into buffers one after the other, as far as one system call gets."""
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, targets, position)
    os.lseek(descriptor, position, os.SEEK_SET)
    data = os.read(descriptor, len(targets[0]))
    targets[0][: len(data)] = data
    return len(data)
