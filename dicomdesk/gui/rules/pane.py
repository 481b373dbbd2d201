"""The Rules view: the list of rules in their order, and what can be done with them."""

import contextlib
import os
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtWidgets import QDialog, QMenu, QStackedWidget

from dicomdesk.engine.rules.conditions import NOBODY, Sender
from dicomdesk.engine.rules.rule import QuietStudy, Rule
from dicomdesk.errors import DataError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.commands.command import REFRESH, Offer, adopt, offer_commands
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of, row_of
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.questions.file_dialogs import ask_folder
from dicomdesk.gui.rules.nodes import NIGHT, NUMBER, RULE, RuleRow, RuleRows, rule_columns
from dicomdesk.gui.rules.runner import RuleRunner
from dicomdesk.gui.rules.store import RuleStore
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View
from dicomdesk.human import error_text, printable

if TYPE_CHECKING:
    from dicomdesk.engine.routing.trial import Trial
    from dicomdesk.gui.rules.answers import AnswerDialog
    from dicomdesk.gui.rules.dialog import RuleDialog

__all__ = ["RulesPane"]


_EMPTY, _LIST = range(2)


class RulesPane(View):
    """View of the rules. ``begin`` reads their file and carries them out."""

    key = "rules"

    def __init__(
        self,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        access: SecurityAccess,
        received_folder: Callable[[], str],
    ) -> None:
        """``received_folder`` says where instances are received."""
        super().__init__()
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._access = access
        self._received_folder = received_folder
        self._notice: Details | None = None
        self.store = RuleStore(tasks, received_folder)
        self.runner = RuleRunner(session, tasks, self.store, access.peers, received_folder, self.key)
        self.model = OutlineModel(rule_columns(), self)
        self.rows = RuleRows(self.model)
        self.view = OutlineView(theme, self.model, stretched=RULE)
        self.details = DetailsStrip(theme)
        self.dialog: RuleDialog | None = None
        self.answer: AnswerDialog | None = None
        self._lay_out()
        self._connect()
        self._show_rules()

    def begin(self, path: Path) -> None:
        """Read the file of rules, and carry them out from then on. Without this rules are kept by nobody."""
        self.store.path = path
        self.store.read()

    def badge(self) -> Badge:
        troubled = sum(1 for row in self.rows.rows.values() if row.trouble and row.rule.is_on)
        return Badge(count=troubled, is_alarming=True)

    def show_problem(self, row: Hashable) -> None:
        """Show the rule that a problem is about, where it is about one."""
        about = row[0] if isinstance(row, tuple) else row
        found = self.rows.rows.get(str(about)) or next(
            (each for each in self.rows.rows.values() if each.trouble and str(about) in each.sentence), None
        )
        if found is not None:
            self.view.select_node(found)

    def select(self, name: str) -> None:
        """Select a rule."""
        row = self.rows.rows.get(name.casefold())
        if row is not None:
            self.view.select_node(row)

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Rules"))
        self.view.sortByColumn(NUMBER, Qt.SortOrder.AscendingOrder)
        self.add_button = PrimaryButton(self._theme, self._on_add)
        self.add_button.show_action(self.tr("&Add rule…"), "add", self.tr("Say what is to be sent on by itself"))
        tests = QMenu(self)
        tests.addAction(self.tr("With what was &received"), QKeySequence("Ctrl+T"), self._on_test_received)
        tests.addAction(self.tr("With a &folder…"), QKeySequence("Ctrl+Shift+T"), self._on_test_folder)
        for name, action in zip(("test-received", "test-folder"), tests.actions(), strict=True):
            action.setShortcutVisibleInContextMenu(True)
            adopt(self, name, action)
        self.test_button = menu_button(self._theme, self.tr("Te&st"), "test", tests, self.tr("What would go where"))
        header = row_of(1, self.test_button, self.add_button, margins=HEADER_MARGINS)
        empty = EmptyState(self._theme, "rules")
        empty.set_words(
            self.tr("Nothing is sent on by itself"),
            self.tr(
                "A rule sends what was received, or what lies in a folder, to peers: all CT studies to the archive at "
                "night, say. Everything goes through the queue of Send, and nothing goes in a circle."
            ),
        )
        first = plain_button(self._theme, self.tr("Add a rule…"), "add", self._on_add)
        night = plain_button(self._theme, self.tr("A rule for nights…"), "waiting", self._on_add_night)
        empty.set_buttons([first, night])
        self.area = QStackedWidget()
        for each in (empty, self.view):
            self.area.addWidget(each)
        column_of(header, (self.area, 1), self.details, inside=self)

    def _connect(self) -> None:
        self.store.changed.connect(self._show_rules)
        self.store.failed.connect(self._tell_failure)
        self.runner.changed.connect(self._show_done)
        self.runner.told.connect(lambda text: self._tell(Details(title=self.tr("A file"), text=text, icon="warning")))
        self._session.ticked.connect(self.model.flush)
        self._session.second_passed.connect(self._on_second)
        self.view.node_selected.connect(lambda _node: self._tell(None))
        self.view.node_activated.connect(lambda _node: self._on_edit())
        self.view.menu_wanted.connect(self._on_menu)
        self._theme.changed.connect(self._show_details)
        self._session.changed.connect(self._show_details)
        delete = QKeySequence.StandardKey.Delete
        offers = (
            Offer("add", self.tr("&Add a rule…"), self._on_add, "Ctrl+N"),
            Offer("edit", self.tr("&Edit…"), self._on_edit, "F2", is_everywhere=False),
            Offer("switch", self.tr("Turn &on or off"), self._on_switch, "Space", is_everywhere=False),
            Offer("duplicate", self.tr("&Duplicate…"), self._on_duplicate, "Ctrl+D"),
            Offer("history", self.tr("&History…"), self._on_history, "Ctrl+H"),
            Offer("up", self.tr("Move &up"), partial(self._on_move, -1), "Alt+Up", is_everywhere=False),
            Offer("down", self.tr("Move do&wn"), partial(self._on_move, 1), "Alt+Down", is_everywhere=False),
            Offer("remove", self.tr("&Remove"), self._on_remove, delete, is_everywhere=False),
            Offer(REFRESH, self.tr("Read the rules a&gain"), self._on_read, "F5"),
        )
        offer_commands(self, offers)

    # Showing.

    def _show_rules(self) -> None:
        row = self._selected()
        self.rows.show(self.store.rules)
        if row is not None:
            self.select(row.rule.name)
        has_rules = bool(self.store.rules.rules) or bool(self.store.problem)
        self.area.setCurrentIndex(_LIST if has_rules else _EMPTY)
        self.test_button.setEnabled(bool(self.store.rules.rules))
        self.add_button.setVisible(has_rules)
        self.add_button.setEnabled(not self.store.problem)
        self._show_done()

    def _show_done(self) -> None:
        self.rows.show_last(self.runner.last)
        self.rows.show_trouble({key: self.runner.trouble_of(key) for key in self.rows.rows})
        self._show_details()

    def _on_second(self) -> None:
        """States change with the hours."""
        if self.isVisible():
            self.model.touch_all()

    def _tell(self, notice: Details | None) -> None:
        self._notice = notice
        self._show_details()

    def _tell_failure(self, text: str) -> None:
        self._tell(Details(title=self.tr("That did not work"), text=text, icon="failed", tone=Tone.BAD, can_copy=True))

    def _show_details(self) -> None:
        row = self._selected()
        if self.store.problem:
            self.details.show_details(self._describe_file())
        elif self._notice is not None:
            self.details.show_details(self._notice)
        elif row is not None:
            self.details.show_details(self._describe(row))
        else:
            self.details.show_details(self._describe_all())

    def _describe_file(self) -> Details:
        text = self.tr("{problem}. It stays as it is until it is mended; no rule is carried out.").format(
            problem=self.store.problem
        )
        actions = [Action(word=self.tr("&Read it again"), run=self._on_read, icon="retry")]
        if self.store.path is not None:
            folder = str(self.store.path.parent)
            actions.append(Action(word=self.tr("Open folder"), run=partial(_open_folder, folder), icon="folder"))
        title = self.tr("The file of rules cannot be used")
        return Details(title=title, text=text, icon="failed", tone=Tone.BAD, actions=actions, can_copy=True)

    def _describe(self, row: RuleRow) -> Details:
        mark = row.state_mark()
        rule = row.rule
        switch = self.tr("T&urn off") if rule.is_on else self.tr("T&urn on")
        actions = (
            Action(word=self.tr("E&dit…"), run=self._on_edit, icon="edit"),
            Action(word=switch, run=self._on_switch, icon="stop" if rule.is_on else "start"),
            Action(word=self.tr("H&istory"), run=self._on_history, icon="history"),
            Action(word=self.tr("Up"), run=partial(self._on_move, -1), icon="sort-up"),
            Action(word=self.tr("Down"), run=partial(self._on_move, 1), icon="sort-down"),
            Action(word=self.tr("Remove"), run=self._on_remove, icon="remove"),
        )
        tone = mark.tone if row.trouble else Tone.PLAIN
        text = row.trouble or self._listening_hint(rule) or row.sentence
        return Details(title=printable(rule.name), text=text, icon=mark.icon, tone=tone, actions=actions)

    def _listening_hint(self, rule: Rule) -> str:
        if rule.is_on and isinstance(rule.trigger, QuietStudy) and not self._session.is_receiving:
            return self.tr("Nobody listens in Receive now, so nothing arrives for this rule.")
        return ""

    def _describe_all(self) -> Details:
        count = len(self.store.rules.rules)
        if not count:
            return Details(title=self.tr("There is no rule"), icon="rules", tone=Tone.QUIET)
        title = wording.plural(count, self.tr("{count} rule"), self.tr("{count} rules"))
        text = self.tr("They are asked from the top. Alt and an arrow key move one, the space bar turns it on or off.")
        return Details(title=title, text=text, icon="rules", tone=Tone.QUIET)

    # Doing.

    def _on_read(self) -> None:
        self.store.read()

    def _selected(self) -> RuleRow | None:
        node = self.view.selected_node()
        return node if isinstance(node, RuleRow) else None

    def _on_add(self) -> None:
        self._ask(Rule(name=self.store.free_name(self.tr("New rule"))), "")

    def _on_add_night(self) -> None:
        rule = Rule(name=self.store.free_name(self.tr("At night")))
        self._ask(rule, "", opens_hours=True)

    def _on_edit(self) -> None:
        row = self._selected()
        if row is not None:
            self._ask(row.rule, row.rule.name)

    def _on_duplicate(self) -> None:
        row = self._selected()
        if row is not None:
            self._ask(replace(row.rule, name=self.store.free_name(row.rule.name), is_on=False), "")

    def _ask(self, rule: Rule, in_place_of: str, *, opens_hours: bool = False) -> None:
        if not self.store.problem:
            self._tasks.start(self._edit(rule, in_place_of, opens_hours=opens_hours))

    async def _edit(self, rule: Rule, in_place_of: str, *, opens_hours: bool) -> None:
        from dicomdesk.gui.rules.dialog import RuleDialog  # noqa: PLC0415 - the window is painted before

        peers = [peer.name for peer in (*self.store.rules.peers, *self._access.peers.book.peers)]
        dialog = RuleDialog(self._theme, self._tasks, rule, peers, self)
        own = in_place_of.casefold()
        dialog.refuse_names(lambda name: name.strip().casefold() != own and self.store.rules.find(name) is not None)
        if opens_hours:
            dialog.hours.setText(NIGHT)
            dialog.hours_fold.open()
        self.dialog = dialog
        try:
            is_wanted = await self._tasks.ask(dialog) == QDialog.DialogCode.Accepted
            entered = dialog.rule() if is_wanted else None
        finally:
            self.dialog = None
        if entered is not None:
            self.store.put(entered, in_place_of)
            self.select(entered.name)

    def _on_switch(self) -> None:
        row = self._selected()
        if row is not None:
            self.store.switch(row.rule.name)

    def _on_move(self, steps: int) -> None:
        row = self._selected()
        if row is not None:
            self.store.move(row.rule.name, steps)

    def _on_remove(self) -> None:
        row = self._selected()
        if row is None or self.store.problem:
            return
        rule = row.rule
        place = self.store.rules.rules.index(rule)
        self.store.remove(rule.name)

        def put_back() -> None:
            if self.store.rules.find(rule.name) is None:
                self.store.put(rule)
                self.store.move(rule.name, place - len(self.store.rules.rules) + 1)
                self._tell(None)
                self.select(rule.name)

        title = self.tr("{name} is removed").format(name=printable(rule.name))
        text = self.tr("What it has put into the queue stays there.")
        undo = Action(word=self.tr("&Put it back"), run=put_back, icon="retry")
        self._tell(Details(title=title, text=text, icon="remove", actions=(undo,)))

    def _on_history(self) -> None:
        row = self._selected()
        if row is not None:
            self._tasks.start(self._show_history(row.rule.name))

    async def _show_history(self, name: str) -> None:
        from dicomdesk.gui.rules.answers import AnswerDialog, history_nodes  # noqa: PLC0415 - as above

        nodes = history_nodes(await self.runner.doings(name))
        sentence = self.tr("What {name} has done in the last 90 days, the latest first.").format(name=printable(name))
        if not nodes:
            sentence = self.tr("{name} has done nothing yet.").format(name=printable(name))
        self._show_answer(AnswerDialog(self._theme, self.tr("History"), nodes, sentence, self.tr("When"), self))

    def _on_test_received(self) -> None:
        self._tasks.start(self._test(self._received_folder(), is_received=True))

    def _on_test_folder(self) -> None:
        async def choose() -> None:
            folder = await ask_folder(self._tasks, self, self.tr("Folder to test the rules with"))
            if folder:
                await self._test(folder, is_received=False)

        self._tasks.start(choose())

    async def _test(self, folder: str, *, is_received: bool) -> None:
        """Try the rule that is selected, else all, with what is in a folder."""
        row = self._selected()
        rules = (
            [replace(row.rule, is_on=True)]
            if row is not None
            else [rule for rule in self.store.rules.rules if rule.is_on]
        )
        senders = self._senders() if is_received else None
        self._tell(Details(title=self.tr("Looking at what is there…"), icon="test", tone=Tone.ACTIVE))
        try:
            trial = await self._tasks.run(self._try, rules, folder, senders)
        except OSError as error:
            raise DicomdeskError(
                self.tr("The folder cannot be read: {error}").format(error=error_text(error))
            ) from error
        finally:
            self._tell(None)
        from dicomdesk.gui.rules.answers import AnswerDialog, trial_nodes, trial_summary  # noqa: PLC0415 - as above

        title = self.tr("Test of {name}").format(name=printable(rules[0].name)) if row is not None else self.tr("Test")
        nodes = trial_nodes(trial)
        self._show_answer(AnswerDialog(self._theme, title, nodes, trial_summary(trial), self.tr("Goes"), self))

    def _senders(self) -> dict[str, Sender]:
        """Who has sent the studies that were received, the latest of each, by Study Instance UID."""
        return {
            study.uid: Sender(sender.calling_ae_title, sender.called_ae_title, sender.address)
            for study in self._session.book.studies()
            for sender in study.senders
        }

    def _try(self, rules: list[Rule], folder: str, senders: Mapping[str, Sender] | None) -> "Trial":
        """Read what is there and try the rules; on a worker thread."""
        from dicomdesk.engine.routing.targets import TargetFinder  # noqa: PLC0415 - as above
        from dicomdesk.engine.routing.trial import try_rules  # noqa: PLC0415 - as above

        finder = TargetFinder(self.runner.find_peer, lambda: self._session.listening_port)
        return try_rules(
            rules, _files_of(os.path.expanduser(folder), senders), find_target=finder.find, history=self.runner.judge
        )

    def _show_answer(self, dialog: "AnswerDialog") -> None:
        self.answer = dialog

        async def show() -> None:
            await self._tasks.ask(dialog)
            if self.answer is dialog:
                self.answer = None

        self._tasks.start(show())

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        if isinstance(node, RuleRow):
            menu.addAction(self.tr("Edit…"), self._on_edit)
            menu.addAction(self.tr("Turn off") if node.rule.is_on else self.tr("Turn on"), self._on_switch)
            menu.addAction(self.tr("Test with what was received"), self._on_test_received)
            menu.addAction(self.tr("History"), self._on_history)
            menu.addAction(self.tr("Duplicate…"), self._on_duplicate)
            menu.addAction(self.tr("Up"), partial(self._on_move, -1))
            menu.addAction(self.tr("Down"), partial(self._on_move, 1))
            menu.addAction(self.tr("Remove"), self._on_remove)
            menu.addSeparator()
        menu.addAction(self.tr("Add…"), self._on_add)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)


def _files_of(folder: str, senders: Mapping[str, Sender] | None) -> Iterator[tuple[str, Sender]]:
    """The files of a folder, and who has sent them; ``senders`` None where they were not received."""
    from dicomdesk.engine.rules.candidates import read_origin  # noqa: PLC0415 - as above
    from dicomdesk.engine.rules.folder_watch import list_files  # noqa: PLC0415 - as above

    for state in list_files(folder, subfolders=True):
        sender = NOBODY
        if senders is not None:
            with contextlib.suppress(DataError, OSError):
                study_uid, title = read_origin(state.path)
                sender = senders.get(study_uid, Sender(title))
        yield state.path, sender


def _open_folder(folder: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
