"""The Archive view: which archive, what is found in it, and what is known of what is selected."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedWidget

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import AccessState, ArchiveAccess
from dicomdesk.gui.archive.cells import RECEIVED, archive_columns
from dicomdesk.gui.archive.choosing import ArchiveChoice
from dicomdesk.gui.archive.found import CONFLICTS, PATIENTS, FoundList
from dicomdesk.gui.archive.nodes import EntryNode
from dicomdesk.gui.archive.words import describe_archive, describe_entry, describe_many, found_text
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, REFRESH, Offer, offer_commands
from dicomdesk.gui.controls.buttons import menu_button
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of, row_of
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.windowed_view import WindowedView
from dicomdesk.gui.panels.details import Details, DetailsStrip
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import View
from dicomdesk.gui.window_state import WindowState
from dicomdesk.human import error_text

__all__ = ["ArchivePane"]

_EMPTY, _ROWS = range(2)
_LOOK_MS = 5000
"""How often it is seen whether others have changed the archive, while it is shown."""


class ArchivePane(View):
    """View that joins choice, search, rows and details."""

    key = "archive"

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess
    ) -> None:
        super().__init__()
        self._theme = theme
        self._tasks = tasks
        self._notice: Details | None = None
        self._described: tuple[EntryNode, Details] | None = None
        """What was read of the selected row."""
        self._is_describing = False
        self.access = ArchiveAccess(tasks, self)
        self.choice = ArchiveChoice(theme, tasks, self.access, self)
        self.model = OutlineModel(archive_columns(), self)
        self.found = FoundList(self.model, self.access, tasks, self)
        self.list = WindowedView(theme, self.model, self.found)
        self.details = DetailsStrip(theme)
        self._path = state.archive_view
        self._was_opened = False
        self._looking = QTimer(self)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self.access.look)
        self._lay_out()
        self._connect()
        self._show_all()

    def remember(self, state: WindowState) -> WindowState:
        return replace(state, archive_view=self._path)

    def end(self) -> None:
        self._looking.stop()
        self.access.close()

    def tell(self, details: Details | None) -> None:
        """Show something until a row is selected; None shows what is usual."""
        self._notice = details
        self._show_details()

    def selected(self) -> list[EntryNode]:
        """The rows that are selected."""
        return [node for node in self.list.selected_nodes() if isinstance(node, EntryNode)]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._looking.start()
        if not self._was_opened and self._path:
            self._was_opened = True
            self.access.open(Path(self._path))
        self.access.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._looking.stop()

    # Building.

    def _lay_out(self) -> None:
        self.list.setAccessibleName(self.tr("What the archive has"))
        self.list.header().setSortIndicator(RECEIVED, Qt.SortOrder.DescendingOrder)
        chips = [
            (self.tr("Studies"), Tone.PLAIN),
            (self.tr("Patients"), Tone.PLAIN),
            (self.tr("Conflicts"), Tone.WARNING),
        ]
        self.filters = FilterBar(self._theme, chips, self.tr("Search name, ID, accession number, date, UID"))
        self.archive_menu = QMenu(self)
        self.choice.fill_menu(self.archive_menu)
        self.archive_button = menu_button(self._theme, "", "folder", self.archive_menu, self.tr("Another archive"))
        header = row_of((self.filters, 1), self.archive_button, margins=HEADER_MARGINS)
        self.area = QStackedWidget()
        self.area.addWidget(self.choice.empty)
        self.area.addWidget(self.list)
        column_of(header, (self.area, 1), self.details, inside=self)

    def _connect(self) -> None:
        self.access.changed.connect(self._on_archive)
        self.choice.chosen.connect(self._on_chosen)
        self.choice.told.connect(self.tell)
        self.found.changed.connect(self._show_all)
        self.filters.changed.connect(self._on_filter)
        self.list.selection_changed.connect(self._on_selected)
        self.list.node_opened.connect(self._on_opened)
        self.list.node_activated.connect(self._on_activated)
        offers = (
            Offer("open-configuration", self.tr("Choose a &configuration…"), self.choice.choose_configuration),
            Offer("open-folder", self.tr("Choose the &folder of an archive…"), self.choice.choose_folder),
            Offer("make", self.tr("&Make a new archive…"), self.choice.make),
            Offer(REFRESH, self.tr("&Look at the archive again"), self._on_refresh, "F5"),
            Offer(FIND, self.tr("&Find in the archive"), self.filters.search.setFocus, FIND_KEYS),
        )
        offer_commands(self, offers)

    # Showing.

    def _on_chosen(self) -> None:
        self._path, self._was_opened = str(self.access.path or ""), True
        self._notice = None
        self.state_changed.emit()

    def _on_archive(self) -> None:
        if self.access.is_open:
            self.found.ask_again()
            self._described = None
        elif self.access.state is not AccessState.OPEN:
            self.found.forget()
        self._show_all()

    def _on_filter(self) -> None:
        self.found.ask(shelf=self.filters.chip, text=self.filters.search.text())

    def _show_all(self) -> None:
        access, overview = self.access, self.access.overview
        self.filters.setVisible(access.is_open)
        self.archive_button.setVisible(access.is_open)
        self.area.setCurrentIndex(_ROWS if access.is_open else _EMPTY)
        self.filters.set_counts([overview.studies, overview.patients, len(overview.conflicts)])
        self.list.say_when_empty(self._empty_words())
        self._show_details()

    def _empty_words(self) -> str:
        found = self.found
        if found.is_asking or not self.access.is_open:
            return ""
        if found.problem:
            return found.problem
        if found.wish.text.strip():
            return self.tr("Nothing fits what is searched for.")
        if found.wish.shelf == CONFLICTS:
            return self.tr("Nothing in this archive contradicts anything else.")
        return self.tr("The archive is empty: import a folder, or have a modality send to it.")

    def _show_details(self) -> None:
        self.details.setVisible(self.access.is_open or self._notice is not None)
        self.details.show_details(self._notice or self._usual())

    def _usual(self) -> Details:
        nodes = self.selected()
        if len(nodes) > 1:
            return describe_many(nodes)
        if nodes:
            if self._described is not None and self._described[0] is nodes[0]:
                return self._described[1]
            self._describe()
            return describe_entry(nodes[0], None)
        details = describe_archive(self.access)
        if self.filters.search.text().strip() and not self.access.problem:
            level = Level.PATIENT if self.found.wish.shelf == PATIENTS else Level.STUDY
            title = found_text(level, self.found.total, self.found.shown)
            return replace(details, title=f"{details.title}: {title}")
        return details

    # Details of a row.

    def _describe(self) -> None:
        if not self._is_describing:
            self._is_describing = True
            self._tasks.start(self._read_details())

    async def _read_details(self) -> None:
        """Read until what was read last is of the row that is selected."""
        try:
            while self.access.is_open and len(nodes := self.selected()) == 1:
                node = nodes[0]
                if self._described is not None and self._described[0] is node:
                    break
                self._described = (node, await self._details_of(node))
        finally:
            self._is_describing = False
        self._show_details()

    async def _details_of(self, node: EntryNode) -> Details:
        try:
            found = await self.access.ask(lambda desk: desk.details(node.listed))
        except (DicomdeskError, OSError) as error:
            text = wording.explained(error_text(error))
            return Details(title=describe_entry(node, None).title, text=text, icon="failed", tone=Tone.BAD)
        if found is None:
            gone = describe_entry(node, None)
            return replace(gone, text=self.tr("It is not in the archive any more."), tone=Tone.QUIET)
        return describe_entry(node, found)

    # Doing.

    def _on_refresh(self) -> None:
        if self.access.state is AccessState.FAILED and self.access.path is not None:
            self.access.open(self.access.path)
        else:
            self._tasks.start(self.access.look_now())

    def _on_selected(self) -> None:
        self.tell(None)

    def _on_opened(self, node: object) -> None:
        if isinstance(node, EntryNode):
            self.found.open(node)

    def _on_activated(self, node: object) -> None:
        if isinstance(node, EntryNode) and node.listed.level is not Level.IMAGE:
            (self.list.collapse_node if self.list.is_open(node) else self.list.expand_node)(node)
