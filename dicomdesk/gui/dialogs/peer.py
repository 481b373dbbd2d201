"""A peer of the address book: its names and address, the security of connections to it, and how it wants things."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QDialog, QLabel, QWidget

from dicomdesk.engine.peers.known_peer import LONGEST_NOTES, KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.controls.buttons import plain_button, save_box
from dicomdesk.gui.controls.fields import Field, Notes
from dicomdesk.gui.controls.fold import Fold, open_one_at_a_time
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.scroll_box import ScrollBox
from dicomdesk.gui.entries.checks import (
    ae_title_problem,
    group_problem,
    host_problem,
    name_problem,
    optional_ae_title_problem,
    port_problem,
)
from dicomdesk.gui.entries.identity_entry import IdentityEntry
from dicomdesk.gui.entries.limits_entry import LimitsEntry
from dicomdesk.gui.entries.retrieve_entry import RetrieveEntry
from dicomdesk.gui.entries.tls_entry import TlsEntry
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme

WIDTH = 640
_NOTES_LINES = 4


class PeerDialog(QDialog):
    """Asks for a peer; accepted when all fields are well."""

    test_wanted = Signal()
    """Check the connection with what is entered now."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        credentials: Credentials,
        known: KnownPeer,
        parent: QWidget | None = None,
    ) -> None:
        """``known`` may have no name, no title, no host and no port yet: 0."""
        super().__init__(parent)
        self._known = known
        self._is_taken: Callable[[str], bool] = lambda _name: False
        self._follows_title = not known.name or known.name == known.ae_title
        self.setWindowTitle(self.tr("Peer"))
        self._make_fields(known)
        self.tls = TlsEntry(
            theme, tasks, credentials, known.security.tls, is_on=known.security.uses_tls, is_acceptor=False
        )
        self.identity = IdentityEntry(theme, known.security)
        self.retrieve = RetrieveEntry(theme, known)
        self.limits = LimitsEntry(known)
        self.tls_fold = Fold(theme, self.tr("Encryption"), self.tls)
        self.identity_fold = Fold(theme, self.tr("User identity"), self.identity)
        self.retrieve_fold = Fold(theme, self.tr("Query and retrieve"), self.retrieve)
        self.limits_fold = Fold(theme, self.tr("Limits"), self.limits)
        self.notes_fold = Fold(theme, self.tr("Notes"), self.notes)
        open_one_at_a_time(*self._folds())
        self._lay_out(theme)
        for changed in (self.tls.changed, self.identity.changed, self.retrieve.changed, self.limits.changed):
            changed.connect(self._show_summaries)
        self.notes.textChanged.connect(self._show_summaries)
        self.ae_title.textEdited.connect(self._on_title)
        self.name.textEdited.connect(lambda _text: self._stop_following())
        self._show_summaries()
        if known.security.uses_tls:
            self.tls.check_files()

    def offer_groups(self, groups: Sequence[str]) -> None:
        """Offer the groups that there are."""
        self.group.set_groups([group for group in groups if group])

    def refuse_names(self, is_taken: Callable[[str], bool]) -> None:
        """Take no name for which ``is_taken``: another peer has it."""
        self._is_taken = is_taken

    def peer(self) -> KnownPeer:
        """Return the peer as entered; only where all fields are well."""
        return replace(
            self._known,
            name=self.name.value(),
            group=self.group.value(),
            ae_title=self.ae_title.value(),
            host=self.host.value(),
            port=int(self.port.value()),
            calling_ae_title=self.calling.value(),
            security=self.security(),
            character_set=self.retrieve.character_set.value(),
            retrieve_method=self.retrieve.retrieve_method(),
            move_destination=self.retrieve.destination.value(),
            max_pdu_bytes=self.limits.max_pdu_bytes(),
            associations=self.limits.most_associations(),
            timeouts=self.limits.timeouts(),
            notes=self.notes.toPlainText()[:LONGEST_NOTES],
        )

    def security(self) -> PeerSecurity:
        """Return the security as entered."""
        has_name = bool(self.identity.name())
        return PeerSecurity(
            uses_tls=self.tls.is_on.isChecked(),
            tls=self.tls.value(),
            user_name=self.identity.name(),
            sends_passcode=has_name and self.identity.sends_passcode.isChecked(),
            wants_response=has_name and self.identity.wants_response.isChecked(),
        )

    def open_security(self) -> None:
        """Open the part about encryption."""
        self.tls_fold.open()

    def insist(self) -> bool:
        """Whether all fields are well; if not, the first that is not takes the focus."""
        if not all(
            field.insist() for field in (self.name, self.group, self.ae_title, self.host, self.port, self.calling)
        ):
            return False
        for fold, fields in (
            (self.retrieve_fold, (self.retrieve.destination,)),
            (self.limits_fold, self.limits.fields()),
        ):
            wrong = next((field for field in fields if field.problem()), None)
            if wrong is not None:
                fold.open()
                wrong.insist()
                return False
        return True

    def _make_fields(self, known: KnownPeer) -> None:
        self.name = Field(
            self.tr("Name of the peer"), self._name_problem, text=known.name, hint=self.tr("what you call it")
        )
        self.group = GroupField(self.tr("Group of the peer"), known.group, self.tr("none"))
        self.ae_title = Field(
            self.tr("AE title of the peer"), ae_title_problem, text=known.ae_title, hint=self.tr("AE title")
        )
        self.host = Field(self.tr("Host of the peer"), host_problem, text=known.host, hint=self.tr("host or address"))
        self.port = Field(self.tr("Port of the peer"), port_problem, text=str(known.port or ""))
        self.calling = Field(
            self.tr("Our own AE title there"),
            optional_ae_title_problem,
            text=known.calling_ae_title,
            hint=self.tr("as entered where it is used"),
        )
        self.notes = Notes(known.notes)
        self.notes.setAccessibleName(self.tr("Notes on the peer"))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(_NOTES_LINES * self.fontMetrics().lineSpacing() + MARGIN)

    def _folds(self) -> tuple[Fold, ...]:
        return (self.tls_fold, self.identity_fold, self.retrieve_fold, self.limits_fold, self.notes_fold)

    def _lay_out(self, theme: Theme) -> None:
        self.port.fit_port()
        address = QWidget()
        row_of((self.host, 1), QLabel(":"), self.port, inside=address)
        form = Form()
        form.add(self.tr("Name"), self.name)
        form.add(self.tr("Group"), self.group)
        form.add(self.tr("AE title"), self.ae_title)
        form.add(self.tr("Host and port"), address)
        form.add(self.tr("Own AE title"), self.calling)
        self.test_button = plain_button(
            theme, self.tr("&Test"), "test", self._on_test, self.tr("Check the connection with these settings")
        )
        buttons = row_of(self.test_button, 1, save_box(self._on_save, self.reject))
        box = ScrollBox(WIDTH)
        for part in (form, *self._folds()):
            box.add(part)
        column_of((box, 1), buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        box.grown.connect(self.adjustSize)

    def _name_problem(self, text: str) -> str:
        if problem := name_problem(text):
            return problem
        return self.tr("Another peer has this name.") if self._is_taken(text) else ""

    def _show_summaries(self) -> None:
        self.tls_fold.heading.show_summary(self.tls.summary())
        self.identity.take_encryption(is_encrypted=self.tls.is_on.isChecked())
        self.identity_fold.heading.show_summary(self.identity.summary())
        self.retrieve_fold.heading.show_summary(self.retrieve.summary())
        self.limits_fold.heading.show_summary(self.limits.summary())
        first = self.notes.toPlainText().strip().partition("\n")[0]
        self.notes_fold.heading.show_summary(first or self.tr("none"))

    def _on_title(self, title: str) -> None:
        if self._follows_title:
            self.name.setText(title)

    def _stop_following(self) -> None:
        self._follows_title = False

    def _on_test(self) -> None:
        if self.insist():
            self.test_wanted.emit()

    def _on_save(self) -> None:
        if self.insist():
            self.accept()


class GroupField(Field):
    """A group, of those that there are or a new one."""

    def __init__(self, name: str, text: str, hint: str) -> None:
        super().__init__(name, group_problem, text=text, hint=hint)

    def set_groups(self, groups: Sequence[str]) -> None:
        """Offer groups while something is typed."""
        completer = QCompleter(list(groups), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompleter(completer)
