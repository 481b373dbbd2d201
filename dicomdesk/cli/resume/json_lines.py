"""JSON Lines of ``resume``: associations and instances as ``json_lines`` has them, and these.

===================  ===================================================================================================
``errand``           ``errand`` (its number), ``state`` (waiting, held, running, retrying, done, cancelled), ``title``,
                     ``peer``, ``origin``, ``study_instance_uid``, ``added_at``, ``ended_at``, ``next_try_at`` (ISO
                     8601 with offset, or null), ``reason``, ``counts`` (instances by state); at each change, and of
                     ``--list`` and ``--history``
``instance``         ``errand``, ``number`` (from 0), ``path``, ``sop_class_uid``, ``sop_instance_uid``, ``state``
                     (waiting, under-way, stored, warning, refused, not-sent, failed), ``status`` (number or null),
                     ``reason``, ``commitment`` (not-asked, asked, committed, not-committed), ``attempts`` (each with
                     number, peer, began_at, ended_at, state, status, reason); of ``--history --instances``
``instance-ended``   ``errand``, ``number``, ``path``, ``sop_instance_uid``, ``state`` (waiting where it is tried
                     again), ``status``, ``reason``, ``attempts`` (how many)
``peer-paused``      ``peer``, ``until`` (ISO 8601 with offset), ``reason``
``work``             ``key``, ``state`` (open, done, failed), ``title``, ``added_at``, ``ended_at``, ``reason``; of a
                     retrieve or list, by ``--list`` and ``--history``
``work-started``     ``key``, ``title``
``work-ended``       ``key``, ``state``, ``text``
``resume-ended``     ``counts`` (instances by state), ``left``, ``outcome`` (completed, failed, cancelled), ``error``;
                     the last
===================  ===================================================================================================

What may tell who a patient is stands in titles and paths only.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, describe, keys
from dicomdesk.cli.resume.rows import errand_fields
from dicomdesk.engine import events
from dicomdesk.engine.outbox.facts import ErrandAdded, ErrandChanged, InstanceEnded, PeerPaused
from dicomdesk.engine.resume.facts import ResumeFact, WorkEnded, WorkStarted
from dicomdesk.engine.resume.resume_job import ResumeResult
from dicomdesk.engine.stats import Progress
from dicomdesk.human import printable

__all__ = ["ResumeJsonReporter"]

_TOLD = (
    events.Notice,
    events.AssociationRequested,
    events.AssociationAccepted,
    events.AssociationFailed,
    events.AssociationReleased,
    events.AssociationAborted,
)
_ENDED = keys(
    "errand=errand_id number path sop_instance_uid state=state.value status reason attempts",
    path=printable,
    reason=printable,
)
_PAUSED = keys("peer until reason", peer=printable, until=datetime.isoformat, reason=printable)
_STARTED = keys("key title", title=printable)
_WORK_ENDED = keys("key state=state.value text", text=printable)


class ResumeJsonReporter:
    """Writes what is done to stdout; see ``JsonReporter``. Used by the main thread only."""

    def __init__(self) -> None:
        self._reporter = JsonLinesReporter()

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""
        return self._reporter.is_lost

    def show(self, batch: Sequence[ResumeFact]) -> None:
        """See ``JsonReporter``."""
        described = [one for fact in batch for one in _describe(fact)]
        if described:
            self._reporter.write(described)

    def show_progress(self, progress: Progress) -> None:
        """See ``JsonReporter``."""
        self._reporter.show_progress(progress)

    def write(self, name: str, fields: Fields) -> None:
        """Write one object."""
        self._reporter.write([(name, fields)])

    def end(self, result: ResumeResult) -> None:
        """Write what came of it."""
        fields: Fields = {
            "counts": {state.value: count for state, count in result.counts.items()},
            "left": result.left,
            "outcome": result.outcome.value,
            "error": "" if result.error is None else printable(str(result.error)),
        }
        self.write("resume-ended", fields)


def _describe(fact: ResumeFact) -> Iterator[tuple[str, Fields]]:
    match fact:
        case ErrandAdded(errand=errand) | ErrandChanged(errand=errand):
            yield "errand", errand_fields(errand.record, errand.counts)
        case InstanceEnded():
            yield "instance-ended", _ENDED(fact)
        case PeerPaused():
            yield "peer-paused", _PAUSED(fact)
        case WorkStarted():
            yield "work-started", _STARTED(fact)
        case WorkEnded():
            yield "work-ended", _WORK_ENDED(fact)
        case _ if isinstance(fact, _TOLD):
            yield describe(fact)
        case _:
            pass
