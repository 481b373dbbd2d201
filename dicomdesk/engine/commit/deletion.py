"""Deletes files after delivery: only where the peer has committed to what was sent, and the file is still that.

A stamp is taken of each file before it is read for sending. What differs from its stamp later was changed meanwhile and
is kept, whatever the peer has committed to; so is what is no file of its own.
"""

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from typing import Final

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.commit.states import Commitment, CommitmentState
from dicomdesk.records import dataclass

__all__ = ["Candidate", "Deletion", "delete_committed", "take_stamp"]

_VERSION: Final = "1"
_RECENT_NS: Final = 2_500_000_000
"""A file may have been changed again within the tick of its clock, which is 2 s on some file systems."""
_CHUNK_BYTES: Final = 1 << 20
_LONGEST_NAME: Final = 50
"""Characters of the old name in that of a file that is moved aside."""
_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """File that may be deleted."""

    found: FoundInstance
    stamp: str
    """As ``take_stamp`` gave it before the file was sent; "" where there is none."""
    commitment: Commitment
    """Of the instance that was sent from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What became of a file."""

    path: str
    """Name that the user knows it by."""
    is_deleted: bool
    text: str = ""
    """Why it was kept, in plain words; "" where it was deleted."""


def take_stamp(found: FoundInstance) -> str:
    """What the file is now, as text that can be kept; "" where it is none that could be deleted. Reads the disk.

    To be taken before the file is read for sending.
    """
    if _why_never(found):
        return ""
    try:
        with _opened(found.path) as descriptor:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                return ""
            is_recent = time.time_ns() - max(state.st_mtime_ns, state.st_ctime_ns) < _RECENT_NS
            return _stamp(state, _digest(descriptor) if is_recent else "")
    except OSError:
        return ""


def delete_committed(candidates: Iterable[Candidate]) -> Iterator[Deletion]:
    """Delete each file whose every instance is committed and that is still what was sent; tell of each file once."""
    by_path: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_path.setdefault(os.path.realpath(candidate.found.path), []).append(candidate)
    for same in by_path.values():
        yield _delete(same)


def _delete(same: list[Candidate]) -> Deletion:
    found = same[0].found
    text = next((why for candidate in same if (why := _why_not(candidate))), "")
    if not text:
        try:
            text = _delete_unchanged(found.path, {candidate.stamp for candidate in same})
        except OSError as error:
            text = f"It cannot be deleted: {error.strerror}"
    return Deletion(path=found.name, is_deleted=not text, text=text)


def _why_not(candidate: Candidate) -> str:
    """Why a file must not be deleted, "" where nothing is known against it."""
    never = _why_never(candidate.found)
    if never:
        return never
    if candidate.commitment.state is not CommitmentState.COMMITTED:
        return "The peer has not committed to it"
    return "" if candidate.stamp else "Nobody knows whether it is what was sent: it could not be looked at before"


def _why_never(found: FoundInstance) -> str:
    """Why what was sent is no file of its own."""
    if found.archive_member:
        return "It is part of an archive, which is kept as a whole"
    is_itself = not found.origin or os.path.realpath(found.origin) == os.path.realpath(found.path)
    if not (is_itself or os.path.isdir(found.origin)):
        return "A DICOMDIR names it, which would name what is not there"
    if os.path.islink(found.path):
        return "It is a symbolic link"
    return ""


def _delete_unchanged(path: str, stamps: set[str]) -> str:
    """Delete a file that is what all stamps say; why not, where it is not. Raises OSError.

    It is moved aside first and looked at again: what has taken its place in the last moment gets its name back.
    """
    with _opened(path) as descriptor:
        state = os.fstat(descriptor)
        if not all(_matches(descriptor, state, stamp) for stamp in stamps):
            return "The file is not what was sent: it was changed since"
        folder, name = os.path.split(path)
        aside = os.path.join(folder, f".{name[:_LONGEST_NAME]}.{os.getpid()}.deleting")
        if os.path.lexists(aside):
            return "It cannot be deleted: a file of another deletion is in the way"
        os.replace(path, aside)
        try:
            if _content_of(os.lstat(aside)) == _content_of(state):
                os.unlink(aside)
                return ""
        except OSError:
            _put_back(aside, path)
            raise
        _put_back(aside, path)
    return "The file is not what was sent: another took its place"


def _matches(descriptor: int, state: os.stat_result, stamp: str) -> bool:
    has_digest = not stamp.endswith(" -")
    return stamp == _stamp(state, _digest(descriptor) if has_digest else "")


def _put_back(aside: str, path: str) -> None:
    """Give a file its name back, unless another has it by now: then it stays where it is."""
    try:
        os.link(aside, path, follow_symlinks=False)
        os.unlink(aside)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not os.path.lexists(path):
            os.replace(aside, path)


def _content_of(state: os.stat_result) -> tuple[int, ...]:
    """What moving a file does not change."""
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def _stamp(state: os.stat_result, digest: str) -> str:
    return " ".join((_VERSION, *map(str, _content_of(state)), str(state.st_ctime_ns), digest or "-"))


def _digest(descriptor: int) -> str:
    digest = hashlib.blake2b(digest_size=16)
    offset = 0
    while piece := os.pread(descriptor, _CHUNK_BYTES, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
