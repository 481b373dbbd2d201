"""Middle of the Send view: filters, the queue as a tree, what a filter hides, and the page of an empty queue."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.drop_area import DropArea
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.states import PROBLEMS, ItemState, state_word
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.panes.send_header import SendHeader
from dicomdesk.gui.sending.group_node import GroupNode
from dicomdesk.gui.sending.nodes import InstanceNode, StudyNode
from dicomdesk.gui.sending.queue import SendQueue
from dicomdesk.gui.sending.view import SendView
from dicomdesk.gui.theme import MARGIN, Theme, Tone

_CHIP_STATES: tuple[tuple[ItemState, ...], ...] = (
    (),
    (ItemState.WAITING,),
    (ItemState.SENDING,),
    (ItemState.STORED,),
    (ItemState.WARNING,),
    (ItemState.REFUSED,),
    (ItemState.FAILED, ItemState.NOT_SENT),
)
"""What each filter chip lets through; nothing is all."""


class SendList(QWidget):
    """Shows the queue; what is dropped on it, chosen or asked for in it is told."""

    dropped = Signal(object)
    """Paths of this machine, as text."""

    def __init__(self, theme: Theme, model: OutlineModel, queue: SendQueue, header: SendHeader) -> None:
        """``header`` has the commands that the empty state offers too."""
        super().__init__()
        self._queue = queue
        self.view = SendView(theme, model, queue)
        self.view.setAccessibleName(self.tr("Send queue"))
        self.area = DropArea(theme)
        chips = [(self._chip_word(states), _chip_tone(states)) for states in _CHIP_STATES]
        self.filters = FilterBar(theme, chips, self.tr("Search patient, study, UID, peer"))
        self.hidden = quiet_label("")
        self.hidden.setWordWrap(False)
        self.show_all_button = plain_button(theme, self.tr("Show all"), "search", self.show_all)
        self._hidden_line = QWidget()
        row_of(self.hidden, self.show_all_button, 1, inside=self._hidden_line, margins=(MARGIN, 4, MARGIN, 4))
        self._hidden_line.hide()
        self.area.addWidget(self._make_empty_state(theme, header))
        self.area.addWidget(self.view)
        column_of((self.area, 1), self._hidden_line, inside=self)
        self.area.dropped.connect(self.dropped)
        self.filters.changed.connect(self._on_filter)

    def show_counts(self, queue: SendQueue) -> None:
        """Bring counts and pages up to date; the rows are the model's."""
        counts = queue.counts
        self.filters.set_counts([sum(counts[s] for s in states) if states else queue.total for states in _CHIP_STATES])
        has_rows = bool(len(queue.rows))
        self.area.setCurrentIndex(1 if has_rows else 0)
        self.filters.setVisible(has_rows)
        self._show_hidden(queue.rows.hidden)

    def show_all(self) -> None:
        """Let everything pass the filters."""
        self.filters.search.clear()
        self.filters.chips.choose(0)
        self.view.setFocus()

    def show_instance(self, study: StudyNode, number: int) -> None:
        """Select the row of an instance, whatever is filtered or folded; the study's while that is not known."""
        self.show_all()
        if not self._queue.rows.show_row(study):
            return
        if not study.is_known or number >= len(study.series_of):
            self.view.select_node(study)
            return
        series = study.series_of[number]
        model = self.view.outline()
        row = series.row_of(number)
        while (row.row >= len(series.children) or series.children[row.row] is not row) and series.unfetched():
            model.fetchMore(model.index_of(series))
        self.view.expand_node(study)
        self.view.expand_node(series)
        self.view.select_node(row)

    def _make_empty_state(self, theme: Theme, header: SendHeader) -> EmptyState:
        empty = EmptyState(theme, "send", takes_drops=True)
        empty.set_words(
            self.tr("Drop studies here"),
            self.tr("Files, folders, a DICOMDIR or a ZIP archive: everything in them is listed before it is sent."),
        )
        files = plain_button(theme, self.tr("Add f&iles…"), "file", header.files_wanted.emit)
        folder = plain_button(theme, self.tr("Add fo&lder…"), "folder", header.folder_wanted.emit)
        empty.set_buttons([files, folder])
        words = header.at_once.text().replace("&", "")
        box = CheckBox(theme, words, is_checked=header.at_once.isChecked())
        box.toggled.connect(header.at_once.setChecked)
        header.at_once.toggled.connect(box.setChecked)
        empty.set_option(box)
        return empty

    def _show_hidden(self, count: int) -> None:
        self._hidden_line.setVisible(count > 0)
        words = wording.plural(
            count, self.tr("{count} study is hidden by the filter"), self.tr("{count} studies are hidden by the filter")
        )
        if count and words != self.hidden.text():
            self.hidden.setText(words)

    def _on_filter(self) -> None:
        states, words = _CHIP_STATES[self.filters.chip], self.filters.words()
        accepted = None if self.filters.is_open() else lambda node: accepts(node, states, words)
        self._queue.filter(accepted, states)
        self._show_hidden(self._queue.rows.hidden)

    def _chip_word(self, states: tuple[ItemState, ...]) -> str:
        return state_word(states[0]) if states else self.tr("All")


def accepts(node: Node, states: tuple[ItemState, ...], words: list[str]) -> bool:
    """Whether a row passes a filter: any of ``states`` (empty: all), and all of ``words``."""
    if isinstance(node, GroupNode):
        if states and not any(node.counts[state] for state in states):
            return False
        if words and isinstance(node, StudyNode):
            series = [each.words.search_text for each in node.series.values()]
            texts = (node.words.search_text, node.peer.casefold(), *series)
            return all(any(word in text for text in texts) for word in words)
        return True
    if isinstance(node, InstanceNode):
        return not states or node.state in states
    return not states and not words


def _chip_tone(states: tuple[ItemState, ...]) -> Tone:
    return Tone.BAD if set(states) & set(PROBLEMS) else Tone.WARNING if ItemState.WARNING in states else Tone.PLAIN
