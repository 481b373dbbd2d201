"""User and group that an archive runs as when root has started it: it needs root for its port, not for more.

Where there are no such accounts (Windows), names in the configuration count for nothing.
"""

import contextlib
import os
from collections.abc import Iterator

from dicomdesk.errors import LocalError
from dicomdesk.records import dataclass

try:
    import grp
    import pwd
except ImportError:  # Windows
    grp = None  # type: ignore[assignment]
    pwd = None  # type: ignore[assignment]

__all__ = ["Account", "find_account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """User and group; None stays as it is."""

    user_id: int | None = None
    group_id: int | None = None
    user_name: str = ""

    @contextlib.contextmanager
    def acting(self) -> Iterator[None]:
        """Inside, files are made by this account, where root asks; raises LocalError.

        The whole process changes: call it before there are other threads that matter.
        """
        if not _is_root() or (self.user_id is None and self.group_id is None):
            yield
            return
        group_id, user_id = os.getegid(), os.geteuid()
        try:
            if self.group_id is not None:
                os.setegid(self.group_id)
            if self.user_id is not None:
                os.seteuid(self.user_id)
            yield
        finally:
            os.seteuid(user_id)
            os.setegid(group_id)

    def become(self) -> None:
        """Be this account from now on, for good; raises LocalError in the words of DCMTK's dcmqrscp."""
        try:
            if self.group_id is not None and self.group_id != os.getgid():
                os.setgid(self.group_id)
        except OSError as error:
            raise LocalError(f"setgid: Unable to set group id to group {self.group_id}") from error
        try:
            if self.user_id is not None and self.user_id != os.getuid():
                if _is_root():
                    os.initgroups(self.user_name, os.getgid())
                os.setuid(self.user_id)
        except OSError as error:
            raise LocalError(f"setuid: Unable to set user id to user {self.user_id}") from error


def find_account(user_name: str, group_name: str) -> Account:
    """Look names up, "" for none; raises LocalError in the words of DCMTK's dcmqrscp."""
    if pwd is None or grp is None:
        return Account()
    user_id = group_id = None
    if group_name:
        try:
            group_id = grp.getgrnam(group_name).gr_gid
        except KeyError:
            raise LocalError(f"bad group name {group_name}") from None
    if user_name:
        try:
            user_id = pwd.getpwnam(user_name).pw_uid
        except KeyError:
            raise LocalError(f"bad user name {user_name}") from None
    return Account(user_id=user_id, group_id=group_id, user_name=user_name)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
