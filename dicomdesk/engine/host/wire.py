"""Messages between the window's process and that of its engine, as bytes: a length and a pickle of few kinds.

Both ends are the same program of the same user, and one has begun the other. Nevertheless only values are read: types
of this program and a few of the standard library, and no function that could be called by what is read.
"""

import io
import pickle
import struct
from typing import IO, NamedTuple

from dicomdesk import errors

__all__ = ["MOST_BYTES", "Answer", "Ask", "pack", "read_message"]

MOST_BYTES = 1 << 28
"""Of one message."""
_LENGTH = struct.Struct(">Q")
_PROTOCOL = 5
_PLAIN = frozenset({"array", "builtins", "collections", "datetime", "pathlib", "zoneinfo"})
"""Modules of the standard library whose types are read, besides errors."""
_MAKERS = frozenset({(errors.__name__, errors.made_again.__name__), ("array", "_array_reconstructor")})
"""Functions that make values of the types that name them."""
_NO_VALUES = frozenset({"eval", "exec", "compile", "open", "getattr", "setattr", "__import__", "type", "object"})


class Ask(NamedTuple):
    """Have the other end do something."""

    number: int
    """Of its answer; 0 where none is wanted."""
    operation: str
    values: tuple[object, ...]


class Answer(NamedTuple):
    """What came of it."""

    number: int
    value: object
    error: BaseException | None


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        found = super().find_class(module, name)
        is_ours = module.startswith("dicomdesk.") and isinstance(found, type)
        is_plain = module in _PLAIN and isinstance(found, type) and name not in _NO_VALUES
        if is_ours or is_plain or (module, name) in _MAKERS:
            return found
        raise pickle.UnpicklingError(f"no value: {module}.{name}")


def pack(message: object) -> bytes:
    """Return a message as bytes; raises ValueError where it is too large, and what ``pickle`` raises."""
    content = pickle.dumps(message, _PROTOCOL)
    if len(content) > MOST_BYTES:
        raise ValueError(f"a message of {len(content):,} bytes is too large")
    return _LENGTH.pack(len(content)) + content


def read_message(stream: IO[bytes]) -> object | None:
    """Read the next message; None at the end, also in the middle of one. Raises ValueError or UnpicklingError."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise ValueError(f"a message of {length:,} bytes is too large")
    content = stream.read(length)
    return _Reader(io.BytesIO(content)).load() if len(content) == length else None
