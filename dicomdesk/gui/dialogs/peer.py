"""A peer: its address, the security of connections to it, and our user identity there."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.controls.buttons import plain_button, save_box
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.fold import Fold, open_one_at_a_time
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.scroll_box import ScrollBox
from dicomdesk.gui.entries.checks import ae_title_problem, host_problem, port_problem
from dicomdesk.gui.entries.identity_entry import IdentityEntry
from dicomdesk.gui.entries.tls_entry import TlsEntry
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme
from dicomdesk.gui.window_state import TypedPeer
from dicomdesk.settings import Peer

WIDTH = 640


class PeerDialog(QDialog):
    """Asks for a peer; accepted when all fields are well."""

    test_wanted = Signal()
    """Check the connection with what is entered now."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        credentials: Credentials,
        known: tuple[TypedPeer, PeerSecurity],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        typed, security = known
        self.setWindowTitle(self.tr("Node"))
        self.ae_title = Field(
            self.tr("AE title of the node"), ae_title_problem, text=typed.ae_title, hint=self.tr("AE title")
        )
        self.host = Field(self.tr("Host of the node"), host_problem, text=typed.host, hint=self.tr("host or address"))
        self.port = Field(self.tr("Port of the node"), port_problem, text=typed.port)
        self.tls = TlsEntry(theme, tasks, credentials, security.tls, is_on=security.uses_tls, is_acceptor=False)
        self.identity = IdentityEntry(theme, security)
        self.tls_fold = Fold(theme, self.tr("Encryption"), self.tls)
        self.identity_fold = Fold(theme, self.tr("User identity"), self.identity)
        open_one_at_a_time(self.tls_fold, self.identity_fold)
        self._lay_out(theme)
        self.tls.changed.connect(self._show_summaries)
        self.identity.changed.connect(self._show_summaries)
        self._show_summaries()
        if security.uses_tls:
            self.tls.check_files()

    def typed(self) -> TypedPeer:
        """Return the address as typed."""
        return TypedPeer(ae_title=self.ae_title.value(), host=self.host.value(), port=self.port.value())

    def peer(self) -> Peer:
        """Return the address; only where all fields are well."""
        typed = self.typed()
        return Peer(host=typed.host, port=int(typed.port), ae_title=typed.ae_title)

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
        return all(field.insist() for field in (self.ae_title, self.host, self.port))

    def _lay_out(self, theme: Theme) -> None:
        self.port.fit_port()
        address = QWidget()
        row_of((self.host, 1), QLabel(":"), self.port, inside=address)
        form = Form()
        form.add(self.tr("AE title"), self.ae_title)
        form.add(self.tr("Host and port"), address)
        self.test_button = plain_button(
            theme, self.tr("&Test"), "test", self._on_test, self.tr("Check the connection with these settings")
        )
        buttons = row_of(self.test_button, 1, save_box(self._on_save, self.reject))
        box = ScrollBox(WIDTH)
        for part in (form, self.tls_fold, self.identity_fold):
            box.add(part)
        column_of((box, 1), buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        box.grown.connect(self.adjustSize)

    def _show_summaries(self) -> None:
        self.tls_fold.heading.show_summary(self.tls.summary())
        self.identity.take_encryption(is_encrypted=self.tls.is_on.isChecked())
        self.identity_fold.heading.show_summary(self.identity.summary())

    def _on_test(self) -> None:
        if self.insist():
            self.test_wanted.emit()

    def _on_save(self) -> None:
        if self.insist():
            self.accept()
