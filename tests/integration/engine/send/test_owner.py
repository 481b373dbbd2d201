"""A planned job whose instances belong to somebody else."""

from pathlib import Path

from dicomdesk.engine.delivery.ledger import MemoryLedger
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import EventSink, ItemOutcome, JobFinished, JobOutcome
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.engine.send.planned_send import SendJob
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send_request, write_instances
from tests.helpers.peers.fake_peer import Close, FakePeer, Status


class Owner:
    """Wants some, and writes down what it is asked."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted = wanted
        self.claimed: list[int] = []

    def is_wanted(self, index: int) -> bool:
        return index in self.wanted

    def claim(self, index: int) -> bool:
        self.claimed.append(index)
        return index in self.wanted

    def give_back(self, index: int) -> None:
        self.claimed.remove(index)


class Owned:
    """Request of a job that belongs to an owner."""

    def __init__(self, port: int, paths: list[str], owner: Owner, retries: int = 0) -> None:
        self.request = send_request(port, paths, halt_on_error=False, retries=retries)
        self.owner = owner
        self.ledger = MemoryLedger()

    def outcomes(self) -> list[ItemOutcome | None]:
        return [entry.outcome for entry in self.ledger.entries()]

    def make_job(self, sink: EventSink, start_thread: ThreadStarter, /) -> SendJob:
        return SendJob(self.request, sink, start_thread, self.ledger, self.owner)


def test_only_what_is_wanted_is_sent_and_nothing_is_opened_for_nothing(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 4)
    with FakePeer() as peer, Engine() as engine:
        nobody, some = Owned(peer.port, paths, Owner(set())), Owned(peer.port, paths, Owner({1, 3}))
        engine.submit(nobody, EventRecorder()).done.result(DEADLINE_S)
        assert not peer.associations
        assert nobody.outcomes() == [ItemOutcome.NOT_SENT] * 4
        recorder = EventRecorder()
        result = engine.submit(some, recorder).done.result(DEADLINE_S)
        assert some.outcomes() == [ItemOutcome.NOT_SENT, ItemOutcome.STORED] * 2
        assert not result.report.items, "the owner knows what came of each"
        counts = recorder.of(JobFinished)[0].counts
        assert (counts[ItemOutcome.NOT_SENT], counts[ItemOutcome.STORED]) == (2, 2)


def test_what_may_pass_is_left_to_the_owner_whatever_the_retries(tmp_path: Path) -> None:
    with FakePeer(stores=[Status(0xA700), Status(0)]) as peer, Engine() as engine:
        owned = Owned(peer.port, write_instances(tmp_path, 2), Owner({0, 1}), retries=5)
        result = engine.submit(owned, EventRecorder()).done.result(DEADLINE_S)
        assert [entry.attempts for entry in owned.ledger.entries()] == [1, 1]
        assert result.outcome is JobOutcome.COMPLETED
        assert len(peer.associations) == 1


def test_a_job_ends_where_an_association_is_lost_before_anything_was_answered(tmp_path: Path) -> None:
    with FakePeer(in_object={0: Close()}) as peer, Engine() as engine:
        owner = Owner({0, 1})
        result = engine.submit(Owned(peer.port, write_instances(tmp_path, 2), owner), EventRecorder()).done.result(
            DEADLINE_S
        )
        assert result.outcome is JobOutcome.FAILED
        assert owner.claimed == [0]
        assert len(peer.associations) == 1
