"""Keyrings that need no desktop: one that keeps secrets in memory, one that is broken, and one that never answers."""

from threading import Event

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Keeps secrets as long as it lives."""

    priority = -1
    """keyring never chooses it by itself."""
    name = "Keyring in memory"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring's own
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.secrets:
            raise PasswordDeleteError("there is none")
        del self.secrets[service, username]


class LockedKeyring(MemoryKeyring):
    """Its user does not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("not unlocked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("not unlocked")


class SilentKeyring(MemoryKeyring):
    """Answers only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.may_answer.wait(20)
        return "late"
