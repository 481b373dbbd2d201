"""User identity that we present to one peer."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.fields import TextLine
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.theme import GRID, Theme, Tone

LONGEST_NAME = 64


class IdentityEntry(QWidget):
    """Fields for user name, passcode and confirmation."""

    changed = Signal()

    def __init__(self, theme: Theme, security: PeerSecurity) -> None:
        super().__init__()
        self._is_encrypted = security.uses_tls
        self.user_name = TextLine(security.user_name)
        self.user_name.setMaxLength(LONGEST_NAME)
        self.user_name.setAccessibleName(self.tr("User name for the peer"))
        self.user_name.setPlaceholderText(self.tr("nobody is named"))
        self.sends_passcode = CheckBox(
            theme, self.tr("With a passcode, asked for when it is first needed"), is_checked=security.sends_passcode
        )
        self.wants_response = CheckBox(theme, self.tr("The peer has to confirm it"), is_checked=security.wants_response)
        self.message = MessageLine(theme)
        form = Form(is_in_fold=True)
        form.add(self.tr("User name"), self.user_name)
        form.add("", self.sends_passcode)
        form.add("", self.wants_response)
        column_of(form, self.message, inside=self, spacing=GRID)
        self.user_name.textChanged.connect(self._on_changed)
        for box in (self.sends_passcode, self.wants_response):
            box.toggled.connect(self._on_changed)
        self._show_state()

    def name(self) -> str:
        """The user name, "" for none."""
        return self.user_name.text().strip()

    def summary(self) -> str:
        """A few words on what is entered."""
        if not self.name():
            return self.tr("nobody is named")
        return self.tr("{user}, with passcode").format(user=self.name()) if self._has_passcode() else self.name()

    def take_encryption(self, *, is_encrypted: bool) -> None:
        """Learn whether the connection is encrypted."""
        self._is_encrypted = is_encrypted
        self._show_state()

    def _has_passcode(self) -> bool:
        return self.sends_passcode.isChecked()

    def _on_changed(self, _value: object = None) -> None:
        self._show_state()
        self.changed.emit()

    def _show_state(self) -> None:
        has_name = bool(self.name())
        for box in (self.sends_passcode, self.wants_response):
            box.setEnabled(has_name)
        if has_name and self._has_passcode() and not self._is_encrypted:
            self.message.say(self.tr("Without TLS, anybody on the way can read the passcode."), "warning", Tone.WARNING)
        elif has_name and self._has_passcode():
            self.message.say(
                self.tr("The passcode is kept until the window closes or, if you want, in the keyring."), "key"
            )
        else:
            self.message.say("")
