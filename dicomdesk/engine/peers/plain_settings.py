"""Settings as plain values for a JSON file, without their secrets, and back again."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TypeVar

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsFileFormat, TlsProfile, TlsSettings

__all__ = [
    "PEER_SECURITY_READERS",
    "Reader",
    "read_fields",
    "read_list",
    "read_member",
    "read_number",
    "read_object",
    "read_seconds",
    "read_switch",
    "read_text",
    "read_texts",
    "read_time",
    "read_tls",
    "to_plain",
]

LONGEST_S = 1e6
"""Longer time-outs are none."""
_SECRETS = frozenset({"pass_phrase"})

Value = TypeVar("Value")
Reader = Callable[[object, str], object]
"""Makes a setting of a plain value, whose name is for the SettingsError that it raises."""


def to_plain(value: object) -> object:
    """Return what JSON can say of a value of the settings; secrets are left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_plain(getattr(value, each.name)) for each in fields(value) if each.name not in _SECRETS}
    return value


def read_fields(kind: type[Value], readers: Mapping[str, Reader], found: object) -> Value:
    """Return the values of one kind; what is missing has its default, what is wrong raises SettingsError."""
    given = read_object(found, kind.__name__)
    return kind(**{name: read(given[name], name) for name, read in readers.items() if name in given})


def read_object(value: object, name: str) -> dict[str, object]:
    """Return an object."""
    if not isinstance(value, dict):
        raise SettingsError(f"{name} is no object")
    return value


def read_list(value: object, name: str) -> list[object]:
    """Return a list."""
    if not isinstance(value, list):
        raise SettingsError(f"{name} is no list")
    return value


def read_text(value: object, name: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise SettingsError(f"{name} is no text")
    return value


def read_switch(value: object, name: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise SettingsError(f"{name} is neither true nor false")
    return value


def read_number(value: object, name: str) -> int:
    """Return a whole number."""
    if type(value) is not int:
        raise SettingsError(f"{name} is no whole number")
    return value


def read_seconds(value: object, name: str) -> float | None:
    """Return seconds above 0, None for no limit."""
    if value is None:
        return None
    if type(value) not in {int, float}:
        raise SettingsError(f"{name} is no number of seconds")
    assert isinstance(value, int | float)
    if not 0 < value < LONGEST_S:
        raise SettingsError(f"{name} is no number of seconds above 0")
    return float(value)


def read_time(value: object, name: str) -> datetime:
    """Return a time with time zone."""
    try:
        found = datetime.fromisoformat(read_text(value, name))
    except ValueError as error:
        raise SettingsError(f"{name} is no time") from error
    if found.tzinfo is None:
        raise SettingsError(f"{name} has no time zone")
    return found


def read_texts(value: object, name: str) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(read_text(item, name) for item in read_list(value, name))


def read_member(kind: type[Enum]) -> Reader:
    """Return a reader of the members of an enumeration."""

    def read(value: object, name: str) -> Enum:
        try:
            return kind(value)
        except ValueError as error:
            raise SettingsError(f"{name} is none of {', '.join(str(member.value) for member in kind)}") from error

    return read


def read_tls(value: object, _name: str) -> TlsSettings:
    """Return TLS settings."""
    return read_fields(TlsSettings, _TLS, value)


def _path(value: object, name: str) -> Path | None:
    return None if value is None else Path(read_text(value, name))


def _paths(value: object, name: str) -> tuple[Path, ...]:
    return tuple(Path(text) for text in read_texts(value, name))


_TLS: dict[str, Reader] = {
    "certificate_file": _path,
    "private_key_file": _path,
    "file_format": read_member(TlsFileFormat),
    "authority_files": _paths,
    "authority_folders": _paths,
    "trusts_system": read_switch,
    "revocation_files": _paths,
    "revocation_check": read_member(RevocationCheck),
    "peer_verification": read_member(PeerVerification),
    "checks_host_name": read_switch,
    "profile": read_member(TlsProfile),
    "ciphers": read_texts,
    "dh_parameters_file": _path,
}
PEER_SECURITY_READERS: dict[str, Reader] = {
    "uses_tls": read_switch,
    "tls": read_tls,
    "user_name": read_text,
    "sends_passcode": read_switch,
    "wants_response": read_switch,
}
"""How each field of ``PeerSecurity`` is read."""

READERS: dict[type, dict[str, Reader]] = {TlsSettings: _TLS, PeerSecurity: PEER_SECURITY_READERS}
"""How each field is read; a test compares with the fields that there are."""
