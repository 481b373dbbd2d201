"""AE title, host and port of a peer, and our own AE title, in one row."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QWidget

from dicomdesk.gui.controls.fields import Field, line_of_fields
from dicomdesk.gui.entries.checks import ae_title_problem, host_problem, port_problem
from dicomdesk.gui.window_state import TypedPeer, WindowState
from dicomdesk.settings import Peer

_OFFERS_WIDTH = 320
_LONGEST_AE_TITLE = "RADIOLOGY_PACS_1"
_WIDEST_AE_TITLE = 220


class PeerEntry(QWidget):
    """Four checked fields. Typing the name, AE title or host of a peer that is known offers it whole."""

    changed = Signal()

    def __init__(self, state: WindowState) -> None:
        super().__init__()
        self.called = Field(
            self.tr("AE title of the peer"), ae_title_problem, text=state.peer_ae_title, hint=self.tr("AE title")
        )
        self.host = Field(
            self.tr("Host of the peer"), host_problem, text=state.peer_host, hint=self.tr("host or address")
        )
        self.port = Field(self.tr("Port of the peer"), port_problem, text=state.peer_port, hint=self.tr("port"))
        self.calling = Field(
            self.tr("Our own AE title"), ae_title_problem, text=state.calling_ae_title, hint=self.tr("own AE title")
        )
        self._fields = (self.called, self.host, self.port, self.calling)
        self._recent: dict[str, TypedPeer] = {}
        self._known: dict[str, TypedPeer] = {}
        self._offered: dict[str, TypedPeer] = {}
        self._offers = QStringListModel(self)
        self._choice: QWidget | None = None
        self._lay_out()
        self._add_completers()
        for field in self._fields:
            field.checked.connect(self.changed)
            field.setCursorPosition(0)
        self.set_recent_peers(state.recent_peers)

    def peer(self) -> Peer:
        """The peer as typed; only when ``is_valid``."""
        return Peer(host=self.host.value(), port=int(self.port.value()), ae_title=self.called.value())

    def typed(self) -> TypedPeer:
        """The peer as typed, valid or not."""
        return TypedPeer(ae_title=self.called.value(), host=self.host.value(), port=self.port.value())

    def set_typed(self, entry: TypedPeer) -> None:
        """Show another peer."""
        self.called.setText(entry.ae_title)
        self.host.setText(entry.host)
        self.port.setText(entry.port)

    def is_valid(self) -> bool:
        """Whether all fields are well."""
        return not any(field.problem() for field in self._fields)

    def insist(self) -> bool:
        """Whether all fields are well; if not, the first that is not takes the focus."""
        return all(field.insist() for field in self._fields)

    def first_problem(self) -> str:
        """Return what is wrong with the first field that is not well."""
        return next((field.problem() for field in self._fields if field.problem()), "")

    def set_fields_enabled(self, *, is_enabled: bool) -> None:
        """Whether the fields can be typed in."""
        for field in (*self._fields, *([self._choice] if self._choice else [])):
            field.setEnabled(is_enabled)

    def put_choice(self, choice: QWidget) -> None:
        """Put what chooses a peer behind the field of its AE title."""
        layout = self.layout()
        if isinstance(layout, QHBoxLayout):
            layout.insertWidget(layout.indexOf(self.called) + 1, choice)
            QWidget.setTabOrder(self.called, choice)
            QWidget.setTabOrder(choice, self.host)
        self._choice = choice

    def set_recent_peers(self, peers: tuple[TypedPeer, ...]) -> None:
        """Offer peers used before, when their AE title or host is typed."""
        self._recent = {str(peer): peer for peer in peers}
        self._offer()

    def set_known_peers(self, peers: Mapping[str, TypedPeer]) -> None:
        """Offer peers of the address book by what is shown of them, their names first."""
        if peers != self._known:
            self._known = dict(peers)
            self._offer()

    def _offer(self) -> None:
        """Offer known peers, then those used lately that are not among them."""
        known = set(self._known.values())
        self._offered = self._known | {text: peer for text, peer in self._recent.items() if peer not in known}
        self._offers.setStringList(list(self._offered))

    def _add_completers(self) -> None:
        for field in (self.called, self.host):
            completer = QCompleter(self._offers, field)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            popup = completer.popup()
            if popup is not None:
                popup.setMinimumWidth(_OFFERS_WIDTH)
            completer.activated.connect(self._on_recent, Qt.ConnectionType.QueuedConnection)
            field.setCompleter(completer)

    def _on_recent(self, text: str) -> None:
        peer = self._offered.get(text)
        if peer is not None:
            self.set_typed(peer)

    def _lay_out(self) -> None:
        title = self.called.fitting_width(_LONGEST_AE_TITLE)
        fields = (
            (self.tr("To"), self.called, title, _WIDEST_AE_TITLE),
            (self.tr("at"), self.host, 112, 240),
            (":", self.port, 60, 60),
            (self.tr("a&s"), self.calling, title, _WIDEST_AE_TITLE),
        )
        self.setLayout(line_of_fields(fields))
        self.port.fit_port()

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width(), self.called.sizeHint().height())
