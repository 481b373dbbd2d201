"""Files that users name: read whole and bounded, written to, and never waited for without end.

Any name may stand for a device, a FIFO, a socket or a folder: these have no end, or make everybody wait who opens them.
An exception is a pipe that the shell hands over as ``/dev/fd/63``, from ``<(command)``: it is read as long as its
command writes.
"""

import errno
import os
import select
import stat
from collections.abc import Callable

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | _WITHOUT_WAITING
_HANDED_OVER = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")
_PATIENCE_S = 3.0
"""What a command has not written into its pipe by then is not waited for."""
_PIECE_BYTES = 1 << 16

NamedFile = str | os.PathLike[str]


def can_be_named(path: str) -> bool:
    """Whether the system can look for such a path: one without NUL, of characters that it can encode."""
    if path.isascii():
        return "\0" not in path
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def read_named_file(
    file: NamedFile,
    most_bytes: int,
    *,
    cuts: bool = False,
    takes_fifo: bool = False,
    check: Callable[[os.stat_result], None] | None = None,
) -> bytes:
    """All of a regular file, or of a pipe that was handed over; with ``cuts`` only the first ``most_bytes`` of it.

    ``takes_fifo`` is for what secrets are handed over by: somebody has to write soon. ``check`` sees what was opened
    before anything is read, and may raise. Raises OSError, whatever is wrong with the name or with what it stands for,
    with EFBIG where there is more than ``most_bytes``.
    """
    descriptor = _open(file, _TO_READ)
    try:
        found = os.fstat(descriptor)
        is_pipe = stat.S_ISFIFO(found.st_mode) and (takes_fifo or os.path.abspath(file).startswith(_HANDED_OVER))
        if stat.S_ISDIR(found.st_mode):
            raise _error(errno.EISDIR, file)
        if not (is_pipe or stat.S_ISREG(found.st_mode)):
            raise OSError(errno.EINVAL, "Not a regular file", os.fspath(file))
        if check is not None:
            check(found)
        data = _read(descriptor, most_bytes if cuts else most_bytes + 1, is_pipe=is_pipe)
    finally:
        os.close(descriptor)
    if len(data) > most_bytes:
        raise _error(errno.EFBIG, file)
    return data


def open_to_write(file: NamedFile, flags: int) -> int:
    """A descriptor of a file to write to; the flags are those of ``os.open`` beside O_WRONLY.

    Raises OSError, also for a FIFO that nobody reads (ENXIO).
    """
    descriptor = _open(file, os.O_WRONLY | _WITHOUT_WAITING | flags)
    if os.name == "posix":
        os.set_blocking(descriptor, True)
    return descriptor


def _open(file: NamedFile, flags: int) -> int:
    try:
        return os.open(file, flags, 0o666)
    except ValueError as error:  # a NUL, or what the file system cannot encode
        raise _error(errno.EINVAL, file) from error


def _read(descriptor: int, most_bytes: int, *, is_pipe: bool) -> bytes:
    data = bytearray()
    while len(data) < most_bytes:
        if is_pipe and not select.select([descriptor], [], [], _PATIENCE_S)[0]:
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        piece = os.read(descriptor, min(most_bytes - len(data), _PIECE_BYTES))
        if not piece:
            break
        data += piece
    return bytes(data)


def _error(number: int, file: NamedFile) -> OSError:
    return OSError(number, os.strerror(number), os.fspath(file))
