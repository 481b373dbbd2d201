"""Rows of a choice of peers: groups, and the peers in them."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, Outline, Part, Weight, joined
from dicomdesk.gui.theme import Tone

NAME = 0


def choice_columns() -> tuple[Column, ...]:
    """Return the one column."""
    return (Column(title=QCoreApplication.translate("choice_nodes", "Peer"), width=300),)


class ChoiceNode(Node):
    """A row that may have a box to tick."""

    __slots__ = ("is_chosen", "is_hit")

    def __init__(self) -> None:
        super().__init__()
        self.is_chosen: bool | None = None
        """None for rows without a box."""
        self.is_hit = True
        """Whether it passes what is searched for."""

    def mark(self, column: int) -> Mark | None:
        if self.is_chosen is None:
            return None
        icon, tone = ("box-checked", Tone.ACTIVE) if self.is_chosen else ("box", Tone.QUIET)
        return Mark(icon, "", tone)

    def text(self, column: int) -> str:
        return joined(self.parts(column) or ())

    def spoken(self, column: int) -> str:
        """Return its text, and whether it is chosen."""
        chosen = QCoreApplication.translate("choice_nodes", "chosen")
        return f"{self.text(column)}, {chosen}" if self.is_chosen else self.text(column)


class PeerChoiceNode(ChoiceNode):
    """A peer."""

    __slots__ = ("folded", "peer")

    def __init__(self, peer: KnownPeer) -> None:
        super().__init__()
        self.peer = peer
        self.folded = searchable(peer)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        peer = self.peer
        return (Part(peer.name, Weight.STRONG), Part(f"{peer.ae_title}@{address_text(peer)}", Weight.QUIET))

    def tip(self, column: int) -> str:
        return self.peer.notes


class GroupChoiceNode(ChoiceNode):
    """A group, with its peers below."""

    __slots__ = ("group", "members")

    opens = True

    def __init__(self, group: str, members: Sequence[PeerChoiceNode]) -> None:
        super().__init__()
        self.group = group
        self.members = members

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.group, Weight.STRONG), Part(wording.count_text(len(self.members)), Weight.QUIET))


def address_text(peer: KnownPeer) -> str:
    """Return "host:port"; an IPv6 address in brackets, as it is usual."""
    return f"[{peer.host}]:{peer.port}" if ":" in peer.host else f"{peer.host}:{peer.port}"


def searchable(peer: KnownPeer) -> str:
    """Return all that a peer is found by, folded."""
    texts = (peer.name, peer.group, peer.ae_title, f"{peer.host}:{peer.port}", peer.notes)
    return " ".join(texts).casefold()


class ChoiceTree:
    """Rows of all peers below their groups, those without one at the top. For the Qt thread."""

    def __init__(self, outline: Outline, peers: Sequence[KnownPeer], chosen: frozenset[str] | None) -> None:
        """``chosen`` are keys of peers that are ticked; None has no boxes."""
        self._outline = outline
        self.rows = [PeerChoiceNode(peer) for peer in peers]
        self.groups: list[GroupChoiceNode] = []
        if chosen is not None:
            for row in self.rows:
                row.is_chosen = row.peer.key in chosen
        by_group: dict[str, list[PeerChoiceNode]] = {}
        for row in self.rows:
            by_group.setdefault(row.peer.group, []).append(row)
        for group, members in by_group.items():
            if not group:
                outline.insert(None, members)
                continue
            node = GroupChoiceNode(group, members)
            node.is_chosen = None if chosen is None else all(member.is_chosen for member in members)
            self.groups.append(node)
            outline.insert(None, [node])
            outline.insert(node, members)

    def chosen(self) -> tuple[KnownPeer, ...]:
        """Return the peers that are ticked."""
        return tuple(row.peer for row in self.rows if row.is_chosen)

    def toggle(self, node: ChoiceNode) -> None:
        """Tick a peer, or untick it; for a group all of its peers that pass the search."""
        wanted = not node.is_chosen
        members = [row for row in node.members if row.is_hit] if isinstance(node, GroupChoiceNode) else [node]
        for row in members:
            row.is_chosen = wanted
            self._outline.touch(row)
        for group in self.groups:
            group.is_chosen = all(member.is_chosen for member in group.members)
            self._outline.touch(group)

    def search(self, words: Sequence[str]) -> None:
        """Find out which rows pass."""
        for row in self.rows:
            row.is_hit = all(word in row.folded for word in words)
        for group in self.groups:
            group.is_hit = any(member.is_hit for member in group.members)

    def first_hit(self) -> PeerChoiceNode | None:
        """Return the first peer that passes."""
        return next((row for row in self.rows if row.is_hit), None)
