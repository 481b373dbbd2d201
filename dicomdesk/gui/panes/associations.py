"""The Associations view: every association, in and out, and what was agreed in it."""

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget

from dicomdesk.engine.events import Event
from dicomdesk.gui.associations.record_texts import as_text, write_associations
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, Offer, offer_commands
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of, row_of
from dicomdesk.gui.models.association_log import (
    OVER,
    STARTED,
    AssociationLog,
    AssociationRecord,
    AssociationState,
    association_columns,
    association_word,
)
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.panels.negotiation_panel import NegotiationPanel
from dicomdesk.gui.questions.file_dialogs import ask_new_file
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View, WantedAssociation

if TYPE_CHECKING:
    from dicomdesk.engine.host.desk.condenser import KeptMessage

ALL, OPEN, OUTGOING, INCOMING, PROBLEMS = range(5)
_PEER_COLUMN = 1


class AssociationsPane(View):
    """View of the association log, with a panel for the one that is selected."""

    key = "associations"

    def __init__(self, theme: Theme, session: Session, tasks: Tasks) -> None:
        super().__init__()
        self._theme = theme
        self._tasks = tasks
        self._session = session
        self.model = OutlineModel(association_columns(), self)
        self.log = AssociationLog(self.model, session.problems.shelf(self.key))
        self.view = OutlineView(theme, self.model, stretched=_PEER_COLUMN)
        self.panel = NegotiationPanel(theme)
        self.filters = FilterBar(
            theme,
            [
                (self.tr("All"), Tone.PLAIN),
                (self.tr("Open"), Tone.PLAIN),
                (self.tr("Outgoing"), Tone.PLAIN),
                (self.tr("Incoming"), Tone.PLAIN),
                (self.tr("With problems"), Tone.BAD),
            ],
            self.tr("Search AE title, host, reason"),
        )
        self._follows_latest = True
        self._is_selecting = self._is_asking = False
        self._lay_out()
        for channel in (session.sent, session.received, session.echoed, session.checked):
            channel.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)
        session.second_passed.connect(lambda: self.log.measure(time()))
        self.view.node_selected.connect(self._on_selected)
        self.view.menu_wanted.connect(self._on_menu)
        self.filters.changed.connect(self._on_filter)
        offers = (
            Offer("clear", self.tr("&Clear ended"), self._on_clear, "Ctrl+L"),
            Offer("save", self.tr("&Save associations…"), self._on_save, "Ctrl+S"),
            Offer(FIND, self.tr("&Find in the list"), self.filters.search.setFocus, FIND_KEYS),
        )
        offer_commands(self, offers)

    def take(self, arrivals: list[Arrival[Event]]) -> None:
        """Take note of a batch of events."""
        for arrival in arrivals:
            self.log.apply(arrival.event, arrival.at)

    def badge(self) -> Badge:
        return Badge(count=self._session.open_associations)

    def show_problem(self, row: Hashable) -> None:
        if isinstance(row, tuple):
            job_id, number = row
            record = self.log.find(job_id, number)
            if record is not None:
                self.show_association(WantedAssociation(is_requestor=record.is_requestor, job_id=job_id, number=number))

    def show_association(self, wanted: WantedAssociation) -> None:
        """Select an association; the latest in its direction where it is not known."""
        records = [node for node in self.model.root.children if isinstance(node, AssociationRecord)]
        latest = (record for record in reversed(records) if record.is_requestor is wanted.is_requestor)
        found = self.log.find(wanted.job_id, wanted.number) or next(latest, None)
        if found is not None:
            self.filters.chips.choose(ALL)
            self.view.select_node(found)

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Associations"))
        self.view.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)
        clear = plain_button(
            self._theme,
            self.tr("&Clear ended"),
            "clear",
            self._on_clear,
            self.tr("Take ended associations off the list"),
        )
        save = plain_button(
            self._theme,
            "",
            "report",
            self._on_save,
            self.tr("Write the associations that are listed, with contexts and messages, as text or JSON"),
        )
        save.setAccessibleName(self.tr("Save associations"))
        header = row_of((self.filters, 1), save, clear, margins=HEADER_MARGINS)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.view)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        self.splitter.setSizes([240, 360])
        self.view.setMinimumHeight(120)
        self.panel.setMinimumHeight(220)
        empty = EmptyState(self._theme, "associations")
        empty.set_words(
            self.tr("No associations yet"),
            self.tr(
                "Each connection shows here with what was proposed, what was accepted, and why not. Try Echo in Send."
            ),
        )
        self.area = QStackedWidget()
        self.area.addWidget(empty)
        self.area.addWidget(self.splitter)
        column_of(header, (self.area, 1), inside=self)

    # Showing.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_all()

    def _on_tick(self) -> None:
        self.model.flush()
        if self.isVisible():  # what nobody sees costs nothing
            self._show_all()

    def _show_all(self) -> None:
        self._show_counts()
        has_any = bool(len(self.log))
        self.area.setCurrentIndex(1 if has_any else 0)
        if has_any and self._follows_latest:
            self._select(self.model.root.children[-1])
        node = self.view.selected_node()
        record = node if isinstance(node, AssociationRecord) else None
        self.panel.show_record(record)
        if record is not None and record.job_id and record.loaded < record.message_count:
            self._ask_messages(record)

    def _ask_messages(self, record: AssociationRecord) -> None:
        """Have the messages of an association shown that another process has, while somebody looks at them."""
        host = self._session.host
        if host is None or self._is_asking or not self.panel.messages.isVisible():
            return
        self._is_asking = True

        def show(count: int, messages: "Sequence[KeptMessage]") -> None:
            self._is_asking = False
            self.log.keep_messages(record, count or record.message_count, messages)
            if self.view.selected_node() is record:
                self.panel.show_record(record)

        from dicomdesk.gui.host.access import AssociationId  # noqa: PLC0415 - where there is one

        host.ask_messages(AssociationId(record.job_id, record.number, record.is_requestor), record.loaded, show)

    def _show_counts(self) -> None:
        counts = [0] * 5
        for node in self.model.root.children:
            for chip in range(5):
                counts[chip] += accepts(node, chip, [])
        self.filters.set_counts(counts)

    def _select(self, node: Node) -> None:
        if self.view.selected_node() is not node:
            self._is_selecting = True
            self.view.select_node(node)
            self._is_selecting = False

    # Doing.

    def _on_selected(self, node: object) -> None:
        if not self._is_selecting:
            self._follows_latest = node is None
        self.panel.show_record(node if isinstance(node, AssociationRecord) else None)

    def _on_clear(self) -> None:
        self._follows_latest = True
        self.log.clear_finished()
        self.model.flush()
        self._show_all()

    def listed(self) -> list[AssociationRecord]:
        """Return the associations that pass the filter, the oldest first."""
        chip, words = self.filters.chip, self.filters.words()
        records = (node for node in self.model.root.children if isinstance(node, AssociationRecord))
        return [record for record in records if accepts(record, chip, words)]

    def _on_save(self) -> None:
        self._tasks.start(self._save(self.listed(), "associations.txt"), owner=self)

    async def _save(self, records: list[AssociationRecord], name: str) -> None:
        """Have the user name a file, and write these into it; what fails is told by ``Tasks``."""
        path = await ask_new_file(self._tasks, self, self.tr("Save associations as text, or as JSON (.json)"), name)
        if path:
            await self._tasks.run(write_associations, Path(path), records)

    def _on_menu(self, _node: object, place: QPoint) -> None:
        menu = QMenu(self)
        node = self.view.selected_node()
        if isinstance(node, AssociationRecord):
            record = node.parent if isinstance(node.parent, AssociationRecord) else node
            menu.addAction(self.tr("Copy as text"), lambda: QGuiApplication.clipboard().setText(as_text([record])))
        menu.addAction(self.tr("Save all that are listed…"), self._on_save)
        menu.addAction(self.tr("Take ended associations off the list"), self._on_clear)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _on_filter(self) -> None:
        chip, words = self.filters.chip, self.filters.words()
        self.view.set_filter(None if self.filters.is_open() else lambda node: accepts(node, chip, words))


def accepts(node: Node, chip: int, words: list[str]) -> bool:
    """Whether an association passes a filter."""
    if not isinstance(node, AssociationRecord) or isinstance(node.parent, AssociationRecord):
        return True
    if not _PASSES[chip](node):
        return False
    if not words:
        return True
    names = f"{node.peer} {node.calling_ae_title} {node.called_ae_title}"
    text = f"{names} {association_word(node.shown_state)} {node.reason}".casefold()
    return all(word in text for word in words)


def has_problem(record: AssociationRecord) -> bool:
    """Whether somebody should look at an association."""
    if record.state in {AssociationState.REFUSED, AssociationState.ABORTED} or record.problems:
        return True
    return record.negotiation is not None and record.accepted == 0


_PASSES: tuple[Callable[[AssociationRecord], bool], ...] = (
    lambda _record: True,
    lambda record: record.shown_state not in OVER,
    lambda record: record.is_requestor,
    lambda record: not record.is_requestor,
    has_problem,
)
"""What each filter chip lets through; counted for every association at each tick, so none may be slow."""
