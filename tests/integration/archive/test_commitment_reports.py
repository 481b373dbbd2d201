"""Reports to peers that have left: again after a while, and given up in the end."""

import threading
from pathlib import Path

from dicomdesk.archive.commitment_reports import Reference, Report, ReportDelivery
from dicomdesk.archive.configuration import PeerEntry
from dicomdesk.archive.facts import ArchiveFact, CommitmentAnswered
from tests.helpers.dcmtk import free_port
from tests.helpers.peers import Accept, FakePeer, Reject, Silence
from tests.helpers.served_archives import DEADLINE_S, make_settings

REPORT = Report(
    association=1,
    transaction_uid="1.2.3",
    outcomes={Reference("1.2", "1.3"): 0},
    archive_ae_title="ARCHIVE",
    peer_ae_title="ASKER",
)


class Told:
    """Facts, and a wait for the first."""

    def __init__(self) -> None:
        self.facts: list[CommitmentAnswered] = []
        self.came = threading.Event()

    def __call__(self, fact: ArchiveFact) -> None:
        assert isinstance(fact, CommitmentAnswered)
        self.facts.append(fact)
        self.came.set()


def entry(port: int) -> PeerEntry:
    return PeerEntry(ae_title="ASKER", host="127.0.0.1", port=port)


def test_a_peer_is_tried_again_and_given_up_in_the_end(tmp_path: Path) -> None:
    told = Told()
    with FakePeer(associate=[Reject()]) as peer:
        delivery = ReportDelivery(make_settings(tmp_path), told, pauses_s=(0.0, 0.01, 0.02))
        delivery.add(REPORT, entry(peer.port))
        assert told.came.wait(DEADLINE_S)
        delivery.stop()
        assert [fact.is_reported for fact in told.facts] == [False]


def test_a_peer_that_does_not_accept_the_class_is_given_up(tmp_path: Path) -> None:
    told = Told()
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        delivery = ReportDelivery(make_settings(tmp_path), told, pauses_s=(0.0,))
        delivery.add(REPORT, entry(peer.port))
        assert told.came.wait(DEADLINE_S)
        delivery.stop()
        peer.wait_for("released")
        assert not told.facts[0].is_reported


def test_stopping_does_not_wait_for_anybody(tmp_path: Path) -> None:
    told = Told()
    with FakePeer(associate=[Silence()]) as silent:
        delivery = ReportDelivery(make_settings(tmp_path), told, pauses_s=(0.0, 1000.0))
        delivery.add(REPORT, entry(free_port()))
        delivery.add(REPORT, entry(silent.port))
        delivery.stop()
        delivery.stop()
    delivery.add(REPORT, entry(1))
    assert not told.facts[-1].is_reported


def test_what_never_had_a_report_has_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    delivery = ReportDelivery(make_settings(tmp_path), Told())
    assert threading.active_count() == before
    delivery.stop()
