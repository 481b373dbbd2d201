"""Reports go to who takes them now; without one the peer is to come again."""

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.report_relay import ReportRelay
from dicomdesk.engine.commit.transactions import Transactions


def test_reports_go_to_who_takes_them_now() -> None:
    relay, book, asked = ReportRelay(), Transactions(), Reference("1.2", "1.3")
    uid = book.open([asked], peer_ae_title="PACS", our_ae_title="OURS")
    report = CommitmentReport(transaction_uid=uid, committed=(asked,))
    early = relay.take_report(report, "PACS")
    assert (early.status, early.comment) == (0x0110, "not ready yet: report again later")
    assert book.unanswered([uid]) == 1
    relay.desk = book
    assert relay.take_report(report, "PACS").status == 0
    assert book.unanswered([uid]) == 0
