"""What became of each instance, as rows of a table or of CSV: what came, what could not be sent, what is missing."""

from collections.abc import Callable, Sequence

from dicomdesk.cli.query.options import Form
from dicomdesk.cli.query.rows import RowWriter
from dicomdesk.engine import events
from dicomdesk.engine.retrieve.facts import RetrieveFact
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.stats import Progress

__all__ = ["InstanceRows"]

_COLUMNS = ("Outcome", "SOPInstanceUID", "SOPClassUID", "Status", "Bytes", "Path", "Reason")


class InstanceRows:
    """Writes a row for each instance; see ``JsonReporter``. Used by the main thread only."""

    def __init__(self, form: Form, write: Callable[[str], bool]) -> None:
        self._rows = RowWriter(form, _COLUMNS, write)
        self._open: dict[tuple[str, int, int], events.ItemStarted] = {}
        self._told: set[str] = set()

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""
        return self._rows.is_lost

    def show(self, batch: Sequence[RetrieveFact]) -> None:
        """See ``JsonReporter``."""
        for fact in batch:
            if isinstance(fact, events.ItemStarted):
                self._open[fact.job_id, fact.association, fact.index] = fact
            elif isinstance(fact, events.ItemFinished):
                self._take(fact)
        self._rows.flush()

    def show_progress(self, progress: Progress) -> None:
        """Write nothing: rows say what happened."""

    def end(self, result: RetrieveOutcome) -> None:
        """Write what did not come, and all that was taken."""
        failed = {uid: ended for ended in result.ended for uid in ended.failed_uids}
        for uid, ended in failed.items():
            if uid not in self._told:
                self._told.add(uid)
                self._rows.take_row(("failed", uid, "", f"{ended.status:04X}", "", "", "the peer could not send it"))
        is_whole = not any(ended.is_cancelled for ended in result.ended)
        for uid in result.missing:
            if is_whole and uid not in self._told:
                self._rows.take_row(("missing", uid, "", "", "", "", "the peer has told of it and not sent it"))
        self._rows.end()

    def _take(self, event: events.ItemFinished) -> None:
        started = self._open.pop((event.job_id, event.association, event.index), None)
        uid, sop_class_uid = (started.sop_instance_uid, started.sop_class_uid) if started is not None else ("", "")
        if event.outcome is events.ItemOutcome.STORED:
            self._told.add(uid)
        status = "" if event.status is None else f"{event.status:04X}"
        size = str(event.size_bytes)
        self._rows.take_row((event.outcome.value, uid, sop_class_uid, status, size, event.path, event.reason))
