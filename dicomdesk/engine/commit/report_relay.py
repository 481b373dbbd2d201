"""Hands reports of a receiver to transactions that are opened later than it, or closed before."""

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.engine.receive.request import ReportDesk
from dicomdesk.network.dimse.commitment import ReportAnswer
from dicomdesk.network.status import Status

__all__ = ["ReportRelay"]


class ReportRelay:
    """A ``ReportDesk`` that stands before another; peers are asked to come again while there is none. Any thread."""

    def __init__(self) -> None:
        self.desk: ReportDesk | None = None
        """Who takes reports now; to be set by whoever opens and closes the transactions."""

    def take_report(self, report: CommitmentReport, sender: str) -> ReportAnswer:
        """See ``ReportDesk``."""
        desk = self.desk
        if desk is None:
            return ReportAnswer(int(Status.PROCESSING_FAILURE), "not ready yet: report again later")
        return desk.take_report(report, sender)
