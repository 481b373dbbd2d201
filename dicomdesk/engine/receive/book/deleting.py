"""Deletes received files: those that are in the arrival book and still hold the instance that was received.

Nothing outside the folders that were received into is touched, links are never followed, and of folders only those
go that have become empty.
"""

import os
import stat
from collections.abc import Collection
from pathlib import Path

from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.records import BookedFile
from dicomdesk.errors import DataError, LocalError
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

__all__ = ["Deletion", "KeptFile", "delete_received"]

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was not deleted."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """What came of a deletion."""

    deleted: tuple[BookedFile, ...]
    """With those that were gone already; the book has none of them any more."""
    kept: tuple[KeptFile, ...]
    folders: int
    """Folders that had become empty and are gone too."""


class _KeptError(Exception):
    """A file is not to be deleted; says why."""


def delete_received(
    book: ArrivalBook,
    study_instance_uid: str,
    series_instance_uid: str | None = None,
    sop_instance_uids: Collection[str] | None = None,
) -> Deletion:
    """Delete a study, one of its series, or of these some instances; the book is told. May take long.

    Raises LocalError while something of the study arrives, and where nobody knows its files any more.
    """
    study = book.find(study_instance_uid)
    if study is None or study.is_summed_up:
        raise LocalError("It is not known any more which files were received; delete them in their folder")
    if study.is_open:
        raise LocalError("The study is being received; wait until its association has ended")
    deleted, kept, folders = [], [], set()
    roots = [os.path.realpath(folder) for folder in book.folders]
    for file in book.files(study_instance_uid, series_instance_uid):
        if sop_instance_uids is not None and file.sop_instance_uid not in sop_instance_uids:
            continue
        try:
            root = _delete(file, study_instance_uid, roots)
        except (_KeptError, OSError) as error:
            reason = error_text(error, names_file=False) if isinstance(error, OSError) else str(error)
            kept.append(KeptFile(file.path, reason))
        else:
            deleted.append(file)
            folders.add((root, os.path.dirname(os.path.abspath(file.path))))
    book.removed(deleted)
    return Deletion(tuple(deleted), tuple(kept), sum(_remove_empty(*each) for each in folders))


def _delete(file: BookedFile, study_instance_uid: str, roots: list[str]) -> str:
    """Delete one file that is what was received; return the folder that it was received into."""
    if not file.path:
        return ""
    path = os.path.abspath(file.path)
    folder = os.path.realpath(os.path.dirname(path))
    root = next((each for each in roots if Path(folder).is_relative_to(each)), None)
    if root is None:
        raise _KeptError("It is outside the folder that was received into")
    place = os.path.join(folder, os.path.basename(path))
    try:
        found = os.lstat(place)
    except FileNotFoundError:
        return root
    if not stat.S_ISREG(found.st_mode):
        raise _KeptError("There is something else now that is no file")
    descriptor = os.open(place, _OPEN_FLAGS)
    try:
        opened = os.fstat(descriptor)
        header = read_open_header(descriptor, opened.st_size, InputFormat.FILE_OR_DATA_SET)
    except DataError as error:
        raise _KeptError("It is another file now than was received") from error
    finally:
        os.close(descriptor)
    is_same = file.sop_instance_uid in (header.sop_instance_uid, header.media_sop_instance_uid)
    if not is_same or header.study_instance_uid != study_instance_uid:
        raise _KeptError("It is another file now than was received")
    if not os.path.samestat(os.lstat(place), opened):
        raise _KeptError("It has just been replaced")
    os.unlink(place)
    return root


def _remove_empty(root: str, folder: str) -> int:
    """Remove folders that are empty, upwards, below the one that was received into."""
    removed, folder = 0, os.path.realpath(folder)
    while root and folder != root and Path(folder).is_relative_to(root):
        try:
            Path(folder).rmdir()
        except OSError:
            break
        removed, folder = removed + 1, os.path.dirname(folder)
    return removed
