"""Commit jobs among providers that report in parts, twice, late, elsewhere, not at all, or go away."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.commit import CommitJob, CommitResult
from dicomdesk.engine.commit.facts import CommitFact, CommitmentAsked, InstanceJudged
from dicomdesk.engine.commit.request import CommitRequest, CommitWay, CommitWish, ReportListener
from dicomdesk.engine.commit.states import CommitmentState, join_outcomes
from dicomdesk.engine.commit.transactions import LateReport, Transactions
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationReleased, JobFinished, JobOutcome, Notice
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.errors import PortInUseError
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message
from tests.helpers.peers.commitment_peers import N_ACTION, action_answer, asked_for, commit_all, report_pdus
from tests.helpers.peers.report_takers import COMMITMENT
from tests.helpers.peers.requestors import ABORT, DEADLINE_S, Proposal, connected, pdu

ALL = [Reference(CT_IMAGE, f"1.2.{number}") for number in range(5)]
Report = Callable[[Asked, Message], None]


def call_back(port: int, transaction: str, outcomes: Mapping[Reference, int], *, reverses: bool = True) -> int:
    """Report over an association of the peer's own; the status of our answer."""
    roles = ((COMMITMENT, 0, 1),) if reverses else ()
    with connected(port) as peer:
        peer.associate(Proposal(contexts=[(1, COMMITMENT, [EXPLICIT])], roles=roles, calling=b"FAKE"))
        peer.send(report_pdus(transaction, outcomes))
        status: int = peer.read_response().number(0x0900)
        peer.release()
    return status


class Ask:
    """One commit job with a provider that is told what to do."""

    def __init__(self, report: Report, **changes: object) -> None:
        self.report = report
        self.changes = changes
        self.facts: list[CommitFact] = []
        self.book = Transactions(told=self._take_late)
        self.late: list[LateReport] = []
        self.late_came = threading.Event()
        self.began = threading.Event()

    def _take_late(self, report: LateReport) -> None:
        self.late.append(report)
        self.late_came.set()

    def _note(self, fact: CommitFact) -> None:
        self.facts.append(fact)
        if isinstance(fact, CommitmentAsked):
            self.began.set()

    def _answer(self, asked: Asked, message: Message) -> None:
        if message.field == N_ACTION:
            self.report(asked, message)

    def request(self, port: int, way: CommitWay, patience_s: float) -> CommitRequest:
        return CommitRequest(
            peer=Peer(host="127.0.0.1", port=port, ae_title="FAKE"),
            association=AssociationSettings(calling_ae_title="OURS"),
            references=tuple(ALL),
            transactions=self.book,
            wish=CommitWish(way=way, patience_s=patience_s),
            **self.changes,  # type: ignore[arg-type]  # any field
        )

    def run(
        self,
        way: CommitWay = CommitWay.AUTO,
        patience_s: float = DEADLINE_S,
        meanwhile: Callable[[CommitJob], None] = lambda _job: None,
    ) -> CommitResult:
        with AnsweringPeer(self._answer) as peer, Engine() as engine:
            job = engine.submit(self.request(peer.port, way, patience_s), self._note)
            meanwhile(job)
            return job.done.result(DEADLINE_S)

    def told(self) -> dict[Reference, CommitmentState]:
        """What the facts said at the end, of each instance once."""
        judged = [fact for fact in self.facts if isinstance(fact, InstanceJudged)]
        assert len(judged) == len(ALL)
        assert isinstance(self.facts[-1], JobFinished)
        return {fact.reference: fact.commitment.state for fact in judged}


def states(result: CommitResult) -> list[CommitmentState]:
    return [result.commitments[reference].state for reference in ALL]


def test_the_whole_report_on_our_association_ends_the_wait() -> None:
    ask = Ask(commit_all)
    result = ask.run()
    assert (result.outcome, result.error, result.is_all_committed) == (JobOutcome.COMPLETED, None, True)
    assert set(ask.told().values()) == {CommitmentState.COMMITTED}
    assert [type(fact) for fact in ask.facts].count(AssociationReleased) == 1


@pytest.mark.parametrize("reverses", [True, False])
def test_a_report_on_the_peers_own_association_is_taken_while_ours_still_stands(reverses: bool) -> None:
    port = free_port()
    calls: list[threading.Thread] = []

    def report(asked: Asked, message: Message) -> None:
        transaction, references = asked_for(message)
        outcomes = dict.fromkeys(references, 0)
        asked.send(action_answer(message))
        calls.append(
            threading.Thread(target=call_back, args=(port, transaction, outcomes), kwargs={"reverses": reverses})
        )
        calls[0].start()

    result = Ask(report, listener=ReportListener(port=port, address="127.0.0.1")).run()
    calls[0].join(DEADLINE_S)
    assert result.is_all_committed


def test_halves_over_two_associations_make_a_whole() -> None:
    port = free_port()
    calls: list[threading.Thread] = []

    def report(asked: Asked, message: Message) -> None:
        transaction, references = asked_for(message)
        half = dict.fromkeys(references[:2], 0)
        asked.send(action_answer(message), report_pdus(transaction, half))
        rest = {references[2]: 0x0112, references[3]: 0, references[4]: 0}
        calls.append(threading.Thread(target=call_back, args=(port, transaction, rest)))
        calls[0].start()

    result = Ask(report, listener=ReportListener(port=port, address="127.0.0.1")).run()
    calls[0].join(DEADLINE_S)
    assert result.outcome is JobOutcome.COMPLETED
    assert states(result) == [
        *[CommitmentState.COMMITTED] * 2,
        CommitmentState.NOT_COMMITTED,
        *[CommitmentState.COMMITTED] * 2,
    ]


def test_what_the_peer_does_not_report_on_is_unanswered_with_words_and_advice() -> None:
    def report(asked: Asked, message: Message) -> None:
        transaction, references = asked_for(message)
        asked.send(action_answer(message), report_pdus(transaction, {references[0]: 0}))

    result = Ask(report).run(patience_s=0.2)
    assert result.outcome is JobOutcome.FAILED
    assert str(result.error) == "The peer has not reported on 4 instances within 0.2 s"
    assert "somebody must listen there" in result.error.advice  # type: ignore[union-attr]  # it is a PeerError
    assert states(result) == [CommitmentState.COMMITTED, *[CommitmentState.UNANSWERED] * 4]
    assert "Ask again before deleting it" in result.commitments[ALL[1]].text


def test_a_report_that_comes_after_the_job_has_ended_finds_its_instances_through_the_receiver(tmp_path: Path) -> None:
    seen: list[str] = []

    def report(asked: Asked, message: Message) -> None:
        seen.append(asked_for(message)[0])
        asked.send(action_answer(message))

    ask = Ask(report, has_receiver=True, stays_open=True, purpose="errand 7")
    receive = ReceiveRequest(
        port=0,
        address="127.0.0.1",
        acceptance=Acceptance(accept_all=True, resolve_hosts=False),
        storage=Storage(folder=tmp_path),
        commitments=ask.book,
    )
    with Engine() as engine:
        port = engine.submit(receive, lambda _fact: None).port
        result = ask.run(patience_s=0.2)
        assert set(states(result)) == {CommitmentState.UNANSWERED}
        assert "It would still be taken" in result.commitments[ALL[0]].text
        assert call_back(port, seen[0], dict.fromkeys(ALL, 0)) == 0
        assert ask.late_came.wait(DEADLINE_S)
    assert [(late.purpose, late.is_complete, late.outcomes) for late in ask.late] == [
        ("errand 7", True, dict.fromkeys(ALL, 0))
    ]


def test_a_peer_that_refuses_the_request_commits_to_nothing() -> None:
    result = Ask(lambda asked, message: asked.send(action_answer(message, 0x0213, "no room"))).run()
    assert result.outcome is JobOutcome.COMPLETED
    assert set(states(result)) == {CommitmentState.NOT_COMMITTED}
    assert result.commitments[ALL[0]].text.endswith('The peer says: "no room"')


def test_a_cancel_ends_the_wait_in_order() -> None:
    ask = Ask(lambda asked, message: asked.send(action_answer(message)))

    def cancel(job: CommitJob) -> None:
        assert ask.began.wait(DEADLINE_S)
        job.cancel()

    result = ask.run(meanwhile=cancel)
    assert result.outcome is JobOutcome.CANCELLED
    assert "before the wait was broken off" in result.commitments[ALL[0]].text
    assert any(isinstance(fact, AssociationReleased) for fact in ask.facts)


def test_a_peer_that_goes_away_instead_of_reporting_is_told() -> None:
    result = Ask(lambda asked, message: asked.send(action_answer(message), pdu(ABORT, bytes(4)))).run()
    assert result.outcome is JobOutcome.FAILED
    assert "aborted the association" in str(result.error)
    assert set(states(result)) == {CommitmentState.UNANSWERED}


def test_a_port_that_is_taken_is_an_error_only_where_nothing_else_would_bring_the_report() -> None:
    with Engine() as engine:
        receive = ReceiveRequest(
            port=0, address="127.0.0.1", acceptance=Acceptance(accept_all=True, resolve_hosts=False)
        )
        port = engine.submit(receive, lambda _fact: None).port
        ask = Ask(commit_all, listener=ReportListener(port=port, address="127.0.0.1"))
        with pytest.raises(PortInUseError):
            ask.run(CommitWay.NEW)
        assert ask.run().is_all_committed
    (notice,) = [fact for fact in ask.facts if isinstance(fact, Notice)]
    assert "the report can come on our association only" in notice.text


OUTCOMES = st.dictionaries(st.sampled_from(ALL), st.sampled_from((0, 0, 0x0110, 0x0112)), max_size=5)
DELIVERIES = st.lists(st.tuples(st.sampled_from(("same", "new", "unknown", "again")), OUTCOMES), max_size=6)


class Deliverer:
    """A provider that delivers as it is told, one statement after the other, and notes what that comes to."""

    def __init__(self, deliveries: list[tuple[str, dict[Reference, int]]]) -> None:
        self.deliveries = deliveries
        self.port = free_port()
        self.known: dict[Reference, int | None] = dict.fromkeys(ALL)
        """The plain model."""
        self.is_done = threading.Event()

    @property
    def is_complete(self) -> bool:
        return None not in self.known.values()

    def report(self, asked: Asked, message: Message) -> None:
        transaction, _ = asked_for(message)
        asked.send(action_answer(message))
        for way, outcomes in self.deliveries:
            if self.is_complete:
                break  # the job ends with the last answer
            if way != "unknown":
                for reference, outcome in outcomes.items():
                    self.known[reference] = join_outcomes(self.known[reference], outcome)
            self._deliver(asked, way, "1.2.3" if way == "unknown" else transaction, outcomes)
        self.is_done.set()

    def _deliver(self, asked: Asked, way: str, transaction: str, outcomes: Mapping[Reference, int]) -> None:
        if way == "new":
            assert call_back(self.port, transaction, outcomes) == 0
            return
        times = 2 if way == "again" else 1
        asked.send(*[report_pdus(transaction, outcomes)] * times)
        for _ in range(0 if self.is_complete else times):
            assert asked.read_message() is not None

    def end(self, job: CommitJob) -> None:
        assert self.is_done.wait(DEADLINE_S)
        if not self.is_complete:  # else the job ends by itself, when the last report has come
            job.cancel()


@pytest.mark.long
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DELIVERIES)
def test_whatever_is_delivered_over_whichever_association_the_states_are_those_of_a_plain_model(
    deliveries: list[tuple[str, dict[Reference, int]]],
) -> None:
    peer = Deliverer(deliveries)
    logging.disable(logging.WARNING)  # lies are told in the log, which is not the matter here
    try:
        listener = ReportListener(port=peer.port, address="127.0.0.1")
        result = Ask(peer.report, listener=listener).run(meanwhile=peer.end)
    finally:
        logging.disable(logging.NOTSET)
    expected = {None: CommitmentState.UNANSWERED, 0: CommitmentState.COMMITTED}
    assert {one: found.state for one, found in result.commitments.items()} == {
        one: expected.get(outcome, CommitmentState.NOT_COMMITTED) for one, outcome in peer.known.items()
    }
