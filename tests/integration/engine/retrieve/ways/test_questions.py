"""What a job asks beside its retrieves goes over few associations, each of which waits for its place."""

from dataclasses import replace
from pathlib import Path

from dicomdesk.engine.events import AssociationReleased, AssociationRequested
from dicomdesk.engine.query.facts import QueryStarted
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.errors import DataError
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.retrieving import getting, retrieve, storing, study
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.requestors import ABORT, pdu

FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
C_FIND_RQ = 0x0020


def proposed(fact: AssociationRequested) -> list[str]:
    return [context.abstract_syntax for context in fact.contexts]


def test_both_questions_go_over_one_association(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_FIND_RQ:
            asked.send(response(message, 0))
        else:
            storing(["1.2.3.1"])(asked, message)

    with AnsweringPeer(answer, roles) as peer:
        request = getting(peer.port, tmp_path / "in", study("1.2.3"), asks_first=True)
        _, facts = retrieve(replace(request, method=RetrieveMethod.AUTOMATIC))
    first, second = of(facts, AssociationRequested)
    assert proposed(first) == [FIND, MOVE, GET]
    assert proposed(second)[0] == GET
    assert len(of(facts, QueryStarted)) == 1
    assert len(of(facts, AssociationReleased)) == 2


def test_a_peer_that_goes_away_at_the_question_is_asked_to_send_all_the_same(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_FIND_RQ:
            asked.send(pdu(ABORT, bytes(4)))
        else:
            storing(["1.2.3.1"])(asked, message)

    with AnsweringPeer(answer, roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study("1.2.3"), asks_first=True))
    assert (outcome.announced, outcome.stored, outcome.diagnoses) == (None, 1, ())


def test_an_identifier_that_cannot_be_asked_with_ends_the_job_and_is_told(tmp_path: Path) -> None:
    with AnsweringPeer(storing([]), roles) as peer:
        wanted = replace(study("1.2.3"), keys=study("1.2.3").keys[1:])
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", wanted, asks_first=True))
    assert outcome.failure is RetrieveFailure.IDENTIFIER
    assert isinstance(outcome.error, DataError)
    assert "Level" in outcome.text
    assert outcome.diagnoses == ()  # nothing is wrong with the peer


def test_a_peer_that_cannot_be_reached_is_not_called_again_to_explain(tmp_path: Path) -> None:
    _, facts = retrieve(getting(free_port(), tmp_path / "in", study("1.2.3"), explains=True))
    assert len(of(facts, AssociationRequested)) == 1
