"""Studies on hold: nothing removes them, be it a quota, retention or a person, unless that person insists.

They stand in a file of the area's folder, ``.dicomdesk/holds.json``, so that they outlive the index, go where the files
go, and count for every machine that shares the folder. A hold is by Study Instance UID, for all patients whose study
has it.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from dicomdesk.archive.areas.storage_area import STATE_FOLDER, StorageArea
from dicomdesk.atomic_file import write_owner_only
from dicomdesk.errors import StorageError
from dicomdesk.records import dataclass

try:
    import fcntl
except ImportError:  # Windows: holds of several processes at one moment can be lost there
    fcntl = None  # type: ignore[assignment]

__all__ = ["Hold", "held_studies", "hold_study", "read_holds", "release_study"]

_NAME = "holds.json"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Hold of a study."""

    since: str
    """ISO 8601 with offset."""
    by: str
    """Who has asked for it."""
    why: str


def held_studies(storage: StorageArea) -> frozenset[str]:
    """Study Instance UIDs on hold, read anew; raises StorageError where that cannot be told."""
    return frozenset(read_holds(storage.folder))


def read_holds(folder: Path) -> Mapping[str, Hold]:
    """The holds of the area in a folder, by Study Instance UID; raises StorageError where they cannot be read."""
    file = _file(folder)
    try:
        document = json.loads(file.read_bytes())
        if document["version"] > _VERSION:
            raise StorageError(f"The holds in {file} are of a newer version: nothing is removed")
        return {
            str(uid): Hold(since=str(hold["since"]), by=str(hold["by"]), why=str(hold["why"]))
            for uid, hold in document["studies"].items()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(f"The holds in {file} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StorageError(f"The holds in {file} are damaged: mend or remove that file") from error


def hold_study(storage: StorageArea, study_instance_uid: str, *, by: str, why: str) -> bool:
    """Put a study on hold; False where it is, which changes nothing. Raises StorageError."""
    with _changing(storage) as holds:
        if study_instance_uid in holds:
            return False
        now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        holds[study_instance_uid] = Hold(since=now, by=by, why=why)
    return True


def release_study(storage: StorageArea, study_instance_uid: str) -> bool:
    """Take a study from hold; False where it was not. Raises StorageError."""
    with _changing(storage) as holds:
        return holds.pop(study_instance_uid, None) is not None


@contextlib.contextmanager
def _changing(storage: StorageArea) -> Iterator[dict[str, Hold]]:
    """The holds, written when the block ends well; one process at a time."""
    file = _file(storage.folder)
    try:
        lock = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise StorageError(f"The holds in {file} cannot be changed: {error.strerror}") from error
    try:
        if fcntl is not None:
            with contextlib.suppress(OSError):  # no locks on this file system
                fcntl.flock(lock, fcntl.LOCK_EX)
        holds = dict(read_holds(storage.folder))
        before = dict(holds)
        yield holds
        if holds != before:
            _write(file, holds)
    finally:
        os.close(lock)


def _write(file: Path, holds: Mapping[str, Hold]) -> None:
    studies = {uid: {"since": hold.since, "by": hold.by, "why": hold.why} for uid, hold in holds.items()}
    try:
        write_owner_only(file, json.dumps({"version": _VERSION, "studies": studies}, indent=1) + "\n")
    except OSError as error:
        raise StorageError(f"The holds in {file} cannot be written: {error.strerror}") from error


def _file(folder: Path) -> Path:
    return Path(os.path.abspath(folder)) / STATE_FOLDER / _NAME
