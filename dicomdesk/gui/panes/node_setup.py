"""The node of the Send view: where it is, how it is secured, and getting ready to reach it."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.dialogs.node import NodeDialog
from dicomdesk.gui.entries.peer_entry import PeerRow
from dicomdesk.gui.entries.tls_entry import profile_words
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.security.credentials import Guard, Preparation
from dicomdesk.gui.security.security_store import NodeSecurity
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.wording import plain_tip, sentence
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, AssociationSettings


class NodeSetup(QObject):
    """Keeps the security that goes with what is typed. For the Qt thread.

    A peer that is known brings its own; one that is not keeps what was there: TLS is never dropped by typing.
    """

    told = Signal(Details)
    """Something that the user should read now."""
    changed = Signal()
    test_wanted = Signal(Preparation)
    """The node dialog asks for a connection check; the peer may not be the one that is typed in the view."""

    def __init__(self, theme: Theme, tasks: Tasks, guard: Guard, row: PeerRow, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._tasks = tasks
        self._store = guard.store
        self._credentials = guard.credentials
        self._row = row
        self._view = view
        self._is_preparing = False
        self._dialog: NodeDialog | None = None
        self.security = guard.store.find_node(row.entry()) or NodeSecurity()
        self.button = plain_button(theme, "", "lock-open", self.edit, self.tr("Node and its security"))
        row.changed.connect(self._on_typed)
        self._show()

    def edit(self) -> None:
        """Open the node's dialog, or bring it to the front."""
        if self._dialog is not None:
            self._dialog.activateWindow()
            return
        self._tasks.start(self._edit())

    def reach(self, run: Callable[[Preparation], None]) -> None:
        """Call ``run`` when all that the peer needs is at hand, at once or after a question; or tell why not."""
        if not self._row.insist():
            self.told.emit(Details(title=self._row.first_problem(), icon="warning", tone=Tone.WARNING))
        elif self.security.is_plain:
            run(Preparation(peer=self._row.peer()))
        elif not self._is_preparing:
            self._tasks.start(self._prepare(run))

    def association(self, preparation: Preparation) -> AssociationSettings:
        """How associations with the prepared peer are requested."""
        return AssociationSettings(
            calling_ae_title=self._row.calling.value(),
            max_pdu_bytes=LARGE_MAX_PDU_BYTES,
            user_identity=preparation.user_identity,
        )

    def remember(self) -> None:
        """Keep the security with the peer, so that it comes back with it."""
        if self.security != NodeSecurity() or self._store.find_node(self._row.entry()) is not None:
            self._store.keep_node(self._row.entry(), self.security)

    def forget_passcode(self) -> None:
        """The peer refused: the passcode may be wrong, so it is asked for again."""
        if self._row.is_valid() and self.security.sends_passcode:
            self._credentials.forget_passcode(self._row.peer(), self.security.user_name)

    async def _prepare(self, run: Callable[[Preparation], None]) -> None:
        self._is_preparing = True
        try:
            found = await self._credentials.prepare(self._row.peer(), self.security, self._view)
        except SettingsError as error:
            self.told.emit(settings_problem(str(error)))
        else:
            if found is not None:
                run(found)
        finally:
            self._is_preparing = False

    async def _edit(self) -> None:
        node = (self._row.entry(), self.security)
        dialog = self._dialog = NodeDialog(self._theme, self._tasks, self._credentials, node, self._view)
        dialog.test_wanted.connect(lambda: self._tasks.start(self._test(dialog), owner=dialog))
        if self.security.uses_tls or self._row.is_valid():
            dialog.open_security()
        try:
            if await self._tasks.ask(dialog):
                self._take(dialog)
        finally:
            self._dialog = None

    async def _test(self, dialog: NodeDialog) -> None:
        try:
            found = await self._credentials.prepare(dialog.peer(), dialog.security(), dialog)
        except SettingsError as error:
            dialog.tls.message.say(str(error), "failed", Tone.BAD)
        else:
            if found is not None:
                self.test_wanted.emit(found)

    def _take(self, dialog: NodeDialog) -> None:
        entry, security = dialog.entry(), dialog.security()
        self._store.keep_node(entry, security)
        self._row.set_entry(entry)
        self.security = security
        self._show()
        self.changed.emit()

    def _on_typed(self) -> None:
        known = self._store.find_node(self._row.entry())
        if known is not None and known != self.security:
            self.security = known
            self._show()

    def _show(self) -> None:
        uses_tls = self.security.uses_tls
        self._theme.keep_icon(self.button, "lock" if uses_tls else "lock-open", Tone.ACTIVE if uses_tls else Tone.QUIET)
        state = self.tr("Not encrypted.")
        if uses_tls:
            state = self.tr("Encrypted: {profile}.").format(profile=profile_words()[self.security.tls.profile])
        if self.security.user_name:
            state += " " + self.tr("As user {user}.").format(user=self.security.user_name)
        self.button.setToolTip(plain_tip(self.tr("Node and its security (Ctrl+K)") + "\n" + state))
        self.button.setAccessibleName(self.tr("Node and its security"))
        self.button.setAccessibleDescription(state)


def settings_problem(reason: str) -> Details:
    """Return what is told where certificate, key or another file of the settings cannot be used."""
    return Details(
        title=QCoreApplication.translate("node_setup", "The security settings cannot be used"),
        text=sentence(reason),
        icon="failed",
        tone=Tone.BAD,
        can_copy=True,
    )
