"""Choice of peers from the address book: a button with an arrow, and the list that it opens."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QStackedWidget, QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.controls.buttons import plain_button, set_words
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.row_delegate import row_height
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.peers.choice_nodes import ChoiceNode, ChoiceTree, PeerChoiceNode, choice_columns
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.theme import GRID, Theme
from dicomdesk.gui.wording import plain_tip, plural

_WIDTH = 420
_MOST_ROWS = 12
_LEAST_ROWS = 4
_MOST_OPEN = 500
"""Peers; of more the groups are folded until something is typed."""
_ICON_WIDTH = 30
_RETURN = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_CHOOSING_KEYS = _RETURN | {Qt.Key.Key_Space}


class PeerPopup(QFrame):
    """The list: groups, peers, a search field. Return or a click chooses; with boxes, Space or a click ticks."""

    chosen = Signal(object)
    """The ``KnownPeer``, where one is chosen; the list is closed."""
    ticked = Signal(object)
    """The ``KnownPeer``s that are ticked now, a tuple, where several can be."""
    book_wanted = Signal()
    """The address book is to be shown."""

    def __init__(
        self, theme: Theme, store: PeerStore, parent: QWidget, *, ticked: frozenset[str] | None = None
    ) -> None:
        """``ticked`` are keys of peers; None lets one be chosen."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._has_boxes = ticked is not None
        self.setAccessibleName(self.tr("Choose from the address book"))
        self.search = search_field(theme, self.tr("Type to find a peer"))
        self.search.setMaximumWidth(_WIDTH)
        self.search.installEventFilter(self)
        self.model = OutlineModel(choice_columns(), self)
        self.view = OutlineView(theme, self.model)
        self.tree = ChoiceTree(self.model, store.book.peers, ticked)  # a view that is made later would sort it first
        self.view.setAccessibleName(self.tr("Peers"))
        self.view.setHeaderHidden(True)
        self.view.installEventFilter(self)
        self._nothing = quiet_label(
            self.tr("No peer fits.") if store.book.peers else self.tr("The address book is empty.")
        )
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._nothing)
        book = plain_button(theme, self.tr("Address &book"), "peers", self._on_book, self.tr("See and edit all peers"))
        self.done_button = plain_button(theme, self.tr("Done"), "accepted", self.end)
        self.done_button.setVisible(self._has_boxes)
        self._show_count()
        foot = row_of(book, 1, self.done_button)
        column_of(self.search, (self._pages, 1), foot, inside=self, margins=(GRID,) * 4, spacing=GRID)
        self.resize(_WIDTH, self._wanted_height())
        self.search.textChanged.connect(self._on_search)
        self.view.clicked.connect(lambda _index: self._on_activated(self.view.selected_node()))
        self._on_search("")

    def open_below(self, widget: QWidget) -> None:
        """Show the list below a widget, or above it where there is no room, with the search field ready."""
        place = widget.mapToGlobal(QPoint(0, widget.height() + 2))
        screen = widget.screen()
        if screen is not None:
            room = screen.availableGeometry()
            if place.y() + self.height() > room.bottom():
                place.setY(max(room.top(), widget.mapToGlobal(QPoint(0, 0)).y() - self.height() - 2))
            place.setX(max(room.left(), min(place.x(), room.right() - self.width())))
        self.move(place)
        self.show()
        self.search.setFocus()

    def end(self) -> None:
        """Close the list."""
        self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.search and self._take_search_key(event.key()):
                return True
            if watched is self.view and event.key() in _CHOOSING_KEYS:
                self._on_activated(self.view.selected_node())
                return True
        return super().eventFilter(watched, event)

    def _take_search_key(self, key: int) -> bool:
        if key in _RETURN:
            self._on_activated(self.tree.first_hit())
            return True
        first = self.tree.first_hit()
        if key == Qt.Key.Key_Down and first is not None:
            self.view.select_node(first)
            self.view.setFocus()
            return True
        return False

    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        self.tree.search(words)
        self.view.set_filter((lambda node: not isinstance(node, ChoiceNode) or node.is_hit) if words else None)
        if words or len(self.tree.rows) <= _MOST_OPEN:
            self.view.expandAll()
        self._pages.setCurrentIndex(0 if self.tree.first_hit() is not None else 1)

    def _on_activated(self, node: Node | None) -> None:
        if not isinstance(node, ChoiceNode):
            return
        if self._has_boxes:
            self.tree.toggle(node)
            self.model.flush()
            self._show_count()
            self.ticked.emit(self.tree.chosen())
        elif isinstance(node, PeerChoiceNode):
            self.close()
            self.chosen.emit(node.peer)

    def _show_count(self) -> None:
        count = len(self.tree.chosen())
        set_words(self.done_button, plural(count, self.tr("Choose {count}"), self.tr("Choose {count}")))

    def _on_book(self) -> None:
        self.close()
        self.book_wanted.emit()

    def _wanted_height(self) -> int:
        rows = len(self.tree.rows) + len(self.tree.groups)
        shown = max(_LEAST_ROWS, min(rows, _MOST_ROWS))
        return shown * row_height(self.fontMetrics()) + 2 * self.search.sizeHint().height() + 6 * GRID


class PeerChoice(QPushButton):
    """Button with an arrow that lets one peer be chosen, or several. Down, Space and Return open the list.

    ``keeps_word`` shows what is chosen on the button; without it, it is an arrow only, beside a field for free entry.
    """

    chosen = Signal(object)
    """The ``KnownPeer`` that was chosen, where one is."""
    peers_changed = Signal()
    """Other peers are chosen: see ``peers``."""
    book_wanted = Signal()
    """The address book is to be shown."""

    def __init__(self, theme: Theme, store: PeerStore, *, has_several: bool = False, keeps_word: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self._store = store
        self._has_several = has_several
        self._keeps_word = keeps_word
        self._names: tuple[str, ...] = ()
        self._popup: PeerPopup | None = None
        theme.keep_icon(self, "chevron-down")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        if keeps_word:
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the word
        else:
            self.setFixedWidth(_ICON_WIDTH)
            self.setStyleSheet("padding-left: 0px; padding-right: 0px;")
        self.clicked.connect(lambda _=False: self.open_list())
        store.changed.connect(self._on_book_changed)
        self._show()

    def peers(self) -> tuple[KnownPeer, ...]:
        """Return the peers that are chosen, in the order of the book, as the book has them now."""
        found = [self._store.book.find(name) for name in self._names]
        return tuple(peer for peer in found if peer is not None)

    def names(self) -> tuple[str, ...]:
        """Return their names, to be remembered."""
        return tuple(peer.name for peer in self.peers())

    def choose(self, *names: str) -> None:
        """Choose peers by their names; those that are not in the book are passed over."""
        found = [self._store.book.find(name) for name in names]
        kept = tuple(peer.name for peer in found if peer is not None)
        if kept != self._names:
            self._names = kept
            self._show()
            self.peers_changed.emit()

    def open_list(self) -> PeerPopup:
        """Open the list and return it; it goes by itself."""
        ticked = frozenset(peer.key for peer in self.peers()) if self._has_several else None
        popup = PeerPopup(self._theme, self._store, self.window(), ticked=ticked)
        popup.chosen.connect(self._on_chosen)
        popup.ticked.connect(lambda peers: self.choose(*(peer.name for peer in peers)))
        popup.book_wanted.connect(self.book_wanted)
        popup.open_below(self)
        return popup

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Down, *_RETURN}:
            self.open_list()
            return
        super().keyPressEvent(event)

    def _on_chosen(self, peer: object) -> None:
        if isinstance(peer, KnownPeer):
            self.choose(peer.name)
            self.chosen.emit(peer)

    def _on_book_changed(self) -> None:
        known = self.names()
        if known != self._names:
            self._names = known
            self._show()
            self.peers_changed.emit()

    def _show(self) -> None:
        word = self._word()
        if self._keeps_word:
            self.setText(f"{word.replace('&', '&&')} ")  # the space keeps the arrow at a distance
        tip = self.tr("Choose from the address book")
        self.setAccessibleName(f"{tip}: {word}" if self._names and self._keeps_word else tip)
        self.setToolTip(plain_tip("\n".join([tip, *(str(peer) for peer in self.peers()[:_MOST_ROWS])])))

    def _word(self) -> str:
        peers = self.peers()
        if not peers:
            return self.tr("Choose peers") if self._has_several else self.tr("Choose a peer")
        if len(peers) == 1:
            return peers[0].name
        more = len(peers) - 1
        rest = plural(more, self.tr("{count} more"), self.tr("{count} more"))
        return self.tr("{first} and {rest}").format(first=peers[0].name, rest=rest)
