"""Pass phrases and passcodes: asked for when they are needed, kept until the window closes, or in a keyring.

They are never written into a file of ours.
"""

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import KeyPassPhraseError
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.questions.secret import SecretDialog
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.security.secret_store import SecretName, SecretStore, pass_phrase_name, passcode_name
from dicomdesk.gui.security.security_store import SecurityStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.wording import plain_tip
from dicomdesk.records import dataclass
from dicomdesk.settings import Peer, TlsSettings, UserIdentity, UserIdentityType

KEYRING_S = 120.0
"""How long the keyring may take, with its user unlocking it."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPeer:
    """A peer as a job takes it, with pass phrase and passcode at hand and files known to be good."""

    peer: Peer
    user_identity: UserIdentity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityAccess:
    """Access of a view to peers and security: to what is kept on disk, and to what only the session knows."""

    store: SecurityStore
    peers: PeerStore
    credentials: "Credentials"

    async def prepare(self, known: KnownPeer, window: QWidget) -> PreparedPeer | None:
        """Load and ask for what associations with a peer of the address book need; see ``Credentials.prepare``."""
        return await self.credentials.prepare(replace(known.peer(), tls=None), known.security, window)


class Credentials(QObject):
    """Keeps secrets and asks for them, one question at a time. For the Qt thread."""

    def __init__(self, tasks: Tasks, secrets: SecretStore | None = None, theme: Theme | None = None) -> None:
        """``secrets`` is the keyring; None has none. ``theme`` is how its offer is drawn, None as Qt does."""
        super().__init__()
        self._tasks = tasks
        self._theme = theme
        self._secrets = secrets or SecretStore(None)
        self._pass_phrases: dict[Path, str] = {}
        """By key file."""
        self._passcodes: dict[tuple[str, str], str] = {}
        """By peer and user name."""
        self._doubtful: set[SecretName] = set()
        """That a peer, or a key, has refused: they are asked for, whatever the keyring says."""
        self._turn = asyncio.Lock()

    async def prepare(self, peer: Peer, security: PeerSecurity, window: QWidget) -> PreparedPeer | None:
        """Load and ask for what an association needs; None where the user would not say.

        Raises SettingsError with a sentence about a file that cannot be used.
        """
        async with self._turn:
            if security.used_tls is not None:
                tls = await self._open(security.used_tls, window, is_acceptor=False)
                if tls is None:
                    return None
                peer = replace(peer, tls=tls)
            if not security.user_name:
                return PreparedPeer(peer=peer)
            passcode = ""
            if security.sends_passcode:
                found = await self._find_passcode(peer, security.user_name, window)
                if found is None:
                    return None
                passcode = found
            return PreparedPeer(peer=peer, user_identity=_identity(security, passcode))

    async def prepare_silently(self, peer: Peer, security: PeerSecurity) -> PreparedPeer | None:
        """Load what an association needs, secrets from the session or the keyring; None where one is to be asked for.

        Raises SettingsError as ``prepare`` does.
        """
        async with self._turn:
            tls = security.used_tls
            if tls is not None:
                name = pass_phrase_name(str(_key_file(tls)))
                if not self.has_pass_phrase(tls) and name not in self._doubtful:
                    found = await self._wait(self._secrets.find(name), None)
                    if found is not None:
                        self._pass_phrases[_key_file(tls)] = found
                try:
                    await self.try_tls(tls, is_acceptor=False)
                except KeyPassPhraseError:
                    return None
                peer = replace(peer, tls=replace(tls, pass_phrase=self._pass_phrases.get(_key_file(tls))))
            if not security.user_name:
                return PreparedPeer(peer=peer)
            passcode = ""
            if security.sends_passcode:
                key = (_address(peer), security.user_name)
                name = passcode_name(security.user_name, _address(peer))
                if key not in self._passcodes and name not in self._doubtful:
                    found = await self._wait(self._secrets.find(name), None)
                    if found is not None:
                        self._passcodes[key] = found
                if key not in self._passcodes:
                    return None
                passcode = self._passcodes[key]
            return PreparedPeer(peer=peer, user_identity=_identity(security, passcode))

    async def open_tls(self, settings: TlsSettings, window: QWidget, *, is_acceptor: bool) -> TlsSettings | None:
        """Load what TLS settings name, asking for a pass phrase where one is needed; None where the user would not say.

        Raises SettingsError with a sentence about a file that cannot be used.
        """
        async with self._turn:
            return await self._open(settings, window, is_acceptor=is_acceptor)

    async def try_tls(self, settings: TlsSettings, *, is_acceptor: bool) -> tuple[str, ...]:
        """Load what TLS settings name without asking; warnings. Raises SettingsError, KeyPassPhraseError among them."""
        from dicomdesk.engine.security.settings_check import check_tls_settings  # noqa: PLC0415 - start-up time of plain windows

        full = replace(settings, pass_phrase=self._pass_phrases.get(_key_file(settings)))
        return await self._tasks.run(lambda: check_tls_settings(full, is_acceptor=is_acceptor))

    def has_pass_phrase(self, settings: TlsSettings) -> bool:
        """Whether the pass phrase of the settings' key is at hand."""
        return _key_file(settings) in self._pass_phrases

    def forget_pass_phrase(self, settings: TlsSettings) -> None:
        """Ask again the next time, and take it out of the keyring too."""
        key_file = _key_file(settings)
        self._pass_phrases.pop(key_file, None)
        self._secrets.forget(pass_phrase_name(str(key_file)))

    def has_passcode(self, peer: Peer, user_name: str) -> bool:
        """Whether a user's passcode for a peer is at hand."""
        return (_address(peer), user_name) in self._passcodes

    def forget_passcode(self, peer: Peer, user_name: str) -> None:
        """Ask again the next time: it was refused. The keyring's stays until another one takes its place."""
        self._passcodes.pop((_address(peer), user_name), None)
        self._doubtful.add(passcode_name(user_name, _address(peer)))

    def forget_secrets(self, known: KnownPeer) -> None:
        """Forget the passcode and the pass phrase of a peer, in the keyring too; the user says so."""
        security = known.security
        if security.user_name:
            self._passcodes.pop((_address(known.peer()), security.user_name), None)
            self._secrets.forget(passcode_name(security.user_name, _address(known.peer())))
        if _key_file(security.tls) != Path():
            self.forget_pass_phrase(security.tls)

    async def _open(self, settings: TlsSettings, window: QWidget, *, is_acceptor: bool) -> TlsSettings | None:
        key_file = _key_file(settings)
        while True:
            try:
                await self.try_tls(settings, is_acceptor=is_acceptor)
            except KeyPassPhraseError as error:
                self._pass_phrases.pop(key_file, None)
                name = pass_phrase_name(str(key_file))
                if not error.is_missing:
                    self._doubtful.add(name)
                title = self.tr("Pass phrase of {key}").format(key=key_file.name)
                why = "" if error.is_missing else self.tr("That is not the pass phrase of this key.")
                text = self.tr("The private key is encrypted.")
                answer = await self._find_or_ask(name, _Question(title, text, why), window)
                if answer is None:
                    return None
                self._pass_phrases[key_file] = answer
            else:
                return replace(settings, pass_phrase=self._pass_phrases.get(key_file))

    async def _find_passcode(self, peer: Peer, user_name: str, window: QWidget) -> str | None:
        key = (_address(peer), user_name)
        if key not in self._passcodes:
            title = self.tr("Passcode of {user} for {peer}").format(user=user_name, peer=peer.ae_title)
            text = self.tr("It is sent to {peer}.").format(peer=peer)
            if peer.tls is None:
                text += " " + self.tr("Without TLS, anybody on the way can read it.")
            name = passcode_name(user_name, _address(peer))
            answer = await self._find_or_ask(name, _Question(title, text), window)
            if answer is None:
                return None
            self._passcodes[key] = answer
        return self._passcodes[key]

    async def _find_or_ask(self, name: SecretName, question: "_Question", window: QWidget) -> str | None:
        """Return a secret from the keyring or else from the user; None where the user would not say."""
        if name not in self._doubtful:
            found = await self._wait(self._secrets.find(name), None)
            if found is not None:
                return found
        keyring = await self._wait(self._secrets.name(), "")
        box = self._make_offer(keyring) if keyring else None
        dialog = SecretDialog(question.title, question.text, question.problem, window, keep=box)
        if await self._tasks.ask(dialog) != QDialog.DialogCode.Accepted:
            return None
        secret, is_kept = dialog.secret(), dialog.is_kept()
        self._doubtful.discard(name)
        if is_kept and not await self._wait(self._secrets.keep(name, secret), failure=False):
            self._tasks.failed.emit(self.tr("The keyring did not take it: it is kept until the window closes."))
        return secret

    def _make_offer(self, keyring: str) -> QCheckBox:
        word = self.tr("Keep it in the keyring")
        box = QCheckBox(word) if self._theme is None else CheckBox(self._theme, word, is_checked=False)
        box.setToolTip(plain_tip(keyring))
        return box

    async def _wait(self, future: "Future[Result]", failure: Result) -> Result:
        """Wait for the keyring, which may ask its user something, and may never answer."""
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), KEYRING_S)
        except TimeoutError:
            return failure


@dataclass(frozen=True, slots=True)
class _Question:
    """Words of a question for a secret."""

    title: str
    text: str
    problem: str = ""
    """What was wrong the last time."""


def _key_file(settings: TlsSettings) -> Path:
    return settings.private_key_file or settings.certificate_file or Path()


def _address(peer: Peer) -> str:
    return str(peer)


def _identity(security: PeerSecurity, passcode: str) -> UserIdentity:
    has_passcode = security.sends_passcode
    kind = UserIdentityType.USER_NAME_AND_PASSCODE if has_passcode else UserIdentityType.USER_NAME
    return UserIdentity(
        kind=kind,
        primary=security.user_name.encode(),
        secondary=passcode.encode() if has_passcode else b"",
        wants_response=security.wants_response,
    )
