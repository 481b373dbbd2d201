"""Associations at once of a job, as many as help and as the peer has places for."""

import threading
from pathlib import Path

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import EventSink, ItemOutcome
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.engine.send.crew import PaceKeeper
from dicomdesk.engine.send.pace import Pace
from dicomdesk.engine.send.planned_send import SendJob
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send_request, write_instances
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold, Reject, Status


class Kept:
    """Request of a job whose associations a keeper counts."""

    def __init__(self, port: int, paths: list[str], keeper: PaceKeeper) -> None:
        self.request = send_request(port, paths, halt_on_error=False)
        self.keeper = keeper

    def make_job(self, sink: EventSink, start_thread: ThreadStarter, /) -> SendJob:
        return SendJob(self.request, sink, start_thread, keeper=self.keeper)


def test_what_the_peer_has_no_place_for_is_given_up_and_the_rest_goes_over_what_it_has(tmp_path: Path) -> None:
    busy = Reject(result=2, source=3, reason=2)
    keeper = PaceKeeper()
    keeper.pace = Pace(count=4)
    rejected = threading.Event()
    held = Hold(rejected, Status(0))  # the others have been answered before the first one ends
    with FakePeer(associate=[Accept(), busy, busy, busy, Accept()], stores=[held]) as peer, Engine() as engine:
        job = engine.submit(Kept(peer.port, write_instances(tmp_path, 12), keeper), recorder := EventRecorder())
        peer.wait_for("closed", 3)
        rejected.set()
        result = job.done.result(DEADLINE_S)
        recorder.check()
        assert {item.outcome for item in result.report.items} == {ItemOutcome.STORED}
        assert result.report.associations == 4
        assert (keeper.pace.count, keeper.pace.limit) == (1, 1)


def test_associations_that_are_not_wanted_any_more_leave_and_the_last_one_stays(tmp_path: Path) -> None:
    keeper = PaceKeeper()
    keeper.pace = Pace(count=3)
    go_on = threading.Event()
    with FakePeer(stores=[Hold(go_on, Status(0))]) as peer, Engine() as engine:
        job = engine.submit(Kept(peer.port, write_instances(tmp_path, 30), keeper), EventRecorder())
        peer.wait_for("associated", 3)
        keeper.pace = Pace(count=1, rest=10**6)
        go_on.set()
        result = job.done.result(DEADLINE_S)
        assert {item.outcome for item in result.report.items} == {ItemOutcome.STORED}
        assert result.report.associations == 3
        assert len(peer.stores) == 30
