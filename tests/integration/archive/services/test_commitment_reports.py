"""Reports to peers that have left: again after a while, over restarts, and given up in the end."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, time
from types import MappingProxyType
from typing import Any

import pytest

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import ArchiveFact, CommitmentAnswered
from dicomdesk.archive.services import commitment_reports
from dicomdesk.archive.services.commitment_reports import ReportDelivery, TooManyReportsError
from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.dicom.commitment.references import Reference
from tests.helpers.archives.served_archives import ARCHIVE, DEADLINE_S, make_settings, until
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold, Reject, Silence
from tests.helpers.peers.report_takers import kept_reports, taking_and_leaving

REPORT = Report(
    association=1,
    transaction_uid="1.2.3",
    outcomes={Reference("1.2", "1.3"): 0, Reference("1.2", "1.4\n"): 0x0112},
    archive_ae_title=ARCHIVE,
    peer_ae_title="ASKER",
    asked=0.0,
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


class Delivering:
    """A delivery, with the only area that it delivers from."""

    def __init__(self, delivery: ReportDelivery, keeper: Keeper, told: Told) -> None:
        self.delivery, self.keeper, self.told = delivery, keeper, told

    def deliver(self, report: Report = REPORT, *, asked: float | None = None) -> None:
        """Keep a report, and have it delivered."""
        made = replace(report, asked=time() if asked is None else asked)
        self.delivery.deliver(self.delivery.keep(made, self.keeper))

    def resume(self) -> None:
        self.delivery.resume({ARCHIVE: self.keeper})


@contextmanager
def delivering(folder: Path, peers: Mapping[str, int] = MappingProxyType({}), **arguments: Any) -> Iterator[Delivering]:
    settings, told = make_settings(folder, peers=peers), Told()
    delivery = ReportDelivery(SettingsInForce(settings), told, **arguments)
    with Archive(settings) as archive:
        try:
            yield Delivering(delivery, archive.keeper(ARCHIVE), told)
        finally:
            delivery.stop()


def test_a_peer_is_tried_again_and_given_up_in_the_end(tmp_path: Path, announce_log: Any) -> None:
    announce_log("ASKER has not taken its storage commitment report for too long: 1.2.3")
    with (
        FakePeer(associate=[Reject()]) as peer,
        delivering(tmp_path, {"ASKER": peer.port}, pauses_s=(0.0, 0.01), patience_s=0.2) as one,
    ):
        one.deliver()
        assert one.told.came.wait(DEADLINE_S)
        assert [fact.is_reported for fact in one.told.facts] == [False]
        assert len(peer.associations) > 2
        assert kept_reports(tmp_path) == []


def test_a_peer_that_does_not_accept_the_class_is_given_up(tmp_path: Path, announce_log: Any) -> None:
    announce_log("for too long")
    with (
        FakePeer(associate=[Accept(refuse_all=True)]) as peer,
        delivering(tmp_path, {"ASKER": peer.port}, patience_s=0.0) as one,
    ):
        one.deliver()
        assert one.told.came.wait(DEADLINE_S)
        peer.wait_for("released")
        assert not one.told.facts[0].is_reported


def test_stopping_does_not_wait_for_anybody_and_keeps_what_waits(tmp_path: Path) -> None:
    with (
        FakePeer(associate=[Silence()]) as silent,
        delivering(tmp_path, {"ASKER": free_port(), "SILENT": silent.port}, pauses_s=(0.0, 1000.0)) as one,
    ):
        one.deliver()
        one.deliver(replace(REPORT, peer_ae_title="SILENT"))
        one.delivery.stop()
        one.delivery.stop()
        one.deliver()
        assert one.told.facts == []
        assert len(kept_reports(tmp_path)) == 3


def test_what_never_had_a_report_has_no_thread(tmp_path: Path) -> None:
    with delivering(tmp_path) as one:
        before = threading.active_count()
        one.resume()
        assert threading.active_count() == before


def test_what_a_process_has_left_is_delivered_by_the_next_once(tmp_path: Path) -> None:
    with delivering(tmp_path, {"ASKER": free_port()}, pauses_s=(0.0, 1000.0)) as one:
        one.deliver()
    assert len(kept_reports(tmp_path)) == 1
    with taking_and_leaving(b"") as taker:
        for _ in range(2):
            with delivering(tmp_path, {"ASKER": taker.port}) as one:
                one.resume()
                assert taker.reports or one.told.came.wait(DEADLINE_S)
        assert taker.reports == 1
    assert kept_reports(tmp_path) == []


def test_reports_of_processes_that_live_are_theirs(tmp_path: Path) -> None:
    with taking_and_leaving(b"") as taker:
        with (
            delivering(tmp_path, {"ASKER": free_port()}, pauses_s=(0.0, 1000.0)) as first,
            delivering(tmp_path, {"ASKER": taker.port}) as second,
        ):
            first.deliver()
            second.resume()
            assert taker.reports == 0
            assert len(kept_reports(tmp_path)) == 1
        assert taker.reports == 0


def test_what_was_asked_for_too_long_ago_is_tried_once_more(tmp_path: Path, announce_log: Any) -> None:
    announce_log("for too long")
    with delivering(tmp_path, {"ASKER": free_port()}, pauses_s=(0.0, 1000.0)) as one:
        one.deliver(asked=time() - 4 * 86_400)
        assert one.told.came.wait(DEADLINE_S)
    with delivering(tmp_path, {"ASKER": free_port()}) as one:
        one.delivery.stop()
        one.deliver(asked=time() - 4 * 86_400)
    with taking_and_leaving(b"") as taker, delivering(tmp_path, {"ASKER": taker.port}) as one:
        one.resume()
        assert one.told.came.wait(DEADLINE_S)
        assert one.told.facts[0].is_reported


def test_a_peer_that_is_away_is_called_for_one_report_only(tmp_path: Path) -> None:
    """The others wait with it, and come when it is back."""
    are_waiting = threading.Event()
    with FakePeer(associate=[Hold(are_waiting, Reject())]) as away:
        with delivering(tmp_path, {"ASKER": away.port}, pauses_s=(0.0, 1000.0)) as one:
            for _ in range(5):
                one.deliver()
            are_waiting.set()
            away.wait_for("rejected")
            waiting = one.delivery._waiting
            until(lambda: len(waiting) == 5 and min(waiting)[0] > monotonic() + 500)
        assert len(away.associations) == 1
    assert len(kept_reports(tmp_path)) == 5


def test_only_so_many_reports_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Any) -> None:
    monkeypatch.setattr(commitment_reports, "_MOST_KEPT", 2)
    peers = {"ASKER": free_port()}
    with delivering(tmp_path, peers, pauses_s=(1000.0,)) as one:
        one.deliver()
        one.deliver()
        with pytest.raises(TooManyReportsError):
            one.deliver()
        assert len(kept_reports(tmp_path)) == 2
    announce_log("that of transaction 1.2.3 is given up")
    monkeypatch.setattr(commitment_reports, "_MOST_KEPT", 1)
    with delivering(tmp_path, peers, pauses_s=(1000.0,)) as one:
        one.resume()
        assert len(kept_reports(tmp_path)) == 1


def test_only_so_many_instances_are_in_the_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commitment_reports, "_MOST_REFERENCES", 1)
    with delivering(tmp_path, {"ASKER": free_port()}, pauses_s=(1000.0,)) as one:
        one.deliver()  # one alone is always taken
        with pytest.raises(TooManyReportsError):
            one.deliver()
