"""Writes requests as JSON documents and reads them again, without their secrets.

A document is an object with ``dicomdesk_request`` (the version of this format), ``kind`` (send, send-exactly, receive,
echo, check, preflight, query, retrieve, list) and ``request``: the fields of the request by name. Values are as the
fields are declared, and nothing else is read: enumerations by their value, paths as text, bytes as hexadecimal digits,
tuples and sets as lists, mappings as lists of pairs; a request in a request has its own ``kind``. Fields may be missing
that have a default. What means nothing to another process is not written.

Secrets are the fields that do not show themselves (``repr=False``): pass phrases, passcodes, tokens, hashes of users.
Instead of their values stands "withheld". What is read has the value in their place that opens nothing, and says where.
"""

import importlib
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, get_args, get_origin, get_type_hints

from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.records import dataclass, is_lasting

if TYPE_CHECKING:
    from dicomdesk.engine.check.requests import CheckRequest, EchoRequest
    from dicomdesk.engine.lists.request import ListRequest
    from dicomdesk.engine.preflight.request import PreflightRequest
    from dicomdesk.engine.query.request import QueryRequest
    from dicomdesk.engine.receive.request import ReceiveRequest
    from dicomdesk.engine.retrieve.request import RetrieveRequest
    from dicomdesk.engine.send.request import SendRequest
    from dicomdesk.engine.send_exactly.request import ExactSendRequest

    EngineRequest = (
        SendRequest
        | ExactSendRequest
        | ReceiveRequest
        | EchoRequest
        | CheckRequest
        | PreflightRequest
        | QueryRequest
        | RetrieveRequest
        | ListRequest
    )

__all__ = ["ReadRequest", "read_request", "request_types", "write_request"]

_PLACES = {
    "send": ("dicomdesk.engine.send.request", "SendRequest"),
    "send-exactly": ("dicomdesk.engine.send_exactly.request", "ExactSendRequest"),
    "receive": ("dicomdesk.engine.receive.request", "ReceiveRequest"),
    "echo": ("dicomdesk.engine.check.requests", "EchoRequest"),
    "check": ("dicomdesk.engine.check.requests", "CheckRequest"),
    "preflight": ("dicomdesk.engine.preflight.request", "PreflightRequest"),
    "query": ("dicomdesk.engine.query.request", "QueryRequest"),
    "retrieve": ("dicomdesk.engine.retrieve.request", "RetrieveRequest"),
    "list": ("dicomdesk.engine.lists.request", "ListRequest"),
}
"""Where the request of each kind is to be found, which is imported when one is read: few have to do with all."""
_NAMES = {place: kind for kind, place in _PLACES.items()}
_VERSION_KEY = "dicomdesk_request"
_VERSION = 1
_WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """Request that was read."""

    request: "EngineRequest"
    missing_secrets: tuple[str, ...]
    """Where values were withheld, such as "peer.tls.pass_phrase"; the request is not to be submitted without them."""


def request_types() -> tuple[type, ...]:
    """The types of all requests of which there are documents."""
    return tuple(map(_load, _PLACES))


def write_request(request: "EngineRequest") -> str:
    """The document of a request; raises ValueError where a number is not finite."""
    document = {_VERSION_KEY: _VERSION, **_with_kind(request)}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def read_request(text: str) -> ReadRequest:
    """Read a document; raises SettingsError, which names the place, for all that ``write_request`` would not write."""
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"This is no document of a request: {error}") from error
    if not isinstance(document, dict) or _VERSION_KEY not in document:
        raise SettingsError("This is no document of a request")
    version = document.pop(_VERSION_KEY)
    if type(version) is not int or version != _VERSION:
        raise SettingsError(f"A request of version {_shown(version)} cannot be read here, only of version {_VERSION}")
    reader = _Reader()
    return ReadRequest(request=reader.read_with_kind(document, "request"), missing_secrets=tuple(reader.missing))


def _load(kind: str) -> type:
    module, name = _PLACES[kind]
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, type)
    return found


def _kind_of(found: object) -> str | None:
    """The kind of request that a type is; None where it is no request."""
    return _NAMES.get((found.__module__, found.__qualname__)) if isinstance(found, type) else None


def _with_kind(request: object) -> dict[str, object]:
    return {"kind": _kind_of(type(request)), "request": _write_fields(request)}


def _write_fields(value: object) -> dict[str, object]:
    return {each.name: _write_field(each, getattr(value, each.name)) for each in _fields(type(value))}


def _write_field(field: "Field[object]", value: object) -> object:
    if field.repr:
        return _write(value)
    return None if value is None or value == b"" else _WITHHELD


def _write(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if _kind_of(type(value)) is not None:
        return _with_kind(value)
    if is_dataclass(value):
        return _write_fields(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return [[_write(key), _write(each)] for key, each in value.items()]
    if isinstance(value, frozenset):
        return sorted(map(_write, value), key=str)
    return [_write(each) for each in value] if isinstance(value, tuple) else value


class _Reader:
    """Reader of values by their declared types; ``place`` is where, for errors."""

    def __init__(self) -> None:
        self.missing: list[str] = []

    def read_with_kind(self, value: object, place: str) -> "EngineRequest":
        """An object that says which request it is."""
        if not isinstance(value, dict) or set(value) != {"kind", "request"}:
            raise _wrong(place, "an object with kind and request", value)
        name = value["kind"]
        if not isinstance(name, str) or name not in _PLACES:
            raise _wrong(f"{place}.kind", f"one of {', '.join(_PLACES)}", name)
        kind, where = _load(name), "" if place == "request" else place
        return self._read_fields(kind, value["request"], where)  # type: ignore[return-value] # of that type

    def _read(self, kind: object, value: object, place: str) -> object:
        origin = get_origin(kind)
        if isinstance(kind, UnionType):
            return self._read_one_of(get_args(kind), value, place)
        if origin is not None:
            return self._read_many(origin, get_args(kind), value, place)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return _read_member(kind, value, place)
        if isinstance(kind, type) and is_dataclass(kind):
            is_request = _kind_of(kind) is not None
            return self._read_request((kind,), value, place) if is_request else self._read_fields(kind, value, place)
        if kind is Path and isinstance(value, str):
            return Path(value)
        if kind is bytes and isinstance(value, str):
            return _read_bytes(value, place)
        if kind is float and type(value) in {int, float}:
            return _read_number(value, place)
        if type(value) is kind:
            return value
        raise _wrong(place, _WORDS.get(kind, "something else"), value)

    def _read_one_of(self, kinds: tuple[object, ...], value: object, place: str) -> object:
        if value is None and NoneType in kinds:
            return None
        kinds = tuple(kind for kind in kinds if kind is not NoneType)
        return self._read(kinds[0], value, place) if len(kinds) == 1 else self._read_request(kinds, value, place)

    def _read_request(self, kinds: tuple[object, ...], value: object, place: str) -> "EngineRequest":
        """A request within a request."""
        found = self.read_with_kind(value, place)
        if type(found) not in kinds:
            raise _wrong(f"{place}.kind", "another request", _kind_of(type(found)))
        return found

    def _read_many(self, origin: object, kinds: tuple[object, ...], value: object, place: str) -> object:
        if origin is tuple and kinds[-1] is not ...:
            return self._read_each(kinds, value, place)
        if not isinstance(value, list):
            raise _wrong(place, "a list", value)
        places = [f"{place}[{number}]" for number in range(len(value))]
        if origin is Mapping:
            pairs = [self._read_each(kinds, each, at) for each, at in zip(value, places, strict=True)]
            return _all_of({pair[0]: pair[1] for pair in pairs}, value, place)
        found = [self._read(kinds[0], each, at) for each, at in zip(value, places, strict=True)]
        return tuple(found) if origin is tuple else _all_of(frozenset(found), value, place)

    def _read_each(self, kinds: tuple[object, ...], value: object, place: str) -> tuple[object, ...]:
        """A list that has one value of each kind."""
        if not isinstance(value, list) or len(value) != len(kinds):
            raise _wrong(place, f"a list of {len(kinds)}", value)
        return tuple(map(self._read, kinds, value, (f"{place}[{number}]" for number in range(len(kinds)))))

    def _read_fields(self, kind: type, value: object, place: str) -> object:
        if not isinstance(value, dict):
            raise _wrong(place or "request", "an object", value)
        declared, hints = {each.name: each for each in _fields(kind)}, get_type_hints(kind)
        unknown = sorted(set(value) - set(declared))
        if unknown:
            raise SettingsError(f"{place or 'request'} has nothing that is called {_shown(unknown[0])}")
        found = {}
        for name, field in declared.items():
            where = f"{place}.{name}" if place else name
            if not field.repr:
                found[name] = self._read_secret(hints[name], value.get(name), where)
            elif name in value:
                found[name] = self._read(hints[name], value[name], where)
            elif field.default is MISSING and field.default_factory is MISSING:
                raise SettingsError(f"{where} is missing")
        return kind(**found)

    def _read_secret(self, kind: object, value: object, place: str) -> object:
        """Read a secret as one that opens nothing, where there was one."""
        if value is None:
            return b"" if kind is bytes else None
        if value != _WITHHELD:
            raise SettingsError(f"{place} is a secret and has no place in a document")
        self.missing.append(place)
        if kind is bytes:
            return b""
        return {} if any(get_origin(each) is Mapping for each in get_args(kind)) else None


_WORDS: dict[object, str] = {
    str: "a text",
    Path: "a text",
    bytes: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _fields(kind: type) -> "tuple[Field[object], ...]":
    return tuple(filter(is_lasting, fields(kind)))


def _read_member(kind: type[Enum], value: object, place: str) -> Enum:
    for member in kind:
        if type(member.value) is type(value) and member.value == value:
            return member
    raise _wrong(place, f"one of {', '.join(str(member.value) for member in kind)}", value)


def _read_bytes(value: str, place: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise _wrong(place, "pairs of hexadecimal digits", value) from None


def _read_number(value: object, place: str) -> float:
    assert isinstance(value, int | float)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(place, "a finite number", value)
    return number


def _all_of(made: Collection[object], values: list[object], place: str) -> Collection[object]:
    if len(made) != len(values):
        raise _wrong(place, "a list in which nothing comes twice", values)
    return made


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice in an object")
    return found


def _refuse_constant(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _wrong(place: str, wanted: str, value: object) -> SettingsError:
    return SettingsError(f"{place} is {_shown(value)}, and must be {wanted}")


def _shown(value: object) -> str:
    text = printable(json.dumps(value))
    return text if len(text) <= 60 else f"{text[:57]}..."
