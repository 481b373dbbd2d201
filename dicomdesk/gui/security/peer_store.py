"""The address book as the window has it: told of by a signal, and to be written when it has changed."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.book_file import begin_book
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from dicomdesk.gui.security.security_store import SecuritySettings
from dicomdesk.gui.window_state import TypedPeer, WindowState
from dicomdesk.settings import AssociationSettings

DEFAULT_AE_TITLE = AssociationSettings().calling_ae_title


class PeerStore(QObject):
    """Keeps the address book that holds now; ``book`` is changed by its own methods. For the Qt thread."""

    changed = Signal()

    def __init__(self, peers: Iterable[KnownPeer] = (), problem: str = "") -> None:
        """``problem`` says what was wrong with its file, for the user to read."""
        super().__init__()
        self.book = AddressBook(peers)
        self.problem = problem
        self.own_ae_title = DEFAULT_AE_TITLE
        """Our own title where a peer has none: that which was typed last."""
        self.book.listen(self.changed.emit)

    def find_typed(self, typed: TypedPeer) -> KnownPeer | None:
        """Return the peer with an address as typed, None for one that is not known."""
        port = typed.port.strip()
        is_number = port.isascii() and port.isdigit() and len(port) < 9
        return self.book.find_address(typed.ae_title, typed.host, int(port)) if is_number else None

    def find_security(self, typed: TypedPeer) -> PeerSecurity | None:
        """Return the security of a peer, None for one that is not known."""
        known = self.find_typed(typed)
        return None if known is None else known.security

    def keep_security(self, typed: TypedPeer, security: PeerSecurity) -> None:
        """Remember the security of a peer, which comes into the book where it is not there; an address must be well."""
        known = self.find_typed(typed)
        if known is not None:
            self.book.change(known.name, replace(known, security=security))
            return
        name = self.book.free_name(typed.ae_title)
        port = int(typed.port)
        self.book.add(KnownPeer(name=name, ae_title=typed.ae_title, host=typed.host, port=port, security=security))

    def attempt(self, change: Callable[[], object]) -> str:
        """Make a change of the book; what is wrong with it, a sentence, "" where it was made."""
        try:
            change()
        except SettingsError as error:
            return str(error)
        return ""


def typed_peer(peer: KnownPeer) -> TypedPeer:
    """Return a peer's address as it would be typed."""
    return TypedPeer(ae_title=peer.ae_title, host=peer.host, port=str(peer.port))


def first_peers(state: WindowState, settings: SecuritySettings) -> tuple[KnownPeer, ...]:
    """Return the peers of a new book: those used lately, latest first, and all whose security is known."""
    current = TypedPeer(ae_title=state.peer_ae_title, host=state.peer_host, port=state.peer_port)
    entries = dict.fromkeys((current, *state.recent_peers, *reversed(list(settings.nodes))))
    return begin_book(
        {(each.ae_title, each.host, each.port): settings.nodes.get(each, PeerSecurity()) for each in entries}
    )
