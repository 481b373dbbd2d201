"""File of an address book: JSON that only its owner can read, without secrets.

An object with ``dicomdesk_peers`` (the version of this format) and ``peers``, a list of objects with the fields of
``KnownPeer`` by name; those that have their default are left out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dicomdesk import paths
from dicomdesk.atomic_file import keep_aside, write_owner_only
from dicomdesk.engine.peers.address_book import MOST_PEERS, AddressBook
from dicomdesk.engine.peers.exchange import FoundPeer, Mistake, ReadPeers, WrittenPeers, decode_text
from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer, LastCheck
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.peers.plain_settings import (
    PEER_SECURITY_READERS,
    Reader,
    read_fields,
    read_list,
    read_member,
    read_number,
    read_object,
    read_seconds,
    read_text,
    read_time,
    to_plain,
)
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass
from dicomdesk.settings import Timeouts

__all__ = [
    "BookFile",
    "LoadedBook",
    "begin_book",
    "book_file",
    "peers_from_json",
    "read_document",
    "to_json",
    "write_document",
]

FILE_NAME = "peers.json"
VERSION = 1
VERSION_KEY = "dicomdesk_peers"
LARGEST_BYTES = 64 << 20
_TOLD = 5
"""Mistakes that are told in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedBook:
    """What was found where the address book lies."""

    peers: tuple[KnownPeer, ...] = ()
    is_new: bool = False
    """There was none."""
    problem: str = ""
    """What is wrong with the file, in sentences, and where it is kept; "" where all is well."""


def book_file() -> Path:
    """Return the path of the user's address book."""
    return paths.configuration_folder() / FILE_NAME


class BookFile:
    """The file of one address book, which other windows may write too. Used by one thread at a time, not the Qt one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data = b""
        """What was read or written last."""
        self._known: frozenset[str] = frozenset()
        """Keys of the peers in it."""

    def load(self) -> LoadedBook:
        """Read the book. One that is damaged, or newer, is kept aside under another name, and said; what can be read of
        it is taken.

        Raises SettingsError where the file cannot be read or kept aside, and must not be written over.
        """
        try:
            self._data = read_named_file(self.path, LARGEST_BYTES)
        except FileNotFoundError:
            return LoadedBook(is_new=True)
        except OSError as error:
            raise SettingsError(f"The address book {self.path} cannot be read: {error.strerror or error}") from error
        loaded = _read_book(self.path, self._data)
        self._known = frozenset(peer.key for peer in loaded.peers)
        return loaded

    def save(self, peers: tuple[KnownPeer, ...]) -> tuple[KnownPeer, ...]:
        """Write the book, whole or not at all, for its owner's eyes only; raises OSError.

        Peers that somebody else has added to the file meanwhile stay in it, and are returned.
        """
        added = self._added_by_others(frozenset(peer.key for peer in peers))
        text = to_json((*peers, *added))
        write_owner_only(self.path, text)
        self._data, self._known = text.encode(), frozenset(peer.key for peer in (*peers, *added))
        return added

    def _added_by_others(self, ours: frozenset[str]) -> tuple[KnownPeer, ...]:
        try:
            data = read_named_file(self.path, LARGEST_BYTES)
            if data == self._data:
                return ()
            found, _mistakes = peers_from_json(data.decode("utf-8"))
        except (OSError, SettingsError, UnicodeDecodeError):
            return ()
        return tuple(peer for peer in found if peer.key not in ours | self._known)


def _read_book(path: Path, data: bytes) -> LoadedBook:
    try:
        peers, mistakes = peers_from_json(data.decode("utf-8"))
    except (SettingsError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, SettingsError) else "it is not UTF-8"
        return LoadedBook(problem=f"The address book cannot be used: {reason}. {_keep_aside(path)} A new one is begun.")
    if not mistakes:
        return LoadedBook(peers=peers)
    told = "; ".join(mistakes[:_TOLD]) + ("; …" if len(mistakes) > _TOLD else "")
    text = f"{len(mistakes)} of {len(mistakes) + len(peers)} peers of the address book cannot be read: {told}."
    return LoadedBook(peers=peers, problem=f"{text} {_keep_aside(path)}")


def to_json(peers: tuple[KnownPeer, ...]) -> str:
    """Return peers as text for a file."""
    plain = [_without_defaults(to_plain(peer), _DEFAULT) for peer in peers]
    return json.dumps({VERSION_KEY: VERSION, "peers": plain}, indent=1, ensure_ascii=False) + "\n"


def peers_from_json(text: str) -> tuple[tuple[KnownPeer, ...], list[str]]:
    """Return the peers of a file that can be read, and what is wrong with the others, a sentence each.

    Raises SettingsError where the whole is none, or of another version.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError("it is not JSON") from error
    whole = read_object(found, "the whole")
    version = whole.get(VERSION_KEY)
    if version != VERSION or type(version) is not int:
        raise SettingsError(
            f"it is of version {printable(str(version))[:20]}, and only version {VERSION} is known here"
        )
    entries = read_list(whole.get("peers"), "peers")
    if len(entries) > MOST_PEERS:
        raise SettingsError(f"it has more than {MOST_PEERS:,} peers")
    peers: dict[str, KnownPeer] = {}
    mistakes = []
    for number, entry in enumerate(entries, 1):
        try:
            peer = _read_peer(entry)
        except SettingsError as error:
            mistakes.append(f"peer {number}: {printable(str(error)).removesuffix('.')}")
            continue
        if peers.setdefault(peer.key, peer) is not peer:
            mistakes.append(f'peer {number}: its name "{peer.name}" comes twice')
    return tuple(peers.values()), mistakes


def read_document(data: bytes) -> ReadPeers:
    """Read the address book of somebody else, or a kept one, to be imported; never raises. Checks are not taken."""
    text, remark = decode_text(data)
    try:
        peers, mistakes = peers_from_json(text)
    except SettingsError as error:
        return ReadPeers(mistakes=(Mistake(0, f"This is no address book: {error}."),))
    given = frozenset(READERS[KnownPeer]) - {"last_check"}
    return ReadPeers(
        peers=tuple(FoundPeer(peer=replace(peer, last_check=None), given=given, line=0) for peer in peers),
        mistakes=tuple(Mistake(0, f"{mistake}.") for mistake in mistakes),
        remarks=(remark,) if remark else (),
    )


def write_document(peers: Sequence[KnownPeer]) -> WrittenPeers:
    """Return peers as an address book for somebody else: all but secrets, and checks from here."""
    return WrittenPeers(text=to_json(tuple(replace(peer, last_check=None) for peer in peers)))


def _read_peer(entry: object) -> KnownPeer:
    given = read_object(entry, "it")
    unknown = sorted(set(given) - set(READERS[KnownPeer]))
    if unknown:
        raise SettingsError(f"nothing is known of {unknown[0][:40]}")
    missing = [name for name in ("name", "ae_title", "host", "port") if name not in given]
    if missing:
        raise SettingsError(f"{missing[0]} is missing")
    peer = read_fields(KnownPeer, READERS[KnownPeer], given).tidied()
    for problem in peer.problems():
        raise SettingsError(problem)
    return peer


def _keep_aside(path: Path) -> str:
    """Give the file another name; a sentence that says which. Raises SettingsError where that cannot be done."""
    try:
        aside = keep_aside(path)
    except OSError as error:
        reason = f"cannot be kept aside: {error.strerror or error}"
        raise SettingsError(f"The address book {path} is damaged, and {reason}") from error
    return f"It is kept as {aside}."


def _without_defaults(value: object, default: object) -> object:
    if not isinstance(value, dict) or not isinstance(default, dict):
        return value
    return {
        name: _without_defaults(each, default.get(name))
        for name, each in value.items()
        if name not in default or each != default[name]
    }


def _or_none(read: Reader) -> Reader:
    return lambda value, name: None if value is None else read(value, name)


_CHECK: dict[str, Reader] = {"at": read_time, "outcome": read_member(CheckOutcome), "text": read_text}
_TIMEOUTS: dict[str, Reader] = dict.fromkeys(("connect_s", "acse_s", "dimse_s", "socket_s"), read_seconds)


def _read_check(value: object, name: str) -> LastCheck:
    given = read_object(value, name)
    if not {"at", "outcome"} <= set(given):
        raise SettingsError(f"{name} has no time or no outcome")
    return read_fields(LastCheck, _CHECK, given)


READERS: dict[type, dict[str, Reader]] = {
    KnownPeer: {
        "name": read_text,
        "ae_title": read_text,
        "host": read_text,
        "port": read_number,
        "group": read_text,
        "calling_ae_title": read_text,
        "security": lambda value, _name: read_fields(PeerSecurity, PEER_SECURITY_READERS, value),
        "character_set": read_text,
        "retrieve_method": read_member(RetrieveMethod),
        "move_destination": read_text,
        "max_pdu_bytes": _or_none(read_number),
        "associations": _or_none(read_number),
        "timeouts": lambda value, _name: read_fields(Timeouts, _TIMEOUTS, value),
        "notes": read_text,
        "last_check": _or_none(_read_check),
    },
    Timeouts: _TIMEOUTS,
    LastCheck: _CHECK,
}
"""How each field is read; a test compares with the fields that there are."""


def _plain_default() -> object:
    plain = to_plain(KnownPeer(name="", ae_title="", host="", port=0))
    assert isinstance(plain, dict)
    return {name: value for name, value in plain.items() if name not in {"name", "ae_title", "host", "port"}}


_DEFAULT = _plain_default()


def begin_book(peers: "Mapping[tuple[str, str, str], PeerSecurity]") -> tuple[KnownPeer, ...]:
    """Return the first peers of a book: addresses as typed (AE title, host, port) with their security, each once.

    Named by their AE titles. What was never a peer, such as one without a port, is passed over.
    """
    book = AddressBook()
    for (ae_title, host, port), security in peers.items():
        number = int(port) if port.strip().isascii() and port.strip().isdigit() and len(port) < 9 else 0
        wanted = KnownPeer(name=ae_title.strip(), ae_title=ae_title, host=host, port=number, security=security)
        if wanted.problems():
            continue
        book.add(replace(wanted, name=book.free_name(wanted.name)))
    return book.peers
