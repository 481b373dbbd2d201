"""Requests that are shared out among associations."""

import threading
from pathlib import Path

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationRequested, JobOutcome
from dicomdesk.engine.retrieve.facts import RetrieveEnded, RetrieveFact, RetrieveStarted, RetrieveWaiting
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.jobs.retrieving import getting, retrieve, storing, study
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.requestors import ABORT, pdu

UIDS = ["1.2.3.1", "1.2.3.2"]


def test_a_lost_association_is_tried_again_as_often_as_asked_for(tmp_path: Path) -> None:
    def abort(asked: Asked, message: Message) -> None:
        asked.send(pdu(ABORT, b"\0\0\0\0"))

    with AnsweringPeer(abort, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study("1.2"), study("1.3"), retries=2))
    assert (outcome.outcome, outcome.failure) == (JobOutcome.FAILED, RetrieveFailure.ABORTED_BY_PEER)
    assert len(of(facts, AssociationRequested)) == 3


def test_repeats_and_identifiers_go_in_order_over_one_association(tmp_path: Path) -> None:
    with AnsweringPeer(lambda asked, message: asked.send(response(message, 0)), roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study("1.2"), study("1.3"), repeats=2))
        assert peer.associations == 1
    assert [ended.number for ended in of(facts, RetrieveEnded)] == [0, 0, 1, 1]
    assert outcome.outcome is JobOutcome.COMPLETED


def test_without_identifiers_an_association_is_opened_and_ended(tmp_path: Path) -> None:
    with AnsweringPeer(lambda _asked, _message: None, roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", aborts_at_end=True))
        peer.wait_for("aborted")
    assert (outcome.outcome, outcome.ended, outcome.diagnoses) == (JobOutcome.COMPLETED, (), ())


def test_a_job_waits_for_another_of_the_same_engine_and_says_so(tmp_path: Path) -> None:
    waits, most = threading.Event(), []

    def answer(asked: Asked, message: Message) -> None:
        assert waits.wait(DEADLINE_S)
        most.append(asked.peer.associations)
        storing(UIDS)(asked, message)

    def note(fact: RetrieveFact) -> None:
        if isinstance(fact, RetrieveWaiting):
            assert fact.bound == 1
            waits.set()

    with AnsweringPeer(answer, roles) as peer, Engine() as engine:
        requests = [getting(peer.port, tmp_path / name, study("1.2.3"), at_once=1) for name in "ab"]
        jobs = [engine.submit(request, note) for request in requests]
        assert [job.done.result(DEADLINE_S).stored for job in jobs] == [len(UIDS)] * 2
    assert most == [1, 2]


def test_a_job_that_waits_for_a_place_can_be_cancelled(tmp_path: Path) -> None:
    waits, goes_on = threading.Event(), threading.Event()

    def answer(asked: Asked, message: Message) -> None:
        assert goes_on.wait(DEADLINE_S)
        storing(UIDS)(asked, message)

    with AnsweringPeer(answer, roles) as peer, Engine() as engine:
        held = threading.Event()
        first = engine.submit(
            getting(peer.port, tmp_path / "a", study("1.2.3"), at_once=1),
            lambda fact: held.set() if isinstance(fact, RetrieveStarted) else None,
        )
        assert held.wait(DEADLINE_S)
        second = engine.submit(
            getting(peer.port, tmp_path / "b", study("1.2.3"), at_once=1, asks_first=True),
            lambda fact: waits.set() if isinstance(fact, RetrieveWaiting) else None,
        )
        assert waits.wait(DEADLINE_S)
        second.cancel()
        outcome = second.done.result(DEADLINE_S)
        goes_on.set()
        assert first.done.result(DEADLINE_S).stored == len(UIDS)
        assert peer.associations == 1
    assert (outcome.outcome, outcome.diagnoses) == (JobOutcome.CANCELLED, ())
