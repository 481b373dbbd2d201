"""A rule: when, what, where to, and when it may; it says itself in one sentence while it is edited."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from dicomdesk.engine.lists.window import TimeWindow, read_window
from dicomdesk.engine.peers.validity import LONGEST_NAME
from dicomdesk.engine.routing.peer_lookup import plain_peer
from dicomdesk.engine.rules.rule import (
    Afterwards,
    Destination,
    FilesAtRest,
    Priority,
    QuietStudy,
    Rule,
    Scope,
    Trigger,
    describe_rule,
)
from dicomdesk.engine.rules.rules_file import MOST_RETRIES, check_rule
from dicomdesk.engine.rules.schedule import ALL_DAYS, Schedule
from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import menu_button, plain_button, save_box
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field, Notes
from dicomdesk.gui.controls.fold import Fold, open_one_at_a_time
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.scroll_box import ScrollBox
from dicomdesk.gui.entries.checks import name_problem, split_list
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.panels.heading import PlainLabel
from dicomdesk.gui.questions.file_dialogs import ask_folder
from dicomdesk.gui.rules.condition_editor import ConditionEditor
from dicomdesk.gui.rules.nodes import NIGHT
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone

__all__ = ["RuleDialog"]

WIDTH = 720
_RECEIVED, _FOLDER = range(2)
_AFTERWARDS = tuple(Afterwards)
_NOTES_LINES = 3
_LONGEST_S = 30 * 86400


class RuleDialog(QDialog):
    """Asks for a rule; accepted when all fields are well."""

    def __init__(
        self, theme: Theme, tasks: Tasks, rule: Rule, peers: Sequence[str], parent: QWidget | None = None
    ) -> None:
        """``peers`` are the names of the address book. The rule may have no name and no destination yet."""
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._rule = rule
        self._is_taken: Callable[[str], bool] = lambda _name: False
        self.setWindowTitle(self.tr("Rule"))
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setAccessibleName(self.tr("The rule in one sentence"))
        self.sentence.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._make_fields(rule)
        self.condition = ConditionEditor(theme, rule.condition)
        self._lay_out(peers)
        self._connect()
        self._show_rule()

    def refuse_names(self, is_taken: Callable[[str], bool]) -> None:
        """Take no name for which ``is_taken``: another rule has it."""
        self._is_taken = is_taken

    def rule(self) -> Rule:
        """The rule as entered, as far as it is well."""
        hours = self._hours()
        days = frozenset(number for number, box in enumerate(self.days) if box.isChecked())
        retries = self.retries.value()
        return replace(
            self._rule,
            name=self.name.value(),
            is_on=self.is_on.isChecked(),
            trigger=self._trigger(),
            condition=self.condition.condition(),
            scope=Scope.MATCHING if self.scope.currentIndex() else Scope.STUDY,
            destinations=tuple(map(_destination, split_list(self.to.text()))),
            afterwards=_AFTERWARDS[self.afterwards.currentIndex()],
            schedule=Schedule(hours=hours, days=days or ALL_DAYS),
            priority=Priority.HIGH if self.is_first.isChecked() else Priority.NORMAL,
            retries=int(retries) if retries.isascii() and retries.isdigit() else self._rule.retries,
            stops=self.stops.isChecked(),
            notes=self.notes.toPlainText(),
        )

    def insist(self) -> bool:
        """Whether all fields are well; if not, the first that is not takes the focus."""
        fields = [self.name, self.seconds, *([self.folder] if self._is_of_folder() else []), self.to]
        if not all(field.insist() for field in fields) or not self.condition.insist():
            return False
        for fold, field in ((self.hours_fold, self.hours), (self.more_fold, self.retries)):
            if field.problem():
                fold.open()
                field.insist()
                return False
        return not self._problem()

    # Building.

    def _make_fields(self, rule: Rule) -> None:
        trigger = rule.trigger
        is_folder = isinstance(trigger, FilesAtRest)
        self.name = Field(self.tr("Name of the rule"), self._name_problem, text=rule.name, hint=self.tr("CT at night"))
        self.is_on = CheckBox(self._theme, self.tr("The rule is on"), is_checked=rule.is_on)
        self.when = Combo(self._theme, [self.tr("a received study is quiet"), self.tr("files rest in a folder")])
        self.when.setCurrentIndex(_FOLDER if is_folder else _RECEIVED)
        wait_s = trigger.rest_s if isinstance(trigger, FilesAtRest) else trigger.quiet_s
        self.seconds = Field(self.tr("For how many seconds"), self._seconds_problem, text=f"{wait_s:g}")
        self.seconds.setFixedWidth(64)
        folder = trigger.folder if isinstance(trigger, FilesAtRest) else ""
        self.folder = Field(self.tr("Folder"), self._folder_problem, text=folder, hint=self.tr("folder"))
        below = trigger.subfolders if isinstance(trigger, FilesAtRest) else True
        self.subfolders = CheckBox(self._theme, self.tr("with subfolders"), is_checked=below)
        self.scope = Combo(self._theme, [self.tr("the whole study"), self.tr("only what matches")])
        self.scope.setCurrentIndex(int(rule.scope is Scope.MATCHING))
        self.to = Field(
            self.tr("Peers, by name or as TITLE@host:port, separated by commas"),
            self._to_problem,
            text=", ".join(map(str, rule.destinations)),
            hint=self.tr("ARCHIVE, PACS@pacs.example:104"),
        )
        self.hours = Field(
            self.tr("Hours in which it sends"),
            self._hours_problem,
            text=str(rule.schedule.hours or ""),
            hint=self.tr("at any time"),
        )
        self.hours.setFixedWidth(130)
        words = (
            self.tr("Mo"), self.tr("Tu"), self.tr("We"), self.tr("Th"), self.tr("Fr"), self.tr("Sa"), self.tr("Su")
        )  # fmt: skip
        self.days = [
            CheckBox(self._theme, word, is_checked=number in rule.schedule.days) for number, word in enumerate(words)
        ]
        wishes = (
            self.tr("leave the files"),
            self.tr('move them into the folder "sent"'),
            self.tr("delete them once they are stored there"),
            self.tr("delete them once their keeping is committed there"),
        )
        self.afterwards = Combo(self._theme, wishes)
        self.afterwards.setCurrentIndex(_AFTERWARDS.index(rule.afterwards))
        self.is_first = CheckBox(
            self._theme, self.tr("before what else waits"), is_checked=rule.priority is Priority.HIGH
        )
        self.stops = CheckBox(self._theme, self.tr("rules below do not see it"), is_checked=rule.stops)
        self.retries = Field(self.tr("Tries after it was given up"), self._retries_problem, text=str(rule.retries))
        self.retries.setFixedWidth(64)
        self.notes = Notes(rule.notes)
        self.notes.setAccessibleName(self.tr("Notes on the rule"))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(_NOTES_LINES * self.fontMetrics().lineSpacing() + MARGIN)

    def _lay_out(self, peers: Sequence[str]) -> None:
        when, self.folder_line, to = QWidget(), QWidget(), QWidget()
        row_of(self.when, self._word(self.tr("for")), self.seconds, self._word(self.tr("seconds")), 1, inside=when)
        choose = plain_button(self._theme, "", "folder", self._on_choose, self.tr("Choose the folder"))
        row_of((self.folder, 1), choose, self.subfolders, inside=self.folder_line)
        menu = QMenu(self)
        for name in peers:
            menu.addAction(name, partial(self._add_peer, name))
        self.peers_button = menu_button(self._theme, self.tr("Add &peer"), "peers", menu)
        self.peers_button.setEnabled(bool(peers))
        row_of((self.to, 1), self.peers_button, inside=to)
        form = Form()
        form.add(self.tr("Name"), self.name)
        form.add(self.tr("When"), when)
        form.add("", self.folder_line)
        form.add(self.tr("Matching"), self.condition)
        form.add(self.tr("Send"), self.scope)
        form.add(self.tr("To"), to)
        form.add("", self.is_on)
        hours = QWidget()
        nights = plain_button(self._theme, self.tr("N&ights"), "waiting", self._on_nights)
        column_of(row_of(self.hours, nights, 1), row_of(*self.days, 1, spacing=GRID), inside=hours, spacing=GRID)
        more = Form(is_in_fold=True)
        more.add(self.tr("Afterwards"), self.afterwards)
        more.add(self.tr("Order"), self.is_first)
        more.add("", self.stops)
        tries = QWidget()
        row_of(self.retries, 1, inside=tries)
        more.add(self.tr("Further tries"), tries)
        self.hours_fold = Fold(self._theme, self.tr("Hours"), hours)
        self.more_fold = Fold(self._theme, self.tr("Afterwards and order"), more)
        self.notes_fold = Fold(self._theme, self.tr("Notes"), self.notes)
        open_one_at_a_time(self.hours_fold, self.more_fold, self.notes_fold)
        box = ScrollBox(WIDTH)
        for part in (self.sentence, form, self.hours_fold, self.more_fold, self.notes_fold):
            box.add(part)
        buttons = row_of(1, save_box(self._on_save, self.reject))
        column_of((box, 1), buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        box.grown.connect(self.adjustSize)

    def _word(self, text: str) -> QWidget:
        label = PlainLabel()
        label.setText(text)
        return label

    def _connect(self) -> None:
        for field in (self.name, self.seconds, self.folder, self.to, self.hours, self.retries):
            field.checked.connect(self._show_rule)
        for box in (self.is_on, self.subfolders, self.is_first, self.stops, *self.days):
            box.toggled.connect(lambda _is_on: self._show_rule())
        for combo in (self.when, self.scope, self.afterwards):
            combo.currentIndexChanged.connect(lambda _number: self._show_rule())
        self.condition.changed.connect(self._show_rule)
        self.notes.textChanged.connect(self._show_summaries)

    # Showing.

    def _show_rule(self) -> None:
        self.folder_line.setVisible(self._is_of_folder())
        problem = self._problem()
        self.sentence.setText(problem or describe_rule(self.rule()))
        tone = Tone.BAD if problem else Tone.PLAIN
        self.sentence.setStyleSheet(f"color: {self._theme.colour(tone).name()};")
        self._show_summaries()

    def _show_summaries(self) -> None:
        rule = self.rule()
        self.hours_fold.heading.show_summary(str(rule.schedule))
        wish = self.afterwards.currentText()
        self.more_fold.heading.show_summary(f"{wish}, {self.is_first.text()}" if self.is_first.isChecked() else wish)
        first = rule.notes.strip().partition("\n")[0]
        self.notes_fold.heading.show_summary(first or self.tr("none"))

    def _problem(self) -> str:
        """What is wrong between the fields; "" where they agree."""
        if self._is_of_folder() and self.condition.asks_for_sender():
            return self.tr("Files in a folder have no sender: remove the condition on AE title or address.")
        if not any(box.isChecked() for box in self.days):
            return self.tr("Without a day it would never send.")
        if any(field.problem() for field in (self.name, self.seconds, self.to, self.hours, self.retries)):
            return ""
        try:
            check_rule(self.rule())
        except SettingsError as error:
            return f"{str(error)[:1].upper()}{str(error)[1:]}."
        return ""

    # Values.

    def _is_of_folder(self) -> bool:
        return self.when.currentIndex() == _FOLDER

    def _trigger(self) -> Trigger:
        seconds = 1.0 if self._seconds_problem(self.seconds.text()) else float(self.seconds.value())
        if not self._is_of_folder():
            return QuietStudy(quiet_s=seconds)
        return FilesAtRest(folder=self.folder.value(), subfolders=self.subfolders.isChecked(), rest_s=seconds)

    def _hours(self) -> TimeWindow | None:
        return (
            None
            if not self.hours.value() or self._hours_problem(self.hours.text())
            else read_window(self.hours.value())
        )

    def _name_problem(self, text: str) -> str:
        if name_problem(text):
            return self.tr("A name of up to {count} characters is needed.").format(count=LONGEST_NAME)
        return self.tr("Another rule has this name.") if self._is_taken(text) else ""

    def _seconds_problem(self, text: str) -> str:
        try:
            is_well = 0 < float(text.strip()) <= _LONGEST_S
        except ValueError:
            is_well = False
        return "" if is_well else self.tr("It is a number of seconds above 0.")

    def _folder_problem(self, text: str) -> str:
        return "" if text.strip() else self.tr("A folder is needed.")

    def _to_problem(self, text: str) -> str:
        if not split_list(text):
            return self.tr("A peer is needed: its name, or TITLE@host:port.")
        for name in split_list(text):
            if "@" in name and plain_peer(name) is None:
                return self.tr("{name} is no TITLE@host:port.").format(name=name)
        return ""

    def _hours_problem(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            read_window(text)
        except SettingsError:
            return self.tr("Hours are such as 20:00-06:00; without any it sends at any time.")
        return ""

    def _retries_problem(self, text: str) -> str:
        value = text.strip()
        is_well = value.isascii() and value.isdigit() and len(value) < 6 and int(value) <= MOST_RETRIES
        return "" if is_well else self.tr("It is a number up to {most}.").format(most=MOST_RETRIES)

    # Doing.

    def _add_peer(self, name: str) -> None:
        names = split_list(self.to.text())
        if name not in names:
            self.to.setText(", ".join([*names, name]))

    def _on_nights(self) -> None:
        self.hours.setText(NIGHT)

    def _on_choose(self) -> None:
        async def choose() -> None:
            folder = await ask_folder(self._tasks, self, self.tr("Folder to be watched"), self.folder.value())
            if folder:
                self.folder.setText(folder)

        self._tasks.start(choose(), owner=self)

    def _on_save(self) -> None:
        if self.insist():
            self.accept()


def _destination(name: str) -> Destination:
    peer = plain_peer(name)
    return Destination(name=name) if peer is None else Destination(peer=peer)
