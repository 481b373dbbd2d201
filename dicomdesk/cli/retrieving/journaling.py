"""Retrieves and lists that are kept in a journal, so that ``resume`` can take up what was ended."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.job_watch import JobWatch
from dicomdesk.cli.output.journal_notices import close_journal, open_journal, trouble_teller
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.resume.kept_work import (
    WorkState,
    drop_own_state_file,
    end_work,
    keep_work,
    new_work_key,
    state_of,
    with_absolute_paths,
)
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.human import printable
from dicomdesk.logs import Logger

if TYPE_CHECKING:
    from dicomdesk.cli.query.list_run import ListWatcher
    from dicomdesk.engine.events import Notice
    from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
    from dicomdesk.engine.lists.facts import ListFact
    from dicomdesk.engine.lists.results import ListOutcome
    from dicomdesk.engine.retrieve.facts import RetrieveFact
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome

__all__ = ["fetch_kept", "list_watcher"]


RequestT = TypeVar("RequestT", RetrieveRequest, ListRequest)
OutcomeT = TypeVar("OutcomeT", "RetrieveOutcome", "ListOutcome")


def fetch_kept(
    path: str,
    watch: "JobWatch[RetrieveFact]",
    request: RetrieveRequest,
    conclude: "Callable[[RetrieveOutcome], int]",
    logger: Logger,
) -> int:
    """Retrieve as ``JobWatch.carry_out`` does, and keep the request in the journal at ``path``."""
    with _kept(path, request, f"from {printable(str(request.peer))}", watch.sink, logger) as work:
        return int(ExitCode.CANNOT_USE_JOURNAL) if work is None else watch.carry_out(request, work.ending(conclude))


def list_watcher(path: str) -> "ListWatcher | None":
    """Make what keeps a list in the journal at ``path``; None where it is ""."""
    return partial(_work_off, path) if path else None


def _work_off(
    path: str,
    watch: "JobWatch[ListFact]",
    request: ListRequest,
    conclude: "Callable[[ListOutcome], int]",
    logger: Logger,
) -> int:
    """Work off a list; where its user names no state file, it has one beside the journal until it is done."""
    key = new_work_key(request)
    if request.state_file is None:
        request = replace(request, state_file=Path(f"{os.path.abspath(path)}.{key}"))
    title = f"{len(request.entries):,} lines, from {printable(str(request.peer))}"
    with _kept(path, request, title, watch.sink, logger, key=key) as work:
        return int(ExitCode.CANNOT_USE_JOURNAL) if work is None else watch.carry_out(request, work.ending(conclude))


class _Work:
    """Work that is kept in an open journal."""

    def __init__(self, journal: "SqliteJournal", key: str, logger: Logger) -> None:
        self._journal = journal
        self._key = key
        self._logger = logger

    def ending(self, conclude: "Callable[[OutcomeT], int]") -> "Callable[[OutcomeT], int]":
        """Make what concludes it and keeps how it has ended."""

        def conclude_kept(result: "OutcomeT") -> int:
            exit_code = conclude(result)
            state = state_of(result)
            end_work(self._journal, self._key, state, result.text)
            if state is WorkState.OPEN:
                path = printable(self._journal.path)
                self._logger.warn(f"not all of it: dicomdesk resume --journal {path} takes it up again")
            return exit_code

        return conclude_kept


@contextmanager
def _kept(
    path: str,
    request: RequestT,
    title: str,
    sink: "Callable[[Notice], None]",
    logger: Logger,
    *,
    key: str = "",
) -> Iterator[_Work | None]:
    """Keep what is asked for in the journal at ``path`` meanwhile; None where that cannot be used, which is said."""
    journal = open_journal(path, logger, tell=trouble_teller(sink))
    if journal is None:
        yield None
        return
    try:
        key = keep_work(journal, with_absolute_paths(request), title, key or new_work_key(request))
        journal.flush()  # what is begun from here on is known, whatever comes
        yield _Work(journal, key, logger)
        drop_own_state_file(journal, key)
    finally:
        close_journal(journal, logger)
