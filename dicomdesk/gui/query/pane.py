"""The Query/Retrieve view: peers and form, results, and what can be done with those that are chosen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from dicomdesk.gui import wording
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.panels.details import Details, DetailsStrip
from dicomdesk.gui.query.asking import AskingState, Question
from dicomdesk.gui.query.flow import QueryFlow
from dicomdesk.gui.query.header import QueryHeader
from dicomdesk.gui.query.result_nodes import ResultNode, found_entity
from dicomdesk.gui.query.results_view import ResultsView
from dicomdesk.gui.security.credentials import PreparedPeer, SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View
from dicomdesk.gui.window_state import WindowState

__all__ = ["QueryPane"]

_EMPTY, _RESULTS = range(2)


class QueryPane(View):
    """View that joins form, results and details."""

    key = "query"
    selection_changed = Signal()
    """Other rows are chosen; ``selected`` has them."""

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess
    ) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._notice: Details | None = None
        self.header = QueryHeader(theme, tasks, state, access, self)
        self.flow = QueryFlow(session, tasks, self)
        self.view = ResultsView(theme, self.flow.model, self.flow.tree)
        self.empty = EmptyState(theme, "query")
        self.area = QStackedWidget()
        self.actions_place = QVBoxLayout()
        """Between results and details: for what is done with the selection."""
        self.details = DetailsStrip(theme)
        self._lay_out()
        self._connect()
        self._show_all()

    def word(self) -> str:
        return self.tr("Query/Retrieve")

    def badge(self) -> Badge:
        return Badge(count=len(self.flow.tree))

    def selected(self) -> list[FoundEntity]:
        """Return what is chosen, without what is below something that is chosen too."""
        nodes = [node for node in self.view.selected_nodes() if isinstance(node, ResultNode)]
        chosen = set(nodes)
        return [found_entity(node) for node in nodes if not _has_above(node, chosen)]

    def tell(self, details: Details | None) -> None:
        """Show something until a row is selected or something is asked; None shows what is usual."""
        self._notice = details
        self._show_details()

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Results"))
        self.empty.set_words(
            self.tr("Ask what a peer has"),
            self.tr("Fill in what you know, even nothing at all, and press Query. The beginning of a name is enough."),
        )
        self.area.addWidget(self.empty)
        self.area.addWidget(self.view)
        top = column_of(self.header, margins=HEADER_MARGINS, spacing=12)
        column_of(top, (self.area, 1), self.actions_place, self.details, inside=self)

    def _connect(self) -> None:
        self.flow.changed.connect(self._show_all)
        self._session.ticked.connect(self._on_tick)
        self.view.node_opened.connect(self._on_expanded)
        self.view.selection_changed.connect(self._on_selection)
        self.header.primary_wanted.connect(self._on_primary)
        self.header.peer_setup.told.connect(self.tell)
        for keys, run in (("Ctrl+Return", self._on_primary), ("Escape", self.flow.cancel)):
            QShortcut(QKeySequence(keys), self, run).setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # Doing.

    def _on_primary(self) -> None:
        if self.flow.is_loading:
            self.flow.cancel()
        else:
            self.header.peer_setup.reach(self._ask)

    def _ask(self, prepared: PreparedPeer) -> None:
        self._notice = None
        asked = AskedPeer(peer=prepared.peer, association=self.header.peer_setup.association(prepared))
        self.flow.ask(Question(identifier=self.header.form().identifier), [asked])

    def _on_expanded(self, node: object) -> None:
        if isinstance(node, ResultNode):
            self.flow.open(node)

    def _on_selection(self) -> None:
        self.tell(None)
        self.selection_changed.emit()

    # Showing.

    def _show_all(self) -> None:
        self.header.show_state(is_asking=self.flow.is_loading)
        self.area.setCurrentIndex(_RESULTS if len(self.flow.tree) else _EMPTY)
        self._show_details()

    def _on_tick(self) -> None:
        if self.flow.is_loading:
            self._show_all()

    def _show_details(self) -> None:
        self.details.show_details(self._notice or self._summary())

    def _summary(self) -> Details:
        flow = self.flow
        found = wording.plural(len(flow.tree), self.tr("{count} study"), self.tr("{count} studies"))
        failed = next((each for each in flow.askings if each.state is AskingState.FAILED), None)
        if flow.is_asking:
            return Details(title=self.tr("Asking… {found} so far").format(found=found), icon="search")
        if failed is not None:
            return Details(
                title=self.tr("{peer} did not answer the query").format(peer=failed.asked.word),
                text=wording.sentence(failed.reason),
                icon="failed",
                tone=Tone.BAD,
                can_copy=True,
            )
        if not flow.askings:
            return Details(title=self.tr("Nothing was asked yet"), icon="info", tone=Tone.QUIET)
        return Details(title=found, icon="info", tone=Tone.QUIET)


def _has_above(node: ResultNode, chosen: set[ResultNode]) -> bool:
    above: Node | None = node.parent
    while isinstance(above, ResultNode):
        if above in chosen:
            return True
        above = above.parent
    return False
