"""File of the security of the listener: JSON that only its owner can read.

Pass phrases and passcodes are never in it; of users who may send only the hashes of their passcodes. Nodes that stand
in it are taken over into an address book that is begun, and stay as they are.
"""

import json
from pathlib import Path

from dicomdesk import paths
from dicomdesk.atomic_file import keep_aside, write_owner_only
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.peers.plain_settings import (
    PEER_SECURITY_READERS,
    Reader,
    read_fields,
    read_list,
    read_object,
    read_switch,
    read_text,
    read_texts,
    read_tls,
    to_plain,
)
from dicomdesk.errors import SettingsError
from dicomdesk.gui.security.security_store import ListenerSecurity, SecuritySettings
from dicomdesk.gui.window_state import TypedPeer
from dicomdesk.human import error_text
from dicomdesk.settings import AccessRules

FILE_NAME = "security.json"
FORMAT = 1
_LARGEST_BYTES = 8 << 20


def security_file() -> Path:
    """Return the path of the file."""
    return paths.configuration_folder() / FILE_NAME


def load_security(path: Path) -> SecuritySettings:
    """Read the settings; no file is a first start.

    Raises SettingsError where there is one that makes no sense; it is kept under another name.

    Reads the disk: not for the Qt thread.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        return SecuritySettings()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error_text(error, names_file=False)}") from error
    try:
        return from_json(content.decode("utf-8"))
    except (ValueError, SettingsError) as error:
        fault = f"{path} is damaged: {error}"
        try:
            aside = keep_aside(path)
        except OSError:
            raise SettingsError(fault) from error
        raise SettingsError(f"{fault}. It is kept as {aside.name}") from error


def save_security(path: Path, settings: SecuritySettings) -> None:
    """Write the settings, whole or not at all, for their owner's eyes only; raises OSError. Not for the Qt thread."""
    write_owner_only(path, to_json(settings))


def to_json(settings: SecuritySettings) -> str:
    """Return the settings as text for their file."""
    peers = [
        {"ae_title": entry.ae_title, "host": entry.host, "port": entry.port, "security": to_plain(security)}
        for entry, security in settings.nodes.items()
    ]
    return json.dumps({"format": FORMAT, "nodes": peers, "listener": to_plain(settings.listener)}, indent=1)


def from_json(text: str) -> SecuritySettings:
    """Return the settings read from text; raises SettingsError where something is not what it should be."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError("it is not JSON") from error
    whole = read_object(found, "the whole")
    if whole.get("format") != FORMAT:
        raise SettingsError("it was written by another version")
    nodes: dict[TypedPeer, PeerSecurity] = {}
    for item in read_list(whole.get("nodes"), "nodes"):
        node = read_object(item, "a node")
        entry = TypedPeer(**{name: read_text(node.get(name), name) for name in ("ae_title", "host", "port")})
        nodes[entry] = read_fields(PeerSecurity, PEER_SECURITY_READERS, node.get("security"))
    return SecuritySettings(nodes=nodes, listener=read_fields(ListenerSecurity, _LISTENER, whole.get("listener")))


def _text_set(value: object, name: str) -> frozenset[str]:
    return frozenset(read_texts(value, name))


def _users(value: object, name: str) -> dict[str, str] | None:
    if value is None:
        return None
    return {user: read_text(hashed, name) for user, hashed in read_object(value, name).items()}


_ACCESS: dict[str, Reader] = {
    "calling_ae_titles": _text_set,
    "called_ae_titles": _text_set,
    "networks": read_texts,
    "user_pass_codes": _users,
    "needs_client_certificate": read_switch,
}
_LISTENER: dict[str, Reader] = {
    "uses_tls": read_switch,
    "tls": read_tls,
    "access": lambda value, _name: read_fields(AccessRules, _ACCESS, value),
}
READERS: dict[type, dict[str, Reader]] = {AccessRules: _ACCESS, ListenerSecurity: _LISTENER}
"""How each field is read; a test compares with the fields that there are."""
