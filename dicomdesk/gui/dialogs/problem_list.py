"""List of all problems: each with its words, time and view, and the way to its row."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.layouts import column_of, resize_on_screen, row_of
from dicomdesk.gui.models.association_log import clock_text
from dicomdesk.gui.outline.model import Column, Mark, Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Details, DetailsStrip
from dicomdesk.gui.panels.heading import Heading
from dicomdesk.gui.problems.book import Problem, ProblemBook
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone

AT, VIEW, TITLE, WORDS = range(4)
_SIZE = (960, 520)
_EMPTY, _LIST = range(2)
_SOON_MS = 100
"""How long changes are collected before they are drawn."""
_MANY = 200
"""So many that go at once are taken off together."""


class ProblemNode(Node):
    """The row of a problem."""

    __slots__ = ("problem", "view_word")

    def __init__(self, problem: Problem, view_word: str) -> None:
        super().__init__()
        self.problem = problem
        self.view_word = view_word

    def text(self, column: int) -> str:
        problem = self.problem
        texts = {AT: clock_text(problem.at), VIEW: self.view_word, TITLE: problem.title, WORDS: problem.words}
        return texts[column]

    def sort_value(self, column: int) -> str | float:
        return self.problem.at if column == AT else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return Mark("failed", self.view_word, Tone.BAD) if column == VIEW else None

    def tip(self, column: int) -> str:
        return self.text(column) if column in {TITLE, WORDS} else ""


class ProblemList(QDialog):
    """Shows a ``ProblemBook`` as it is now; not modal. For the Qt thread."""

    wanted = Signal(object)
    """The row of a ``Problem`` is to be shown in its view."""

    def __init__(self, theme: Theme, book: ProblemBook, views: Mapping[str, str], parent: QWidget | None) -> None:
        """``views`` has the word of each view by its key."""
        super().__init__(parent)
        self._theme = theme
        self._book = book
        self._views = views
        self._nodes: dict[Problem, ProblemNode] = {}
        self._is_stale = True
        self.setModal(False)
        self.setWindowTitle(self.tr("Problems"))
        columns = (
            Column(title=self.tr("Time"), width=84, is_number=True),
            Column(title=self.tr("View"), width=150),
            Column(title=self.tr("What"), width=270),
            Column(title=self.tr("Why"), width=300),
        )
        self.model = OutlineModel(columns, self)
        self.view = OutlineView(theme, self.model, stretched=WORDS, selects_many=True)
        self.details = DetailsStrip(theme)
        self._lay_out()
        self._connect()
        resize_on_screen(self, *_SIZE)

    def open(self) -> None:
        """Show the list, in front of the window."""
        self.refresh()
        if self.view.selected_node() is None and self.model.root.children:
            self.view.select_node(self.model.root.children[-1])
        self.show()
        self.raise_()
        self.activateWindow()
        self.view.setFocus()

    def refresh(self) -> None:
        """Show what is in the book now; nothing where it has not changed."""
        if not self._is_stale:
            return
        self._is_stale = False
        problems = dict.fromkeys(self._book)
        gone = [problem for problem in self._nodes if problem not in problems]
        if len(gone) == len(self._nodes) or len(gone) > _MANY:
            self._nodes = {each: self._node(each) for each in problems}
            self.model.replace(list(self._nodes.values()))
        else:
            for problem in gone:
                self.model.remove(self._nodes.pop(problem))
            come = {each: self._node(each) for each in problems if each not in self._nodes}
            self._nodes |= come
            self.model.insert(None, list(come.values()))
        self.model.flush()
        self._show()

    def selected(self) -> list[Problem]:
        """Return the problems that are selected."""
        return [node.problem for node in self.view.selected_nodes() if isinstance(node, ProblemNode)]

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Problems"))
        self.view.setRootIsDecorated(False)
        self.view.sortByColumn(AT, Qt.SortOrder.DescendingOrder)
        self.heading = Heading(self._theme, self)
        self.show_button = plain_button(self._theme, self.tr("&Show the row"), "search", self._on_show)
        self.dismiss_button = plain_button(self._theme, self.tr("&Dismiss"), "close", self._on_dismiss)
        self.dismiss_all_button = plain_button(self._theme, self.tr("Dismiss &all"), "clear", self._on_dismiss_all)
        header = row_of(
            (self.heading, 1),
            self.show_button,
            self.dismiss_button,
            self.dismiss_all_button,
            margins=(MARGIN, GRID, MARGIN, GRID),
        )
        empty = EmptyState(self._theme, "accepted")
        empty.set_words(self.tr("No problems"), self.tr("Whatever needs you is listed here until it is mended."))
        self.area = QStackedWidget()
        self.area.addWidget(empty)
        self.area.addWidget(self.view)
        column_of(header, (self.area, 1), self.details, inside=self)

    def _connect(self) -> None:
        self._book.changed.connect(self._on_changed)
        self.view.selection_changed.connect(self._show)
        self.view.node_activated.connect(self._on_activated)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.view, self._on_dismiss)

    def _node(self, problem: Problem) -> ProblemNode:
        return ProblemNode(problem, self._views.get(problem.view, self.tr("Program")))

    def _show(self) -> None:
        count = len(self._nodes)
        self.area.setCurrentIndex(_LIST if count else _EMPTY)
        title = wording.plural(count, self.tr("{count} problem"), self.tr("{count} problems"))
        self.heading.say(title if count else self.tr("No problems"), "warning" if count else "accepted", Tone.PLAIN)
        chosen = self.selected()
        only = chosen[0] if len(chosen) == 1 else None
        self.show_button.setEnabled(only is not None and only.view in self._views)
        self.dismiss_button.setEnabled(bool(chosen))
        self.dismiss_all_button.setEnabled(count > 0)
        self.details.setVisible(count > 0)
        if only is not None:
            words = Details(title=only.title, text=only.words, icon="failed", tone=Tone.BAD, can_copy=True)
        elif chosen:
            words = Details(title=self.tr("{count} problems selected").format(count=wording.count_text(len(chosen))))
        else:
            words = Details(title=self.tr("Select a problem to read all of it; Return leads to its row"))
        self.details.show_details(words)

    def _on_changed(self) -> None:
        if not self._is_stale:
            self._is_stale = True
            if self.isVisible():
                QTimer.singleShot(_SOON_MS, self, self.refresh)

    def _on_show(self) -> None:
        chosen = self.selected()
        if len(chosen) == 1:
            self.wanted.emit(chosen[0])

    def _on_activated(self, node: object) -> None:
        if isinstance(node, ProblemNode):
            self.wanted.emit(node.problem)

    def _on_dismiss(self) -> None:
        for problem in self.selected():
            self._book.dismiss(problem)
        self.refresh()

    def _on_dismiss_all(self) -> None:
        self._book.dismiss_all()
        self.refresh()
