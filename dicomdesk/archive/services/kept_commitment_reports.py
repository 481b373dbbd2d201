"""Storage commitment reports that are not delivered yet, as files of a storage area: they survive the process.

Each report is a file in the folder of notes of its area (see ``storage``), made before the request is answered and
removed when the peer has the report or it is given up. Its first line says of what the report is, each other line what
became of one instance; all are JSON. What is read is checked like anything from the wire: whoever can write there can
make the archive report nothing but what it is asked for by name.
"""

import json
import logging
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.atomic_file import AtomicFile, remove_abandoned
from dicomdesk.dicom.commitment.references import MOST_REFERENCES, Reference
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.errors import DataError

__all__ = ["KeptReports"]

logger = logging.getLogger(__name__)

_KIND: Final = "report-"
_LONGEST_LINE: Final = 2048
_LONGEST_TITLE: Final = 16
_LONGEST_UID: Final = 128


class KeptReports:
    """Undelivered reports of one storage area. Any thread."""

    def __init__(self, storage: StorageArea) -> None:
        self._storage = storage

    def keep(self, report: Report) -> str:
        """Write a report so that it survives the end of the machine; returns its name. Raises OSError."""
        name = self._storage.note_name(_KIND)
        folder, base = os.path.split(self._storage.path_of_note(name))
        file = AtomicFile(folder)
        try:
            file.write([_encode(report)])
            file.publish(base, replace=False, fsync=True)
        except BaseException:
            file.discard()
            raise
        return name

    def forget(self, name: str) -> None:
        """Remove a report that is no longer needed; one that cannot be removed is logged, and sent again later."""
        try:
            self._storage.forget(name)
        except OSError as error:
            path = self._storage.path_of_note(name)
            logger.warning("The storage commitment report %s cannot be removed: %s", path, error.strerror)

    def restore(self) -> Iterator[tuple[str, Report]]:
        """Yield name and content of the reports that processes have left which have ended; they are ours from now on.

        What is no report is removed and told to the log; what cannot be read is told, and stays.
        """
        for name in self._abandoned():
            own = self._storage.note_name(_KIND)
            path = self._storage.path_of_note(own)
            try:
                Path(self._storage.path_of_note(name)).rename(path)
            except OSError:
                continue  # another process has started too, and has it
            try:
                yield own, _read(path)
            except OSError as error:
                logger.warning("The storage commitment report %s cannot be read: %s", path, error.strerror)
            except DataError as error:
                logger.warning("The file %s is no storage commitment report and is removed: %s", path, error)
                self.forget(own)

    def _abandoned(self) -> list[str]:
        folder = os.path.dirname(self._storage.path_of_note(""))
        remove_abandoned(folder)
        try:
            return self._storage.abandoned_notes(_KIND)
        except OSError as error:
            logger.warning("The storage commitment reports in %s cannot be read: %s", folder, error.strerror)
            return []


def _encode(report: Report) -> bytes:
    head = {
        "transaction": report.transaction_uid,
        "archive": report.archive_ae_title,
        "peer": report.peer_ae_title,
        "asked": report.asked,
        "instances": len(report.outcomes),
    }
    lines = [json.dumps(head)]
    lines += [
        json.dumps([reason, reference.sop_class_uid, reference.sop_instance_uid])
        for reference, reason in report.outcomes.items()
    ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _read(path: str) -> Report:
    """Raises DataError for what is no report, OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise DataError("it is no file")
        return _decode(file)


def _decode(file: IO[bytes]) -> Report:
    head = _read_line(file)
    if not isinstance(head, dict):
        raise DataError("it does not begin as one")
    transaction = _text(head.get("transaction"), _LONGEST_UID)
    archive, peer = (_text(head.get(name), _LONGEST_TITLE) for name in ("archive", "peer"))
    asked, count = head.get("asked"), head.get("instances")
    if not is_valid_uid(transaction) or not (archive.isprintable() and peer.isprintable()):
        raise DataError("it names no transaction, or nobody")
    if not isinstance(asked, float) or not 0 <= asked < float("inf"):
        raise DataError("it does not say when it was asked for")
    if type(count) is not int or not 0 < count <= MOST_REFERENCES:
        raise DataError("it does not say of how many instances it is")
    outcomes: dict[Reference, int] = {}
    for _ in range(count):
        reference, reason = _outcome(_read_line(file))
        outcomes[reference] = reason
    if len(outcomes) != count or file.read(1):
        raise DataError("it has other instances than it says")
    return Report(
        association=0,
        transaction_uid=transaction,
        outcomes=outcomes,
        archive_ae_title=archive,
        peer_ae_title=peer,
        asked=min(asked, time.time()),
    )


def _read_line(file: IO[bytes]) -> object:
    line = file.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise DataError("a line has no end")
    try:
        value: object = json.loads(line.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise DataError("a line is no JSON") from error
    return value


def _outcome(value: object) -> tuple[Reference, int]:
    if not isinstance(value, list) or len(value) != 3 or type(value[0]) is not int or not 0 <= value[0] <= 0xFFFF:
        raise DataError("a line is no outcome")
    return Reference(_text(value[1], _LONGEST_UID), _text(value[2], _LONGEST_UID)), value[0]


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise DataError("a text is none")
    return value
