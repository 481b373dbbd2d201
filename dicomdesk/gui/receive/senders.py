"""Who has sent a study, in words: the name of the address book, the AE title, the address."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import StudySender
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui import wording

__all__ = ["SenderNames", "senders_text"]

_MOST_TOLD = 3


def _say(text: str) -> str:
    return QCoreApplication.translate("senders", text)


class SenderNames:
    """Names of the address book for senders: by AE title and host, or by an AE title that only one peer has."""

    def __init__(self, peers: Iterable[KnownPeer]) -> None:
        self._by_both: dict[tuple[str, str], str] = {}
        self._by_title: dict[str, str] = {}
        for peer in peers:
            self._by_both[peer.ae_title, peer.host.casefold()] = peer.name
            is_other = self._by_title.get(peer.ae_title, peer.name) != peer.name
            self._by_title[peer.ae_title] = "" if is_other else peer.name

    def find(self, sender: StudySender) -> str:
        """Return the name, "" where the book has none."""
        title = sender.calling_ae_title
        for host in (sender.host, sender.address):
            if name := self._by_both.get((title, host.casefold())):
                return name
        return self._by_title.get(title, "")


def sender_text(sender: StudySender, names: SenderNames) -> str:
    """Return such as "CT room, CT1 at 10.0.0.5 (ct1.example)"."""
    name, title = names.find(sender), sender.calling_ae_title
    address = sender.address or sender.host
    text = _say("{title} at {address}").format(title=title or _say("no AE title"), address=address)
    if sender.host not in {"", address}:
        text += f" ({sender.host})"
    return human.printable(f"{name}, {text}" if name and name != title else text)


def senders_text(senders: Mapping[StudySender, int], more: int, names: SenderNames) -> str:
    """Return who has sent how much, those that are told first as they came; "" for nobody."""
    if not senders:
        return ""
    told = list(senders.items())[:_MOST_TOLD]
    if len(senders) == 1 and not more:
        return _say("From {sender}.").format(sender=sender_text(told[0][0], names))
    parts = [f"{sender_text(sender, names)}: {wording.count_text(count)}" for sender, count in told]
    others = sum(senders.values()) - sum(count for _, count in told) + more
    if others:
        parts.append(_say("others: {count}").format(count=wording.count_text(others)))
    return _say("From {senders}.").format(senders="; ".join(parts))
