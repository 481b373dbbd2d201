"""Retrieves and lists that a journal keeps, so that they can be taken up again: a request, and where it stands.

Each stands in the journal as a text of the kind "work": a JSON object with ``version``, ``title``, ``state``,
``request`` (see ``request_documents``), ``reason``, ``added_at`` and ``ended_at``. Keys that are not known are passed
over. What has arrived of it is found where it is stored, and in the state file of a list.
"""

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.request_documents import write_request
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.errors import SettingsError

__all__ = ["WORK", "KeptWork", "WorkState", "end_work", "keep_work", "kept_works"]

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


def keep_work(journal: Journal, request: RetrieveRequest | ListRequest, title: str) -> str:
    """Keep a request that is about to be begun; return its key."""
    kind = "list" if isinstance(request, ListRequest) else "retrieve"
    work = KeptWork(
        key=f"{kind}-{os.urandom(4).hex()}",
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


def kept_works(journal: Journal) -> list[KeptWork]:
    """All, the oldest first; raises SettingsError where one cannot be read."""
    works = [_read(kept.key, kept.value) for kept in journal.kept_all(WORK)]
    return sorted(works, key=lambda work: work.added_at)


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
            added_at=datetime.fromisoformat(told["added_at"]),
            ended_at=None if ended_at is None else datetime.fromisoformat(ended_at),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsError(f"What the journal keeps as {key} cannot be read") from error
