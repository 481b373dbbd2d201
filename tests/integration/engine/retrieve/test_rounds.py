"""Requests that are shared out among associations."""

from pathlib import Path

from dicomdesk.engine.events import AssociationRequested, JobOutcome
from dicomdesk.engine.retrieve.facts import RetrieveEnded
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.retrieving import getting, retrieve, study
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.requestors import ABORT, pdu


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
