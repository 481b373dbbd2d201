"""What can be done with peers of the address book: edited, ordered, removed and put back, imported and exported."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk import human
from dicomdesk.engine.peers.exchange import ImportAction
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.errors import DicomdeskError, SettingsError
from dicomdesk.gui import wording
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.peers.checks import keep_check, last_check
from dicomdesk.gui.peers.formats import PeerFormat, read_peer_file, write_peer_file
from dicomdesk.gui.peers.group_dialog import GroupDialog
from dicomdesk.gui.peers.import_dialog import ImportDialog
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_new_file
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckResult


class PeerActions(QObject):
    """Changes the address book, asking where it has to. For the Qt thread."""

    told = Signal(Details)
    """Something that the user should read now."""
    wanted = Signal(str)
    """The peer of a name is to be selected."""

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, access: SecurityAccess, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__(view)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._access = access
        self._book = access.peers.book
        self._view = view
        self._open: dict[str, PeerDialog] = {}
        self.preferences = Preferences()

    def add(self, group: str = "") -> None:
        """Ask for a new peer."""
        usual = self.preferences
        blank = KnownPeer(name="", ae_title="", host="", port=usual.peer_port, group=group, timeouts=usual.timeouts())
        self._edit(blank, None)

    def edit(self, name: str) -> None:
        """Open a peer's dialog, or bring it to the front."""
        known = self._book.find(name)
        if known is not None:
            self._edit(known, known)

    def duplicate(self, name: str) -> None:
        """Copy a peer, and select the copy."""
        copies: list[KnownPeer] = []
        self._attempt(lambda: copies.append(self._book.duplicate(name)))
        for copy in copies:
            self.wanted.emit(copy.name)

    def remove(self, names: Sequence[str]) -> None:
        """Take peers off the book; they can be put back."""
        removed = self._book.remove(names)
        if not removed:
            return
        first = removed[0][1].name
        title = (
            self.tr("Removed {name}").format(name=first)
            if len(removed) == 1
            else wording.plural(len(removed), "", self.tr("Removed {count} peers"))
        )
        undo = Action(word=self.tr("&Undo"), run=lambda: self._restore(removed), icon="retry")
        secured = [peer for _place, peer in removed if not peer.security.is_plain]
        text = self.tr("Pass phrases and passcodes that are in the keyring stay there.") if secured else ""
        forget = Action(word=self.tr("Forget the secrets"), run=lambda: self._forget_secrets(secured), icon="key")
        actions = (undo, forget) if secured else (undo,)
        self.told.emit(Details(title=title, text=text, icon="remove", actions=actions))

    def move(self, names: Sequence[str], group: str, before: str | None) -> None:
        """Move peers into a group, before another peer, None for its end."""
        self._attempt(lambda: self._book.move(names, group, before))

    def step(self, names: Sequence[str], group: str | None, steps: int) -> None:
        """Move one peer within its group, or a whole group among the others, up or down."""
        if group is not None:
            others = [each for each in self._book.groups() if each]
            place = others.index(group) + steps
            if 0 <= place < len(others):
                self.put_group(group, others[place], is_below=steps > 0)
        elif len(names) == 1:
            self._attempt(lambda: self._book.move_by(names[0], steps))

    def rename_group(self, group: str) -> None:
        """Ask for another name of a group; that of another one joins them."""
        self._tasks.start(self._rename_group(group))

    def move_to_new_group(self, names: Sequence[str]) -> None:
        """Ask for a group, and move peers there."""
        self._tasks.start(self._move_to_new_group(names))

    def put_group(self, group: str, other: str, *, is_below: bool) -> None:
        """Put a group above or below another one."""
        rest = [each for each in self._book.groups() if each and each != group]
        place = rest.index(other) + is_below if other in rest else len(rest)
        before = rest[place] if place < len(rest) else None
        self._attempt(lambda: self._book.move_group(group, before))

    def check_in_steps(self, name: str) -> None:
        """Check a peer step by step, in a dialog of its own."""
        known = self._book.find(name)
        if known is not None:
            self._tasks.start(self._check_in_steps(known))

    def choose_imports(self) -> None:
        """Ask for files and import them."""
        self._tasks.start(self._choose_imports())

    def import_files(self, paths: Sequence[str]) -> None:
        """Show what is in files, one after the other, and import what the user wants of it."""
        self._tasks.start(self._import_files(paths))

    def export(self, file_format: PeerFormat, names: Sequence[str]) -> None:
        """Ask for a file, and write peers into it; all where no name is given."""
        self._tasks.start(self._export(file_format, names))

    # Doing.

    def _attempt(self, change: Callable[[], object]) -> bool:
        problem = self._access.peers.attempt(change)
        if problem:
            self._tell_problem(self.tr("The address book stays as it was"), problem)
        return not problem

    def _tell_problem(self, title: str, text: str) -> None:
        self.told.emit(Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True))

    def _forget_secrets(self, peers: Sequence[KnownPeer]) -> None:
        for peer in peers:
            self._access.credentials.forget_secrets(peer)
        self.told.emit(Details(title=self.tr("Their secrets are forgotten, in the keyring too"), icon="key"))

    def _restore(self, removed: "tuple[tuple[int, KnownPeer], ...]") -> None:
        if self._attempt(lambda: self._book.restore(removed)):
            title = wording.plural(len(removed), self.tr("{count} peer is back"), self.tr("{count} peers are back"))
            self.told.emit(Details(title=title, icon="stored", tone=Tone.GOOD))
            self.wanted.emit(removed[0][1].name)

    def _edit(self, shown: KnownPeer, known: KnownPeer | None) -> None:
        if shown.key in self._open:
            self._open[shown.key].activateWindow()
        else:
            self._tasks.start(self._ask(shown, known))

    async def _ask(self, shown: KnownPeer, known: KnownPeer | None) -> None:
        dialog = PeerDialog(self._theme, self._tasks, self._access.credentials, shown, self._view)
        dialog.offer_groups(self._book.groups())
        dialog.refuse_names(lambda name: (found := self._book.find(name)) is not None and found.key != shown.key)
        dialog.test_wanted.connect(lambda: self._tasks.start(self._test(dialog), owner=dialog))
        self._open[shown.key] = dialog
        try:
            if await self._tasks.ask(dialog):
                self._take(dialog.peer(), known)
        finally:
            del self._open[shown.key]

    def _take(self, peer: KnownPeer, known: KnownPeer | None) -> None:
        """Put a peer into the book; one that was removed while it was edited comes back."""
        now = None if known is None else self._book.find(known.name)
        if now is not None and known is not None and peer.last_check == known.last_check:
            peer = replace(peer, last_check=now.last_check)
        if self._attempt(lambda: self._book.add(peer) if now is None else self._book.change(now.name, peer)):
            self.wanted.emit(peer.name)

    async def _test(self, dialog: PeerDialog) -> None:
        try:
            await self._open_check(dialog.peer(), dialog)
        except SettingsError as error:
            dialog.tls.message.say(str(error), "failed", Tone.BAD)

    async def _check_in_steps(self, known: KnownPeer) -> None:
        try:
            await self._open_check(known, self._view)
        except SettingsError as error:
            self._tell_problem(self.tr("The security settings cannot be used"), wording.sentence(str(error)))

    async def _open_check(self, peer: KnownPeer, parent: QWidget) -> None:
        prepared = await self._access.prepare(peer, parent)
        if prepared is None:
            return
        dialog = CheckDialog(self._theme, self._session, self._tasks, parent)
        dialog.checked.connect(lambda result: self._keep(peer, result))
        dialog.show()
        dialog.start(prepared.peer, peer.association(self._access.peers.own_ae_title, prepared.user_identity))

    def _keep(self, peer: KnownPeer, result: "CheckResult") -> None:
        found = last_check(result)
        if found is not None:
            keep_check(self._book, peer, found)

    async def _rename_group(self, group: str) -> None:
        dialog = GroupDialog(self.tr("Rename group {group}").format(group=group), group, self._view)
        if await self._tasks.ask(dialog):
            name = dialog.name()
            self._attempt(lambda: self._book.rename_group(group, name))

    async def _move_to_new_group(self, names: Sequence[str]) -> None:
        dialog = GroupDialog(self.tr("Move to a new group"), "", self._view)
        if await self._tasks.ask(dialog):
            name = dialog.name()
            self._attempt(lambda: self._book.move(names, name, None))

    async def _choose_imports(self) -> None:
        paths = await ask_files(self._tasks, self._view, self.tr("Import peers"))
        await self._import_files(paths)

    async def _import_files(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                file_format, read = await self._tasks.run(read_peer_file, path)
            except DicomdeskError as error:
                self._tell_problem(self.tr("That cannot be imported"), wording.sentence(str(error)))
                continue
            source = self.tr("{file}, read as {format}").format(
                file=human.printable(Path(path).name), format=file_format.word
            )
            dialog = ImportDialog(self._theme, self._book, read, source, self._view)
            if await self._tasks.ask(dialog):
                self._import(dialog, source)

    def _import(self, dialog: ImportDialog, source: str) -> None:
        plan = dialog.plan
        if self._attempt(lambda: plan.apply(self._book)):
            added, changed, left = (wording.count_text(plan.count(action)) for action in ImportAction)
            title = self.tr("{added} added, {changed} changed, {left} left out").format(
                added=added, changed=changed, left=left
            )
            self.told.emit(Details(title=title, text=source, icon="stored", tone=Tone.GOOD))

    async def _export(self, file_format: PeerFormat, names: Sequence[str]) -> None:
        peers = [peer for peer in self._book.peers if not names or peer.name in names]
        path = await ask_new_file(self._tasks, self._view, self.tr("Export peers"), file_format.file_name)
        if not path:
            return
        written = file_format.write(peers)
        try:
            await self._tasks.run(write_peer_file, path, written)
        except OSError as error:
            self._tell_problem(
                self.tr("The file cannot be written"), f"{path}: {human.error_text(error, names_file=False)}"
            )
            return
        title = wording.plural(len(peers), self.tr("{count} peer exported"), self.tr("{count} peers exported"))
        text = " ".join([self.tr("To {file}.").format(file=human.printable(path)), *written.losses])
        tone = Tone.WARNING if written.losses else Tone.GOOD
        icon = "warning" if written.losses else "stored"
        self.told.emit(Details(title=title, text=text, icon=icon, tone=tone, can_copy=bool(written.losses)))
