"""The address book: peers in their order, by groups, each name once; those who listen are told of changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from dicomdesk.engine.peers.known_peer import KnownPeer, LastCheck
from dicomdesk.engine.peers.validity import LONGEST_NAME
from dicomdesk.errors import SettingsError

__all__ = ["MOST_PEERS", "AddressBook", "Removed"]

MOST_PEERS = 50_000

Removed = tuple[tuple[int, KnownPeer], ...]
"""Peers that were removed, with their places, so that they can be put back."""


class AddressBook:
    """Peers by group and name. For one thread; listeners are called on it, after each change.

    Peers of one group stand together: the order of groups is that of their first peers, and those without one come
    first. All methods that change something raise SettingsError, with a sentence, and change nothing then.
    """

    def __init__(self, peers: Iterable[KnownPeer] = ()) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._peers: tuple[KnownPeer, ...] = ()
        self._by_name: dict[str, KnownPeer] = {}
        self._by_address: dict[tuple[str, str, int], KnownPeer] = {}
        self._set(peers)

    # Reading.

    @property
    def peers(self) -> tuple[KnownPeer, ...]:
        """All of them, in order."""
        return self._peers

    def __len__(self) -> int:
        return len(self._peers)

    def groups(self) -> tuple[str, ...]:
        """Return the groups in their order, "" first where there are peers without one."""
        return tuple(dict.fromkeys(peer.group for peer in self._peers))

    def of_group(self, group: str) -> tuple[KnownPeer, ...]:
        """Return the peers of a group, in order."""
        return tuple(peer for peer in self._peers if peer.group == group)

    def find(self, name: str) -> KnownPeer | None:
        """Return the peer of a name, whatever its case; None for none."""
        return self._by_name.get(name.strip().casefold())

    def find_address(self, ae_title: str, host: str, port: int) -> KnownPeer | None:
        """Return the first peer with an AE title, host and port; None for none."""
        return self._by_address.get((ae_title, host.casefold(), port))

    def free_name(self, wanted: str) -> str:
        """Return a name that is free: the one wanted, or with a number behind it."""
        wanted = wanted.strip()[:LONGEST_NAME] or "Peer"
        return _free_name(wanted, self._by_name)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have ``listener`` called after each change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # Changing.

    def add(self, *peers: KnownPeer) -> None:
        """Add peers at the end of their groups."""
        self._change((*self._peers, *peers))

    def change(self, name: str, peer: KnownPeer) -> None:
        """Put a peer in the place of the one called ``name``; it may have another name, and another group.

        The last check counts no more where it is reached in another way now.
        """
        self.take((), {name: peer})

    def take(self, added: Iterable[KnownPeer], changed: Mapping[str, KnownPeer]) -> None:
        """Add peers, and put others in the place of those of a name: one change."""
        places = {self._known(name).key: peer for name, peer in changed.items()}
        peers = [_changed(each, places[each.key]) if each.key in places else each for each in self._peers]
        self._change((*peers, *added))

    def duplicate(self, name: str) -> KnownPeer:
        """Add a copy behind the peer called ``name``, under a free name, and return it; it was never checked."""
        known = self._known(name)
        copy = replace(known, name=self.free_name(known.name), last_check=None)
        place = self._peers.index(known) + 1
        self._change((*self._peers[:place], copy, *self._peers[place:]))
        return copy

    def remove(self, names: Iterable[str]) -> Removed:
        """Take peers off the book and return them, for ``restore``; names that are not there are passed over."""
        keys = {name.strip().casefold() for name in names}
        removed = tuple((place, peer) for place, peer in enumerate(self._peers) if peer.key in keys)
        if removed:
            self._change(peer for peer in self._peers if peer.key not in keys)
        return removed

    def restore(self, removed: Removed) -> None:
        """Put removed peers back to their places; one whose name was given anew meanwhile gets a free one."""
        peers = list(self._peers)
        names = dict(self._by_name)
        for place, peer in removed:
            back = replace(peer, name=_free_name(peer.name, names))
            names[back.key] = back
            peers.insert(min(place, len(peers)), back)
        self._change(peers)

    def move(self, names: Sequence[str], group: str, before: str | None = None) -> None:
        """Move peers into a group: before the peer called ``before``, None for its end. They keep their order."""
        moved = [replace(self._known(name), group=group.strip()) for name in names]
        keys = {peer.key for peer in moved}
        rest = [peer for peer in self._peers if peer.key not in keys]
        target = None if before is None else self.find(before)
        place = rest.index(target) if target in rest else len(rest)
        self._change((*rest[:place], *moved, *rest[place:]))

    def move_by(self, name: str, steps: int) -> None:
        """Move a peer up (negative) or down within its group, as far as that goes."""
        peer = self._known(name)
        members = list(self.of_group(peer.group))
        place = members.index(peer)
        members.insert(max(0, min(len(members) - 1, place + steps)), members.pop(place))
        ordered = iter(members)
        self._change(next(ordered) if each.group == peer.group else each for each in self._peers)

    def move_group(self, group: str, before: str | None) -> None:
        """Move a group before another one, None for the end."""
        order = [each for each in self.groups() if each != group]
        place = order.index(before) if before in order else len(order)
        order.insert(place, group)
        self._change(peer for each in order for peer in self.of_group(each))

    def rename_group(self, group: str, name: str) -> None:
        """Call a group otherwise; one that has that name already takes its peers, "" dissolves it."""
        self._change(replace(peer, group=name.strip()) if peer.group == group else peer for peer in self._peers)

    def note_check(self, name: str, check: LastCheck) -> None:
        """Keep the result of a check; a peer that is gone meanwhile is passed over."""
        known = self.find(name)
        if known is not None:
            self.change(name, replace(known, last_check=check))

    def _known(self, name: str) -> KnownPeer:
        known = self.find(name)
        if known is None:
            raise SettingsError(f'There is no peer called "{name}".')
        return known

    def _change(self, peers: Iterable[KnownPeer]) -> None:
        if self._set(peers):
            for listener in tuple(self._listeners):
                listener()

    def _set(self, peers: Iterable[KnownPeer]) -> bool:
        """Take peers as the content; whether it is another one."""
        known = {id(peer) for peer in self._peers}  # tidy and valid already
        tidied = _by_groups([peer if id(peer) in known else peer.tidied() for peer in peers])
        if tidied == self._peers:
            return False
        if len(tidied) > MOST_PEERS:
            raise SettingsError(f"An address book has at most {MOST_PEERS:,} peers.")
        by_name: dict[str, KnownPeer] = {}
        for peer in tidied:
            for problem in () if id(peer) in known else peer.problems():
                raise SettingsError(f"{peer.name or peer.ae_title}: {problem}")
            if by_name.setdefault(peer.key, peer) is not peer:
                raise SettingsError(f'There is a peer called "{by_name[peer.key].name}" already.')
        self._peers, self._by_name = tidied, by_name
        self._by_address = {peer.address: peer for peer in reversed(tidied)}
        return True


def _changed(known: KnownPeer, peer: KnownPeer) -> KnownPeer:
    """Return the peer, without a check that was of another address or another security."""
    is_same_way = (known.address, known.security, known.calling_ae_title) == (
        peer.address,
        peer.security,
        peer.calling_ae_title,
    )
    return peer if is_same_way or peer.last_check != known.last_check else replace(peer, last_check=None)


def _by_groups(peers: list[KnownPeer]) -> tuple[KnownPeer, ...]:
    """Return peers with those of one group together, and those without one first; else as they stand."""
    groups: dict[str, list[KnownPeer]] = {"": []}
    for peer in peers:
        groups.setdefault(peer.group, []).append(peer)
    return tuple(peer for members in groups.values() for peer in members)


def _free_name(wanted: str, taken: dict[str, KnownPeer]) -> str:
    if wanted.casefold() not in taken:
        return wanted
    stem, number = _without_number(wanted)
    while True:
        number += 1
        ending = f" ({number})"
        name = stem[: LONGEST_NAME - len(ending)] + ending
        if name.casefold() not in taken:
            return name


def _without_number(name: str) -> tuple[str, int]:
    stem, _, end = name.rpartition(" (")
    digits = end.removesuffix(")")
    is_numbered = bool(stem) and end.endswith(")") and digits.isascii() and digits.isdigit() and len(digits) < 6
    return (stem, int(digits)) if is_numbered else (name, 1)
