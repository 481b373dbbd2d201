"""Retrieves and lists that a journal keeps, so that they can be taken up again: a request, and where it stands.

Each stands in the journal as a text of the kind "work": a JSON object with ``version``, ``title``, ``state``,
``request`` (see ``request_documents``), ``reason``, ``added_at`` and ``ended_at``. Keys that are not known are passed
over. What has arrived of it is found where it is stored, and in the state file of a list.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TypeVar

from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.lists.results import LineState, ListOutcome
from dicomdesk.engine.request_documents import read_request, write_request
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = [
    "WORK",
    "KeptWork",
    "WorkState",
    "drop_own_state_file",
    "end_work",
    "keep_work",
    "kept_works",
    "new_work_key",
    "state_of",
    "with_absolute_paths",
]

RequestT = TypeVar("RequestT", RetrieveRequest, ListRequest)

_LEFT = frozenset({LineState.WAITING, LineState.INCOMPLETE, LineState.FAILED})
"""Lines that the next run tries again."""

WORK = "work"
"""The kind of text."""
_VERSION = 1


class WorkState(Enum):
    """State of a retrieve or list."""

    OPEN = "open"
    """To be taken up again: it has not ended, or not all has come of it."""
    DONE = "done"
    FAILED = "failed"
    """The same would come of it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWork:
    """Retrieve or list, as it is kept."""

    key: str
    title: str
    state: WorkState
    request: str
    """Its document."""
    reason: str
    """Why it is as it is; "" where there is nothing to say."""
    added_at: datetime
    ended_at: datetime | None

    @property
    def kind(self) -> str:
        """What it is: "retrieve" or "list"."""
        return self.key.partition("-")[0]


def new_work_key(request: RetrieveRequest | ListRequest) -> str:
    """A key that no other work has."""
    kind = "list" if isinstance(request, ListRequest) else "retrieve"
    return f"{kind}-{os.urandom(4).hex()}"


def keep_work(journal: Journal, request: RetrieveRequest | ListRequest, title: str, key: str) -> str:
    """Keep a request that is about to be begun; return its key. Its paths are to mean the same from every folder."""
    work = KeptWork(
        key=key,
        title=title,
        state=WorkState.OPEN,
        request=write_request(request),
        reason="",
        added_at=datetime.now(UTC),
        ended_at=None,
    )
    _keep(journal, work)
    return work.key


def end_work(journal: Journal, key: str, state: WorkState, reason: str = "") -> None:
    """Keep how it has ended, or that it is still to be done, and why; what is not there is passed over."""
    written = journal.kept(WORK, key)
    if written is not None:
        ended_at = None if state is WorkState.OPEN else datetime.now(UTC)
        _keep(journal, replace(_read(key, written), state=state, reason=reason, ended_at=ended_at))


def kept_works(journal: Journal, on_damaged: Callable[[str], None] | None = None) -> list[KeptWork]:
    """All, the oldest first.

    One that cannot be read is left out and told of; SettingsError is raised where nobody takes that.
    """
    works: list[KeptWork] = []
    for kept in journal.kept_all(WORK):
        try:
            works.append(_read(kept.key, kept.value))
        except SettingsError as error:
            if on_damaged is None:
                raise
            on_damaged(f"the journal has something that cannot be read ({printable(kept.key)}): {error}")
    return sorted(works, key=lambda work: work.added_at)


def state_of(result: RetrieveOutcome | ListOutcome) -> WorkState:
    """Whether all has come of it that could, as far as somebody has told: what is not there is not asked for again."""
    if isinstance(result, ListOutcome):
        is_open = result.error is not None or any(each.state in _LEFT for each in result.results)
        return WorkState.OPEN if is_open else WorkState.DONE
    is_answered = all(ended.status == 0 for ended in result.ended)
    is_all = result.outcome is JobOutcome.COMPLETED and is_answered and not result.missing and not result.refused
    return WorkState.DONE if is_all else WorkState.OPEN


def drop_own_state_file(journal: Journal, key: str) -> None:
    """Delete the state file that a list has for the journal's sake, once nothing more comes of the list."""
    written = journal.kept(WORK, key)
    if written is None:
        return
    work = _read(key, written)
    request = read_request(work.request).request
    state_file = request.state_file if isinstance(request, ListRequest) else None
    if work.state is not WorkState.OPEN and state_file is not None and state_file.name.endswith(f".{key}"):
        with suppress(OSError):
            state_file.unlink()


def with_absolute_paths(request: RequestT) -> RequestT:
    """The same request with paths that mean the same from every folder."""
    placed = _placed(request)
    assert isinstance(placed, type(request))
    return placed


def _placed(value: object) -> object:
    if isinstance(value, Path):
        return value.absolute()
    if isinstance(value, tuple) and any(isinstance(each, Path) for each in value):
        return tuple(map(_placed, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    told = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
    changed = {name: placed for name, old in told.items() if (placed := _placed(old)) is not old}
    return replace(value, **changed) if changed else value


def _keep(journal: Journal, work: KeptWork) -> None:
    value = {
        "version": _VERSION,
        "title": work.title,
        "state": work.state.value,
        "request": work.request,
        "reason": work.reason,
        "added_at": work.added_at.isoformat(),
        "ended_at": None if work.ended_at is None else work.ended_at.isoformat(),
    }
    journal.keep(WORK, work.key, json.dumps(value))


def _read(key: str, written: str) -> KeptWork:
    try:
        told = json.loads(written)
        if told["version"] != _VERSION:
            raise SettingsError(f"{key} was kept by a newer version of dicomdesk")
        ended_at = told.get("ended_at")
        return KeptWork(
            key=key,
            title=str(told["title"]),
            state=WorkState(told["state"]),
            request=str(told["request"]),
            reason=str(told.get("reason", "")),
            added_at=_moment(told["added_at"]),
            ended_at=None if ended_at is None else _moment(ended_at),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SettingsError(f"What the journal keeps as {key} cannot be read") from error


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment
