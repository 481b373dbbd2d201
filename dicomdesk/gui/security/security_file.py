"""File of the security of peers and of the listener: JSON that only its owner can read.

Pass phrases and passcodes are never in it; of users who may send only the hashes of their passcodes.
"""

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import TypeVar

from dicomdesk import paths
from dicomdesk.errors import SettingsError
from dicomdesk.gui.security.security_store import ListenerSecurity, PeerSecurity, SecuritySettings
from dicomdesk.gui.window_state import TypedPeer
from dicomdesk.settings import (
    AccessRules,
    PeerVerification,
    RevocationCheck,
    TlsFileFormat,
    TlsProfile,
    TlsSettings,
)

FILE_NAME = "security.json"
FORMAT = 1
OWNER_ONLY = 0o600
_LARGEST_BYTES = 8 << 20
_SECRETS = frozenset({"pass_phrase"})

Value = TypeVar("Value")


def security_file() -> Path:
    """Return the path of the file."""
    return paths.configuration_folder() / FILE_NAME


def load_security(path: Path) -> SecuritySettings:
    """Read the settings; no file is a first start. Raises SettingsError where there is one that makes no sense.

    Reads the disk: not for the Qt thread.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        return SecuritySettings()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        return from_json(content.decode("utf-8"))
    except (ValueError, SettingsError) as error:
        raise SettingsError(f"{path} is damaged: {error}") from error


def save_security(path: Path, settings: SecuritySettings) -> None:
    """Write the settings, whole or not at all, for their owner's eyes only; raises OSError. Not for the Qt thread."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    try:
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with open(number, "w", encoding="utf-8") as file:
            file.write(to_json(settings))
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def to_json(settings: SecuritySettings) -> str:
    """Return the settings as text for their file."""
    peers = [
        {"ae_title": entry.ae_title, "host": entry.host, "port": entry.port, "security": _plain(security)}
        for entry, security in settings.peers.items()
    ]
    return json.dumps({"format": FORMAT, "nodes": peers, "listener": _plain(settings.listener)}, indent=1)


def from_json(text: str) -> SecuritySettings:
    """Return the settings read from text; raises SettingsError where something is not what it should be."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError("it is not JSON") from error
    whole = _object(found, "the whole")
    if whole.get("format") != FORMAT:
        raise SettingsError("it was written by another version")
    peers: dict[TypedPeer, PeerSecurity] = {}
    for item in _list(whole.get("nodes"), "nodes"):
        node = _object(item, "a node")
        entry = TypedPeer(**{name: _text(node.get(name), name) for name in ("ae_title", "host", "port")})
        peers[entry] = _read(PeerSecurity, node.get("security"))
    return SecuritySettings(peers=peers, listener=_read(ListenerSecurity, whole.get("listener")))


# Writing.


def _plain(value: object) -> object:
    """Return what JSON can say of a value of the settings."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, PeerSecurity | ListenerSecurity | TlsSettings | AccessRules):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in _SECRETS}
    return value


# Reading.


def _read(kind: type[Value], found: object) -> Value:
    """Return the values of one kind; what is missing has its default, what is wrong raises SettingsError."""
    given = _object(found, kind.__name__)
    known = _FIELDS[kind]
    return kind(**{name: read(given[name], name) for name, read in known.items() if name in given})


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise SettingsError(f"{name} is no object")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise SettingsError(f"{name} is no list")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{name} is no text")
    return value


def _switch(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{name} is neither true nor false")
    return value


def _path(value: object, name: str) -> Path | None:
    return None if value is None else Path(_text(value, name))


def _texts(value: object, name: str) -> tuple[str, ...]:
    return tuple(_text(item, name) for item in _list(value, name))


def _text_set(value: object, name: str) -> frozenset[str]:
    return frozenset(_texts(value, name))


def _paths(value: object, name: str) -> tuple[Path, ...]:
    return tuple(Path(text) for text in _texts(value, name))


def _users(value: object, name: str) -> dict[str, str] | None:
    if value is None:
        return None
    return {user: _text(hashed, name) for user, hashed in _object(value, name).items()}


def _member(kind: type[Enum]) -> "_Reader":
    def read(value: object, name: str) -> Enum:
        try:
            return kind(value)
        except ValueError as error:
            raise SettingsError(f"{name} is none of {', '.join(str(member.value) for member in kind)}") from error

    return read


_Reader = Callable[[object, str], object]

_TLS: dict[str, _Reader] = {
    "certificate_file": _path,
    "private_key_file": _path,
    "file_format": _member(TlsFileFormat),
    "authority_files": _paths,
    "authority_folders": _paths,
    "trusts_system": _switch,
    "revocation_files": _paths,
    "revocation_check": _member(RevocationCheck),
    "peer_verification": _member(PeerVerification),
    "checks_host_name": _switch,
    "profile": _member(TlsProfile),
    "ciphers": _texts,
    "dh_parameters_file": _path,
}
_ACCESS: dict[str, _Reader] = {
    "calling_ae_titles": _text_set,
    "called_ae_titles": _text_set,
    "networks": _texts,
    "user_pass_codes": _users,
    "needs_client_certificate": _switch,
}
_FIELDS: dict[type, dict[str, _Reader]] = {
    TlsSettings: _TLS,
    AccessRules: _ACCESS,
    PeerSecurity: {
        "uses_tls": _switch,
        "tls": lambda value, _name: _read(TlsSettings, value),
        "user_name": _text,
        "sends_passcode": _switch,
        "wants_response": _switch,
    },
    ListenerSecurity: {
        "uses_tls": _switch,
        "tls": lambda value, _name: _read(TlsSettings, value),
        "access": lambda value, _name: _read(AccessRules, value),
    },
}
"""How each field is read; a test compares with the fields that there are."""
