"""The Peers view: the address book by groups, with the last check of each peer."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from dicomdesk import human
from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui import wording
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, REFRESH, Offer, adopt, offer_commands
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button
from dicomdesk.gui.controls.drop_area import DropArea
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.entries.retrieve_entry import method_word
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of, row_of
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.peers.actions import PeerActions
from dicomdesk.gui.peers.checks import PeerChecks
from dicomdesk.gui.peers.choice_nodes import address_text
from dicomdesk.gui.peers.formats import PeerFormat, peer_formats
from dicomdesk.gui.peers.peer_list import PeerList
from dicomdesk.gui.peers.rows import (
    TROUBLED,
    GroupRow,
    PeerRow,
    PeerRows,
    accepts,
    check_mark,
    names_of,
    peer_columns,
    time_text,
)
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, PeerUse, View


class PeersPane(View):
    """View that joins filter, list and details, and the actions behind them."""

    key = "peers"

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, access: SecurityAccess) -> None:
        super().__init__()
        self._uses: tuple[PeerUse, ...] = ()
        self._theme = theme
        self._book = access.peers.book
        self._notice: Details | None = None
        self._selected: tuple[str, ...] = ()
        """Keys of peers that were selected last."""
        self._folded: set[str] = set()
        self.model = OutlineModel(peer_columns(), self)
        self.rows = PeerRows(self.model)
        self.list = PeerList(theme, self.model)
        self.commands = PeerActions(theme, session, tasks, access, self)
        self.checks = PeerChecks(session, tasks, access, self)
        self.details = DetailsStrip(theme)
        self._problems = session.problems.shelf(self.key)
        self._checks_seen = {peer.name: peer.last_check for peer in self._book.peers}
        self._lay_out()
        self._connect(access)
        if access.peers.problem:
            self.tell(
                Details(
                    title=self.tr("Something is wrong with the file of the address book"),
                    text=access.peers.problem,
                    icon="warning",
                    tone=Tone.WARNING,
                    can_copy=True,
                )
            )
        self._show_book()

    def badge(self) -> Badge:
        return Badge(count=self.checks.remaining)

    def show_problem(self, row: Hashable) -> None:
        if isinstance(row, str):
            self.select(row)

    def tell(self, details: Details | None) -> None:
        """Show something until a row is selected; None shows what is usual."""
        self._notice = details
        self._show_details()

    def prefer(self, preferences: Preferences) -> None:
        self.commands.preferences = preferences

    def offer_uses(self, uses: Sequence[PeerUse]) -> None:
        """Offer what other views do with a peer."""
        self._uses = tuple(uses)

    def selected_names(self) -> list[str]:
        """Return the names of the peers that are selected, alone or by their groups."""
        return names_of(self.list.selected_nodes(), self.rows.rows)

    # Building.

    def _lay_out(self) -> None:
        self.list.setAccessibleName(self.tr("Address book"))
        chips = [
            (self.tr("All"), Tone.PLAIN),
            (self.tr("In order"), Tone.GOOD),
            (self.tr("Problems"), Tone.WARNING),
            (self.tr("Never checked"), Tone.PLAIN),
        ]
        self.filters = FilterBar(self._theme, chips, self.tr("Search name, AE title, host, notes"))
        add = PrimaryButton(self._theme, self._on_add)
        add.show_action(self.tr("&Add…"), "add", self.tr("Add a peer (Ctrl+N)"))
        self.check_button = plain_button(self._theme, self.tr("Check a&ll"), "test", self._on_check_all)
        self.check_button.setToolTip(wording.plain_tip(self.tr("Ask each peer for an echo (Ctrl+Shift+T)")))
        more = menu_button(self._theme, "", "more", self._make_menu(), self.tr("More"))
        header = row_of((self.filters, 20), 1, self.check_button, more, add, margins=HEADER_MARGINS)
        self.area = DropArea(self._theme)
        self.area.addWidget(self._make_empty_state())
        self.area.addWidget(self.list)
        column_of(header, (self.area, 1), self.details, inside=self)

    def _make_empty_state(self) -> EmptyState:
        empty = EmptyState(self._theme, "peers", takes_drops=True)
        empty.set_words(
            self.tr("No peers yet"),
            self.tr(
                "Each archive, scanner or workstation has its address, its security and its wishes here, under a name. "
                "Drop a dcmqrscp.cfg, an orthanc.json, a node list of Weasis or a table to begin with."
            ),
        )
        add = plain_button(self._theme, self.tr("Add a peer…"), "add", self._on_add)
        import_button = plain_button(self._theme, self.tr("Import…"), "folder", self.commands.choose_imports)
        empty.set_buttons([add, import_button])
        return empty

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        imports = menu.addAction(self.tr("&Import…"), QKeySequence("Ctrl+O"), self.commands.choose_imports)
        export = menu.addMenu(self.tr("&Export"))
        for each in peer_formats():
            export.addAction(each.word, partial(self._export, each))
        menu.addSeparator()
        check = menu.addAction(self.tr("&Check what is selected"), QKeySequence("Ctrl+T"), self._on_check)
        stop = menu.addAction(self.tr("Stop checking"), self.checks.stop)
        menu.addSeparator()
        fold = menu.addAction(self.tr("Fold all groups"), self._on_fold)
        unfold = menu.addAction(self.tr("Open all groups"), self.list.expandAll)
        named = (("import", imports), ("check", check), ("stop", stop), ("fold", fold), ("unfold", unfold))
        for name, action in named:
            action.setShortcutVisibleInContextMenu(True)
            adopt(self, name, action)
        return menu

    def _connect(self, access: SecurityAccess) -> None:
        access.peers.changed.connect(self._show_book)
        self.checks.changed.connect(self._show_checks)
        self.checks.ended.connect(self._on_checked)
        self.commands.told.connect(self.tell)
        self.commands.wanted.connect(self.select)
        self.area.dropped.connect(self.commands.import_files)
        self.filters.changed.connect(self._on_filter)
        self.list.selection_changed.connect(self._on_selected)
        self.list.node_activated.connect(self._on_activated)
        self.list.menu_wanted.connect(self._on_menu)
        self.list.moved.connect(self._on_moved)
        self.list.step_wanted.connect(self._on_step)
        self.list.removal_wanted.connect(self._on_remove)
        self.list.edit_wanted.connect(self._on_edit)
        self.list.collapsed.connect(lambda index: self._note_fold(self.list.node_of(index), is_folded=True))
        self.list.expanded.connect(lambda index: self._note_fold(self.list.node_of(index), is_folded=False))
        offers = (
            Offer("add", self.tr("&Add a peer…"), self._on_add, "Ctrl+N"),
            Offer("duplicate", self.tr("&Duplicate…"), self._on_duplicate, "Ctrl+D"),
            Offer("check-all", self.tr("Check a&ll peers"), self._on_check_all, "Ctrl+Shift+T"),
            Offer(REFRESH, self.tr("Check what is selected, or all"), self._on_refresh, "F5"),
            Offer(FIND, self.tr("&Find in the address book"), self.filters.search.setFocus, FIND_KEYS),
        )
        offer_commands(self, offers)

    # Showing.

    def select(self, name: str) -> None:
        """Select a peer and bring it into sight, also where the filter hides it."""
        row = self.rows.rows.get(name.casefold())
        if row is None:
            return
        if not accepts(row, self.filters.chip, self.filters.words()):
            self.filters.search.clear()
            self.filters.chips.choose(0)
        notice = self._notice
        self.list.select_node(row)
        self.tell(notice)

    def _book_problems(self) -> None:
        """Report what checks since the start have found; what a later one finds in order is mended."""
        checks = {peer.name: peer.last_check for peer in self._book.peers}
        for name in self._checks_seen.keys() - checks.keys():
            self._problems.mend(name)
        for name, check in checks.items():
            if check is None or check == self._checks_seen.get(name):
                continue
            if check.outcome is CheckOutcome.FAILED:
                title = self.tr("Check of {name}").format(name=name)
                self._problems.report(name, title, check.text, check.at.timestamp())
            else:
                self._problems.mend(name)
        self._checks_seen = checks

    def _show_book(self) -> None:
        self._book_problems()
        kept = self._selected
        if self.rows.show(self._book.peers):
            self._open_groups()
            for row in (self.rows.rows[key] for key in kept if key in self.rows.rows):
                self.list.add_to_selection(row)
        has_peers = len(self._book) > 0
        self.area.setCurrentIndex(1 if has_peers else 0)
        self.filters.setVisible(has_peers)
        self.check_button.setVisible(has_peers)
        self._show_counts()
        self._show_details()

    def _open_groups(self) -> None:
        for group, row in self.rows.groups.items():
            if group not in self._folded:
                self.list.expand_node(row)

    def _show_counts(self) -> None:
        self.filters.set_counts(self.rows.counts())

    def _show_checks(self) -> None:
        self.rows.show_busy(self.checks.busy)
        self._show_details()

    def _show_details(self) -> None:
        nodes = self.list.selected_nodes()
        if self.checks.remaining and self._notice is None:
            self.details.show_details(self._describe_checks())
        elif self._notice is not None:
            self.details.show_details(self._notice)
        elif len(nodes) == 1 and isinstance(nodes[0], PeerRow):
            self.details.show_details(self._describe(nodes[0].peer))
        elif self.selected_names():
            self.details.show_details(self._describe_many(self.selected_names()))
        else:
            self.details.show_details(self._describe_book())

    def _describe(self, peer: KnownPeer) -> Details:
        lines = [f"{peer.ae_title}@{address_text(peer)}"]
        if peer.calling_ae_title:
            lines.append(self.tr("as {own}").format(own=peer.calling_ae_title))
        if peer.retrieve_method is not RetrieveMethod.AUTOMATIC:
            lines.append(method_word(peer.retrieve_method))
        if peer.character_set:
            lines.append(peer.character_set)
        check = peer.last_check
        text = ", ".join(lines) + "."
        tone = Tone.QUIET
        if check is not None:
            at = time_text(check.at, datetime.now().astimezone())
            said = self.tr("Checked {at}: {text}").format(at=at, text=check.text)
            is_well = check.outcome is CheckOutcome.GOOD
            text = f"{text} {said}" if is_well else said
            tone = Tone.PLAIN if is_well else check_mark(check).tone
        if peer.notes.strip():
            text += "\n" + " ".join(peer.notes.split())
        name = peer.name
        actions = (
            *(Action(word=use.word, run=partial(use.run, peer), icon=use.icon) for use in self._uses),
            Action(word=self.tr("Chec&k"), run=lambda: self._check([name]), icon="test"),
            Action(word=self.tr("Step b&y step"), run=lambda: self.commands.check_in_steps(name), icon="search"),
            Action(word=self.tr("Edit…"), run=lambda: self.commands.edit(name), icon="edit"),
            Action(word=self.tr("Remove"), run=lambda: self.commands.remove([name]), icon="remove"),
        )
        title = human.printable(peer.name)
        icon = check_mark(check).icon if check else "peers"
        return Details(title=title, text=text, icon=icon, tone=tone, actions=actions)

    def _describe_many(self, names: list[str]) -> Details:
        title = wording.plural(len(names), self.tr("{count} peer selected"), self.tr("{count} peers selected"))
        actions = (
            Action(word=self.tr("Chec&k"), run=lambda: self._check(names), icon="test"),
            Action(word=self.tr("Remove"), run=lambda: self.commands.remove(names), icon="remove"),
        )
        return Details(title=title, icon="peers", tone=Tone.QUIET, actions=actions)

    def _describe_book(self) -> Details:
        if not len(self._book):
            return Details(title=self.tr("The address book is empty"), icon="peers", tone=Tone.QUIET)
        title = wording.plural(len(self._book), self.tr("{count} peer"), self.tr("{count} peers"))
        text = self.tr("Every view chooses from them. Drag a row, or press Alt and an arrow key, to put them in order.")
        return Details(title=title, text=text, icon="peers", tone=Tone.QUIET)

    def _describe_checks(self) -> Details:
        title = wording.plural(
            self.checks.remaining, self.tr("Checking: {count} peer left"), self.tr("Checking: {count} peers left")
        )
        text = ", ".join(self.checks.busy)
        stop = Action(word=self.tr("Stop"), run=self.checks.stop, icon="stop")
        return Details(title=title, text=text, icon="test", tone=Tone.ACTIVE, actions=(stop,))

    # Doing.

    def _on_checked(self, good: int, others: int, was_stopped: bool) -> None:  # noqa: FBT001 - a slot
        self._show_counts()
        if good + others > 1:
            text = self.tr("{good} in order, {others} with problems.").format(
                good=wording.count_text(good), others=wording.count_text(others)
            )
            title = self.tr("Checking was stopped") if was_stopped else self.tr("All checked")
            show = Action(word=self.tr("Show problems"), run=lambda: self.filters.chips.choose(TROUBLED))
            tone = Tone.WARNING if others else Tone.GOOD
            icon = "warning" if others else "stored"
            self.tell(Details(title=title, text=text, icon=icon, tone=tone, actions=(show,) if others else ()))
        else:
            self._show_details()

    def _on_selected(self) -> None:
        self._selected = tuple(name.casefold() for name in self.selected_names())
        self.tell(None)

    def _on_activated(self, node: object) -> None:
        if isinstance(node, PeerRow):
            self.commands.edit(node.peer.name)
        elif isinstance(node, GroupRow):
            self.list.setExpanded(self.list.currentIndex(), not self.list.isExpanded(self.list.currentIndex()))

    def _on_add(self) -> None:
        node = self.list.selected_node()
        group = node.group if isinstance(node, GroupRow) else node.peer.group if isinstance(node, PeerRow) else ""
        self.commands.add(group)

    def _on_edit(self) -> None:
        node = self.list.selected_node()
        if isinstance(node, GroupRow):
            self.commands.rename_group(node.group)
            return
        for name in self.selected_names()[:1]:
            self.commands.edit(name)

    def _on_duplicate(self) -> None:
        for name in self.selected_names()[:1]:
            self.commands.duplicate(name)

    def _on_remove(self) -> None:
        self.commands.remove(self.selected_names())

    def _on_check(self) -> None:
        self._check(self.selected_names())

    def _on_refresh(self) -> None:
        self._check(self.selected_names() or [peer.name for peer in self._book.peers])

    def _on_check_all(self) -> None:
        self._check([peer.name for peer in self._book.peers])

    def _check(self, names: list[str]) -> None:
        if names:
            self.tell(None)
            self.checks.check(names)

    def _export(self, file_format: PeerFormat) -> None:
        """Export the peers that are selected, if there are several; else all."""
        names = self.selected_names()
        self.commands.export(file_format, names if len(names) > 1 else [])

    def _on_step(self, steps: int) -> None:
        node = self.list.selected_node()
        group = node.group if isinstance(node, GroupRow) else None
        self.commands.step(self.selected_names(), group, steps)

    def _on_moved(self, node: object, is_below: bool) -> None:  # noqa: FBT001 - a slot
        moved = self.list.selected_nodes()
        names = self.selected_names()
        if isinstance(node, GroupRow):
            only = moved[0] if len(moved) == 1 else None
            if isinstance(only, GroupRow):
                self.commands.put_group(only.group, node.group, is_below=is_below)
            elif is_below:
                self.commands.move(names, node.group, None)
            return
        if isinstance(node, PeerRow):
            self.commands.move(names, node.peer.group, self._next(node, names) if is_below else node.peer.name)
        elif self._book.peers:
            self.commands.move(names, self._book.groups()[-1], None)

    def _next(self, row: PeerRow, moved: list[str]) -> str | None:
        """The peer behind a row that is not moved itself, None for the end of the group."""
        members = [peer.name for peer in self._book.of_group(row.peer.group)]
        behind = members[members.index(row.peer.name) + 1 :]
        return next((name for name in behind if name not in moved), None)

    def _on_fold(self) -> None:
        self.list.collapseAll()

    def _note_fold(self, node: Node | None, *, is_folded: bool) -> None:
        if isinstance(node, GroupRow) and self.filters.is_open():
            (self._folded.add if is_folded else self._folded.discard)(node.group)

    def _on_filter(self) -> None:
        chip, words = self.filters.chip, self.filters.words()
        self.list.set_filter(None if self.filters.is_open() else lambda node: accepts(node, chip, words))
        if not self.filters.is_open():
            self.list.expandAll()

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        names = self.selected_names()
        if isinstance(node, GroupRow):
            menu.addAction(self.tr("Rename group…"), partial(self.commands.rename_group, node.group))
        if isinstance(node, PeerRow):
            name = node.peer.name
            for use in self._uses:
                menu.addAction(use.word, partial(use.run, node.peer))
            menu.addAction(self.tr("Edit…"), lambda: self.commands.edit(name))
            menu.addAction(self.tr("Check step by step…"), lambda: self.commands.check_in_steps(name))
            menu.addAction(self.tr("Duplicate"), lambda: self.commands.duplicate(name))
        if names:
            menu.addAction(self.tr("Check"), self._on_check)
            groups = menu.addMenu(self.tr("Move to group"))
            for group in self._book.groups():
                word = group or self.tr("(none)")
                groups.addAction(word, partial(self.commands.move, names, group, None))
            groups.addAction(self.tr("New group…"), partial(self.commands.move_to_new_group, names))
            menu.addAction(self.tr("Remove"), self._on_remove)
            menu.addSeparator()
        menu.addAction(self.tr("Add…"), self._on_add)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
