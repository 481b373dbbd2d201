"""The Query/Retrieve view: peers and form, results, and what can be done with those that are chosen."""

from collections.abc import Callable, Hashable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, Offer, adopt, offer_commands
from dicomdesk.gui.controls.drop_area import DropArea
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of, row_of
from dicomdesk.gui.models.found_entities import FoundEntity
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.panels.details import Details, DetailsStrip
from dicomdesk.gui.panels.short_label import ShortLabel
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.query.actions import QueryActions
from dicomdesk.gui.query.asking import Question
from dicomdesk.gui.query.flow import QueryFlow
from dicomdesk.gui.query.form.form_values import FormValues
from dicomdesk.gui.query.form.saved_queries import memory_of_json
from dicomdesk.gui.query.header import QueryHeader
from dicomdesk.gui.query.lists_access import ListsAccess
from dicomdesk.gui.query.menus import fill_more_menu, fill_queries_menu
from dicomdesk.gui.query.name_dialog import NameDialog
from dicomdesk.gui.query.results.cells import PEER
from dicomdesk.gui.query.results.result_nodes import ResultNode, found_entity
from dicomdesk.gui.query.results.results_view import ResultsView
from dicomdesk.gui.query.words import Situation, describe, found_text, progress_text
from dicomdesk.gui.retrieve.job_nodes import JobNode
from dicomdesk.gui.retrieve.listening import ListenerSource
from dicomdesk.gui.retrieve.part import RetrievePart
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View
from dicomdesk.gui.window_state import WindowState
from dicomdesk.gui.wording import count_text

__all__ = ["QueryPane"]

_EMPTY, _RESULTS = range(2)


class QueryPane(View):
    """View that joins form, results and details."""

    key = "query"
    selection_changed = Signal()
    """Other rows are chosen; ``selected`` has them."""

    def __init__(
        self,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        state: WindowState,
        access: SecurityAccess,
        source: ListenerSource,
    ) -> None:
        """``source`` lends its listener for what is moved to here."""
        super().__init__()
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._notice: Details | None = None
        self._was_shown = False
        self.header = QueryHeader(theme, tasks, state, access, self)
        self.flow = QueryFlow(session, tasks, self)
        memory = memory_of_json(state.queries)
        self.commands = QueryActions(self.flow, self.header, tasks, memory, self)
        self.header.choice.choose(*memory.peers)
        self.view = ResultsView(theme, self.flow.model, self.flow.tree)
        self.empty = EmptyState(theme, "query")
        self.search = search_field(theme, self.tr("Search in what was found"))
        self._found = ShortLabel()
        self._bar = QWidget()
        self.area = DropArea(theme)
        self.retrieve = RetrievePart(theme, session, tasks, state, access, source)
        self._here_words: Callable[[str, str, str, int | None], str] = self.retrieve.here.words
        self.flow.tree.here = self._here_text
        self._lists = ListsAccess(theme, session, tasks, self.header, self.retrieve, self)
        self.details = DetailsStrip(theme)
        self._lay_out()
        self._connect()
        self._show_all()

    def badge(self) -> Badge:
        retrieves = self.retrieve.running or self.retrieve.problems
        if self.commands.new:
            return Badge(count=self.commands.new)
        return Badge(count=retrieves, is_alarming=not self.retrieve.running)

    def add_figures(self, figures: Figures) -> Figures:
        return replace(figures, down_bytes_per_s=figures.down_bytes_per_s + self.retrieve.bytes_per_s)

    def show_problem(self, row: Hashable) -> None:
        if isinstance(row, JobNode):
            self.retrieve.show_job(row)

    def take_peer(self, peer: KnownPeer) -> None:
        self.header.choice.choose(peer.name)

    def remember(self, state: WindowState) -> WindowState:
        memory = replace(self.commands.memory, peers=self.header.choice.names())
        return self.retrieve.remember(replace(state, queries=memory.as_json()))

    def ask(self) -> None:
        """Ask the peers that are chosen what the form says."""
        self.commands.ask()

    def selected(self) -> list[FoundEntity]:
        """Return what is chosen, without what is below something that is chosen too; entries of a worklist never."""
        nodes = [node for node in self.view.selected_nodes() if isinstance(node, ResultNode)]
        nodes = [node for node in nodes if node.model is not QueryModel.WORKLIST]
        chosen = set(nodes)
        return [found_entity(node) for node in nodes if not _has_above(node, chosen)]

    def show_here(self, words: Callable[[str, str, str, int | None], str]) -> None:
        """Say of each row how much of it is here already.

        ``words`` is given the UIDs of study, series and instance, "" below the row, and how many the peer announces.
        """
        self._here_words = words
        self.view.viewport().update()

    def tell(self, details: Details | None) -> None:
        """Show something until a row is selected or something is asked; None shows what is usual."""
        self._notice = details
        self._show_details()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.header.take_first_focus()

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Results"))
        for page in (self.empty, self.view):
            self.area.addWidget(page)
        row_of((self._found, 1), (self.search, 1), inside=self._bar)
        top = column_of(self.header, self._bar, margins=HEADER_MARGINS, spacing=10)
        column_of(top, (self.area, 1), self.retrieve, self.details, inside=self)
        fill_more_menu(self.header.more_menu, self.commands, self, lambda: self.header.form.set_values(FormValues()))
        adopt(self, "list", self.header.more_menu.addAction(self.tr("Work through a &list…"), self._lists.offer))

    def _connect(self) -> None:
        header, commands = self.header, self.commands
        self.flow.changed.connect(self._show_all)
        self._session.ticked.connect(self._on_tick)
        self.view.node_opened.connect(self._on_opened)
        self.view.selection_changed.connect(self._on_selection)
        self.view.node_activated.connect(lambda _node: self.retrieve.retrieve())
        self.area.dropped.connect(self._lists.begin)
        self.retrieve.changed.connect(self._show_details)
        self.retrieve.state_changed.connect(self.state_changed)
        self.retrieve.here.changed.connect(self._on_here_changed)
        self.view.menu_wanted.connect(self._on_menu)
        self.search.textChanged.connect(self._on_search)
        header.primary_wanted.connect(commands.run_primary)
        header.told.connect(self.tell)
        header.changed.connect(self.state_changed)
        header.choice.book_wanted.connect(self.peers_wanted)
        header.queries_menu.aboutToShow.connect(lambda: fill_queries_menu(header.queries_menu, commands, self._on_save))
        commands.told.connect(self.tell)
        self._lists.told.connect(self.tell)
        commands.changed.connect(self.state_changed)
        offers = (
            Offer("query", self.tr("&Query"), commands.run_primary, "Ctrl+Return"),
            Offer("stop", self.tr("&Stop asking"), self.flow.cancel, "Escape", is_everywhere=False),
            Offer("retrieve", self.tr("&Retrieve what is selected"), self.retrieve.retrieve, "Ctrl+Shift+Return"),
            Offer("queries", self.tr("Recent and &saved queries…"), header.queries.click, "Ctrl+J"),
            Offer(FIND, self.tr("&Find in the results"), self.search.setFocus, FIND_KEYS),
        )
        offer_commands(self, offers)

    # Doing.

    def _on_opened(self, node: object) -> None:
        if isinstance(node, ResultNode):
            self.flow.open(node)

    def _on_selection(self) -> None:
        self.commands.look()
        self.tell(None)
        self.retrieve.show_selection(self.selected())
        self.selection_changed.emit()

    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        self.flow.tree.filter((lambda node: all(word in node.search_text for word in words)) if words else None)
        self._show_all()

    def _on_save(self) -> None:
        self._tasks.start(self._save_query())

    async def _save_query(self) -> None:
        values = self.header.form.values()
        dialog = NameDialog(values.words()[:40] or self.tr("Everything"), self)
        if await self._tasks.ask(dialog):
            self.commands.save(dialog.name.value())

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        if isinstance(node, ResultNode):
            menu.addAction(self.tr("&Retrieve"), self.retrieve.retrieve)
            if node.level in {Level.SERIES, Level.IMAGE}:
                menu.addAction(self.tr("&Look at one image"), lambda: self.retrieve.look_at(found_entity(node)))
            menu.addAction(self.tr("All studies of this &patient"), lambda: self.commands.ask_of_patient(node))
            menu.addSeparator()
            menu.addAction(self.tr("Copy &UIDs"), self._on_copy_uids)
            menu.addAction(self.tr("Copy re&trieve as command"), self.retrieve.copy_command)
        for action in self.header.more_menu.actions():
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _on_copy_uids(self) -> None:
        """Of what is chosen, one a line; of patients the IDs."""
        uids = [_deepest_key(entity) for entity in self.selected()]
        QGuiApplication.clipboard().setText("\n".join(uid for uid in uids if uid))

    def _here_text(self, node: ResultNode) -> str:
        levels = (Level.STUDY, Level.SERIES, Level.IMAGE)
        uids = ["" if node.level.is_above(level) else node.unique_value(level) for level in levels]
        words = self._here_words(uids[0], uids[1], uids[2], node.instances)
        return self.tr("{words} here").format(words=words) if words and node.level is not Level.IMAGE else words

    def _on_here_changed(self) -> None:
        """More is here, or less: what is in sight says so when it is painted."""
        self.view.viewport().update()

    # Showing.

    def _show_all(self) -> None:
        self.header.show_state(is_asking=self.flow.is_loading, is_stopping=self.flow.is_stopping)
        self.view.show_column(PEER, is_shown=len(self.flow.askings) > 1)
        has_rows = len(self.flow.tree) > 0
        self.area.setCurrentIndex(_RESULTS if has_rows else _EMPTY)
        self._bar.setVisible(has_rows)
        self._found.say(self._found_text())
        self._show_details()
        if not has_rows:
            self._show_empty()

    def _found_text(self) -> str:
        tree, question = self.flow.tree, self.flow.question
        found = found_text(len(tree), _told_level(question))
        if tree.passing != len(tree):
            hidden = count_text(len(tree) - tree.passing)
            found = self.tr("{found}, {hidden} hidden by the search").format(found=found, hidden=hidden)
        if self.flow.is_asking:
            found = self.tr("{found} so far").format(found=found)
        elif tree.shown < tree.passing:
            found = self.tr("{found}, listed as you scroll").format(found=found)
        several = self.flow.askings if len(self.flow.askings) > 1 else []
        return "   ".join([found, *(progress_text(asking) for asking in several)])

    def _on_tick(self) -> None:
        if self.flow.is_loading:
            self._show_all()

    def _show_details(self) -> None:
        """What the line above the rows says is not said again; rows and retrieves have the room then."""
        details = self._notice or self._summary()
        self.details.show_details(details)
        is_said = self._notice is not None or details.tone in {Tone.WARNING, Tone.BAD}
        self.details.setVisible(is_said and (details.tone is Tone.BAD or not self.retrieve.jobs.isVisible()))

    def _show_empty(self) -> None:
        """Say in the middle what the details say where there is nothing else to see."""
        if not self.flow.askings:
            self.empty.set_words(
                self.tr("Ask what a peer has"),
                self.tr(
                    "Fill in what you know, or nothing at all, and press Query. The beginning of a name is enough."
                ),
            )
            return
        summary = self._summary()
        if summary.tone is Tone.BAD:
            self.empty.set_words(self.tr("No results"), self.tr("See below why, and what can be done."))
            return
        self.empty.set_words(summary.title, summary.text)

    def _summary(self) -> Details:
        question = self.flow.question
        tree = self.flow.tree
        return describe(
            Situation(
                askings=self.flow.askings,
                level=_told_level(question),
                found=len(tree),
                passing=tree.passing,
                ask_rest=self.flow.ask_rest,
                ask_again=self.commands.ask,
            )
        )


def _told_level(question: Question | None) -> Level | None:
    """The level of the rows at the top; None for a worklist, which has none."""
    if question is None:
        return Level.STUDY
    return None if question.model is QueryModel.WORKLIST else question.level


def _deepest_key(entity: FoundEntity) -> str:
    keys = {
        Level.PATIENT: entity.patient_id,
        Level.STUDY: entity.study_instance_uid,
        Level.SERIES: entity.series_instance_uid,
        Level.IMAGE: entity.sop_instance_uid,
    }
    return keys[entity.level]


def _has_above(node: ResultNode, chosen: set[ResultNode]) -> bool:
    above: Node | None = node.parent
    while isinstance(above, ResultNode):
        if above in chosen:
            return True
        above = above.parent
    return False
