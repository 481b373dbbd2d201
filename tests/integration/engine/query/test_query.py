"""Query jobs against an archive, and against peers that answer as nobody should."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    Event,
    JobOutcome,
)
from dicomdesk.engine.query.cuts import CutSign
from dicomdesk.engine.query.facts import QueryAnswered, QueryCancelled, QueryEnded, QueryFact, QueryStarted
from dicomdesk.engine.query.query import QueryFailure, QueryJob
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.errors import PeerProtocolError, PeerUnreachableError
from dicomdesk.settings import AssociationSettings, Timeouts
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.jobs.querying import STUDIES, of, query, request_to
from tests.helpers.peers.answering_peer import C_CANCEL, AnsweringPeer, Asked, Message, response
from tests.helpers.peers.fake_peer import Accept
from tests.helpers.peers.requestors import ABORT, data_pdu, pdu

PENDING, CANCEL = 0xFF00, 0xFE00
C_FIND = 0x0020
MATCH = b"\x08\x00\x52\x00CS\x06\x00STUDY "


def answering(matches: int, status: int = 0, comment: bytes = b"") -> Callable[[Asked, Message], None]:
    """Answers a C-FIND with so many matches."""

    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_FIND:
            asked.send(
                *(response(message, PENDING, MATCH) for _ in range(matches)), response(message, status, x0902=comment)
            )

    return answer


def until_cancelled(asked: Asked, message: Message) -> None:
    """Answers with three matches, and ends when it is told to."""
    if message.field == C_FIND:
        asked.send(response(message, PENDING, MATCH) * 3)
        cancel = asked.read_message()
        assert cancel is not None
        assert (cancel.field, cancel.command.number(0x0120)) == (C_CANCEL, message.message_id)
        asked.peer.note("cancelled")
        asked.send(response(message, PENDING, MATCH) + response(message, CANCEL))


def test_matches_come_one_by_one_as_they_are_on_the_wire(tmp_path: Path) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.2.3.1", "1.2.3"), encoded("1.2.4.1", "1.2.4"))
        outcome, facts = query(request_to(archive.port, called=ARCHIVE))
    assert (outcome.outcome, outcome.matches, outcome.failure) == (JobOutcome.COMPLETED, 2, None)
    answered = of(facts, QueryAnswered)
    assert [fact.number for fact in answered] == [1, 2]
    assert {b"1.2.3\0" in fact.identifier for fact in answered} == {True, False}
    (ended,) = of(facts, QueryEnded)
    assert (ended.status, ended.matches, ended.cut) == (0, 2, None)
    assert len(of(facts, AssociationReleased)) == 1


def test_many_queries_go_over_one_association_in_order() -> None:
    patients = Identifier(keys=(QueryKey(tag=0x00080052, value="PATIENT"), QueryKey(tag=0x00100010)))
    with AnsweringPeer(answering(1)) as peer:
        outcome, facts = query(request_to(peer.port, STUDIES, patients, repeats=2))
        assert peer.associations == 1
    started = of(facts, QueryStarted)
    assert [(fact.query, fact.repetition, fact.message_id) for fact in started] == [
        (0, 0, 1),
        (0, 1, 2),
        (1, 0, 3),
        (1, 1, 4),
    ]
    assert [message.data for message in peer.requests] == [fact.identifier for fact in started]
    assert outcome.matches == 4


@pytest.mark.parametrize("model", QueryModel)
def test_each_model_is_asked_for_in_its_own_context(model: QueryModel) -> None:
    with AnsweringPeer(answering(0)) as peer:
        _, facts = query(request_to(peer.port, model=model))
    (requested,) = of(facts, AssociationRequested)
    assert [context.abstract_syntax for context in requested.contexts] == [model.sop_class_uid]
    assert peer.requests[0].command.text(0x0002) == model.sop_class_uid


def test_a_query_is_cancelled_after_so_many_matches_and_what_comes_still_is_told() -> None:
    with AnsweringPeer(until_cancelled) as peer:
        outcome, facts = query(request_to(peer.port, cancel_after=2))
        assert peer.events == ["cancelled", "released"]
    assert len(of(facts, QueryAnswered)) == 4
    (ended,) = of(facts, QueryEnded)
    assert (ended.status, ended.matches, ended.is_cancelled) == (CANCEL, 4, True)
    assert [type(fact) for fact in facts if not isinstance(fact, Event)] == [
        QueryStarted,
        *[QueryAnswered] * 2,
        QueryCancelled,
        *[QueryAnswered] * 2,
        QueryEnded,
    ]
    assert outcome.outcome is JobOutcome.COMPLETED


def test_a_limit_leaves_out_what_comes_after_it() -> None:
    with AnsweringPeer(until_cancelled) as peer:
        outcome, facts = query(request_to(peer.port, limit=2))
        assert "cancelled" in peer.events
    assert [fact.number for fact in of(facts, QueryAnswered)] == [1, 2]
    assert (outcome.matches, outcome.ended[0].matches) == (2, 4)


@pytest.mark.parametrize(("bounds", "matches"), [({}, 50), ({"limit": 7}, 7), ({"cancel_after": 7}, 50)])
def test_matches_that_nobody_looks_at_are_counted(bounds: dict[str, int], matches: int) -> None:
    with AnsweringPeer(answering(50)) as peer:
        outcome, facts = query(request_to(peer.port, reports_matches=False, **bounds))  # type: ignore[arg-type]  # fields
    assert not of(facts, QueryAnswered)
    assert (outcome.matches, of(facts, QueryEnded)[0].matches) == (matches, 50)
    assert outcome.ended[0].is_cancelled is bool(bounds)


def test_cancel_of_the_job_cancels_the_query_and_releases() -> None:
    def cancel(job: QueryJob, fact: QueryFact) -> None:
        if isinstance(fact, QueryAnswered) and fact.number == 1:
            job.cancel()

    with AnsweringPeer(until_cancelled) as peer:
        outcome, facts = query(request_to(peer.port, STUDIES, STUDIES), cancel)
        assert peer.events == ["cancelled", "released"]
    assert outcome.outcome is JobOutcome.CANCELLED
    assert len(of(facts, QueryStarted)) == 1


def test_the_second_cancel_aborts() -> None:
    def deaf(asked: Asked, message: Message) -> None:
        asked.send(response(message, PENDING, MATCH))

    def cancel(job: QueryJob, fact: QueryFact) -> None:
        if isinstance(fact, QueryAnswered):
            job.cancel()
            job.cancel()

    with AnsweringPeer(deaf) as peer:
        outcome, _ = query(request_to(peer.port), cancel)
    assert outcome.outcome is JobOutcome.CANCELLED
    assert not outcome.ended


def test_a_failure_status_is_told_and_does_not_end_the_rest() -> None:
    with AnsweringPeer(answering(0, 0xC001, b"no index")) as peer:
        outcome, _ = query(request_to(peer.port, STUDIES, STUDIES))
    assert [(ended.status, ended.comment) for ended in outcome.ended] == [(0xC001, "no index")] * 2
    assert outcome.outcome is JobOutcome.COMPLETED


def test_answers_that_were_cut_are_noticed() -> None:
    with AnsweringPeer(answering(500)) as peer:
        outcome, _ = query(request_to(peer.port))
    cut = outcome.ended[0].cut
    assert cut is not None
    assert (cut.sign, cut.text) == (CutSign.ROUND, "Exactly 500 answers: there may be more")


def test_the_same_number_again_is_noticed() -> None:
    with AnsweringPeer(answering(37)) as peer:
        outcome, _ = query(request_to(peer.port, STUDIES, STUDIES))
    assert [ended.cut and ended.cut.sign for ended in outcome.ended] == [None, CutSign.EQUAL]


def test_relational_queries_are_proposed_where_asked_for(tmp_path: Path) -> None:
    images = Identifier(keys=(QueryKey(tag=0x00080052, value="IMAGE"), QueryKey(tag=0x00080018)))
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.2.3.1", "1.2.3"), encoded("1.2.4.1", "1.2.4"))
        outcome, facts = query(request_to(archive.port, images, called=ARCHIVE, wants_relational=True))
    (requested,) = of(facts, AssociationRequested)
    assert [extension.information for extension in requested.extensions] == [b"\1\0"]
    assert outcome.matches == 2


def test_without_identifiers_the_association_is_opened_and_ended() -> None:
    with AnsweringPeer(answering(1)) as peer:
        request = request_to(peer.port, aborts_at_end=True)
        outcome, facts = query(type(request)(peer=request.peer, identifiers=(), aborts_at_end=True))
        peer.wait_for("aborted")
    assert not peer.requests
    assert (outcome.outcome, outcome.ended) == (JobOutcome.COMPLETED, ())
    assert len(of(facts, AssociationAborted)) == 1


# -- what goes wrong


def test_nobody_there() -> None:
    with AnsweringPeer(answering(1)) as peer:
        port = peer.port
    outcome, facts = query(request_to(port))
    assert (outcome.outcome, outcome.failure) == (JobOutcome.FAILED, QueryFailure.ASSOCIATION)
    assert isinstance(outcome.error, PeerUnreachableError)
    assert len(of(facts, AssociationFailed)) == 1


def test_a_peer_that_takes_no_queries_of_the_model() -> None:
    with AnsweringPeer(answering(1), Accept(refuse_all=True)) as peer:
        outcome, _ = query(request_to(peer.port))
        peer.wait_for("aborted")
    assert outcome.failure is QueryFailure.NO_PRESENTATION_CONTEXT
    assert "PACS@127.0.0.1" in outcome.text
    assert "C-FIND" in outcome.text


def test_an_identifier_that_cannot_be_written_ends_the_association() -> None:
    wrong = Identifier(keys=(QueryKey(tag=0x00280010, value="many"),))
    with AnsweringPeer(answering(1)) as peer:
        outcome, _ = query(request_to(peer.port, STUDIES, wrong))
        peer.wait_for("aborted")
    assert (outcome.outcome, outcome.failure, len(outcome.ended)) == (JobOutcome.FAILED, QueryFailure.IDENTIFIER, 1)
    assert "0028,0010" in outcome.text


def no_data_set(message: Message) -> bytes:
    return response(message, PENDING) + response(message, 0)


def data_set_at_the_end(message: Message) -> bytes:
    return response(message, 0, MATCH)


def two_ends(message: Message) -> bytes:
    first, second = response(message, 0), response(message, 0)
    return pdu(4, first[6:] + second[6:])


def another_message(message: Message) -> bytes:
    return response(message, PENDING, MATCH, x0120=message.message_id + 7)


def another_service(message: Message) -> bytes:
    return response(message, PENDING, MATCH, x0100=0x8021)


def a_request(message: Message) -> bytes:
    return response(message, 0, x0100=0x0030, x0110=7)


def no_status(message: Message) -> bytes:
    return response(message, 0, x0900=b"")


def rubbish(message: Message) -> bytes:
    return data_pdu(message.context_id, 3, b"rubbish")


ODD = [no_data_set, data_set_at_the_end, two_ends, another_message, another_service, a_request, no_status, rubbish]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.__name__)
def test_an_answer_that_makes_no_sense_ends_the_association_and_is_told(odd: Callable[[Message], bytes]) -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, PENDING, MATCH), odd(message))

    with AnsweringPeer(answer) as peer:
        outcome, facts = query(request_to(peer.port))
    assert (outcome.outcome, outcome.failure) == (JobOutcome.FAILED, QueryFailure.QUERY)
    assert isinstance(outcome.error, PeerProtocolError)
    assert "PACS (127.0.0.1:" in outcome.text
    assert len(of(facts, QueryAnswered)) == 1
    (aborted,) = of(facts, AssociationAborted)
    assert not aborted.by_peer


def test_an_abort_in_the_middle_is_the_peers() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, PENDING, MATCH), pdu(ABORT, b"\0\0\2\0"))

    with AnsweringPeer(answer) as peer:
        outcome, facts = query(request_to(peer.port))
    assert outcome.failure is QueryFailure.ABORTED_BY_PEER
    assert outcome.matches == 1
    assert of(facts, AssociationAborted)[0].by_peer


def test_a_peer_that_does_not_answer_is_not_waited_for_without_end() -> None:
    def silent(asked: Asked, message: Message) -> None:
        asked.read_message()

    impatient = AssociationSettings(timeouts=Timeouts(dimse_s=0.05, acse_s=0.5))
    with AnsweringPeer(silent) as peer:
        outcome, _ = query(request_to(peer.port, association=impatient))
    assert outcome.failure is QueryFailure.QUERY
    assert "did not answer C-FIND in time" in outcome.text


def test_matches_without_a_level_of_a_wrong_one_and_of_no_character_set_pass_as_they_are() -> None:
    odd = [
        b"",
        b"\x08\x00\x52\x00CS\x06\x00GALAXY",
        b"\x08\x00\x05\x00CS\x04\x00KOI8\x10\x00\x10\x00PN\x02\x00\xff\xfe",
        MATCH[:-3],
    ]

    def answer(asked: Asked, message: Message) -> None:
        asked.send(*(response(message, PENDING, data) for data in odd), response(message, 0))

    with AnsweringPeer(answer) as peer:
        outcome, facts = query(request_to(peer.port))
    assert [fact.identifier for fact in of(facts, QueryAnswered)] == odd
    assert outcome.outcome is JobOutcome.COMPLETED
