"""Peers as the ``HostTable`` of a ``dcmqrscp.cfg``, for address books."""

import re
from collections.abc import Sequence

from dicomdesk.archive.setup.configuration_syntax import TABLES, Line, Value, read_lines
from dicomdesk.engine.peers.exchange import (
    FoundPeer,
    Mistake,
    ReadPeers,
    WrittenPeers,
    checked_peer,
    decode_text,
    tell_losses,
)
from dicomdesk.engine.peers.known_peer import KnownPeer

__all__ = ["read_host_table", "write_host_table"]

_TABLE = "HostTable"
_HELD = ("name", "group", "ae_title", "host", "port")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_PLAIN = re.compile(r"[^\s=,\"'()#]+")
"""A value that needs no quotes, and could have none within brackets."""


def read_host_table(data: bytes) -> ReadPeers:
    """Read the host tables of a configuration, and peers that stand in its AE table without a name; never raises.

    A name for several peers becomes their group, and so does a name for other names.
    """
    text, remark = decode_text(data)
    _lines, tables, problems = read_lines(text)
    reader = _Reader()
    for problem in problems:
        said, _, number = problem.partition(" in configuration file, line ")
        reader.mistakes.append(Mistake(int(number), f"{said}."))
    for table in tables:
        for line in table.lines:
            if table.name == _TABLE:
                reader.take_entry(line)
            elif table.name == "AETable":
                reader.take_area(line)
    if not any(table.name == _TABLE for table in tables):
        reader.mistakes.append(Mistake(0, f'There is no "{_TABLE} BEGIN" in it.'))
    return ReadPeers(
        peers=tuple(reader.peers_in_groups()), mistakes=tuple(reader.mistakes), remarks=(remark,) if remark else ()
    )


def write_host_table(peers: Sequence[KnownPeer]) -> WrittenPeers:
    """Return peers as a host table, with a name for each group; names get the letters that fit."""
    names: dict[str, KnownPeer] = {}
    taken = {table.casefold() for table in TABLES}
    groups: dict[str, list[str]] = {}
    renamed, left_out = [], []
    for peer in peers:
        if not all(_PLAIN.fullmatch(value) for value in (peer.ae_title, peer.host)):
            left_out.append(f"{peer.name} ({peer.ae_title}@{peer.host})")
            continue
        name = _take_name(peer.name, taken)
        names[name] = peer
        if name != peer.name:
            renamed.append(f'"{peer.name}" is called "{name}"')
        if peer.group:
            groups.setdefault(peer.group, []).append(name)
    lines = [f"{_TABLE} BEGIN"]
    lines += [f"{name} = ({peer.ae_title}, {peer.host}, {peer.port})" for name, peer in names.items()]
    for group, members in groups.items():
        name = _take_name(group, taken)
        lines.append(f"{name} = {', '.join(members)}")
        if name != group:
            renamed.append(f'group "{group}" is called "{name}"')
    losses = list(tell_losses(peers, _HELD))
    if renamed:
        losses.append(f"Names take plain letters and digits: {'; '.join(renamed[:5])}{'; …' if renamed[5:] else ''}.")
    if left_out:
        more = ", …" if left_out[5:] else ""
        losses.append(f"Left out, for blanks or signs that the table cannot hold: {', '.join(left_out[:5])}{more}.")
    return WrittenPeers(text="\n".join([*lines, f"{_TABLE} END", ""]), losses=tuple(losses))


class _Reader:
    """Takes entries, and finds out the groups when all are known."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._found: dict[str, FoundPeer] = {}
        self._members: dict[str, list[str]] = {}
        """Peers and groups of each group, by lower-case name."""
        self._groups: dict[str, str] = {}
        """Groups as they are written."""

    def take_entry(self, line: Line) -> None:
        """A line of a host table: a name, then peers in brackets and other names."""
        peers = [value for value in line.values if value.is_quoted]
        names = [value.text for value in line.values if not value.is_quoted]
        if not line.values:
            self.mistakes.append(Mistake(line.number, f"{line.name[:60]}: there is no peer."))
            return
        if len(peers) == 1 and not names:
            self._take_peer(line.name, peers[0], line.number)
            return
        members = self._members.setdefault(line.name.casefold(), [])
        self._groups.setdefault(line.name.casefold(), line.name)
        for value in peers:
            parts = value.parts()
            name = f"{line.name} {parts[0] if parts else ''}".strip()
            self._take_peer(name, value, line.number)
            members.append(name.casefold())
        members += [name.casefold() for name in names]

    def take_area(self, line: Line) -> None:
        """A line of the AE table, which may have peers without a name behind the quota."""
        for value in line.values[3:]:
            parts = value.parts() if value.is_quoted else []
            if len(parts) == 3:
                known = {each.peer.address for each in self._found.values()}
                found = _read_peer(parts[0], value, line.number)
                if isinstance(found, FoundPeer) and found.peer.address not in known:
                    self._take_peer(parts[0], value, line.number)

    def peers_in_groups(self) -> list[FoundPeer]:
        """All peers, each in the first group that has it."""
        group_of: dict[str, str] = {}
        for key, name in self._groups.items():
            for member in self._reach(key):
                group_of.setdefault(member, name)
        found = []
        for key, each in self._found.items():
            group = group_of.get(key, "")
            values = {"name": each.peer.name, "ae_title": each.peer.ae_title, "host": each.peer.host}
            again = checked_peer({**values, "port": each.peer.port, "group": group}, each.line)
            found.append(again if isinstance(again, FoundPeer) else each)
        return found

    def _reach(self, group: str) -> list[str]:
        """The peers of a group and of the groups in it; one that is in itself ends nowhere else."""
        seen, waiting, peers = {group}, list(reversed(self._members[group])), []
        while waiting:
            member = waiting.pop()
            if member in self._found:
                peers.append(member)
            elif member in self._members and member not in seen:
                seen.add(member)
                waiting += reversed(self._members[member])
        return peers

    def _take_peer(self, name: str, value: Value, line: int) -> None:
        found = _read_peer(name, value, line)
        if isinstance(found, Mistake):
            self.mistakes.append(found)
        elif self._found.setdefault(name.casefold(), found) is not found:
            self.mistakes.append(Mistake(line, f"{name}: the name comes twice."))


def _read_peer(name: str, value: Value, line: int) -> FoundPeer | Mistake:
    parts = value.parts()
    if len(parts) != 3:
        return Mistake(line, f"{name[:60]}: a peer is (AE title, host, port).")
    port = parts[2]
    if not (port.isascii() and port.isdigit() and len(port) < 10):
        return Mistake(line, f'{name[:60]}: "{port[:20]}" is no port.')
    return checked_peer({"name": name, "ae_title": parts[0], "host": parts[1], "port": int(port)}, line)


def _take_name(name: str, taken: set[str]) -> str:
    """Return a name that fits and is not taken yet, whatever the case, and take it."""
    wanted = _UNSAFE.sub("_", name).strip("_") or "peer"
    found, number = wanted, 1
    while found.casefold() in taken:
        number += 1
        found = f"{wanted}_{number}"
    taken.add(found.casefold())
    return found
