"""Peer of the Send view: its security, and the preparation of associations with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.entries.checks import port_problem
from dicomdesk.gui.entries.peer_entry import PeerEntry
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.peers.checks import last_check
from dicomdesk.gui.peers.choice import PeerChoice
from dicomdesk.gui.security.credentials import PreparedPeer, SecurityAccess
from dicomdesk.gui.security.peer_store import typed_peer
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import View
from dicomdesk.gui.window_state import TypedPeer
from dicomdesk.gui.wording import plain_tip, sentence
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, AssociationSettings

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckResult
    from dicomdesk.gui.dialogs.peer import PeerDialog


class PeerSetup(QObject):
    """Keeps the security that goes with what is typed, and offers the address book. For the Qt thread.

    A peer that is known brings its own; one that is not keeps what was there: TLS is never dropped by typing.
    """

    told = Signal(Details)
    """Something that the user should read now."""
    changed = Signal()
    test_wanted = Signal(PreparedPeer)
    """The peer dialog asks for a connection check; the peer may not be the one that is typed in the view."""

    def __init__(self, theme: Theme, tasks: Tasks, access: SecurityAccess, entry: PeerEntry, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._tasks = tasks
        self._peers = access.peers
        self._credentials = access.credentials
        self._entry = entry
        self._view = view
        self._is_preparing = False
        self._dialog: PeerDialog | None = None
        self._offered: tuple[tuple[str, tuple[str, str, int]], ...] = ()
        """Names and addresses that the entry offers."""
        known = self._peers.find_typed(entry.typed())
        self._known_name = "" if known is None else known.name
        self.security = PeerSecurity() if known is None else known.security
        self.button = plain_button(theme, "", "lock-open", self.edit, self.tr("Peer and its security"))
        self.choice = PeerChoice(theme, access.peers, keeps_word=False)
        entry.put_choice(self.choice)
        self.choice.chosen.connect(self.choose)
        if isinstance(view, View):
            self.choice.book_wanted.connect(view.peers_wanted)
        entry.changed.connect(self._on_typed)
        access.peers.changed.connect(self._on_book_changed)
        self._offer_peers()
        self._note_own_title()
        self._show()

    def edit(self) -> None:
        """Open the peer's dialog, or bring it to the front."""
        if self._dialog is not None:
            self._dialog.activateWindow()
            return
        self._tasks.start(self._edit())

    def choose(self, peer: KnownPeer) -> None:
        """Take a peer of the address book: its address, its security, and our own AE title there."""
        self._known_name = peer.name
        self._entry.set_typed(typed_peer(peer))
        self._take_known(peer)
        self.changed.emit()

    def reach(self, run: Callable[[PreparedPeer], None]) -> None:
        """Call ``run`` when all that the peer needs is at hand, at once or after a question; or tell why not."""
        if not self._entry.insist():
            self.told.emit(Details(title=self._entry.first_problem(), icon="warning", tone=Tone.WARNING))
        elif self.security.is_plain:
            run(PreparedPeer(peer=self._entry.peer()))
        elif not self._is_preparing:
            self._tasks.start(self._prepare(run))

    def association(self, prepared: PreparedPeer) -> AssociationSettings:
        """Return the settings for associations with the prepared peer: as the address book has them, if it is there."""
        known, calling = self.find(prepared), self._entry.calling.value()
        if known is not None:
            return replace(known.association(calling, prepared.user_identity), calling_ae_title=calling)
        return AssociationSettings(
            calling_ae_title=calling, max_pdu_bytes=LARGE_MAX_PDU_BYTES, user_identity=prepared.user_identity
        )

    def keep_check(self, prepared: PreparedPeer, result: "CheckResult") -> None:
        """Keep the result of a check with the peer, if the address book has it so."""
        known, found = self.find(prepared), last_check(result)
        if known is not None and found is not None and known.security.uses_tls is (prepared.peer.tls is not None):
            self._peers.book.note_check(known.name, found)

    def find(self, prepared: PreparedPeer) -> KnownPeer | None:
        """Return the peer of the address book that a prepared one is; None where it is not there."""
        peer = prepared.peer
        return self._preferred(self._peers.book.find_address(peer.ae_title, peer.host, peer.port))

    def _find_typed(self) -> KnownPeer | None:
        return self._preferred(self._peers.find_typed(self._entry.typed()))

    def _preferred(self, found: KnownPeer | None) -> KnownPeer | None:
        """Of several peers with one address the one that was chosen."""
        chosen = self._peers.book.find(self._known_name) if self._known_name else None
        is_same = chosen is not None and found is not None and chosen.address == found.address
        return chosen if is_same else found

    def remember(self) -> None:
        """Keep the security with the peer, so that it comes back with it."""
        known = self._find_typed()
        if known is not None:
            self._peers.book.change(known.name, replace(known, security=self.security))
        elif self.security != PeerSecurity():
            self._peers.keep_security(self._entry.typed(), self.security)

    def forget_passcode(self) -> None:
        """Ask for the passcode again the next time: the peer refused, and it may be wrong."""
        if self._entry.is_valid() and self.security.sends_passcode:
            self._credentials.forget_passcode(self._entry.peer(), self.security.user_name)

    async def _prepare(self, run: Callable[[PreparedPeer], None]) -> None:
        self._is_preparing = True
        try:
            found = await self._credentials.prepare(self._entry.peer(), self.security, self._view)
        except SettingsError as error:
            self.told.emit(settings_problem(str(error)))
        else:
            if found is not None:
                run(found)
        finally:
            self._is_preparing = False

    async def _edit(self) -> None:
        from dicomdesk.gui.dialogs.peer import PeerDialog  # noqa: PLC0415 - loaded when it is opened

        typed = self._entry.typed()
        known = self._find_typed()
        dialog = self._dialog = PeerDialog(
            self._theme, self._tasks, self._credentials, known or self._as_peer(typed), self._view
        )
        book = self._peers.book
        dialog.offer_groups(book.groups())
        dialog.refuse_names(lambda name: book.find(name) not in {None, known})
        dialog.test_wanted.connect(lambda: self._tasks.start(self._test(dialog), owner=dialog))
        if self.security.uses_tls or self._entry.is_valid():
            dialog.open_security()
        try:
            if await self._tasks.ask(dialog):
                self._take(dialog.peer(), known)
        finally:
            self._dialog = None

    def _as_peer(self, typed: TypedPeer) -> KnownPeer:
        """What is typed, as a peer that may come into the book."""
        port = int(typed.port) if not port_problem(typed.port) else 0
        name = self._peers.book.free_name(typed.ae_title) if typed.ae_title else ""
        return KnownPeer(name=name, ae_title=typed.ae_title, host=typed.host, port=port, security=self.security)

    async def _test(self, dialog: "PeerDialog") -> None:
        try:
            peer = dialog.peer()
            found = await self._credentials.prepare(replace(peer.peer(), tls=None), peer.security, dialog)
        except SettingsError as error:
            dialog.tls.message.say(str(error), "failed", Tone.BAD)
        else:
            if found is not None:
                self.test_wanted.emit(found)

    def _take(self, peer: KnownPeer, known: KnownPeer | None) -> None:
        book = self._peers.book
        is_there = known is not None and book.find(known.name) is not None
        problem = self._peers.attempt(lambda: book.change(known.name, peer) if known and is_there else book.add(peer))
        self.choose(peer)
        if problem:
            self.told.emit(settings_problem(problem))

    def _take_known(self, peer: KnownPeer) -> None:
        self._known_name, self.security = peer.name, peer.security
        if peer.calling_ae_title:
            self._entry.calling.setText(peer.calling_ae_title)
        self._show()

    def _on_typed(self) -> None:
        self._note_own_title()
        known = self._find_typed()
        if known is None:
            self._known_name = ""
        elif known.name != self._known_name or known.security != self.security:
            self._take_known(known)

    def _note_own_title(self) -> None:
        """Let the address book check peers under the title that is used here."""
        if not self._entry.calling.problem():
            self._peers.own_ae_title = self._entry.calling.value()

    def _on_book_changed(self) -> None:
        self._offer_peers()
        known = self._find_typed()
        if known is not None and known.security != self.security:
            self.security = known.security
            self.changed.emit()
        self._show()

    def _offer_peers(self) -> None:
        addresses = tuple((peer.name, peer.address) for peer in self._peers.book.peers)
        if addresses != self._offered:
            self._offered = addresses
            typed = [(peer.name, typed_peer(peer)) for peer in self._peers.book.peers]
            self._entry.set_known_peers({f"{name}  {peer}": peer for name, peer in typed})

    def _show(self) -> None:
        uses_tls = self.security.uses_tls
        self._theme.keep_icon(self.button, "lock" if uses_tls else "lock-open", Tone.ACTIVE if uses_tls else Tone.QUIET)
        state = self.tr("Not encrypted.")
        if uses_tls:
            from dicomdesk.gui.entries.tls_entry import profile_words  # noqa: PLC0415 - seldom needed

            state = self.tr("Encrypted: {profile}.").format(profile=profile_words()[self.security.tls.profile])
        if self.security.user_name:
            state += " " + self.tr("As user {user}.").format(user=self.security.user_name)
        self.button.setToolTip(plain_tip(self.tr("Peer and its security (Ctrl+K)") + "\n" + state))
        self.button.setAccessibleName(self.tr("Peer and its security"))
        self.button.setAccessibleDescription(state)


def settings_problem(reason: str) -> Details:
    """Return what is told where certificate, key or another file of the settings cannot be used."""
    return Details(
        title=QCoreApplication.translate("peer_setup", "The security settings cannot be used"),
        text=sentence(reason),
        icon="failed",
        tone=Tone.BAD,
        can_copy=True,
    )
