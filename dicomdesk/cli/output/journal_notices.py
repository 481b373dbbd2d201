"""The journal of a command line: opened with words on how that went, and on what is not kept."""

from collections.abc import Callable

from dicomdesk.cli.output.explaining import explain_text
from dicomdesk.engine.events import Notice, NoticeLevel
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.errors import JournalError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger

__all__ = ["close_journal", "open_journal", "trouble_teller"]

_NOT_KEPT = "what happens now is not kept"


def open_journal(
    path: str, logger: Logger, *, tell: Callable[[str], None] | None = None, is_made: bool = True
) -> SqliteJournal | None:
    """Open it and say what is to be said of that; None where it cannot be used at all, which is then written."""
    try:
        journal = SqliteJournal(path, tell=tell, is_made=is_made)
    except JournalError as error:
        logger.write(Level.ERROR, printable(str(error)))
        return None
    if journal.notice:
        logger.warn(journal.notice)
    if journal.trouble:
        logger.warn(f"{journal.trouble}: {_NOT_KEPT}")
        logger.remark(explain_text(journal.trouble).text)
    return journal


def trouble_teller(sink: Callable[[Notice], None]) -> Callable[[str], None]:
    """Make what tells, among the facts of a job, that its journal is in trouble, and that this is over."""

    def tell(trouble: str) -> None:
        text = f"{trouble}: {_NOT_KEPT}" if trouble else "the journal is kept again, with all that happened meanwhile"
        sink(Notice(job_id="", level=NoticeLevel.WARNING, text=text))

    return tell


def close_journal(journal: SqliteJournal, logger: Logger) -> None:
    """Close it, and say what could not be kept."""
    journal.close()
    if journal.trouble:
        logger.warn(f"{journal.trouble}: what is left is not in the journal")
