"""Access rules of the listener: AE titles, addresses and users that may send. Nothing entered lets everybody in."""

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QDialog, QWidget

from dicomdesk.engine.security.settings_check import check_access_rules, hash_passcode
from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.entries.checks import ae_titles_problem, split_list
from dicomdesk.gui.entries.path_entry import RowList
from dicomdesk.gui.entries.user_dialog import UserDialog
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Theme, Tone
from dicomdesk.gui.wording import plural, sentence
from dicomdesk.settings import AccessRules

CHECK_AFTER_MS = 300


class AccessEntry(QWidget):
    """Fields for the access rules, checked while they are filled in."""

    changed = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, rules: AccessRules) -> None:
        super().__init__()
        self._theme = theme
        self._tasks = tasks
        self._kept = rules
        self._generation = 0
        self.problem = ""
        """Why the rules cannot be used, "" where they can."""
        self.titles = Field(
            self.tr("AE titles that may send"),
            ae_titles_problem,
            text=", ".join(sorted(rules.calling_ae_titles)),
            hint=self.tr("any AE title; or CT1, MR2"),
        )
        self.called = Field(
            self.tr("AE titles that we may be called by"),
            ae_titles_problem,
            text=", ".join(sorted(rules.called_ae_titles)),
            hint=self.tr("any AE title; or DESK"),
        )
        self.networks = Field(
            self.tr("Addresses that may send"),
            lambda _text: "",
            text=", ".join(rules.networks),
            hint=self.tr("any address; or 10.1.4.20, 10.2.0.0/16"),
        )
        add = plain_button(theme, "", "add", self._on_add, self.tr("Add a user who may send"))
        self.users = RowList(theme, self.tr("Users who may send"), add)
        for name, hashed in sorted((rules.user_pass_codes or {}).items()):
            self.users.add_row(name, "patient", hashed)
        self.message = MessageLine(theme)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_AFTER_MS)
        self._timer.timeout.connect(self.check_rules)
        form = Form(is_in_fold=True)
        self._titles_row = QWidget()
        row_of((self.titles, 1), inside=self._titles_row)
        form.add(self.tr("AE titles"), self._titles_row)
        form.add(self.tr("Addresses"), self.networks)
        form.add(self.tr("Called as"), self.called)
        form.add(self.tr("Users"), self.users)
        column_of(form, self.message, inside=self, spacing=GRID)
        for field in (self.titles, self.networks, self.called):
            field.textChanged.connect(self._on_changed)
        self.users.changed.connect(self._on_changed)
        self._explain()

    def put_choice(self, choice: QWidget) -> None:
        """Put what chooses peers behind the field of their AE titles."""
        layout = self._titles_row.layout()
        if layout is not None:
            layout.addWidget(choice)

    def add_title(self, title: str) -> None:
        """Let a peer of an AE title send too."""
        titles = split_list(self.titles.text())
        if title not in titles:
            self.titles.setText(", ".join([*titles, title]))

    def value(self) -> AccessRules:
        """Return the rules as entered; of passcodes only their hashes."""
        users = {name: str(hashed) for name, hashed in zip(self.users.texts(), self.users.data(), strict=True)}
        return replace(
            self._kept,
            calling_ae_titles=frozenset(split_list(self.titles.text())),
            called_ae_titles=frozenset(split_list(self.called.text())),
            networks=split_list(self.networks.text()),
            user_pass_codes=users or None,
        )

    def summary(self) -> str:
        """A few words on what is entered."""
        rules = self.value()
        words = []
        if rules.calling_ae_titles:
            words.append(", ".join(sorted(rules.calling_ae_titles)))
        if rules.networks:
            words.append(self.tr("from {networks}").format(networks=", ".join(rules.networks)))
        if rules.called_ae_titles:
            words.append(self.tr("called as {titles}").format(titles=", ".join(sorted(rules.called_ae_titles))))
        users = len(rules.user_pass_codes or {})
        if users:
            words.append(plural(users, self.tr("{count} user"), self.tr("{count} users")))
        return ", ".join(words) or self.tr("everybody")

    def check_rules(self) -> None:
        """Find out beside the Qt thread whether the rules can be used, and say so."""
        self._timer.stop()
        self._generation += 1
        self._tasks.start(self._check(self._generation), owner=self)

    async def insist(self) -> bool:
        """Whether the rules can be used; if not, what is wrong is said."""
        self._timer.stop()
        self._generation += 1
        await self._check(self._generation)
        return self.titles.insist() and self.called.insist() and not self.problem

    async def _check(self, generation: int) -> None:
        problem = self.titles.problem() or self.called.problem()
        try:
            await self._tasks.run(check_access_rules, self.value())
        except SettingsError as error:
            problem = problem or str(error)
        if generation == self._generation:
            self.problem = problem
            if problem:
                self.message.say(sentence(problem), "failed", Tone.BAD)
            else:
                self._explain()

    def _explain(self) -> None:
        rules = self.value()
        if rules.user_pass_codes:
            self.message.say(
                self.tr("Peers must present one of these users with the passcode. Only hashes of passcodes are kept.")
            )
        elif rules.calling_ae_titles or rules.networks or rules.called_ae_titles:
            self.message.say(self.tr("All that is filled in must be met. AE titles alone are easily pretended."))
        else:
            self.message.say(self.tr("Whoever reaches this port may send."))

    def _on_changed(self, _value: object = None) -> None:
        self._timer.start()
        self.changed.emit()

    def _on_add(self) -> None:
        self._tasks.start(self._add(), owner=self)

    async def _add(self) -> None:
        dialog = UserDialog(self.users.texts(), self)
        if await self._tasks.ask(dialog) == QDialog.DialogCode.Accepted:
            name = dialog.name()  # the dialog is gone after the next wait
            hashed = await self._tasks.run(hash_passcode, dialog.passcode())
            self.users.add_row(name, "patient", hashed)
