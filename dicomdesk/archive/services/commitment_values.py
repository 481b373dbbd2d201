"""Storage commitment reports, as values (PS3.4 J.3.3)."""

from collections.abc import Mapping

from dicomdesk.archive.facts import CommitmentAnswered
from dicomdesk.dicom.commitment.documents import write_report
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.data_sets.element_writer import ElementWriter
from dicomdesk.records import dataclass

__all__ = ["Report"]

_ALL_COMMITTED, _SOME_FAILED = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Report on one transaction."""

    association: int
    """That it was asked on."""
    transaction_uid: str
    outcomes: Mapping[Reference, int]
    """Failure Reason of each reference, 0 for one that is kept."""
    archive_ae_title: str
    peer_ae_title: str
    asked: float
    """When, seconds since 1970."""

    @property
    def event_type(self) -> int:
        """1 where all are kept, else 2 (PS3.4 J.3.3.1)."""
        return _SOME_FAILED if any(self.outcomes.values()) else _ALL_COMMITTED

    def answered(self, *, is_reported: bool) -> CommitmentAnswered:
        """Return the fact that the peer has taken it, or cannot be reached."""
        failed = sum(1 for reason in self.outcomes.values() if reason)
        return CommitmentAnswered(
            association=self.association,
            transaction_uid=self.transaction_uid,
            committed=len(self.outcomes) - failed,
            failed=failed,
            is_reported=is_reported,
        )

    def write(self, writer: ElementWriter) -> None:
        """Write the event information (PS3.4 table J.3-2)."""
        write_report(writer, self.transaction_uid, self.outcomes, self.archive_ae_title)
