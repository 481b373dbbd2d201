"""How an instance stands and what a note makes of that; pure decisions, the same for every journal.

A note that it is under way begins an attempt, any other of the same attempt ends it. An attempt whose place another one
takes, or after which the instance waits again, goes to the attempts of before.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from dicomdesk.engine.journal.records import AttemptRecord, InstanceNote, InstanceState

__all__ = ["BROKEN_OFF", "NEW", "Standing", "as_ms", "as_time", "last_attempt", "noted", "reopened"]

BROKEN_OFF = "The program ended before the peer had answered"
"""Why an attempt failed that was under way when the program ended."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Standing(NamedTuple):
    """State of an instance with its last attempt; times are milliseconds since 1970, UTC."""

    note: InstanceNote
    began_ms: int | None
    """When the last attempt began, where its beginning was noted."""
    at_ms: int | None
    """When the note was made."""


NEW = Standing(InstanceNote(InstanceState.WAITING, 0), None, None)


def noted(before: Standing, note: InstanceNote, now_ms: int, peer: str) -> tuple[Standing, AttemptRecord | None]:
    """How the instance stands after the note, and the attempt that is of the past then."""
    is_same = note.attempts == before.note.attempts
    if note.state is InstanceState.WAITING:
        past = _put_back(before, note, now_ms, peer)
        return Standing(note, None, now_ms), past
    if note.state is InstanceState.UNDER_WAY:
        if is_same and before.note.state is InstanceState.UNDER_WAY:
            return before, None
        return Standing(note, now_ms, now_ms), None if is_same else last_attempt(before, peer)
    if is_same:
        return Standing(note, before.began_ms, now_ms), None
    return Standing(note, None, now_ms), last_attempt(before, peer)


def last_attempt(standing: Standing, peer: str) -> AttemptRecord | None:
    """The attempt that the instance stands at; None where none was begun, and where it waits after the last one."""
    note = standing.note
    if not note.attempts or note.state is InstanceState.WAITING:
        return None
    is_under_way = note.state is InstanceState.UNDER_WAY
    return AttemptRecord(
        number=note.attempts,
        peer=peer,
        began_at=as_time(standing.began_ms),
        ended_at=None if is_under_way else as_time(standing.at_ms),
        state=note.state,
        status=note.status,
        reason=note.reason,
    )


def reopened(standing: Standing, peer: str) -> tuple[Standing, AttemptRecord | None]:
    """How an instance stands when a journal is opened: what was under way waits, and its attempt has failed."""
    note = standing.note
    if note.state is not InstanceState.UNDER_WAY:
        return standing, None
    waiting = InstanceNote(InstanceState.WAITING, note.attempts, None, BROKEN_OFF)
    return noted(standing, waiting, standing.at_ms or 0, peer)


def _put_back(before: Standing, note: InstanceNote, now_ms: int, peer: str) -> AttemptRecord | None:
    attempt = last_attempt(before, peer)
    if attempt is None or attempt.state is not InstanceState.UNDER_WAY:
        return attempt
    return AttemptRecord(
        number=attempt.number,
        peer=peer,
        began_at=attempt.began_at,
        ended_at=as_time(now_ms),
        state=InstanceState.FAILED if note.status is None else InstanceState.REFUSED,
        status=note.status,
        reason=note.reason,
    )


def as_time(milliseconds: int | None) -> datetime | None:
    """The time that a number of milliseconds since 1970 means."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def as_ms(time: datetime) -> int:
    """The other way round, rounded down."""
    delta = time - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
