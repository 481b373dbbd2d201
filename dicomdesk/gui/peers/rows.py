"""Rows of the Peers view: groups, and the peers in them with their last checks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer, LastCheck
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, OutlineModel, Part, Weight, joined
from dicomdesk.gui.peers.choice_nodes import address_text, searchable
from dicomdesk.gui.theme import Tone

NAME, TITLE, ADDRESS, OWN_TITLE, CHECK = range(5)
ALL, WELL, TROUBLED, UNCHECKED = range(4)
"""Filter chips, in their order."""


def _say(text: str) -> str:
    return QCoreApplication.translate("peer_rows", text)


def peer_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (
        Column(title=_say("Name"), width=240),
        Column(title=_say("AE title"), width=112),
        Column(title=_say("Address"), width=258),
        Column(title=_say("Own AE title"), width=120, yields=1),
        Column(title=_say("Last check"), width=200),
    )


def check_mark(check: LastCheck | None) -> Mark:
    """Return how the result of a check looks."""
    if check is None:
        return Mark("waiting", _say("Never checked"), Tone.QUIET)
    return {
        CheckOutcome.GOOD: Mark("stored", _say("In order"), Tone.GOOD),
        CheckOutcome.WARNING: Mark("warning", _say("Warning"), Tone.WARNING),
        CheckOutcome.FAILED: Mark("failed", _say("Failed"), Tone.BAD),
    }[check.outcome]


def time_text(at: datetime, now: datetime) -> str:
    """Return local time: "14:03" of today, "29 Nov 14:03" of this year, else the date with its year."""
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%d %b %H:%M}" if local.year == today.year else f"{local:%d %b %Y}"


class PeerRow(Node):
    """A peer."""

    __slots__ = ("folded", "is_busy", "peer")

    def __init__(self, peer: KnownPeer) -> None:
        super().__init__()
        self.is_busy = False
        self.show(peer)

    def show(self, peer: KnownPeer) -> None:
        """Show the peer as it is now."""
        self.peer = peer
        self.folded = searchable(peer)

    def text(self, column: int) -> str:
        peer = self.peer
        texts = {
            NAME: joined(self.parts(NAME) or ()),
            TITLE: peer.ae_title,
            ADDRESS: address_text(peer),
            OWN_TITLE: peer.calling_ae_title,
            CHECK: self._check_mark().word,
        }
        return texts[column]

    def sort_value(self, column: int) -> str | float:
        if column == CHECK:
            return self.peer.last_check.at.timestamp() if self.peer.last_check else 0.0
        return self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != NAME:
            return None
        security = self._security()
        return (Part(self.peer.name, Weight.STRONG), *([Part(security, Weight.QUIET)] if security else []))

    def mark(self, column: int) -> Mark | None:
        return self._check_mark() if column == CHECK else None

    def tip(self, column: int) -> str:
        check = self.peer.last_check
        if column == CHECK:
            return f"{check.text}\n{check.at.astimezone():%Y-%m-%d %H:%M:%S}" if check else ""
        return self.peer.notes if column == NAME else ""

    def passes(self, chip: int, words: Sequence[str]) -> bool:
        """Whether it passes a filter."""
        return chip in {ALL, self.kind()} and all(word in self.folded for word in words)

    def kind(self) -> int:
        """Return the chip, beside that of all, that lets it through."""
        check = self.peer.last_check
        if check is None:
            return UNCHECKED
        return WELL if check.outcome is CheckOutcome.GOOD else TROUBLED

    def _check_mark(self) -> Mark:
        """What the last check found, and when: what is old is not to look like new."""
        check = self.peer.last_check
        mark = check_mark(check)
        if self.is_busy:
            return Mark("test", _say("Checking…"), Tone.ACTIVE)
        if check is None:
            return mark
        return Mark(mark.icon, f"{mark.word}, {time_text(check.at, datetime.now().astimezone())}", mark.tone)

    def _security(self) -> str:
        security = self.peer.security
        words = ["TLS"] if security.uses_tls else []
        return ", ".join([*words, security.user_name] if security.user_name else words)


class GroupRow(Node):
    """A group, with its peers below."""

    __slots__ = ("group",)

    opens = True

    def __init__(self, group: str) -> None:
        super().__init__()
        self.group = group

    def text(self, column: int) -> str:
        return self.group if column == NAME else ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != NAME:
            return None
        return (Part(self.group, Weight.STRONG), Part(wording.count_text(len(self.children)), Weight.QUIET))

    def mark(self, column: int) -> Mark | None:
        rows = [row for row in self.children if isinstance(row, PeerRow)]
        failed = sum(row.passes(TROUBLED, ()) for row in rows)
        if column != CHECK or not failed:
            return None
        outcomes = {row.peer.last_check.outcome for row in rows if row.peer.last_check}
        tone = Tone.BAD if CheckOutcome.FAILED in outcomes else Tone.WARNING
        return Mark("", wording.plural(failed, _say("{count} problem"), _say("{count} problems")), tone)


class PeerRows:
    """The rows of an address book in a model. For the Qt thread."""

    def __init__(self, model: OutlineModel) -> None:
        self._model = model
        self.rows: dict[str, PeerRow] = {}
        """By the keys of peers, in the order of the book."""
        self.groups: dict[str, GroupRow] = {}

    def show(self, peers: Sequence[KnownPeer]) -> bool:
        """Show the peers of a book; whether rows came, went or moved, so that selection and open groups are lost."""
        order = [(key, row.peer.group) for key, row in self.rows.items()]
        if order == [(peer.key, peer.group) for peer in peers]:
            for peer, row in zip(peers, self.rows.values(), strict=True):
                if row.peer is not peer:
                    row.show(peer)
                    self._model.touch(row)
            self._model.flush()
            return False
        busy = {key for key, row in self.rows.items() if row.is_busy}
        self._model.clear()
        self.rows = {peer.key: PeerRow(peer) for peer in peers}
        self.groups = {}
        members: dict[str, list[PeerRow]] = {}
        for row in self.rows.values():
            row.is_busy = row.peer.key in busy
            members.setdefault(row.peer.group, []).append(row)
        for group, below in members.items():
            node = None
            if group:
                node = self.groups[group] = GroupRow(group)
                self._model.insert(None, [node])
            self._model.insert(node, below)
        return True

    def show_busy(self, names: Iterable[str]) -> None:
        """Show which peers are being checked."""
        busy = {name.casefold() for name in names}
        for key, row in self.rows.items():
            if row.is_busy != (key in busy):
                row.is_busy = key in busy
                self._model.touch(row)
        self._model.flush()

    def counts(self) -> list[int]:
        """Return how many peers each chip lets through."""
        counts = Counter(row.kind() for row in self.rows.values())
        return [len(self.rows), *(counts[chip] for chip in (WELL, TROUBLED, UNCHECKED))]


def accepts(node: Node, chip: int, words: Sequence[str]) -> bool:
    """Whether a row passes a filter; a group does where one of its peers does."""
    if isinstance(node, GroupRow):
        return any(accepts(row, chip, words) for row in node.children)
    return not isinstance(node, PeerRow) or node.passes(chip, words)


def names_of(nodes: Iterable[Node], order: Mapping[str, PeerRow]) -> list[str]:
    """Return the names of the peers that are selected, alone or by their groups, in the order of the book."""
    rows: set[Node] = set()
    for node in nodes:
        rows |= {node} if isinstance(node, PeerRow) else set(node.children)
    return [row.peer.name for row in order.values() if row in rows]
