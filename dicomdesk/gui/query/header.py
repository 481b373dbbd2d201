"""Top of the Query/Retrieve view: the peers, the form, and the button that asks."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button
from dicomdesk.gui.entries.peer_entry import PeerEntry
from dicomdesk.gui.layouts import NO_MARGINS, column_of, row_of
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes.peer_setup import PeerSetup, settings_problem
from dicomdesk.gui.peers.choice import PeerChoice
from dicomdesk.gui.query.form.query_form import QueryFormPart
from dicomdesk.gui.security.credentials import PreparedPeer, SecurityAccess
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Theme, Tone
from dicomdesk.gui.window_state import WindowState

__all__ = ["QueryHeader"]

_ROOM_FOR_ONE_LINE = 1060


class QueryHeader(QWidget):
    """Tells what is wanted and does nothing of it. Peers are chosen from the address book, or one is typed."""

    primary_wanted = Signal()
    """Ask, or stop: whatever the button says."""
    told = Signal(Details)
    """Something that the user should read now."""
    changed = Signal()
    """Something worth remembering has changed."""

    def __init__(self, theme: Theme, tasks: Tasks, state: WindowState, access: SecurityAccess, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__()
        self.access = access
        self._view = view
        self.choice = PeerChoice(theme, access.peers, has_several=True)
        self.peer_entry = PeerEntry(state)
        self.peer_setup = PeerSetup(theme, tasks, access, self.peer_entry, view)
        self.peer_setup.choice.hide()  # the other choice has the same peers
        self.form = QueryFormPart(theme)
        self.queries_menu = QMenu(view)
        self.queries = menu_button(
            theme, "", "history", self.queries_menu, self.tr("Recent and saved queries (Ctrl+J)")
        )
        self.more_menu = QMenu(view)
        self.more = menu_button(theme, "", "more", self.more_menu, self.tr("More"))
        self.primary = PrimaryButton(theme, self.primary_wanted.emit)
        self.form.put_before_more(self.queries)
        self._typed_place = (0, 0, 0, 0)
        """In the grid: row, column, and how many of them."""
        self._typed = QWidget()
        row_of((self.peer_entry, 10), self.peer_setup.button, 1, inside=self._typed)
        self._top = QGridLayout()
        self._top.setContentsMargins(*NO_MARGINS)
        self._top.setSpacing(GRID)
        self._top.addWidget(self.choice, 0, 0)
        self._top.setColumnStretch(1, 1)
        self._top.addWidget(self.more, 0, 2)
        self._top.addWidget(self.primary, 0, 3)
        self._place_typed(has_room=True)
        column_of(self._top, self.form, inside=self, spacing=8)
        self.form.ask_wanted.connect(self.primary_wanted)
        self.form.changed.connect(self.changed)
        self.peer_entry.changed.connect(self.changed)
        self.peer_setup.told.connect(self.told)
        self.choice.peers_changed.connect(self._show_peers)
        self.choice.peers_changed.connect(self.changed)
        self._show_peers()
        self.show_state(is_asking=False)

    @property
    def has_known_peers(self) -> bool:
        """Whether peers are chosen from the address book; else the one that is typed is asked."""
        return bool(self.choice.peers())

    async def prepared_peers(self) -> list[AskedPeer] | None:
        """Return the peers with all that associations with them need; None where the user would not say, or was told.

        Asks for pass phrases and passcodes where they are needed.
        """
        calling = self.peer_entry.calling.value()
        known_peers = self.choice.peers()
        try:
            if not known_peers:
                return await self._typed_peer()
            asked = []
            for known in known_peers:
                prepared = await self.access.prepare(known, self._view)
                if prepared is None:
                    return None
                association = known.association(calling, prepared.user_identity)
                asked.append(
                    AskedPeer(
                        peer=prepared.peer,
                        association=association,
                        name=known.name,
                        character_set=known.character_set,
                        associations=known.associations,
                    )
                )
        except SettingsError as error:
            self.told.emit(settings_problem(str(error)))
            return None
        return asked

    def take_first_focus(self) -> None:
        """Put the focus where the first thing is to be done: the peer, or what is asked."""
        is_known = self.has_known_peers or self.peer_entry.is_valid()
        first = self.form.patient_name if is_known else self.peer_entry.called
        first.setFocus()

    def show_state(self, *, is_asking: bool, is_stopping: bool = False) -> None:
        """Say what the button does now."""
        if is_stopping:
            tip = self.tr("End the associations without waiting for the peers (Escape)")
            self.primary.show_action(self.tr("Stop now"), "stop", tip)
        elif is_asking:
            tip = self.tr("Ask the peers to stop; what has come stays (Escape)")
            self.primary.show_action(self.tr("Stop"), "stop", tip)
        else:
            self.primary.show_action(self.tr("Query"), "query", self.tr("Ask the peers (Ctrl+Return)"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the peer that is typed beside the choice of others, or below it where room is short."""
        self._place_typed(has_room=event.size().width() >= _ROOM_FOR_ONE_LINE)
        super().resizeEvent(event)

    def _place_typed(self, *, has_room: bool) -> None:
        place = (0, 1, 1, 1) if has_room else (1, 0, 1, 4)
        if self._top.indexOf(self._typed) < 0 or self._typed_place != place:
            self._typed_place = place
            self._top.removeWidget(self._typed)
            self._top.addWidget(self._typed, *place)

    async def _typed_peer(self) -> list[AskedPeer] | None:
        if not self.peer_entry.insist():
            problem = self.peer_entry.first_problem()
            self.told.emit(Details(title=problem, icon="warning", tone=Tone.WARNING))
            return None
        security = self.peer_setup.security
        prepared: PreparedPeer | None = PreparedPeer(peer=self.peer_entry.peer())
        if not security.is_plain:
            prepared = await self.access.credentials.prepare(self.peer_entry.peer(), security, self._view)
        if prepared is None:
            return None
        return [AskedPeer(peer=prepared.peer, association=self.peer_setup.association(prepared))]

    def _show_peers(self) -> None:
        self._typed.setVisible(not self.has_known_peers)
