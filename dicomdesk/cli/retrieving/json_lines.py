"""JSON Lines of movescu and getscu: those of ``json_lines``, and these.

======================  ================================================================================================
``retrieve-started``    ``association``, ``number`` (of the identifier, from 0), ``repetition``, ``message_id``,
                        ``sop_class_uid``, ``destination`` (AE title, or null for C-GET)
``retrieve-answered``   ``association``, ``number``, ``message_id``, ``status``, ``sub_operations`` (remaining,
                        completed, failed, warning; or null)
``retrieve-cancelled``  ``association``, ``number``, ``message_id``
``retrieve-ended``      ``association``, ``number``, ``message_id``, ``status``, ``comment``, ``sub_operations``,
                        ``failed`` (SOP Instance UIDs), ``cause``, ``advice`` (both "" after success)
``retrieve-method-chosen``  ``method``, ``reason``, ``is_retry``
``retrieve-waiting``    ``peer``, ``bound``
``retrieve-diagnosed``  ``kind``, ``text``, ``advice``, ``card``, ``other_method``, ``uids``
``retrieve-compared``   ``announced`` (or null where nobody has asked), ``reported`` (``completed``, ``failed``,
                        ``warning``), ``arrived``, ``stored`` (both null where nothing comes here), ``unasked``,
                        ``missing``, ``refused`` (SOP Instance UIDs), ``methods``, ``diagnoses`` (each ``kind``,
                        ``text``, ``advice``, ``card``, ``other_method``, ``uids``), ``failure``, ``error``,
                        ``outcome``, ``text``; the last but for ``job-finished``
======================  ================================================================================================

Events of the listener have ``is_incoming`` (true) too: its associations have numbers of their own. Identifiers, which
may tell who a patient is, do not appear.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dicomdesk.cli.output.explaining import explain_status
from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, Value, describe, keys
from dicomdesk.engine import events
from dicomdesk.engine.retrieve.diagnosis.report import report_document
from dicomdesk.engine.retrieve.facts import (
    RetrieveAnswered,
    RetrieveCancelled,
    RetrieveDiagnosed,
    RetrieveEnded,
    RetrieveFact,
    RetrieveMethodChosen,
    RetrieveStarted,
    RetrieveWaiting,
    SubOperations,
)
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.stats import Progress
from dicomdesk.human import printable

__all__ = ["LISTENER_JOB", "RetrieveJsonReporter"]

LISTENER_JOB = "receive-"
"""What the ID of a listener's job begins with."""

_COUNTS = keys("remaining completed failed warning")


def _counts(counts: SubOperations | None) -> Value:
    return None if counts is None else _COUNTS(counts)


_EVENTS: Mapping[type, tuple[str, Callable[[Any], Fields]]] = {
    RetrieveStarted: (
        "retrieve-started",
        keys(
            "association number repetition message_id sop_class_uid destination",
            destination=lambda title: title or None,
        ),
    ),
    RetrieveAnswered: (
        "retrieve-answered",
        keys("association number message_id status sub_operations=counts", sub_operations=_counts),
    ),
    RetrieveMethodChosen: ("retrieve-method-chosen", keys("method=method.value reason is_retry", reason=printable)),
    RetrieveWaiting: ("retrieve-waiting", keys("peer bound", peer=printable)),
    RetrieveDiagnosed: ("retrieve-diagnosed", lambda fact: dict(fact.diagnosis.document)),
    RetrieveCancelled: ("retrieve-cancelled", keys("association number message_id")),
    RetrieveEnded: (
        "retrieve-ended",
        keys(
            "association number message_id status comment sub_operations=counts failed=failed_uids",
            comment=printable,
            sub_operations=_counts,
            failed=list,
        ),
    ),
}


class RetrieveJsonReporter:
    """Writes what a retrieve job reports to stdout; see ``JsonReporter``. Used by the main thread only."""

    def __init__(self) -> None:
        self._reporter = JsonLinesReporter()
        self._last: list[tuple[str, Fields]] = []
        """That the job has finished, which is said last."""
        self._service = ""
        """What was asked for last."""

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""
        return self._reporter.is_lost

    def show(self, batch: Sequence[RetrieveFact]) -> None:
        """See ``JsonReporter``."""
        described = [one for fact in batch for one in self._describe(fact)]
        if described:
            self._reporter.write(described)

    def show_progress(self, progress: Progress) -> None:
        """See ``JsonReporter``."""
        self._reporter.show_progress(progress)

    def end(self, result: RetrieveOutcome) -> None:
        """Write what came of it."""
        self._reporter.write([("retrieve-compared", dict(report_document(result))), *self._last])

    def _describe(self, fact: RetrieveFact) -> Iterator[tuple[str, Fields]]:
        found = _EVENTS.get(type(fact))
        if isinstance(fact, RetrieveStarted):
            self._service = "C-GET" if fact.destination is None else "C-MOVE"
        if found is not None:
            name, make = found
            fields = make(fact)
            if isinstance(fact, RetrieveEnded):
                fields |= explain_status(fact.status, self._service)._asdict()
            yield name, fields
        elif isinstance(fact, events.JobFinished):
            self._last = [describe(fact)]
        elif isinstance(fact, events.NamedEvent):
            name, fields = describe(fact)
            yield name, fields | {"is_incoming": True} if fact.job_id.startswith(LISTENER_JOB) else fields
