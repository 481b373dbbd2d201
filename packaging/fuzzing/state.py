"""What a worker is at, for the one that watches it: survives whatever the input does to the worker."""

import mmap
import struct
from pathlib import Path

_HEAD = struct.Struct("<QI")
_BYTES = _HEAD.size + (1 << 17)


class State:
    """A small file that both processes see; the worker alone writes."""

    def __init__(self, path: Path) -> None:
        with open(path, "a+b") as file:
            file.truncate(_BYTES)
            self._map = mmap.mmap(file.fileno(), _BYTES)

    def begin(self, case: int, data: bytes) -> None:
        """Say which case is about to be tried."""
        _HEAD.pack_into(self._map, 0, case, len(data))
        self._map[_HEAD.size : _HEAD.size + len(data)] = data

    @property
    def cases(self) -> int:
        """How many were begun."""
        return int(_HEAD.unpack_from(self._map)[0])

    @property
    def data(self) -> bytes:
        """The input of the last one."""
        return bytes(self._map[_HEAD.size : _HEAD.size + _HEAD.unpack_from(self._map)[1]])
