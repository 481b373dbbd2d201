"""Single C-MOVEs and C-GETs, and what is read of their ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.query.sop_classes import Service, find_class
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.query.match_requestor import find_context
from dicomdesk.engine.retrieve.facts import (
    RetrieveAnswered,
    RetrieveCancelled,
    RetrieveEnded,
    RetrieveFact,
    RetrieveStarted,
    SubOperations,
)
from dicomdesk.engine.retrieve.retrieval_requestor import RetrievalRequestor, RetrievalTerms, failed_instances
from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.negotiation import number_contexts
from dicomdesk.network.requestor.association import open_association
from dicomdesk.settings import Peer
from tests.helpers.jobs.querying import SETTINGS, of
from tests.helpers.jobs.retrieving import element
from tests.helpers.peers.answering_peer import C_CANCEL, AnsweringPeer, Asked, Message, response

EXPLICIT = "1.2.840.10008.1.2.1"
MOVE = find_class(Service.MOVE, Model.STUDY_ROOT)
PENDING = 0xFF00


def ask(peer: AnsweringPeer, *, takes_pending_data_sets: bool = False, limit: int | None = None) -> list[RetrieveFact]:
    facts: list[RetrieveFact] = []
    association = open_association(
        peer=Peer(host="127.0.0.1", port=peer.port), settings=SETTINGS, contexts=number_contexts([(MOVE, (EXPLICIT,))])
    )
    context = find_context(association.negotiation, MOVE)
    assert context is not None
    requester = RetrievalTerms(
        job_id="r",
        control=JobControl(),
        report=facts.append,
        destination="OTHER",
        takes_pending_data_sets=takes_pending_data_sets,
        limit=limit,
    )
    try:
        RetrievalRequestor(association, context, requester, 4).request(b"\x08\0\x52\0CS\0\0", position=2)
        association.release()
    finally:
        association.abort()
    return facts


def test_each_answer_is_told_with_its_counters_and_the_end_with_what_failed() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(
            response(message, PENDING, x1020=2, x1021=1, x1022=0, x1023=0),
            response(message, PENDING),
            response(message, 0xB000, element(0x0058, "1.2\\1.3\\1.2"), x1021=1, x1022=2, x1023=0),
        )

    with AnsweringPeer(answer) as peer:
        facts = ask(peer)
    assert (of(facts, RetrieveStarted)[0].destination, of(facts, RetrieveStarted)[0].number) == ("OTHER", 2)
    assert [(fact.count, fact.counts) for fact in of(facts, RetrieveAnswered)] == [
        (1, SubOperations(completed=1, remaining=2)),
        (2, None),
    ]
    (ended,) = of(facts, RetrieveEnded)
    assert (ended.status, ended.failed_uids, ended.association) == (0xB000, ("1.2", "1.3"), 4)
    assert ended.counts == SubOperations(completed=1, failed=2)


def test_an_end_without_counters_has_the_last_ones() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, PENDING, x1020=0, x1021=3, x1022=0, x1023=0), response(message, 0))

    with AnsweringPeer(answer) as peer:
        facts = ask(peer)
    assert of(facts, RetrieveEnded)[0].counts == SubOperations(completed=3, remaining=0)


def test_a_limit_cancels_when_the_peer_has_sent_so_many() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(*(response(message, PENDING, x1020=9 - done, x1021=done, x1022=1) for done in range(3)))
        cancel = asked.read_message()
        assert cancel is not None
        assert cancel.field == C_CANCEL
        asked.send(response(message, 0xFE00, x1020=6, x1021=3, x1022=1))

    with AnsweringPeer(answer) as peer:
        facts = ask(peer, limit=3)
    assert len(of(facts, RetrieveCancelled)) == 1
    (ended,) = of(facts, RetrieveEnded)
    assert (ended.status, ended.is_cancelled) == (0xFE00, True)


def test_pending_data_sets_are_borne_with_only_where_asked_for() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, PENDING, b"\x08\0", x1020=1), response(message, 0))

    with AnsweringPeer(answer) as peer:
        with pytest.raises(PeerProtocolError):
            ask(peer)
        facts = ask(peer, takes_pending_data_sets=True)
    assert of(facts, RetrieveEnded)[0].status == 0


@pytest.mark.parametrize("data", [None, b"", b"\x08\0\x58\0UI\xff\xff1", b"\x08\0\x18\0UI\4\x001.2\0"])
def test_a_list_that_is_not_there_names_nothing(data: bytes | None) -> None:
    assert failed_instances(data, EXPLICIT) == ()


@given(st.binary(max_size=200))
def test_any_bytes_name_printable_text_or_nothing(data: bytes) -> None:
    assert all(uid.isprintable() for uid in failed_instances(data, EXPLICIT))
