"""The claim of one window on its profile: a lock that ends with its process, and the place of its socket.

The lock is the kernel's, on an open file, so that nothing has to be cleared away after a process that was killed.
"""

import os
import stat
import tempfile
from hashlib import sha256
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: an open file that others may not write is the lock
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = "window.lock"
_LONGEST_SOCKET_PATH = 80
"""Bytes: the system takes 107, and Qt adds to it while it makes the socket."""
_LONGEST_CONTENT = 4096
_OPEN = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


class Claim:
    """Claim on the profile whose state is in ``folder``. Used by one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1

    @property
    def is_mine(self) -> bool:
        """Whether this process is the window of the profile."""
        return self._descriptor >= 0

    def take(self) -> bool:
        """Become the window of the profile; False where another process is. Raises OSError where nobody can be."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / LOCK_NAME, _OPEN | os.O_CREAT, 0o600)
        if not _lock(descriptor):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def is_held(self) -> bool:
        """Whether another process is the window of the profile now; nothing is made."""
        try:
            descriptor = os.open(self._folder / LOCK_NAME, _OPEN)
        except OSError:
            return False
        try:
            return not _lock(descriptor)
        finally:
            os.close(descriptor)

    def tell_address(self, address: str) -> None:
        """Write down where this window listens. Raises OSError."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, os.fsencode(address), 0)

    def address(self) -> str:
        """Return where the window of the profile listens, "" where it has not said so, or is not to be trusted."""
        try:
            descriptor = os.open(self._folder / LOCK_NAME, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            return ""
        try:
            if not _is_own(os.fstat(descriptor)):
                return ""
            address = os.fsdecode(os.read(descriptor, _LONGEST_CONTENT))
        finally:
            os.close(descriptor)
        return address if address and is_private(Path(address).parent) else ""

    def release(self) -> None:
        """Let go of the profile."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def socket_address(folder: Path) -> str:
    """Return where the window of this profile is to listen: in a folder that only its owner can enter, which is made.

    Raises OSError where there is none. On Windows it is a name, not a path.
    """
    name = f"dicomdesk-{sha256(os.fsencode(folder.absolute())).hexdigest()[:16]}"
    if os.name == "nt":
        return name
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    places = [Path(runtime)] if runtime and is_private(Path(runtime)) else []
    places += [folder / "run", Path(tempfile.gettempdir()) / f"dicomdesk-{os.getuid()}"]
    problem = OSError("no folder is the user's alone")
    for place in places:
        if len(os.fsencode(place / name)) > _LONGEST_SOCKET_PATH:
            continue
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            problem = error
            continue
        if is_private(place):
            return str(place / name)
    raise problem


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's and nobody else can enter it; Windows has other means."""
    if os.name == "nt":
        return True
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and _is_own(found) and not found.st_mode & 0o077


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def _lock(descriptor: int) -> bool:
    """Lock an open file for as long as it is open; False where another process has."""
    if fcntl is None:
        import msvcrt  # noqa: PLC0415 - Windows only

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
