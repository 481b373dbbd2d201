"""Messages between the window's process and that of its engine, as bytes: a length and a pickle of few kinds.

Both ends are the same program of the same user, and one has begun the other. Nevertheless only values are read: data
classes, tuples, enumerations and errors of this program, and a few types of the standard library; nothing that does
something is called by what is read.
"""

import io
import pickle
import struct
from dataclasses import is_dataclass
from enum import Enum
from typing import IO, NamedTuple

from dicomdesk import errors

__all__ = ["MOST_BYTES", "Answer", "Ask", "Beat", "pack", "read_message"]

MOST_BYTES = 1 << 28
"""Of one message."""
_LENGTH = struct.Struct(">Q")
_PROTOCOL = 5
_PLAIN = frozenset({"array", "collections", "datetime", "pathlib", "zoneinfo"})
"""Modules of the standard library whose types are read."""
_BUILT_IN = frozenset({"complex", "dict", "frozenset", "int", "list", "range", "set", "slice", "str", "tuple"})
"""Types that are read besides errors."""
_MAKERS = frozenset({(errors.__name__, errors.made_again.__name__), ("array", "_array_reconstructor")})
"""Functions that make values of the types that name them."""


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


class Beat(NamedTuple):
    """Say that you are there; said back where it ``wants_answer``, by the thread that reads."""

    wants_answer: bool


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("builtins", "getattr"):
            return _member
        is_maker, is_ours = (module, name) in _MAKERS, module.startswith("dicomdesk.")
        if is_maker or is_ours or module in _PLAIN or module == "builtins":
            found = super().find_class(module, name)
            if is_maker or (isinstance(found, type) and _is_value(found, module, name)):
                return found
        raise pickle.UnpicklingError(f"no value: {module}.{name}")


def _member(kind: object, name: object) -> Enum:
    """Return a member of an enumeration; Python before 3.11.4 writes it as an attribute of its class."""
    if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(name, str) and name in kind.__members__:
        return kind[name]
    raise pickle.UnpicklingError(f"no member of an enumeration: {kind!r}, {name!r}")


def _is_value(found: type, module: str, name: str) -> bool:
    """Whether instances of a type are values, and the type is found where it belongs, not through another module."""
    if module.startswith("dicomdesk."):
        is_at_home = (found.__module__, found.__qualname__) == (module, name)
        return is_at_home and (is_dataclass(found) or issubclass(found, tuple | Enum | BaseException))
    if module == "builtins":
        return name in _BUILT_IN or issubclass(found, BaseException)
    return "." not in name


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
    if len(content) < length:
        return None
    try:
        found: object = _Reader(io.BytesIO(content)).load()
    except (ValueError, pickle.UnpicklingError):
        raise
    except Exception as error:
        raise pickle.UnpicklingError(f"it is no message: {error!r}") from error
    if not _is_sound(found):
        raise pickle.UnpicklingError(f"it is no message: {type(found).__name__} of other values")
    return found


def _is_sound(found: object) -> bool:
    """Whether the parts of a message are what their types say; other values are no messages, and pass."""
    if isinstance(found, Ask):
        return (type(found.number), type(found.operation), type(found.values)) == (int, str, tuple)
    if isinstance(found, Answer):
        return type(found.number) is int and isinstance(found.error, BaseException | None)
    return not isinstance(found, Beat) or type(found.wants_answer) is bool
