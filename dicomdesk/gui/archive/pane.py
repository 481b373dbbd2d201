"""The Archive view: which archive, what is found in it, and what is known of what is selected."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QMenu

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import AccessState, ArchiveAccess
from dicomdesk.gui.archive.carrying import Carrying
from dicomdesk.gui.archive.cells import DESCRIPTION, RECEIVED, archive_columns
from dicomdesk.gui.archive.changes import Changes
from dicomdesk.gui.archive.choosing import ArchiveChoice
from dicomdesk.gui.archive.found import CONFLICTS, PATIENTS, FoundList
from dicomdesk.gui.archive.nodes import EntryNode
from dicomdesk.gui.archive.serving.serving import Serving
from dicomdesk.gui.archive.undoing import Undoing
from dicomdesk.gui.archive.words import describe_archive, describe_entry, describe_many, found_text, title_of, uid_of
from dicomdesk.gui.archive.works import Works
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, REFRESH, Offer, offer_commands
from dicomdesk.gui.controls.buttons import menu_button, plain_button
from dicomdesk.gui.controls.drop_area import DropArea
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of, row_of
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.windowed_view import WindowedView
from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.questions.file_dialogs import ask_new_file
from dicomdesk.gui.receive.elements_dialog import ElementsDialog
from dicomdesk.gui.receive.row_actions import widest
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
    archive_chosen = Signal(str)
    """Where the archive is that is looked at from now on."""

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess
    ) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._notice: Details | None = None
        self._described: tuple[EntryNode, Details] | None = None
        """What was read of the selected row."""
        self._is_describing = False
        self._was_open = False
        """Whether the archive was open when it was last told of."""
        self._shall_receive = False
        """Whether an archive that is opened is to receive."""
        self._selected: list[EntryNode] = []
        """What was selected when it was last looked at."""
        self.access = ArchiveAccess(tasks, self)
        self.choice = ArchiveChoice(theme, tasks, self.access, self)
        self.model = OutlineModel(archive_columns(), self)
        self.found = FoundList(self.model, self.access, tasks, self)
        self.list = WindowedView(theme, self.model, self.found, stretched=DESCRIPTION)
        self.details = DetailsStrip(theme)
        self.works = Works(self.access, self)
        self.changes = Changes(theme, tasks, self.access, self.works, self)
        self.undoing = Undoing(theme, tasks, self.access, self.changes, self)
        self.serving = Serving(session, tasks, self.access, self)
        self.carrying = Carrying(theme, tasks, self.access, self.works, access.peers, self)
        self._path = state.archive_view
        self.access.audit_file = Path(state.archive_audit) if state.archive_audit else None
        self._was_opened = False
        self._looking = QTimer(self)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self.access.look)
        self._lay_out()
        self._connect()
        self._show_all()

    def remember(self, state: WindowState) -> WindowState:
        return replace(state, archive_view=self._path, archive_audit=str(self.access.audit_file or ""))

    def closing_words(self) -> str:
        if self.serving.associations:
            return self.tr("Somebody sends to the archive.")
        if not self.works.is_running:
            return ""
        return self.tr("{title}: it is ended in order.").format(title=self.works.title)

    def end(self) -> None:
        self._looking.stop()
        self.works.stop()
        self.access.close()

    def receive(self, port: int) -> None:
        """Have the archive receive as soon as one is open; ``port`` is for one in a folder, 0 for the usual one."""
        self.serving.folder_port = port or self.serving.folder_port
        self._shall_receive = not self.access.is_open
        if self.access.is_open:
            self.serving.begin()
        elif not self._path:
            title = self.tr("Choose or make the archive that is to receive")
            self.tell(Details(title=title, text=self.tr("It begins as soon as it is open."), icon="listening"))

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
        self._take_focus()

    def _take_focus(self) -> None:
        """Put the focus where the first thing is to be done, unless it is in this view already."""
        focus = self.window().focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            (self.filters.search if self.access.is_open else self.choice.buttons()[0]).setFocus()

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
        self.imports = plain_button(
            self._theme,
            self.tr("Import…"),
            "add",
            self.carrying.import_folder,
            self.tr("Take a folder into the archive"),
        )
        menu = QMenu(self)
        self.more = menu_button(self._theme, "", "more", menu, self.tr("More"))
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        header = row_of((self.filters, 1), self.imports, self.more, margins=HEADER_MARGINS)
        self.area = DropArea(self._theme)
        self.area.addWidget(self.choice.empty)
        self.area.addWidget(self.list)
        column_of(header, (self.area, 1), self.details, inside=self)
        self._offer()

    def _offer(self) -> None:
        """Make commands of all that can be done: the menu bar, the menus here and keys share them."""
        delete_key = QKeySequence.StandardKey.Delete
        with_rows = (
            Offer("send", self.tr("&Send to a peer…"), self._on_send, "Ctrl+Return"),
            Offer("correct", self.tr("&Correct…"), self._on_correct, "F2", is_everywhere=False),
            Offer("merge", self.tr("&Merge two patients…"), self._on_merge),
            Offer("split", self.tr("Bring to &another study…"), self._on_split),
            Offer("export", self.tr("&Export to a folder…"), partial(self._on_export, is_zip=False), "Ctrl+E"),
            Offer("export-zip", self.tr("Export to a &ZIP archive…"), partial(self._on_export, is_zip=True)),
            Offer("elements", self.tr("E&lements…"), self._on_elements),
            Offer("copy-uid", self.tr("Copy &UID"), self._on_copy),
            Offer("remove", self.tr("&Remove…"), self._on_remove, delete_key, is_everywhere=False),
        )
        of_archive = (
            Offer("receive", self.tr("Receive &into the archive"), self._on_receive),
            Offer("import", self.tr("&Import a folder…"), self.carrying.import_folder, "Ctrl+O"),
            Offer("import-files", self.tr("Import &files or a DICOMDIR…"), self.carrying.import_files),
            Offer("corrections", self.tr("C&orrections…"), self.undoing.show_corrections),
            Offer("trash", self.tr("&Trash…"), self.undoing.show_trash),
            Offer("verify", self.tr("&Verify"), self.carrying.verify),
            Offer("verify-deep", self.tr("Verify, and read every file"), partial(self.carrying.verify, is_deep=True)),
            Offer("audit", self.tr("Write an a&udit trail…"), self._on_audit),
            Offer("back-up", self.tr("&Back up…"), self.carrying.back_up),
        )
        always = (
            Offer("open-configuration", self.tr("Choose a co&nfiguration…"), self.choice.choose_configuration),
            Offer("open-folder", self.tr("Choose the fol&der of an archive…"), self.choice.choose_folder),
            Offer("make", self.tr("Make a ne&w archive…"), self.choice.make),
            Offer(REFRESH, self.tr("&Look at the archive again"), self._on_refresh, "F5"),
            Offer(FIND, self.tr("&Find in the archive"), self.filters.search.setFocus, FIND_KEYS),
        )
        self._of_rows = offer_commands(self, with_rows)
        self._of_archive = offer_commands(self, of_archive)
        self._always = offer_commands(self, always)

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        for actions in (self._of_rows, self._of_archive, self._always):
            menu.addSeparator()
            menu.addActions(actions)

    def _on_menu(self, _node: object, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._of_rows)
        menu.popup(place)

    def _connect(self) -> None:
        self.access.changed.connect(self._on_archive)
        self.choice.chosen.connect(self._on_chosen)
        self.choice.told.connect(self.tell)
        self.found.changed.connect(self._show_all)
        self.filters.changed.connect(self._on_filter)
        self.list.selection_changed.connect(self._on_selected)
        self.list.node_opened.connect(self._on_opened)
        self.list.node_activated.connect(self._on_activated)
        self.list.menu_wanted.connect(self._on_menu)
        self.works.changed.connect(self._show_all)
        self._session.ticked.connect(self._on_tick)
        for worker in (self.changes, self.undoing, self.carrying):
            worker.changed.connect(self._on_changed)
        self.serving.changed.connect(self._show_all)
        for teller in (self.changes, self.carrying, self.serving):
            teller.told.connect(self.tell)
        self.changes.trash_wanted.connect(self.undoing.show_trash)
        self.carrying.sending_wanted.connect(self.sending_wanted)
        self.carrying.book_wanted.connect(self.peers_wanted)
        self.area.dropped.connect(self._on_dropped)

    # Showing.

    def _on_chosen(self) -> None:
        self._path, self._was_opened = str(self.access.path or ""), True
        self._notice = None
        self.archive_chosen.emit(self._path)
        self.state_changed.emit()

    def _on_archive(self) -> None:
        if self.access.is_open:
            if self._shall_receive:
                self._shall_receive = False
                self.serving.begin()
            self.found.ask_again()
            self._described = None
        elif self.access.state is not AccessState.OPEN:
            self.found.forget()
        self._show_all()
        if self.isVisible() and self.access.is_open and not self._was_open:
            self._take_focus()
        self._was_open = self.access.is_open

    def _on_filter(self) -> None:
        self.found.ask(shelf=self.filters.chip, text=self.filters.search.text())

    def _show_all(self) -> None:
        access, overview = self.access, self.access.overview
        self.filters.setVisible(access.is_open)
        self.imports.setVisible(access.is_open)
        self.more.setVisible(access.is_open)
        has_rows = access.is_open and self.list.has_selection()
        for action in self._of_rows:
            action.setEnabled(has_rows)
        for action in self._of_archive:
            action.setEnabled(access.is_open)
        has_trail = access.audit_file is not None
        audit = self.tr("Write no a&udit trail") if has_trail else self.tr("Write an a&udit trail…")
        next(each for each in self._of_archive if each.objectName() == "audit").setText(audit)
        is_serving = self.serving.is_running
        self._of_archive[0].setText(
            self.tr("Stop receiving &into the archive") if is_serving else self.tr("Receive &into the archive")
        )
        self.area.setCurrentIndex(_ROWS if access.is_open else _EMPTY)
        self.filters.set_counts([overview.studies, overview.patients, overview.studies_in_conflict])
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
        details = self._notice or self._usual()
        if (work := self.works.describe()) is not None:
            is_free = self._notice is None and not self.list.has_selection()
            details = work if is_free else replace(details, progress=work.progress, actions=work.actions)
        self.details.show_details(details)

    def _on_tick(self) -> None:
        if self.works.is_running or self.serving.is_running:
            self._show_details()

    def _usual(self) -> Details:
        nodes = self.selected()
        if len(nodes) > 1:
            return replace(describe_many(nodes), actions=self._offered())
        if nodes:
            if self._described is not None and self._described[0] is nodes[0]:
                return replace(self._described[1], actions=self._offered())
            self._describe()
            return replace(describe_entry(nodes[0], None), actions=self._offered())
        details = describe_archive(self.access)
        if (served := self.serving.describe()) is not None and not self.access.problem:
            details = replace(served, text=f"{details.text}\n{served.text}")
        if self.filters.search.text().strip() and not self.access.problem:
            level = Level.PATIENT if self.found.wish.shelf == PATIENTS else Level.STUDY
            title = found_text(level, self.found.total, self.found.shown)
            return replace(details, title=f"{details.title}: {title}")
        return details

    def _offered(self) -> tuple[Action, ...]:
        """The buttons of what is selected."""
        return (
            Action(word=self.tr("Send to…"), run=self._on_send, icon="send"),
            Action(word=self.tr("Correct…"), run=self._on_correct, icon="edit"),
            Action(word=self.tr("Export…"), run=partial(self._on_export, is_zip=False), icon="folder"),
            Action(word=self.tr("Remove…"), run=self._on_remove, icon="remove"),
        )

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
        selected = self.selected()
        if selected != self._selected:  # rows that come anew are selected again
            self._selected, self._notice = selected, None
        self._show_all()

    def _on_receive(self) -> None:
        if self.serving.is_running:
            self.serving.stop()
        else:
            self.serving.begin()

    def _on_audit(self) -> None:
        self._tasks.start(self._choose_audit())

    async def _choose_audit(self) -> None:
        """Have a file chosen that is told of what is done here; chosen again, none is."""
        name = (
            ""
            if self.access.audit_file
            else await ask_new_file(
                self._tasks, self, self.tr("File for the audit trail, which names patients"), "audit.log"
            )
        )
        self.access.audit_file = Path(name) if name else None
        self.state_changed.emit()
        if self.access.path is not None:
            self.access.open(self.access.path)

    def _on_changed(self) -> None:
        self._described = None
        self._tasks.start(self.access.look_now())

    def _on_dropped(self, paths: list[str]) -> None:
        if self.access.is_open:
            self._tasks.start(self.carrying.take_in(paths))
        elif len(paths) == 1:
            self.choice.open(paths[0])

    def _chosen(self) -> list[EntryNode]:
        """The rows that are selected, without those that are below others."""
        return [node for node in widest(self.list.selected_nodes()) if isinstance(node, EntryNode)]

    def _on_send(self) -> None:
        self.carrying.send(self._chosen(), self.list)

    def _on_correct(self) -> None:
        for node in self._chosen()[:1]:
            self.changes.correct(node)

    def _on_merge(self) -> None:
        if nodes := self._chosen():
            self.changes.merge(nodes)

    def _on_split(self) -> None:
        for node in self._chosen()[:1]:
            self.changes.split(node)

    def _on_elements(self) -> None:
        for node in self._chosen()[:1]:
            self._tasks.start(self._show_elements(node))

    async def _show_elements(self, node: EntryNode) -> None:
        """Show what the first instance of a row says."""
        try:
            path = await self.access.ask(lambda desk: desk.first_path(node.listed))
        except (DicomdeskError, OSError) as error:
            text = wording.explained(error_text(error))
            self.tell(Details(title=self.tr("The file cannot be read"), text=text, icon="failed", tone=Tone.BAD))
            return
        if path:
            dialog = ElementsDialog(self._theme, self._tasks, title_of(node), path, self.window())
            dialog.begin()

    def _on_export(self, *, is_zip: bool) -> None:
        self.carrying.export(self._chosen(), is_zip=is_zip)

    def _on_remove(self) -> None:
        if nodes := self._chosen():
            self.changes.remove(nodes)

    def _on_copy(self) -> None:
        """One a line; of patients the IDs."""
        QGuiApplication.clipboard().setText("\n".join(filter(None, (uid_of(node) for node in self._chosen()))))

    def _on_opened(self, node: object) -> None:
        if isinstance(node, EntryNode):
            self.found.open(node)

    def _on_activated(self, node: object) -> None:
        if isinstance(node, EntryNode) and node.listed.level is Level.IMAGE:
            self._tasks.start(self._show_elements(node))
        elif isinstance(node, EntryNode):
            (self.list.collapse_node if self.list.is_open(node) else self.list.expand_node)(node)
