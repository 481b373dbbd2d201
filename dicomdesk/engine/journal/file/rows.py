"""How records stand in the rows of a journal file, and how they are read from there.

What the instances of an errand share (classes, patient, study, series) stands once for all that have it, as an object
by the names of the fields; what is not there has its default, what is not known here is passed over. Text that is no
Unicode, as names of files can be, stands as bytes. What cannot be read raises ``sqlite3.DatabaseError``.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import NotSentCause
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    ErrandRecord,
    ErrandState,
    InstanceNote,
    InstanceState,
    SettingValue,
)
from dicomdesk.engine.journal.standing import Standing, as_ms, as_time
from dicomdesk.records import is_lasting

__all__ = [
    "ERRAND_COLUMNS",
    "Cell",
    "SharedPart",
    "attempt_row",
    "cell",
    "errand_row",
    "read_attempt",
    "read_errand",
    "read_found",
    "read_header",
    "read_shared",
    "read_standing",
    "shared_key",
    "shared_row",
    "standing_row",
    "text",
]

Cell = str | bytes | int | float | None
SharedPart = tuple[str | bool | None, ...]

_OWN = ("sop_instance_uid", "media_sop_instance_uid", "data_set_offset", "data_set_length")
_FIELDS = tuple(each for each in fields(InstanceHeader) if each.name not in _OWN and is_lasting(each))
_DEFAULTS: dict[str, str | bool] = {each.name: "" if each.default is MISSING else each.default for each in _FIELDS}
_NAMES = tuple(_DEFAULTS)
_shared_values = attrgetter(*_NAMES)
_MEDIA = "media_sop_instance_uid"
"""Only where it is not that of the instance."""
_ORIGIN = "origin"
"""Only where it is not the path."""
_SEARCHED = ("patient_name", "patient_id", "accession_number")

ERRAND_COLUMNS = (
    "id, title, peer, settings, origin, study_uid, added_ms, position, state, next_try_ms, reason, tries, ended_ms,"
    " redirected_from"
)

ValueT = TypeVar("ValueT")


def cell(value: str) -> str | bytes:
    """A text as it can stand in a row."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    return value


def text(value: object) -> str:
    """The text of a cell."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogatepass")
    raise sqlite3.DatabaseError("a text is missing")


# -- errands


def errand_row(errand: ErrandRecord) -> tuple[Cell, ...]:
    """The values of ``ERRAND_COLUMNS``."""
    return (
        errand.id,
        cell(errand.title),
        cell(errand.peer),
        json.dumps(dict(errand.settings)),
        cell(errand.origin),
        cell(errand.study_instance_uid),
        as_ms(errand.added_at),
        errand.position,
        errand.state.value,
        None if errand.next_try_at is None else as_ms(errand.next_try_at),
        cell(errand.reason),
        errand.tries,
        None if errand.ended_at is None else as_ms(errand.ended_at),
        errand.redirected_from,
    )


def read_errand(row: tuple[object, ...]) -> ErrandRecord:
    """The errand of a row."""
    number, title, peer, settings, origin, study, added, position, state, next_try, reason, tries, ended, source = row
    added_at = _time(added)
    if added_at is None or not isinstance(position, int | float):
        raise sqlite3.DatabaseError("an errand has no time or position")
    return ErrandRecord(
        id=_certain(number),
        title=text(title),
        peer=text(peer),
        settings=_read_settings(text(settings)),
        origin=text(origin),
        study_instance_uid=text(study),
        added_at=added_at,
        position=float(position),
        state=_member(ErrandState, state),
        next_try_at=_time(next_try),
        reason=text(reason),
        tries=_certain(tries),
        ended_at=_time(ended),
        redirected_from=_whole(source),
    )


def _read_settings(written: str) -> Mapping[str, SettingValue]:
    settings = _parsed(written)
    if all(value is None or isinstance(value, str | int | float) for value in settings.values()):
        return settings  # type: ignore[return-value] # looked at
    raise sqlite3.DatabaseError("a setting of an errand cannot be read")


# -- what instances are


def shared_key(found: FoundInstance) -> SharedPart:
    """What an instance shares with others, as it can be looked up."""
    header = found.header
    media_uid = header.media_sop_instance_uid
    own_media = None if media_uid == header.sop_instance_uid else media_uid
    origin = None if found.origin == found.path else found.origin
    return (*_shared_values(header), origin, found.problem, own_media)


def shared_row(key: SharedPart) -> tuple[str, str | bytes]:
    """The object of a shared part, and the words in it that are searched."""
    *values, origin, problem, media_uid = key
    told = {name: value for name, value in zip(_NAMES, values, strict=True) if value != _DEFAULTS[name]}
    more = {_ORIGIN: origin, "problem": problem or None, _MEDIA: media_uid}
    told |= {name: value for name, value in more.items() if value is not None}
    return json.dumps(told), cell("\n".join(str(told.get(name, "")) for name in _SEARCHED))


def read_shared(written: object) -> dict[str, str | bool]:
    """The shared part that stands in an object."""
    found: dict[str, str | bool] = {}
    known = {**_DEFAULTS, _ORIGIN: "", "problem": "", _MEDIA: ""}
    for name, value in _parsed(text(written)).items():
        if name not in known:
            continue
        if not isinstance(value, type(known[name])):
            raise sqlite3.DatabaseError("what instances share cannot be read")
        found[name] = value
    for name in ("sop_class_uid", "transfer_syntax_uid"):
        found.setdefault(name, "")
    return found


def read_header(shared: Mapping[str, str | bool]) -> InstanceHeader:
    """The header of a shared part: without UID, place and length."""
    told = {name: value for name, value in shared.items() if name in _DEFAULTS}
    return InstanceHeader(sop_instance_uid="", data_set_offset=0, data_set_length=0, **told)  # type: ignore[arg-type] # as below


def read_found(row: tuple[object, ...], shared: Mapping[str, str | bool]) -> FoundInstance:
    """The instance of path, member, SOP Instance UID, offset and length of the data set, and its shared part."""
    path, member, uid, offset, length = row
    told = dict(shared)
    own_path, own_uid = text(path), text(uid)
    origin, problem = str(told.pop(_ORIGIN, own_path)), str(told.pop("problem", ""))
    told.setdefault(_MEDIA, own_uid)
    header = InstanceHeader(
        sop_instance_uid=own_uid,
        data_set_offset=_certain(offset),
        data_set_length=_certain(length),
        **told,  # type: ignore[arg-type] # looked at where it was read
    )
    return FoundInstance(path=own_path, archive_member=text(member), header=header, origin=origin, problem=problem)


# -- how instances stand


def standing_row(note: InstanceNote) -> tuple[Cell, ...]:
    """State, attempts, status, reason, cause, size and time of the file."""
    cause = note.not_sent_cause
    return (
        note.state.value,
        note.attempts,
        note.status,
        cell(note.reason),
        None if cause is None else cause.value,
        note.file_bytes,
        note.file_mtime_ns,
    )


def read_standing(row: tuple[object, ...]) -> Standing:
    """How an instance stands by the same values, when its attempt began, and when that was noted."""
    state, attempts, status, reason, cause, file_bytes, file_mtime_ns, began_ms, at_ms = row
    note = InstanceNote(
        _member(InstanceState, state),
        _certain(attempts),
        _whole(status),
        text(reason),
        None if cause is None else _member(NotSentCause, cause),
        _certain(file_bytes),
        _certain(file_mtime_ns),
    )
    return Standing(note, _whole(began_ms), _whole(at_ms))


def attempt_row(attempt: AttemptRecord) -> tuple[Cell, ...]:
    """Number, peer, when it began and ended, state, status and reason."""
    return (
        attempt.number,
        cell(attempt.peer),
        None if attempt.began_at is None else as_ms(attempt.began_at),
        None if attempt.ended_at is None else as_ms(attempt.ended_at),
        attempt.state.value,
        attempt.status,
        cell(attempt.reason),
    )


def read_attempt(row: tuple[object, ...]) -> AttemptRecord:
    """The attempt of a row."""
    number, peer, began, ended, state, status, reason = row
    return AttemptRecord(
        number=_certain(number),
        peer=text(peer),
        began_at=_time(began),
        ended_at=_time(ended),
        state=_member(InstanceState, state),
        status=_whole(status),
        reason=text(reason),
    )


def _parsed(written: str) -> dict[str, object]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise sqlite3.DatabaseError("an object cannot be read") from error
    if not isinstance(found, dict):
        raise sqlite3.DatabaseError("an object cannot be read")
    return found


def _member(kind: Callable[[object], ValueT], value: object) -> ValueT:
    try:
        return kind(value)
    except ValueError as error:
        raise sqlite3.DatabaseError("a state cannot be read") from error


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _time(value: object) -> datetime | None:
    try:
        return as_time(_whole(value))
    except (OverflowError, OSError) as error:
        raise sqlite3.DatabaseError("a time cannot be read") from error


def _certain(value: object) -> int:
    if isinstance(value, int):
        return value
    raise sqlite3.DatabaseError("a number is missing")
