"""C-FINDs over one association, without a job."""

from dicomdesk.engine.job import JobControl
from dicomdesk.engine.query.facts import QueryAnswered, QueryFact
from dicomdesk.engine.query.match_requestor import Bounds, MatchRequestor, QueryTerms, encode_identifier, find_context
from dicomdesk.network.negotiation import number_contexts
from dicomdesk.network.requestor.association import open_association
from dicomdesk.settings import Peer
from tests.helpers.jobs.querying import SETTINGS, STUDIES, of
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response

FIND = "1.2.840.10008.5.1.4.1.2.2.1"
IMPLICIT = "1.2.840.10008.1.2"


def test_a_judge_leaves_out_matches_which_do_not_count_towards_the_limit() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(*(response(message, 0xFF00, bytes([number])) for number in range(6)), response(message, 0))

    facts: list[QueryFact] = []
    with AnsweringPeer(answer) as peer:
        association = open_association(
            peer=Peer(host="127.0.0.1", port=peer.port),
            settings=SETTINGS,
            contexts=number_contexts([(FIND, (IMPLICIT,))]),
        )
        context = find_context(association.negotiation, FIND)
        assert context is not None
        asking = MatchRequestor(
            association, context, QueryTerms(job_id="query-1", number=3, control=JobControl(), report=facts.append)
        )
        identifier = encode_identifier(STUDIES, context)
        ended = asking.ask(identifier, bounds=Bounds(limit=2, judge=lambda match: match[0] % 2 == 1))
        association.release()
    assert [(fact.number, fact.identifier, fact.association) for fact in of(facts, QueryAnswered)] == [
        (1, b"\1", 3),
        (2, b"\3", 3),
    ]
    assert ended.matches == 6
    assert ended.is_cancelled


def test_a_context_that_was_refused_is_not_found() -> None:
    with AnsweringPeer(lambda _asked, _message: None) as peer:
        association = open_association(
            peer=Peer(host="127.0.0.1", port=peer.port),
            settings=SETTINGS,
            contexts=number_contexts([(FIND, (IMPLICIT,))]),
        )
        assert find_context(association.negotiation, "1.2.840.10008.5.1.4.31") is None
        association.release()
