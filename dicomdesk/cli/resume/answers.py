"""What ``resume`` shows and writes of a journal without taking it up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.resume.json_lines import ResumeJsonReporter
from dicomdesk.cli.resume.options import ResumeOptions
from dicomdesk.cli.resume.rows import (
    errand_fields,
    errand_lines,
    instance_fields,
    instance_lines,
    instances_of,
    work_fields,
    work_lines,
)
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import ENDED_ERRANDS, HistoryErrand
from dicomdesk.engine.resume.kept_work import WorkState, kept_works
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Logger

__all__ = ["forget", "show_history", "show_list"]

_PAGE = 100


def show_list(journal: Journal, options: ResumeOptions, logger: Logger) -> int:
    """Show what is not finished."""
    errands = [errand for errand in journal.errands() if errand.state not in ENDED_ERRANDS]
    if options.errand_ids:
        errands = [errand for errand in errands if errand.id in options.errand_ids]
    shown = [HistoryErrand(errand=errand, counts=journal.counts(errand.id)) for errand in errands]
    return _show(journal, options, iter(shown), logger, only_open=True)


def show_history(journal: Journal, options: ResumeOptions, logger: Logger) -> int:
    """Show what fits of all, the newest first."""
    return _show(journal, options, _history(journal, options), logger, only_open=False)


def forget(journal: Journal, options: ResumeOptions, logger: Logger) -> int:
    """Delete what ended long ago."""
    before = datetime.now(UTC) - timedelta(days=min(options.forget_days, 100_000))
    count = journal.forget(before)
    for work in kept_works(journal):
        if work.ended_at is not None and work.ended_at < before:
            journal.discard("work", work.key)
    is_kept = journal.flush()
    logger.info(f"{count_text(count, 'errand')} deleted")
    return int(ExitCode.SUCCESS if is_kept else ExitCode.CANNOT_USE_JOURNAL)


def _history(journal: Journal, options: ResumeOptions) -> Iterator[HistoryErrand]:
    left, before = options.limit, None
    while left:
        page = journal.history(options.query, before=before, limit=min(left, _PAGE))
        yield from (each for each in page.errands if not options.errand_ids or each.errand.id in options.errand_ids)
        left -= len(page.errands)
        before = page.next_before
        if before is None:
            return


def _show(
    journal: Journal, options: ResumeOptions, errands: Iterator[HistoryErrand], logger: Logger, *, only_open: bool
) -> int:
    json = ResumeJsonReporter() if options.writes_json else None
    is_written = True
    for each in errands:
        if json is not None:
            json.write("errand", errand_fields(each.errand, each.counts))
        else:
            is_written &= _write(errand_lines(each.errand, each.counts))
        for instance in instances_of(journal, each.errand.id) if options.shows_instances else ():
            attempts = journal.attempts(each.errand.id, instance.number)
            if json is not None:
                json.write("instance", instance_fields(instance, attempts))
            else:
                is_written &= _write(instance_lines(instance, attempts))
    query = options.query
    damaged: list[str] = []
    for work in kept_works(journal, damaged.append) if query == type(query)() and not options.errand_ids else ():
        if only_open and work.state is not WorkState.OPEN:
            continue
        if json is not None:
            json.write("work", work_fields(work))
        else:
            is_written &= _write(work_lines(work))
    for text in damaged:
        logger.error(printable(text))
    is_lost = not is_written or (json is not None and json.is_lost)
    code = ExitCode.CANNOT_USE_JOURNAL if damaged else ExitCode.SUCCESS
    return int(ExitCode.CANNOT_WRITE_REPORT_FILE if is_lost else code)


def _write(lines: Iterator[str]) -> bool:
    return write_stdout("".join(f"{line}\n" for line in lines))
