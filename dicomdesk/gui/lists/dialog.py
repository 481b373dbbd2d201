"""The dialog of one list: chosen, looked through, worked off, and taken up again another day."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from dicomdesk.engine.lists.results import LineState
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button, set_words
from dicomdesk.gui.controls.drop_area import DropArea
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.layouts import column_of, resize_on_screen, row_of
from dicomdesk.gui.lists.flow import ListenerLender, ListFlow, Reading
from dicomdesk.gui.lists.kept import Kept, kept_lists
from dicomdesk.gui.lists.line_nodes import LineColumn, LineNode
from dicomdesk.gui.lists.reading_form import ReadingForm
from dicomdesk.gui.lists.told import PROBLEMS, WELL, tell
from dicomdesk.gui.lists.wish_form import WishForm, plan_text
from dicomdesk.gui.lists.wishes import ListWish
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Details, DetailsStrip
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.panels.heading import Heading
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_new_file
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone
from dicomdesk.gui.wording import plain_tip
from dicomdesk.human import printable

__all__ = ["LIST_SUFFIXES", "ListDialog"]

LIST_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".ods")
"""Of files that are likely to be lists; any name may be."""
_SIZE = (1000, 700)
_EMPTY, _LIST = range(2)
_CHIP_STATES: tuple[tuple[LineState, ...], ...] = ((), WELL, PROBLEMS, (LineState.WAITING,))
"""Of the filter: which lines pass, () for all."""


class ListDialog(QDialog):
    """Works through one list. Closed while it works, it stops in order, and the list can be taken up again."""

    gone = Signal()
    """It is closed, and nothing of it is under way."""

    def __init__(
        self,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        asked: AskedPeer,
        *,
        lender: ListenerLender | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``lender`` lends the listener for C-MOVE to here; without one it is fetched by C-GET only."""
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._asked = asked
        self._notice: Details | None = None
        self._is_closed = False
        self.flow = ListFlow(session, tasks, lender, self)
        self.reading = ReadingForm(theme)
        self.wish = WishForm(theme, tasks, can_listen=lender is not None)
        self.view = OutlineView(theme, self.flow.model, stretched=LineColumn.REASON)
        self.details = DetailsStrip(theme)
        words = (self.tr("All"), self.tr("Done"), self.tr("Problems"), self.tr("To do"))
        chips = list(zip(words, (Tone.PLAIN, Tone.PLAIN, Tone.BAD, Tone.PLAIN), strict=True))
        self.filters = FilterBar(theme, chips, self.tr("Search lines and reasons"))
        self.empty = EmptyState(theme, "report", takes_drops=True)
        self.area = DropArea(theme)
        self._heading = Heading(theme, self)
        self._earlier = QMenu(self)
        self.setWindowTitle(self.tr("Work through a list"))
        self.setModal(False)
        resize_on_screen(self, *_SIZE)
        self._lay_out()
        self._connect(session)
        self._show_all()

    def begin(self, path: str) -> None:
        """Read a file and show what it holds; nothing is asked yet."""
        self._tasks.start(self.flow.read(path, Reading()), owner=self)

    def offer(self) -> None:
        """Offer to choose a list, or one that was begun before."""
        self._tasks.start(self._find_earlier(), owner=self)

    def take_up(self, kept: Kept) -> None:
        """Show a list that was begun before, to go on with it."""
        self.wish.show_wish(kept.wish.wish)
        self.flow.take_up(kept)

    def fill_in(self, wish: ListWish) -> None:
        """Propose what is to be done."""
        self.wish.show_wish(wish)

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Lines of the list"))
        self.empty.set_words(
            self.tr("Work through a list"),
            self.tr(
                "A CSV file or a spreadsheet with accession numbers, patient IDs or UIDs: {peer} is asked for each "
                "line, and what is found can be fetched. Drop it here, or open it."
            ).format(peer=self._asked.word),
        )
        open_list = plain_button(self._theme, self.tr("&Open list…"), "folder", self._on_open)
        self.earlier = menu_button(self._theme, self.tr("&Earlier lists"), "retry", self._earlier)
        self.earlier.hide()
        self.empty.set_buttons((open_list, self.earlier))
        self.plan = quiet_label("")
        self.forms = QWidget()
        column_of(self.reading, self.wish, self.plan, inside=self.forms, spacing=GRID)
        page = QWidget()
        column_of(self._heading, self.forms, self.filters, (self.view, 1), inside=page, spacing=12)
        for each in (self.empty, page):
            self.area.addWidget(each)
        self.primary = PrimaryButton(self._theme, self._on_primary)
        self.export = plain_button(self._theme, self.tr("&Export report…"), "report", self._on_export)
        self.close_button = plain_button(self._theme, self.tr("&Close"), "close", self.reject)
        buttons = row_of(self.export, 1, self.primary, self.close_button, margins=(MARGIN, GRID, MARGIN, MARGIN))
        body = column_of((self.area, 1), margins=(MARGIN, MARGIN, MARGIN, GRID))
        column_of((body, 1), self.details, buttons, inside=self)

    def _connect(self, session: Session) -> None:
        self.flow.changed.connect(self._show_all)
        session.ticked.connect(self._on_tick)
        self.reading.changed.connect(self._on_reading)
        self.view.node_selected.connect(lambda _node: self._show_details())
        self.flow.line_begun.connect(self._on_line_begun)
        self.filters.changed.connect(self._on_filter)
        self.area.dropped.connect(self._on_dropped)
        self.finished.connect(lambda _result: self._on_closed())
        self._theme.changed.connect(self._show_heading)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._on_primary)

    # Doing.

    def _on_open(self) -> None:
        self._tasks.start(self._open(), owner=self)

    async def _open(self) -> None:
        files = await ask_files(self._tasks, self, self.tr("Open list"))
        if files:
            self.begin(files[0])

    def _on_dropped(self, paths: list[str]) -> None:
        if not self.flow.is_running:
            self._notice = None
            self.flow.state_path = None
            self.begin(paths[0])

    async def _find_earlier(self) -> None:
        found = await self._tasks.run(kept_lists)
        self._earlier.clear()
        for kept in found:
            self._earlier.addAction(
                _kept_words(kept, self.tr("{name}, {done} of {total} lines, {peer}, {day}"))
            ).triggered.connect(partial(self.take_up, kept))
        self.earlier.setVisible(bool(found))

    def _on_reading(self) -> None:
        self._tasks.start(self.flow.understand(self.reading.reading()), owner=self)

    def _on_fill(self) -> None:
        if self.flow.entries is not None:
            self.reading.fill_up(self.flow.entries.lost_zeros_to)

    def _on_filter(self) -> None:
        states, words = _CHIP_STATES[self.filters.chip], self.filters.words()
        if self.filters.is_open():
            self.view.set_filter(None)
        else:
            self.view.set_filter(lambda node: isinstance(node, LineNode) and node.passes(states, words))

    def _on_primary(self) -> None:
        if self.flow.is_running:
            self.flow.stop()
            return
        if self.flow.kept_peer and self.flow.kept_peer != str(self._asked.peer):
            self._tell(
                self.tr("This list was begun with another peer"),
                self.tr("It is for {peer}. Choose that peer, then take the list up again.").format(
                    peer=printable(self.flow.kept_peer)
                ),
            )
            return
        wish = self.wish.wish()
        if wish is not None:
            self._notice = None
            self.plan.setText(plan_text(wish))
            self.flow.begin(self._asked, wish)

    def _on_line_begun(self, node: LineNode) -> None:
        """Keep what is under way in sight, unless somebody looks at a line."""
        if self.view.selected_node() is None:
            self.view.bring_into_sight(node)

    def _on_export(self) -> None:
        self._tasks.start(self._export(), owner=self)

    async def _export(self) -> None:
        name = f"{self.flow.name.rpartition('.')[0] or self.flow.name} report.csv"
        path = await ask_new_file(self._tasks, self, self.tr("Export report"), name)
        if not path:
            return
        try:
            await self.flow.write_report(path)
        except DicomdeskError as error:
            self._tell(self.tr("The report was not written"), wording.sentence(str(error)), Tone.BAD)
        else:
            self._tell(self.tr("The report was written"), path, Tone.GOOD)

    def _on_closed(self) -> None:
        self._is_closed = True
        self.flow.stop()
        if not self.flow.is_running:
            self._go()

    def _go(self) -> None:
        self.gone.emit()
        self.deleteLater()

    # Showing.

    def _tell(self, title: str, text: str, tone: Tone = Tone.WARNING) -> None:
        icon = {Tone.BAD: "failed", Tone.GOOD: "stored"}.get(tone, "warning")
        self._notice = Details(title=title, text=text, icon=icon, tone=tone)
        self._show_details()

    def _show_all(self) -> None:
        flow = self.flow
        if self._is_closed and not flow.is_running:
            self._go()
            return
        has_list = bool(flow.nodes) or bool(flow.error)
        self.area.setCurrentIndex(_LIST if has_list else _EMPTY)
        self.filters.setVisible(bool(flow.nodes))
        self.details.setVisible(has_list)
        self.primary.setVisible(bool(flow.nodes))
        if flow.columns is not None:
            self.reading.show_columns(flow.columns)
        self.reading.setVisible(flow.rows is not None and flow.state_path is None)
        self.wish.setVisible(not flow.is_running)
        self.plan.setVisible(flow.is_running)
        self.export.setVisible(bool(flow.nodes))
        self._show_primary()
        self._show_counts()
        self._show_heading()
        self._show_details()

    def _show_primary(self) -> None:
        flow = self.flow
        if flow.is_running:
            is_again = flow.is_stopping
            word = self.tr("Stop &now") if is_again else self.tr("&Stop")
            tip = self.tr("Break everything off") if is_again else self.tr("Stop in order; it can be taken up again")
            self.primary.show_action(word, "stop", tip)
        elif flow.done:
            is_all_done = not self._is_work_left()
            tip = self.tr("Go on with the lines that are to do, and try again what failed")
            self.primary.show_action(self.tr("&Go on"), "start", tip, is_enabled=not is_all_done)
        else:
            self.primary.show_action(self.tr("&Start"), "start", self.tr("Ask for each line (Ctrl+Return)"))

    def _is_work_left(self) -> bool:
        counts = self.flow.counts()
        open_states = (LineState.WAITING, LineState.FAILED, LineState.INCOMPLETE, LineState.FOUND, LineState.AMBIGUOUS)
        return any(counts[state] for state in open_states)

    def _show_heading(self) -> None:
        flow = self.flow
        name = printable(flow.name)
        lines = wording.plural(len(flow.nodes), self.tr("{count} line"), self.tr("{count} lines"))
        text = self.tr("{name}: {lines} for {peer}").format(name=name, lines=lines, peer=self._asked.word)
        self._heading.say(text if flow.nodes else name, "report", Tone.ACTIVE, Tone.PLAIN)

    def _show_counts(self) -> None:
        counts = self.flow.counts()
        chips = [sum(counts[state] for state in states) for states in _CHIP_STATES]
        self.filters.set_counts([len(self.flow.nodes), *chips[1:]])
        word = self.tr("Stop and &close") if self.flow.is_running else self.tr("&Close")
        set_words(self.close_button, word)
        tip = self.tr("The list can be taken up again") if self.flow.is_running else ""
        self.close_button.setToolTip(plain_tip(tip))

    def _on_tick(self) -> None:
        if self.flow.is_running:
            self._show_counts()
            self._show_details()

    def _show_details(self) -> None:
        node = self.view.selected_node()
        line = node if isinstance(node, LineNode) else None
        self.details.show_details(self._notice or tell(self.flow, line, self._on_fill))


def _kept_words(kept: Kept, words: str) -> str:
    day = datetime.fromtimestamp(kept.changed, UTC).astimezone()
    return words.format(
        name=printable(kept.wish.name or Path(kept.path).stem),
        done=kept.done,
        total=len(kept.list.entries),
        peer=printable(kept.list.peer),
        day=f"{day:%Y-%m-%d %H:%M}",
    ).replace("&", "&&")
