"""TLS of one side of a connection, as entry fields that are checked while they are filled in."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtWidgets import QLabel, QWidget

from dicomdesk.errors import KeyPassPhraseError, SettingsError
from dicomdesk.gui.controls.buttons import plain_button, set_words
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fold import FOLD_INSET, LABEL_WIDTH
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.entries.path_entry import PathField, PathList
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Theme, Tone
from dicomdesk.gui.wording import sentence
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsFileFormat, TlsProfile, TlsSettings

CHECK_AFTER_MS = 300
"""After the last change."""

Member = TypeVar("Member", bound=Enum)


def _say(text: str) -> str:
    return QCoreApplication.translate("tls_entry", text)


def profile_words() -> dict[TlsProfile, str]:
    """Return what the profiles are called, the usual ones first."""
    return {
        TlsProfile.BCP_195_RFC_8996: _say("TLS 1.2 and 1.3, BCP 195 of 2022 (RFC 8996, 9325)"),
        TlsProfile.BCP_195_RFC_8996_MODIFIED: _say("TLS 1.2 and 1.3, BCP 195 of 2022, modified"),
        TlsProfile.BCP_195_NON_DOWNGRADING: _say("TLS 1.2 and 1.3, BCP 195, non-downgrading"),
        TlsProfile.BCP_195_EXTENDED: _say("TLS 1.2, BCP 195, extended"),
        TlsProfile.BCP_195: _say("TLS 1.0 to 1.3, BCP 195, for old peers"),
        TlsProfile.AES: _say("AES, retired"),
        TlsProfile.BASIC: _say("3DES, retired"),
        TlsProfile.NULL: _say("No encryption, retired"),
    }


def verification_words(*, is_acceptor: bool) -> dict[PeerVerification, str]:
    """Return what can be demanded of the peer's certificate."""
    if is_acceptor:
        return {
            PeerVerification.REQUIRED: _say("Required, from a trusted authority"),
            PeerVerification.IF_PRESENTED: _say("Checked where one is presented"),
            PeerVerification.NONE: _say("Not asked for"),
        }
    return {
        PeerVerification.REQUIRED: _say("Must come from a trusted authority"),
        PeerVerification.NONE: _say("Not checked: anybody can pose as the peer"),
    }


class Choice(Combo):
    """A combo box of the members of an enumeration."""

    def __init__(self, theme: Theme, name: str, words: Sequence[str], members: Sequence[Enum], chosen: Enum) -> None:
        super().__init__(theme, words)
        self._members = list(members)
        self.setAccessibleName(name)
        self.setCurrentIndex(self._members.index(chosen) if chosen in self._members else 0)

    def member(self, kind: type[Member]) -> Member:
        """The member that is chosen."""
        return kind(self._members[max(self.currentIndex(), 0)])

    def choose(self, member: Enum) -> None:
        """Choose as a user does."""
        self.setCurrentIndex(self._members.index(member))


class TlsEntry(QWidget):
    """Fields for TLS, with a message at once where a file cannot be used."""

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        credentials: Credentials,
        settings: TlsSettings,
        *,
        is_on: bool,
        is_acceptor: bool,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._tasks = tasks
        self._credentials = credentials
        self._is_acceptor = is_acceptor
        self._kept = settings
        self._generation = 0
        self._is_encrypted = False
        """Whether the private key is known to need a pass phrase."""
        self.is_on = CheckBox(theme, self.tr("Encrypt with TLS"), is_checked=is_on)
        self._make_choices(settings)
        self._make_paths(settings)
        self.message = MessageLine(theme)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_AFTER_MS)
        self._timer.timeout.connect(self.check_files)
        self._lay_out()
        self._connect()
        self._show_state()

    def value(self) -> TlsSettings:
        """Return the settings as entered, without pass phrase."""
        verification = self.verification.member(PeerVerification)
        return replace(
            self._kept,
            pass_phrase=None,
            certificate_file=self.certificate.path(),
            private_key_file=self.key.path(),
            file_format=self.file_format.member(TlsFileFormat),
            authority_files=self.authorities.files(),
            authority_folders=self.authorities.folders(),
            trusts_system=self.trusts_system.isChecked(),
            revocation_files=self.revocation_lists.files(),
            revocation_check=self.revocation.member(RevocationCheck),
            peer_verification=verification,
            checks_host_name=self.checks_host.isChecked() and verification is PeerVerification.REQUIRED,
            profile=self.profile.member(TlsProfile),
        )

    def summary(self) -> str:
        """A few words on what is entered."""
        if not self.is_on.isChecked():
            return self.tr("off")
        words = [self.profile.currentText().split(",")[0]]
        settings = self.value()
        if self._is_acceptor:
            if settings.peer_verification is PeerVerification.REQUIRED:
                words.append(self.tr("peers need a certificate"))
        elif settings.peer_verification is PeerVerification.NONE:
            words.append(self.tr("peer not checked"))
        elif settings.checks_host_name:
            words.append(self.tr("host name checked"))
        if settings.certificate_file:
            words.append(settings.certificate_file.name)
        return ", ".join(words)

    def check_files(self) -> None:
        """Load everything that is named, beside the Qt thread, and say what is wrong."""
        self._timer.stop()
        self._generation += 1
        if self.is_on.isChecked():
            self._tasks.start(self._check(self._generation), owner=self)
        else:
            self.message.say("")

    # Building.

    def _make_choices(self, settings: TlsSettings) -> None:
        theme = self._theme
        profiles = profile_words()
        self.profile = Choice(
            theme, self.tr("Versions of TLS"), list(profiles.values()), list(profiles), settings.profile
        )
        verifications = verification_words(is_acceptor=self._is_acceptor)
        self.verification = Choice(
            theme,
            self.tr("Certificate of the peer"),
            list(verifications.values()),
            list(verifications),
            settings.peer_verification,
        )
        words = [self.tr("Not checked"), self.tr("The peer's certificate"), self.tr("All certificates of the chain")]
        self.revocation = Choice(
            theme, self.tr("Revoked certificates"), words, list(RevocationCheck), settings.revocation_check
        )
        self.file_format = Choice(
            theme, self.tr("Format of the files"), ["PEM", "DER"], list(TlsFileFormat), settings.file_format
        )
        self.trusts_system = CheckBox(
            theme, self.tr("Trust the authorities of this machine too"), is_checked=settings.trusts_system
        )
        self.checks_host = CheckBox(
            theme, self.tr("It must be made out to the host above"), is_checked=settings.checks_host_name
        )

    def _make_paths(self, settings: TlsSettings) -> None:
        theme, tasks = self._theme, self._tasks
        self.authorities = PathList(theme, tasks, self.tr("Trusted authorities"), takes_folders=True)
        self.authorities.add_paths(settings.authority_files, settings.authority_folders)
        needed = self.tr("needed to listen") if self._is_acceptor else self.tr("none is presented")
        self.certificate = PathField(theme, tasks, self.tr("Own certificate"), settings.certificate_file, needed)
        self.key = PathField(
            theme, tasks, self.tr("Private key"), settings.private_key_file, self.tr("in the certificate's file")
        )
        self.revocation_lists = PathList(theme, tasks, self.tr("Revocation lists"), takes_folders=False)
        self.revocation_lists.add_paths(settings.revocation_files)
        self.pass_phrase_state = QLabel()
        self.pass_phrase_button = plain_button(theme, self.tr("Enter…"), "key", self._on_pass_phrase)
        self.pass_phrase = QWidget()
        row_of((self.pass_phrase_state, 1), self.pass_phrase_button, inside=self.pass_phrase)

    def _lay_out(self) -> None:
        self._form = Form(is_in_fold=True)
        form = self._form
        form.add(self.tr("Versions"), self.profile)
        peers = self.tr("Peers' certificates") if self._is_acceptor else self.tr("Peer's certificate")
        form.add(peers, self.verification)
        if not self._is_acceptor:
            form.add("", self.checks_host)
        form.add(self.tr("Trusted authorities"), self.authorities)
        form.add("", self.trusts_system)
        form.add(self.tr("Revocation check"), self.revocation)
        form.add(self.tr("Revocation lists"), self.revocation_lists)
        form.add(self.tr("Own certificate"), self.certificate)
        form.add(self.tr("Private key"), self.key)
        form.add(self.tr("Pass phrase"), self.pass_phrase)
        form.add(self.tr("Files are"), self.file_format)
        self.is_on.setMinimumWidth(LABEL_WIDTH - FOLD_INSET)
        head = row_of(self.is_on, (self.message, 1))  # at the top: in sight also where the rest has to be scrolled
        column_of(head, form, inside=self, spacing=GRID)

    def _connect(self) -> None:
        for box in (self.is_on, self.trusts_system, self.checks_host):
            box.toggled.connect(self._on_changed)
        for choice in (self.profile, self.verification, self.revocation, self.file_format):
            choice.currentIndexChanged.connect(self._on_changed)
        for entry in (self.certificate, self.key, self.authorities, self.revocation_lists):
            entry.changed.connect(self._on_changed)

    # Showing.

    def _on_changed(self, _value: object = None) -> None:
        self._show_state()
        self._timer.start()
        self.changed.emit()

    def _show_state(self) -> None:
        is_on = self.is_on.isChecked()
        verification = self.verification.member(PeerVerification)
        checks_peer = verification is not PeerVerification.NONE
        self._form.setVisible(is_on)
        self.message.setVisible(is_on)
        form = self._form
        for field in (self.authorities, self.trusts_system, self.revocation):
            form.enable_row(field, is_enabled=checks_peer)
        form.enable_row(self.checks_host, is_enabled=verification is PeerVerification.REQUIRED)
        has_lists = checks_peer and self.revocation.member(RevocationCheck) is not RevocationCheck.NONE
        form.show_row(self.revocation_lists, is_shown=has_lists)
        has_own = self.certificate.path() is not None
        form.show_row(self.key, is_shown=has_own)
        self._show_pass_phrase(is_encrypted=self._is_encrypted)

    def _show_pass_phrase(self, *, is_encrypted: bool) -> None:
        self._is_encrypted = is_encrypted
        has_it = self._credentials.has_pass_phrase(self.value())
        shown = self.certificate.path() is not None and (is_encrypted or has_it)
        self._form.show_row(self.pass_phrase, is_shown=shown)
        self.pass_phrase_state.setText(
            self.tr("Kept until the window closes") if has_it else self.tr("Asked for when it is needed")
        )
        set_words(self.pass_phrase_button, self.tr("Forget") if has_it else self.tr("Enter…"))

    async def _check(self, generation: int) -> None:
        settings = self.value()
        is_encrypted = False
        try:
            warnings = await self._credentials.try_tls(settings, is_acceptor=self._is_acceptor)
        except KeyPassPhraseError as error:
            is_encrypted = True
            words, icon, tone = self._pass_phrase_words(error)
        except SettingsError as error:
            words, icon, tone = sentence(str(error)), "failed", Tone.BAD
        else:
            words, icon, tone = self._good_words(settings, warnings)
        if generation == self._generation:
            self.message.say(words, icon, tone)
            self._show_pass_phrase(is_encrypted=is_encrypted)

    def _pass_phrase_words(self, error: KeyPassPhraseError) -> tuple[str, str, Tone]:
        if error.is_missing:
            return self.tr("The private key is encrypted: its pass phrase is asked for when needed."), "key", Tone.QUIET
        self._credentials.forget_pass_phrase(self.value())
        return sentence(str(error)), "failed", Tone.BAD

    def _good_words(self, settings: TlsSettings, warnings: Sequence[str]) -> tuple[str, str, Tone]:
        if warnings:
            return sentence(warnings[0]), "warning", Tone.WARNING
        if settings.peer_verification is PeerVerification.NONE and not self._is_acceptor:
            return self.tr("Encrypted, but the peer may be anybody."), "warning", Tone.WARNING
        trusts_nobody = not (settings.authority_files or settings.authority_folders or settings.trusts_system)
        if trusts_nobody and settings.peer_verification is PeerVerification.REQUIRED:
            return self.tr("Nobody is trusted yet: name the authority of the peer."), "warning", Tone.WARNING
        return self.tr("All files can be used."), "stored", Tone.GOOD

    def _on_pass_phrase(self) -> None:
        settings = self.value()
        if self._credentials.has_pass_phrase(settings):
            self._credentials.forget_pass_phrase(settings)
            self.check_files()
        else:
            self._tasks.start(self._enter_pass_phrase(settings), owner=self)

    async def _enter_pass_phrase(self, settings: TlsSettings) -> None:
        try:
            await self._credentials.open_tls(settings, self, is_acceptor=self._is_acceptor)
        except SettingsError as error:
            self.message.say(sentence(str(error)), "failed", Tone.BAD)
        else:
            self.check_files()
