"""The history of what was sent: searched in the journal, page by page, and cleaned up by age."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from dicomdesk.engine.journal.records import ErrandState, HistoryPage, HistoryQuery, InstanceState
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.layouts import DIALOG_MARGINS, HEADER_MARGINS, column_of, resize_on_screen, row_of
from dicomdesk.gui.outbox.access import OutboxAccess
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.questions.confirm import ConfirmDialog
from dicomdesk.gui.sending.past.history_nodes import (
    TITLE,
    WHEN,
    AttemptNode,
    HistoryNode,
    PastInstanceNode,
    history_columns,
    instance_nodes,
)
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

__all__ = ["HistoryDialog"]

PAGE = 100
MOST_INSTANCES = 1000
"""Of an errand that are shown."""
_SIZE = (1000, 600)
_SOON_MS = 250
"""How long typing rests before it is searched for."""
_AGES_DAYS = (7, 30, 90, 365)
_PROBLEMS = frozenset({InstanceState.REFUSED, InstanceState.FAILED, InstanceState.NOT_SENT})
_OPEN = frozenset({ErrandState.WAITING, ErrandState.HELD, ErrandState.RUNNING, ErrandState.RETRYING})
_CHIPS: tuple[tuple[frozenset[ErrandState], frozenset[InstanceState]], ...] = (
    (frozenset(), frozenset()),
    (frozenset({ErrandState.DONE}), frozenset()),
    (frozenset(), _PROBLEMS),
    (frozenset({ErrandState.CANCELLED}), frozenset()),
    (_OPEN, frozenset()),
)


class HistoryDialog(QDialog):
    """Shows what the journal has; not modal. For the Qt thread."""

    send_again_wanted = Signal(list)
    """Paths of what is to be listed again."""

    def __init__(self, theme: Theme, tasks: Tasks, outbox: OutboxAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._outbox = outbox
        self._next: int | None = None
        self._round = 0
        """Of searching: what an earlier one finds later counts no more."""
        self._is_reading = False
        self.setModal(False)
        self.setWindowTitle(self.tr("History of what was sent"))
        self.model = OutlineModel(history_columns(), self)
        self.view = OutlineView(theme, self.model, stretched=TITLE, selects_many=True, least_width=160)
        self.view.setAccessibleName(self.tr("History"))
        words = (self.tr("All"), self.tr("Done"), self.tr("With problems"), self.tr("Cancelled"), self.tr("Not done"))
        tones = (Tone.PLAIN, Tone.PLAIN, Tone.BAD, Tone.PLAIN, Tone.PLAIN)
        hint = self.tr("Search patient, ID, accession number, UID, file, peer, reason")
        self.filters = FilterBar(theme, list(zip(words, tones, strict=True)), hint)
        self.filters.set_counts([None] * len(words))
        self.told = quiet_label("")
        self.again = plain_button(theme, self.tr("&Send again"), "retry", self._on_again)
        ages = [
            wording.plural(days, self.tr("older than {count} day"), self.tr("older than {count} days"))
            for days in _AGES_DAYS
        ]
        self.ages = Combo(theme, ages)
        self.clean_up = plain_button(theme, self.tr("Clean &up…"), "clear", self._on_clean_up)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SOON_MS)
        self._lay_out(theme)
        self._connect()
        resize_on_screen(self, *_SIZE)

    def open_anew(self) -> None:
        """Show the history as it is now, in front of the window."""
        self.search()
        self.show()
        self.raise_()
        self.activateWindow()
        self.filters.search.setFocus()

    def search(self) -> None:
        """Look for what is typed and chosen."""
        self._round += 1
        self._next = None
        self._tasks.start(self._read(self._round, None), owner=self)

    def query(self) -> HistoryQuery:
        """Return what is looked for."""
        states, instance_states = _CHIPS[self.filters.chip]
        return HistoryQuery(text=self.filters.search.text().strip(), states=states, instance_states=instance_states)

    # Building.

    def _lay_out(self, theme: Theme) -> None:
        self.ages.setCurrentIndex(_AGES_DAYS.index(90))
        self.ages.setAccessibleName(self.tr("What is deleted from the history"))
        empty = EmptyState(theme, "history")
        empty.set_words(
            self.tr("Nothing here"), self.tr("What was sent is kept here with each try, until it is cleaned up.")
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.view)
        close = plain_button(theme, self.tr("&Close"), "close", self.reject)
        foot = row_of(self.again, (self.told, 1), self.ages, self.clean_up, close)
        top = column_of(self.filters, margins=HEADER_MARGINS)
        bottom = column_of(foot, margins=DIALOG_MARGINS)
        column_of(top, (self._pages, 1), bottom, inside=self)

    def _connect(self) -> None:
        self.filters.changed.connect(self._timer.start)
        self._timer.timeout.connect(self.search)
        self.view.node_opened.connect(lambda node: self._tasks.start(self._fill(node), owner=self))
        self.view.selection_changed.connect(self._show_buttons)
        self.view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.filters.search.setFocus)
        self.view.sortByColumn(WHEN, Qt.SortOrder.DescendingOrder)
        self._show_buttons()

    # Reading.

    async def _read(self, number: int, before: int | None) -> None:
        query = self.query()
        self._is_reading = True
        try:
            page: HistoryPage = await self._outbox.ask(
                lambda _, journal: journal.history(query, before=before, limit=PAGE)
            )
        finally:
            self._is_reading = False
        if number != self._round:
            return
        if before is None:
            self.model.replace(())
        self.model.insert(None, [HistoryNode(entry) for entry in page.errands])
        self._next = page.next_before
        count = len(self.model.root.children)
        words = wording.plural(count, self.tr("{count} entry"), self.tr("{count} entries"))
        self.told.setText(self.tr("{count}, and more below").format(count=words) if self._next else words)
        self._pages.setCurrentIndex(1 if count else 0)
        self._show_buttons()

    async def _fill(self, node: Node) -> None:
        if isinstance(node, HistoryNode) and not node.is_loaded:
            node.is_loaded = True
            errand_id = node.entry.errand.id
            records = await self._outbox.ask(lambda _, journal: journal.instances(errand_id, limit=MOST_INSTANCES))
            self.model.insert(node, instance_nodes(records))
        elif isinstance(node, PastInstanceNode) and not node.is_loaded:
            node.is_loaded = True
            record = node.record
            attempts = await self._outbox.ask(lambda _, journal: journal.attempts(record.errand_id, record.number))
            self.model.insert(node, [AttemptNode(attempt) for attempt in attempts])

    async def _clean_up(self) -> None:
        days = _AGES_DAYS[self.ages.currentIndex()]
        title = wording.plural(
            days,
            self.tr("Delete what is older than {count} day from the history?"),
            self.tr("Delete what is older than {count} days from the history?"),
        )
        text = self.tr("What waits, or has not ended, stays. The files that were sent are not touched.")
        dialog = ConfirmDialog(title, text, self.tr("&Delete"), self)
        await self._tasks.ask(dialog)
        if not dialog.is_confirmed():
            return
        before = datetime.now(UTC) - timedelta(days=days)
        count = await self._outbox.ask(lambda _, journal: journal.forget(before))
        self._round += 1
        await self._read(self._round, None)
        self.told.setText(wording.plural(count, self.tr("{count} entry deleted"), self.tr("{count} entries deleted")))

    async def _send_again(self, nodes: list[HistoryNode]) -> None:
        ids = [node.entry.errand.id for node in nodes]
        records = await self._outbox.ask(lambda _, journal: [each for one in ids for each in journal.instances(one)])
        self.send_again_wanted.emit(list(dict.fromkeys(record.found.path for record in records)))
        self.reject()

    # Doing.

    def _chosen(self) -> list[HistoryNode]:
        return [node for node in self.view.selected_nodes() if isinstance(node, HistoryNode)]

    def _show_buttons(self) -> None:
        self.again.setEnabled(bool(self._chosen()))

    def _on_again(self) -> None:
        self._tasks.start(self._send_again(self._chosen()), owner=self)

    def _on_clean_up(self) -> None:
        self._tasks.start(self._clean_up(), owner=self)

    def _on_scrolled(self, value: int) -> None:
        bar = self.view.verticalScrollBar()
        if self._next is not None and not self._is_reading and value >= bar.maximum():
            self._tasks.start(self._read(self._round, self._next), owner=self)
