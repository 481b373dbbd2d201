"""Trail of the corrections of one storage area: a file of JSON Lines in its folder that is only ever appended to.

A correction is written in parts, each before the index learns of it (``part``) and again when it has (``taken``); one
that was broken off in between is settled by what the index has, when the trail is opened to be written again
(``taken`` or ``dropped``). Only what was taken counts. Lines of kinds that are not known are passed over.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.corrections.record import Change, CorrectionKind, CorrectionRecord, Origin
from dicomdesk.dicom.corrections.original_attributes import ReasonCode
from dicomdesk.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows: one correction at a time is not watched over there
    fcntl = None  # type: ignore[assignment]

__all__ = ["Trail"]

_FILE: Final = "corrections.jsonl"
_VERSION: Final = 1

_Line = dict[str, Any]


class Trail:
    """Trail of one area. Used by one thread; raises StorageError where its file cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    @classmethod
    def of_folder(cls, folder: str | Path) -> "Trail":
        """Return the trail of the area in a folder, to be read."""
        return cls(Path(folder) / STATE_FOLDER / _FILE)

    def records(self) -> list[CorrectionRecord]:
        """Return all corrections, the oldest first."""
        origins: dict[str, Origin] = {}
        changes: dict[str, list[Change]] = {}
        uids: dict[str, dict[str, str]] = {}
        taken = {(line["id"], line["part"]) for line in self._lines() if line.get("event") == "taken"}
        for line in self._lines():
            if line.get("event") != "part" or (line["id"], line["part"]) not in taken:
                continue
            name = line["id"]
            with contextlib.suppress(
                KeyError, ValueError, TypeError, AttributeError
            ):  # written by nobody who knows how
                origin, changed, renamed = _origin(line), list(map(_change, line["changes"])), _texts(line["uids"])
                origins.setdefault(name, origin)
                changes.setdefault(name, []).extend(changed)
                uids.setdefault(name, {}).update(renamed)
        return [
            CorrectionRecord(origin=origin, changes=tuple(changes[name]), uids=uids[name])
            for name, origin in origins.items()
        ]

    def find(self, correction_id: str) -> CorrectionRecord | None:
        """Return a correction; None where there is none of this name."""
        return next((one for one in self.records() if one.origin.correction_id == correction_id), None)

    def undone(self) -> dict[str, str]:
        """Return which corrections were taken back, each with the name of that which did so."""
        return {one.origin.undoes: one.origin.correction_id for one in self.records() if one.origin.undoes}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the trail for writing: one correction at a time. Raises StorageError where another is at work."""
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise StorageError(f"The trail of corrections {self.path} cannot be written: {error.strerror}") from error
        try:
            self._hold()
            yield
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def _hold(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageError(
                "Another correction is at work in this storage area: try again when it has ended"
            ) from error
        except OSError:
            return  # no locks on this file system

    def settle(self, is_taken: Callable[[Iterable[str]], bool]) -> None:
        """Settle what was broken off; ``is_taken`` says whether the index has any of these files."""
        ended = {(line["id"], line["part"]) for line in self._lines() if line.get("event") in {"taken", "dropped"}}
        for line in list(self._lines()):
            key = (line.get("id"), line.get("part"))
            if line.get("event") == "part" and key not in ended:
                paths = line.get("paths")
                is_ours = isinstance(paths, list) and is_taken([path for path in paths if isinstance(path, str)])
                word = "taken" if is_ours else "dropped"
                self._append({"event": word, "id": line["id"], "part": line["part"]})

    def begin(self, record: CorrectionRecord, part: int, paths: Iterable[str]) -> None:
        """Write a part of a correction that the index is about to learn of; ``paths`` are those of the new files."""
        origin = record.origin
        self._append(
            {
                "version": _VERSION,
                "event": "part",
                "id": origin.correction_id,
                "part": part,
                "kind": origin.kind.value,
                "when": origin.when.isoformat(),
                "user": origin.user,
                "host": origin.host,
                "reason": origin.reason,
                "code": origin.code.value,
                "undoes": origin.undoes,
                "changes": [
                    {"before": dict(one.before), "after": dict(one.after), "instances": list(one.instances)}
                    for one in record.changes
                ],
                "uids": dict(record.uids),
                "paths": list(paths),
            }
        )

    def end(self, correction_id: str, part: int, *, is_taken: bool) -> None:
        """Write what became of a part."""
        self._append({"event": "taken" if is_taken else "dropped", "id": correction_id, "part": part})

    def _append(self, line: Mapping[str, object]) -> None:
        content = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")
        size = os.fstat(self._descriptor).st_size
        try:
            if size and os.pread(self._descriptor, 1, size - 1) != b"\n":  # a line that was cut off by a crash
                content = b"\n" + content
            view = memoryview(content)
            while view:
                view = view[os.write(self._descriptor, view) :]
            os.fsync(self._descriptor)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise StorageError(f"The trail of corrections {self.path} cannot be written: {error.strerror}") from error

    def _lines(self) -> Iterator[_Line]:
        """Yield the lines that can be read, in order; one that was cut off is none."""
        try:
            with open(self.path, encoding="utf-8", errors="surrogateescape") as file:
                for text in file:
                    with contextlib.suppress(ValueError, RecursionError):
                        line = json.loads(text)
                        if isinstance(line, dict) and _is_event(line):
                            yield line
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"The trail of corrections {self.path} cannot be read: {error.strerror}") from error


def _is_event(line: _Line) -> bool:
    identifier = line.get("id")
    is_named = isinstance(identifier, str) and identifier.isascii()
    return is_named and type(line.get("part")) is int and isinstance(line.get("event"), str)


def _origin(line: _Line) -> Origin:
    when = datetime.fromisoformat(line["when"])
    if when.tzinfo is None:
        raise ValueError("a time with its zone")
    return Origin(
        correction_id=line["id"],
        kind=CorrectionKind(line["kind"]),
        when=when,
        user=_text(line["user"]),
        host=_text(line["host"]),
        reason=_text(line["reason"]),
        code=ReasonCode(line["code"]),
        undoes=_text(line["undoes"]),
    )


def _change(line: _Line) -> Change:
    before, after = ({name: _text_or_none(value) for name, value in line[when].items()} for when in ("before", "after"))
    return Change(before=before, after=after, instances=tuple(map(_text, line["instances"])))


def _texts(value: dict[str, object]) -> dict[str, str]:
    return {name: _text(text) for name, text in value.items()}


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value
