"""Secrets that outlive the window, in the keyring of the desktop; there may be none."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "dicomdesk"
"""What secrets stand under in the keyring."""
LEAST_PRIORITY = 1
"""Backends below it are no keyrings: they do nothing, or write plain files."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SecretName:
    """What a secret is for: its name in the keyring."""

    text: str


def passcode_name(user_name: str, peer: str) -> SecretName:
    """Return the name of a user's passcode for a peer, "AE@host:port"."""
    return SecretName(f"Passcode of {user_name} for {peer}")


def pass_phrase_name(key_file: str) -> SecretName:
    """Return the name of a private key's pass phrase."""
    return SecretName(f"Pass phrase of {key_file}")


def open_keyring() -> "KeyringBackend | None":
    """Return the keyring of this desktop, None where there is none. May be slow, and may raise anything."""
    import keyring  # noqa: PLC0415 - it looks for keyrings when it is imported

    found = keyring.get_keyring()
    return found if found.priority >= LEAST_PRIORITY else None


class SecretStore:
    """Finds, keeps and forgets secrets. For the Qt thread; futures are set on threads of their own.

    A keyring may ask its user to unlock it, and may never answer: nobody has to wait for a future, and the process
    ends without it.
    """

    def __init__(self, open_backend: "Callable[[], KeyringBackend | None] | None" = open_keyring) -> None:
        """``open_backend`` is called once, when the first secret is wanted; None is no keyring."""
        self._open = open_backend
        self._lock = threading.Lock()
        self._is_open = False
        self._backend: KeyringBackend | None = None

    def name(self) -> "Future[str]":
        """What the keyring is called, "" where there is none."""
        return self._begin(self._keyring_name, "")

    def find(self, name: SecretName) -> "Future[str | None]":
        """Return a secret; None where there is none, or the keyring stays locked."""

        def find() -> str | None:
            backend = self._keyring()
            return None if backend is None else backend.get_password(SERVICE, name.text)

        return self._begin(find, None)

    def keep(self, name: SecretName, secret: str) -> "Future[bool]":
        """Put a secret into the keyring; whether it is there now."""

        def keep() -> bool:
            backend = self._keyring()
            if backend is None:
                return False
            backend.set_password(SERVICE, name.text, secret)
            return True

        return self._begin(keep, False)  # noqa: FBT003 - the value of a failure

    def forget(self, name: SecretName) -> "Future[bool]":
        """Take a secret out of the keyring; whether it was there."""

        def forget() -> bool:
            backend = self._keyring()
            if backend is None or backend.get_password(SERVICE, name.text) is None:
                return False
            backend.delete_password(SERVICE, name.text)
            return True

        return self._begin(forget, False)  # noqa: FBT003 - the value of a failure

    def _keyring(self) -> "KeyringBackend | None":
        with self._lock:
            if not self._is_open and self._open is not None:
                self._is_open = True
                self._backend = self._open()
            return self._backend

    def _keyring_name(self) -> str:
        backend = self._keyring()
        return "" if backend is None else str(backend.name)

    def _begin(self, work: Callable[[], Result], failure: Result) -> "Future[Result]":
        future: Future[Result] = Future()
        if self._open is None:
            future.set_result(failure)
            return future

        def run() -> None:
            try:
                result = work()
            except Exception:  # noqa: BLE001 - a backend is somebody else's code, and may raise anything
                result = failure
            if future.set_running_or_notify_cancel():
                future.set_result(result)

        threading.Thread(target=run, name="keyring", daemon=True).start()
        return future
