"""Settings of our own listener: TLS, the peers that may send to it, names of files, whether it starts by itself."""

from PySide6.QtWidgets import QDialog, QWidget

from dicomdesk.engine.receive.request import Storage
from dicomdesk.errors import KeyPassPhraseError, SettingsError
from dicomdesk.gui.controls.buttons import save_box
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.fold import Fold, open_one_at_a_time
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.controls.scroll_box import ScrollBox
from dicomdesk.gui.dialogs.access_words import access_sentence
from dicomdesk.gui.entries.access_entry import AccessEntry
from dicomdesk.gui.entries.storing_entry import StoringEntry
from dicomdesk.gui.entries.tls_entry import TlsEntry
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme, Tone

WIDTH = 640


class ListenerDialog(QDialog):
    """Asks for the listener's settings; accepted when all that is named can be used."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        credentials: Credentials,
        security: ListenerSecurity,
        parent: QWidget | None = None,
        *,
        storage: Storage | None = None,
    ) -> None:
        """``storage`` says how files are named and sorted now."""
        super().__init__(parent)
        self._tasks = tasks
        self._credentials = credentials
        self._is_saving = False
        self.setWindowTitle(self.tr("Settings of the listener"))
        self.tls = TlsEntry(theme, tasks, credentials, security.tls, is_on=security.uses_tls, is_acceptor=True)
        self.access = AccessEntry(theme, tasks, security.access)
        self.tls_fold = Fold(theme, self.tr("Encryption"), self.tls)
        self.access_fold = Fold(theme, self.tr("Who may send"), self.access)
        self.storing = StoringEntry(theme, storage or Storage())
        self.storing_fold = Fold(theme, self.tr("Files"), self.storing)
        open_one_at_a_time(self.tls_fold, self.access_fold, self.storing_fold)
        box = ScrollBox(WIDTH)
        for part in (self.tls_fold, self.access_fold, self.storing_fold):
            box.add(part)
        self.sentence = MessageLine(theme)
        self.starts = CheckBox(theme, self.tr("Listen when the program starts"), is_checked=True)
        buttons = save_box(self._on_save, self.reject)
        parts = ((box, 1), self.starts, self.sentence, buttons)
        column_of(*parts, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        box.grown.connect(self.adjustSize)
        self.tls.changed.connect(self._show_summaries)
        self.access.changed.connect(self._show_summaries)
        self.storing.changed.connect(self._show_summaries)
        self._show_summaries()
        self.tls_fold.open()
        if security.uses_tls:
            self.tls.check_files()

    def security(self) -> ListenerSecurity:
        """Return the security as entered."""
        return ListenerSecurity(uses_tls=self.tls.is_on.isChecked(), tls=self.tls.value(), access=self.access.value())

    def _show_summaries(self) -> None:
        self.tls_fold.heading.show_summary(self.tls.summary())
        self.access_fold.heading.show_summary(self.access.summary())
        self.storing_fold.heading.show_summary(self.storing.summary())
        security = self.security()
        self.sentence.say(access_sentence(security), "lock" if security.uses_tls else "lock-open", Tone.PLAIN)

    def _on_save(self) -> None:
        if not self._is_saving:
            self._is_saving = True
            self._tasks.start(self._save(), owner=self)

    async def _save(self) -> None:
        try:
            if not await self.access.insist():
                self.access_fold.open()
            elif await self._can_use_tls():
                self.accept()
        finally:
            self._is_saving = False

    async def _can_use_tls(self) -> bool:
        """Whether the files are good; a pass phrase may still be missing."""
        if not self.tls.is_on.isChecked():
            return True
        try:
            await self._credentials.try_tls(self.tls.value(), is_acceptor=True)
        except KeyPassPhraseError:
            return True
        except SettingsError as error:
            self.tls_fold.open()
            self.tls.message.say(str(error), "failed", Tone.BAD)
            return False
        return True
