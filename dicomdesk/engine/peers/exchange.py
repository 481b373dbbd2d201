"""What other programs' lists of peers have in common: what was read, what an import would do, what a format loses."""

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum

from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.human import count_text, printable
from dicomdesk.records import dataclass
from dicomdesk.settings import Timeouts

__all__ = [
    "FoundPeer",
    "ImportAction",
    "ImportPlan",
    "ImportRow",
    "Mistake",
    "ReadPeers",
    "WrittenPeers",
    "checked_peer",
    "decode_text",
    "plan_import",
    "tell_losses",
]

LARGEST_BYTES = 64 << 20
"""Of a file to import."""
MOST_MISTAKES = 1000
"""More of one file are not listed."""
_SECURITY = frozenset({"uses_tls", "user_name"})
_TIMEOUTS = frozenset({"connect_s", "acse_s", "dimse_s", "socket_s"})
_WORDS = {
    "name": "name",
    "group": "group",
    "ae_title": "AE title",
    "host": "host",
    "port": "port",
    "calling_ae_title": "own AE title",
    "uses_tls": "TLS",
    "tls": "TLS files and rules",
    "user_name": "user name",
    "identity": "how the user is presented",
    "character_set": "character set",
    "retrieve_method": "retrieve method",
    "move_destination": "move destination",
    "max_pdu_bytes": "maximum PDU",
    "associations": "associations at once",
    "connect_s": "time to connect",
    "acse_s": "time for associations",
    "dimse_s": "time for messages",
    "socket_s": "time for a stalled connection",
    "notes": "notes",
    "last_check": "last check",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPeer:
    """A peer that a file names."""

    peer: KnownPeer
    given: frozenset[str]
    """Fields that the file has something about, of the peer, its security or its time-outs."""
    line: int
    """From 1; 0 where the format has none."""
    remark: str = ""
    """What of it is not taken, one sentence; what cannot be shown of it is replaced."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "remark", printable(self.remark))


@dataclass(frozen=True, slots=True)
class Mistake:
    """What cannot be read of a file."""

    line: int
    """From 1; 0 for the whole."""
    text: str
    """What cannot be shown of it is replaced."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPeers:
    """What a file has."""

    peers: tuple[FoundPeer, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    """In the order of lines."""
    remarks: tuple[str, ...] = ()
    """What of the whole is not taken, a sentence each; what cannot be shown of them is replaced."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "remarks", tuple(printable(remark) for remark in self.remarks))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPeers:
    """A file for another program."""

    text: str
    losses: tuple[str, ...] = ()
    """What the format cannot hold of these peers, a sentence each."""


class ImportAction(Enum):
    """What becomes of a peer of a file."""

    ADD = "add"
    CHANGE = "change"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A peer of a file, or a mistake in it, and what becomes of it."""

    action: ImportAction
    line: int
    name: str
    reason: str
    """Why, or what is changed."""
    peer: KnownPeer | None = None
    """As it will be; None where nothing can be made of it."""
    old: str = ""
    """Name of the peer of the book that is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do; nothing of it is done before ``apply``."""

    rows: tuple[ImportRow, ...] = ()
    remarks: tuple[str, ...] = field(default=())

    def count(self, action: ImportAction) -> int:
        """Return how many rows there are of a kind."""
        return sum(row.action is action for row in self.rows)

    def apply(self, book: AddressBook) -> None:
        """Do it, as one change of the book; raises SettingsError where the book has changed so that it cannot be."""
        added = [row.peer for row in self.rows if row.action is ImportAction.ADD and row.peer is not None]
        changed = {row.old: row.peer for row in self.rows if row.action is ImportAction.CHANGE and row.peer is not None}
        book.take(added, changed)


def checked_peer(
    values: Mapping[str, object], line: int, *, remark: str = "", given: Iterable[str] | None = None
) -> FoundPeer | Mistake:
    """Return the peer that has these values, by field of ``KnownPeer``, ``PeerSecurity`` and ``Timeouts``.

    A Mistake where something of it is not well. ``given`` names fewer fields where some values are only guesses.
    """
    security = {name: value for name, value in values.items() if name in _SECURITY}
    timeouts = {name: value for name, value in values.items() if name in _TIMEOUTS}
    plain = {name: value for name, value in values.items() if name not in _SECURITY | _TIMEOUTS}
    peer = KnownPeer(
        **plain,  # type: ignore[arg-type] # readers give each field its type
        security=PeerSecurity(**security),  # type: ignore[arg-type] # as above
        timeouts=Timeouts(**timeouts),  # type: ignore[arg-type] # as above
    ).tidied()
    problems = peer.problems()
    if problems:
        name = f"{peer.name}: " if peer.name else ""
        return Mistake(line, f"{name}{' '.join(problems)}")
    return FoundPeer(peer=peer, given=frozenset(values if given is None else given), line=line, remark=remark)


def plan_import(book: AddressBook, read: ReadPeers, group: str = "") -> ImportPlan:
    """Compare what was read with the book; ``group`` is for peers whose file has none.

    A peer of a name that is in the book is changed in what its file says, and keeps the rest. One of another name whose
    address is in the book already is left out.
    """
    rows: list[ImportRow] = []
    names: dict[str, int] = {}
    addresses = {peer.address: peer.name for peer in book.peers}
    for found in read.peers:
        peer = found.peer if found.peer.group or not group else replace(found.peer, group=group)
        row = _plan_row(book, replace(found, peer=peer), names, addresses)
        names.setdefault(peer.key, found.line)
        if row.action is ImportAction.ADD:
            addresses.setdefault(peer.address, peer.name)
        rows.append(row)
    rows += [
        ImportRow(action=ImportAction.SKIP, line=mistake.line, name="", reason=mistake.text)
        for mistake in read.mistakes
    ]
    return ImportPlan(rows=tuple(sorted(rows, key=lambda row: row.line)), remarks=read.remarks)


def tell_losses(peers: Sequence[KnownPeer], held: Iterable[str]) -> tuple[str, ...]:
    """Return what of the peers a format cannot hold that has only the fields ``held``; () where nothing is lost."""
    kept = frozenset(held)
    counts: dict[str, int] = {}
    for peer in peers:
        for name in _set_fields(peer) - kept:
            counts[name] = counts.get(name, 0) + 1
    lost = [f"{word} ({count_text(counts[name], 'peer', 'peers')})" for name, word in _WORDS.items() if name in counts]
    return (f"Not in this format: {', '.join(lost)}.",) if lost else ()


def decode_text(data: bytes) -> tuple[str, str]:
    """Return the text of a file and a remark where its encoding had to be guessed; never raises."""
    marks = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    for mark, encoding in marks:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "The file is not UTF-8; it was read as Windows-1252."


def _plan_row(
    book: AddressBook, found: FoundPeer, names: Mapping[str, int], addresses: Mapping[tuple[str, str, int], str]
) -> ImportRow:
    peer, line = found.peer, found.line

    def row(action: ImportAction, reason: str, to: KnownPeer = peer, old: str = "") -> ImportRow:
        said = f"{reason} {found.remark}".strip()
        return ImportRow(action=action, line=line, name=peer.name, reason=said, peer=to, old=old)

    if peer.key in names:
        where = f" (line {names[peer.key]})" if names[peer.key] else ""
        return row(ImportAction.SKIP, f"The name comes twice in the file{where}.")
    known = book.find(peer.name)
    if known is None:
        same = addresses.get(peer.address)
        if same is not None:
            return row(ImportAction.SKIP, f'Its address is known already, as "{same}".')
        return row(ImportAction.ADD, "New.")
    merged = _merged(known, found)
    changes = [_WORDS[name] for name in _differences(known, merged)]
    if not changes:
        return row(ImportAction.SKIP, "Nothing of it is new.")
    return row(ImportAction.CHANGE, f"Other than in the book: {', '.join(changes)}.", merged, known.name)


def _merged(known: KnownPeer, found: FoundPeer) -> KnownPeer:
    """The known peer with what the file says."""
    peer, given = found.peer, found.given
    plain = {name: getattr(peer, name) for name in given - _SECURITY - _TIMEOUTS}
    security = {name: getattr(peer.security, name) for name in given & _SECURITY}
    timeouts = {name: getattr(peer.timeouts, name) for name in given & _TIMEOUTS}
    merged = replace(
        known,
        security=replace(known.security, **security),
        timeouts=replace(known.timeouts, **timeouts),
    )
    return replace(merged, **plain)


def _differences(one: KnownPeer, other: KnownPeer) -> list[str]:
    flat = [_flat(peer) for peer in (one, other)]
    return [name for name in _WORDS if flat[0].get(name) != flat[1].get(name)]


def _set_fields(peer: KnownPeer) -> set[str]:
    """Names of the fields that are not as in a peer of which nothing is known."""
    blank = _flat(KnownPeer(name="", ae_title="", host="", port=0))
    return {name for name, value in _flat(peer).items() if value != blank[name]}


def _flat(peer: KnownPeer) -> dict[str, object]:
    """The fields of a peer, of its security and of its time-outs, by the names of ``_WORDS``."""
    found = {name: getattr(peer, name) for name in _WORDS if hasattr(peer, name)}
    found |= {name: getattr(peer.timeouts, name) for name in _TIMEOUTS}
    security = peer.security
    identity = (security.sends_passcode, security.wants_response)
    return found | {
        "uses_tls": security.uses_tls,
        "user_name": security.user_name,
        "tls": security.tls,
        "identity": identity,
    }
