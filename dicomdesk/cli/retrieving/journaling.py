"""Retrieves and lists that are kept in a journal, so that ``resume`` can take up what was ended."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

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
    from dicomdesk.engine.lists.facts import ListFact
    from dicomdesk.engine.lists.results import ListOutcome
    from dicomdesk.engine.retrieve.facts import RetrieveFact
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome

__all__ = ["fetch_kept", "list_watcher"]


def fetch_kept(
    path: str,
    watch: "JobWatch[RetrieveFact]",
    request: RetrieveRequest,
    conclude: "Callable[[RetrieveOutcome], int]",
    logger: Logger,
) -> int:
    """Retrieve as ``JobWatch.carry_out`` does, and keep the request in the journal at ``path``."""
    journal = open_journal(path, logger, tell=trouble_teller(watch.sink))
    if journal is None:
        return int(ExitCode.CANNOT_USE_JOURNAL)
    try:
        kept = with_absolute_paths(request)
        key = keep_work(journal, kept, f"from {printable(str(request.peer))}", new_work_key(kept))
        journal.flush()  # what is begun from here on is known, whatever comes

        def conclude_kept(result: "RetrieveOutcome") -> int:
            exit_code = conclude(result)
            end_work(journal, key, state_of(result), result.text)
            _tell(state_of(result), journal.path, logger)
            return exit_code

        return watch.carry_out(request, conclude_kept)
    finally:
        close_journal(journal, logger)


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
    journal = open_journal(path, logger, tell=trouble_teller(watch.sink))
    if journal is None:
        return int(ExitCode.CANNOT_USE_JOURNAL)
    try:
        key = new_work_key(request)
        if request.state_file is None:
            request = replace(request, state_file=Path(f"{os.path.abspath(journal.path)}.{key}"))
        kept = with_absolute_paths(request)
        keep_work(journal, kept, f"{len(request.entries):,} lines, from {printable(str(request.peer))}", key)
        journal.flush()  # as above

        def conclude_kept(result: "ListOutcome") -> int:
            exit_code = conclude(result)
            end_work(journal, key, state_of(result), result.text)
            _tell(state_of(result), journal.path, logger)
            return exit_code

        exit_code = watch.carry_out(request, conclude_kept)
        drop_own_state_file(journal, key)
        return exit_code
    finally:
        close_journal(journal, logger)


def _tell(state: WorkState, path: str, logger: Logger) -> None:
    if state is WorkState.OPEN:
        logger.warn(f"not all of it: dicomdesk resume --journal {printable(path)} takes it up again")
