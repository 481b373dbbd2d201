"""JSON Lines of storage commitment: associations as ``json_lines`` has them, and these.

=======================  ===============================================================================================
``commitment-asked``     ``association``, ``transaction_uid``, ``instances``, ``status`` (number, of the N-ACTION),
                         ``comment``
``commitment-reported``  ``unanswered`` (instances that no report has named yet)
``instance-commitment``  ``sop_class_uid``, ``sop_instance_uid``, ``state`` (not-asked, asked, committed, not-committed,
                         unanswered), ``failure_reason`` (number or null; -1 where the peer gives none), ``text``
``file-deletion``        ``path``, ``is_deleted``, ``reason`` (why the file was kept, or "")
=======================  ===============================================================================================
"""

from collections.abc import Iterable, Iterator, Sequence

from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, describe, keys
from dicomdesk.engine.commit.deletion import Deletion
from dicomdesk.engine.commit.facts import CommitFact, CommitmentAsked, CommitmentReported, InstanceJudged
from dicomdesk.engine.events import WordedEvent
from dicomdesk.engine.stats import Progress
from dicomdesk.human import printable

__all__ = ["CommitJson"]

_ASKED = keys("association transaction_uid instances status comment", comment=printable)
_REPORTED = keys("unanswered")
_JUDGED = keys(
    "sop_class_uid=reference.sop_class_uid sop_instance_uid=reference.sop_instance_uid state=commitment.state.value"
    " failure_reason=commitment.failure_reason text=commitment.text",
    text=printable,
)
_DELETION = keys("path is_deleted reason=text")


class CommitJson:
    """Writes what a commit job reports to stdout; see ``JsonReporter``. Used by the main thread only."""

    def __init__(self) -> None:
        self._reporter = JsonLinesReporter()

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""
        return self._reporter.is_lost

    def show(self, batch: Sequence[CommitFact]) -> None:
        """See ``JsonReporter``."""
        self._reporter.write([one for fact in batch for one in _describe(fact)])

    def show_progress(self, progress: Progress) -> None:
        """See ``JsonReporter``."""
        self._reporter.show_progress(progress)

    def show_deletions(self, deletions: Iterable[Deletion]) -> None:
        """Write what became of files."""
        self._reporter.write([("file-deletion", _DELETION(deletion)) for deletion in deletions])


def _describe(fact: CommitFact) -> Iterator[tuple[str, Fields]]:
    match fact:
        case CommitmentAsked():
            yield "commitment-asked", _ASKED(fact)
        case CommitmentReported():
            yield "commitment-reported", _REPORTED(fact)
        case InstanceJudged():
            yield "instance-commitment", _JUDGED(fact)
        case _ if not isinstance(fact, WordedEvent):
            yield describe(fact)
        case _:
            pass
