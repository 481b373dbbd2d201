"""The window with the elements of one instance: a tree that can be searched, and whose values can be copied."""

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QMenu, QPushButton, QWidget

from dicomdesk.dicom.files.element_tree import ElementTree, read_element_tree
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.layouts import column_of, resize_on_screen, row_of
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.panels.heading import Heading
from dicomdesk.gui.receive.element_nodes import (
    MOST_FOUND,
    TAG,
    VALUE,
    ElementNode,
    Found,
    element_columns,
    element_words,
    find_nodes,
    search_words,
    top_nodes,
)
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone
from dicomdesk.human import error_text, printable

__all__ = ["ElementsDialog"]

_SIZE = (900, 680)
_SEARCH_AFTER_MS = 150


class ElementsDialog(QDialog):
    """Shows the elements of one file, read beside the Qt thread. Several may be open."""

    def __init__(self, theme: Theme, tasks: Tasks, title: str, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._path = path
        self._generation = 0
        self.tree: ElementTree | None = None
        """None while it is read, and where it cannot be."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Elements of {title}").format(title=title))
        self.heading = Heading(theme, self)
        self.heading.say(title, "file", Tone.PLAIN)
        self.search = search_field(theme, self.tr("Search tag, name or value"))
        self.count = quiet_label("")
        self.model = OutlineModel(element_columns(), self)
        self.view = OutlineView(theme, self.model, stretched=VALUE)
        self.view.setAccessibleName(self.tr("Elements"))
        self.details = DetailsStrip(theme)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        close.setAutoDefault(False)
        top = column_of(
            self.heading,
            row_of((self.search, 4), self.count, 1),
            margins=(MARGIN, MARGIN, MARGIN, GRID),
            spacing=GRID,
        )
        bottom = row_of(1, close, margins=(MARGIN, GRID, MARGIN, GRID))
        column_of(top, (self.view, 1), self.details, bottom, inside=self)
        resize_on_screen(self, *_SIZE)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)
        self._timer.timeout.connect(self._on_search)
        self._connect()
        self._show_details()

    def begin(self) -> None:
        """Show it, and read the file."""
        self.show()
        self._tasks.start(self._read(), owner=self)

    def show_tree(self, tree: ElementTree, nodes: list[ElementNode]) -> None:
        """Show what was read."""
        self.tree = tree
        self.model.replace(nodes)
        self._say_count(tree.count)
        self._show_details()
        if not self.search.hasFocus():
            self.view.setFocus()

    def show_failure(self, text: str) -> None:
        """Say why there is nothing to be shown."""
        self.details.show_details(
            Details(
                title=self.tr("The file cannot be shown"),
                text=printable(wording.sentence(wording.capitalised(text))) + f"\n{printable(self._path)}",
                icon="failed",
                tone=Tone.BAD,
                can_copy=True,
            )
        )

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.view.node_selected.connect(lambda _node: self._show_details())
        self.view.node_activated.connect(self._on_activated)
        self.view.menu_wanted.connect(self._on_menu)
        for keys, run in (
            (QKeySequence.StandardKey.Find, self._on_find),
            (QKeySequence.StandardKey.Copy, self._copy_value),
            ("Ctrl+Shift+C", self._copy_row),
        ):
            QShortcut(QKeySequence(keys), self.view if run is not self._on_find else self, run).setContext(
                Qt.ShortcutContext.WidgetWithChildrenShortcut
            )

    async def _read(self) -> None:
        try:
            tree = await self._tasks.run(read_element_tree, self._path)
            self.show_tree(tree, await self._tasks.run(top_nodes, tree.rows))
        except (DicomdeskError, OSError) as error:
            self.show_failure(error_text(error))

    # Searching.

    def _on_find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _on_search(self) -> None:
        self._generation += 1
        if self.tree is not None:
            self._tasks.start(self._search(self.tree, self._generation), owner=self)

    async def _search(self, tree: ElementTree, generation: int) -> None:
        words = search_words(self.search.text())
        if not words:
            nodes = await self._tasks.run(top_nodes, tree.rows)
            if generation == self._generation:
                self.show_tree(tree, nodes)
            return
        found = await self._tasks.run(find_nodes, tree.rows, words)
        if generation == self._generation:
            self._show_found(found)

    def _show_found(self, found: Found) -> None:
        self.model.replace(found.nodes)
        self._open_kept(found.nodes)
        if found.count > MOST_FOUND:
            text = self.tr("the first {most} of {count} that fit").format(
                most=wording.count_text(MOST_FOUND), count=wording.count_text(found.count)
            )
            self.count.setText(text)
        else:
            self.count.setText(
                wording.plural(found.count, self.tr("{count} element fits"), self.tr("{count} elements fit"))
            )
        self._show_details()

    def _open_kept(self, nodes: list[ElementNode]) -> None:
        """Open the ways to what was found."""
        for node in nodes:
            while node.kept is not None and node.unfetched():
                self.model.fetchMore(self.model.index_of(node))
            if node.kept:
                self.view.expand_node(node)
                self._open_kept(node.kept)

    def _say_count(self, count: int) -> None:
        self.count.setText(wording.plural(count, self.tr("{count} element"), self.tr("{count} elements")))

    # Showing and copying.

    def _selected(self) -> ElementNode | None:
        node = self.view.selected_node()
        return node if isinstance(node, ElementNode) else None

    def _show_details(self) -> None:
        node = self._selected()
        if node is not None:
            self.details.show_details(self._describe(node))
        elif self.tree is None:
            self.details.show_details(Details(title=self.tr("Reading…"), text=printable(self._path), icon="waiting"))
        else:
            problem = wording.sentence(wording.capitalised(self.tree.problem))
            self.details.show_details(
                Details(
                    title=self.tr("Not all of it is shown") if problem else self.tr("Select an element"),
                    text=f"{printable(problem)}\n{printable(self._path)}" if problem else printable(self._path),
                    icon="warning" if problem else "info",
                    tone=Tone.WARNING if problem else Tone.QUIET,
                    can_copy=True,
                )
            )

    def _describe(self, node: ElementNode) -> Details:
        element = node.element
        named = f"({element.shown_tag}) {element_words(element)}, {element.vr}"
        title = node.text(TAG) if element.is_item else named
        lines = [element.value or self.tr("no value"), node.cut_text()]
        actions = [
            Action(word=self.tr("Copy value"), run=self._copy_value, icon="copy"),
            Action(word=self.tr("Copy row"), run=self._copy_row, icon="copy"),
        ]
        return Details(title=title, text="\n".join(line for line in lines if line), icon="info", actions=actions)

    def _copy_value(self) -> None:
        node = self._selected()
        if node is not None:
            QGuiApplication.clipboard().setText(node.element.value)

    def _copy_row(self) -> None:
        node = self._selected()
        if node is not None:
            QGuiApplication.clipboard().setText(node.line())

    def _on_activated(self, node: object) -> None:
        if isinstance(node, ElementNode) and self.model.hasChildren(self.model.index_of(node)):
            if self.view.is_open(node):
                self.view.collapse_node(node)
            else:
                self.view.expand_node(node)

    def _on_menu(self, node: object, place: QPoint) -> None:
        if not isinstance(node, ElementNode):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy value"), self._copy_value)
        menu.addAction(self.tr("Copy row"), self._copy_row)
        tag = node.element.shown_tag
        if tag:
            menu.addAction(self.tr("Copy tag"), lambda: QGuiApplication.clipboard().setText(tag))
        menu.popup(place)
