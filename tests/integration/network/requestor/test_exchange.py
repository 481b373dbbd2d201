"""Requests over an association of ours, answered by a peer that says what a test makes it say."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.errors import (
    AssociationAbortedError,
    DicomdeskError,
    PeerError,
    PeerProtocolError,
    PeerTimeoutError,
    StorageError,
)
from dicomdesk.network.dimse.command_sets import COMMAND_FIELD, MESSAGE_ID_RESPONDED_TO, STATUS, read_command_set
from dicomdesk.network.dimse.messages import LARGEST_IDENTIFIER_BYTES
from dicomdesk.network.dimse.requests import (
    Request,
    Response,
    action_request,
    event_report_request,
    find_request,
    get_request,
    move_request,
)
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.network.dimse.store_reception import IncomingStore, IncomingStoreObserver, StoreAnswer
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.settings import Timeouts
from tests.helpers.jobs.requesting import LONG_S, associate
from tests.helpers.peers.fake_peer import (
    Abort,
    Accept,
    Action,
    Close,
    FakePeer,
    Release,
    Send,
    Silence,
    Status,
    command_set,
    p_data,
    pdu,
)
from tests.helpers.peers.requestors import ABORT, P_DATA, RELEASE_RQ, Requestor, data_pdu, pdv, store_command
from tests.helpers.peers.scripted_exchange import CT, CT_ID, FIND_ID, GET_ID, MOVE_ID, Storing, exchanging

IDENTIFIER = bytes.fromhex("0800520006000000535455445920")  # (0008,0052) STUDY
PENDING, CANCELLED = 0xFF00, 0xFE00
IMPATIENT = Timeouts(acse_s=LONG_S, dimse_s=0.1, socket_s=LONG_S)


def answer(field: int, status: int, *, message_id: int = 1, has_data_set: bool = False, **counts: int) -> bytes:
    """The command set of a response."""
    tags = {"remaining": 0x1020, "completed": 0x1021, "failed": 0x1022, "warning": 0x1023}
    return command_set(
        [
            (COMMAND_FIELD, field),
            (MESSAGE_ID_RESPONDED_TO, message_id),
            (0x0800, 1 if has_data_set else 0x0101),
            (STATUS, status),
            *((tags[name], number) for name, number in counts.items()),
        ]
    )


def match(data: bytes = IDENTIFIER, message_id: int = 1) -> bytes:
    """A pending C-FIND-RSP with a match."""
    return data_pdu(FIND_ID, 3, answer(0x8020, PENDING, message_id=message_id, has_data_set=True)) + data_pdu(
        FIND_ID, 2, data
    )


def found(status: int = 0, message_id: int = 1) -> bytes:
    """A final C-FIND-RSP."""
    return data_pdu(FIND_ID, 3, answer(0x8020, status, message_id=message_id))


def instance(uid: str, data: bytes, message_id: int = 1, fragment_bytes: int = 16000) -> bytes:
    """A C-STORE-RQ."""
    parts = [data[start : start + fragment_bytes] for start in range(0, len(data), fragment_bytes)]
    return data_pdu(CT_ID, 3, store_command(uid, message_id)) + b"".join(
        data_pdu(CT_ID, 2 if part is parts[-1] else 0, part) for part in parts
    )


def context(association: RequestedAssociation, context_id: int) -> NegotiatedContext:
    """The context with this number."""
    return next(context for context in association.negotiation.contexts if context.context_id == context_id)


def find(association: RequestedAssociation) -> Request:
    """A C-FIND request."""
    return find_request(context(association, FIND_ID), IDENTIFIER)


def get(association: RequestedAssociation) -> Request:
    """A C-GET request."""
    return get_request(context(association, GET_ID), IDENTIFIER)


def told(responses: Iterator[Response]) -> list[tuple[int, bool, bytes | None]]:
    """Status, whether more follow, data set."""
    return [(response.status, response.is_pending, response.data_set) for response in responses]


# -- C-FIND


MATCHES = [(PENDING, True, IDENTIFIER), (0xFF01, True, b""), (0, False, None)]
ANSWERS = (
    match() + data_pdu(FIND_ID, 3, answer(0x8020, 0xFF01, has_data_set=True)) + data_pdu(FIND_ID, 2, b"") + found()
)


def test_matches_are_told_one_by_one_and_the_final_response_last() -> None:
    with exchanging(ANSWERS + match(message_id=2) + found(0xA700, message_id=2)) as (association, peer):
        assert told(association.exchange(find(association))) == MATCHES
        assert told(association.exchange(find(association)))[-1] == (0xA700, False, None)
        number, body = peer.read_pdu()
        command = read_command_set(body[6:])
        assert (number, command.number(COMMAND_FIELD), command.number(0x0110)) == (P_DATA, 0x0020, 1)
        assert command.text(0x0002) == context(association, FIND_ID).abstract_syntax
        assert peer.read_pdu()[1][6:] == IDENTIFIER


def test_messages_that_arrive_byte_by_byte_are_the_same() -> None:
    with exchanging() as (association, peer):
        sending = threading.Thread(target=peer.send, args=[ANSWERS[at : at + 1] for at in range(len(ANSWERS))])
        sending.start()
        assert told(association.exchange(find(association))) == MATCHES
        sending.join(LONG_S)


@given(step=st.integers(1, 200), other=st.integers(1, 50), together=st.booleans())
def test_messages_are_the_same_however_they_are_cut_into_values(*, step: int, other: int, together: bool) -> None:
    command, final = answer(0x8020, PENDING, has_data_set=True), answer(0x8020, 0)
    values = [
        pdv(FIND_ID, kind | (2 if start + size >= len(data) else 0), data[start : start + size])
        for kind, data, size in ((1, command, step), (0, IDENTIFIER, other), (1, final, step))
        for start in range(0, len(data), size)
    ]
    stream = pdu(P_DATA, b"".join(values)) if together else b"".join(pdu(P_DATA, value) for value in values)
    with exchanging(stream) as (association, _):
        assert told(association.exchange(find(association))) == [MATCHES[0], MATCHES[2]]


@pytest.mark.parametrize(
    ("odd", "kind"),
    [
        (data_pdu(FIND_ID, 0, IDENTIFIER[:3]) + data_pdu(FIND_ID, 2, IDENTIFIER[3:]), None),
        (pdu(P_DATA, pdv(FIND_ID, 0, IDENTIFIER[:3]) + pdv(FIND_ID, 2, IDENTIFIER[3:])), None),
        (data_pdu(MOVE_ID, 2, IDENTIFIER), PeerProtocolError),
        (data_pdu(FIND_ID, 3, IDENTIFIER), PeerProtocolError),
        (pdu(P_DATA, b""), PeerProtocolError),
        (pdu(P_DATA, b"\0\0\0\xff" + bytes((FIND_ID, 2)) + IDENTIFIER), PeerProtocolError),
        (pdu(ABORT, bytes(4)), AssociationAbortedError),
    ],
)
def test_a_match_that_is_written_in_another_way_than_those_before_it_is_no_exception(
    odd: bytes, kind: type[PeerError] | None
) -> None:
    command = data_pdu(FIND_ID, 3, answer(0x8020, PENDING, has_data_set=True))
    with exchanging(match() * 3 + command + odd + match(b"") + found()) as (association, _):
        responses = association.exchange(find(association))
        matches = [(PENDING, True, IDENTIFIER)] * 4
        if kind is None:
            assert told(responses) == [*matches, (PENDING, True, b""), (0, False, None)]
        else:
            assert [(PENDING, True, next(responses).data_set) for _ in range(3)] == matches[:3]
            with pytest.raises(kind):
                next(responses)


ODD_MATCHES = (
    match(b"other"),
    data_pdu(FIND_ID, 3, answer(0x8020, 0xFF01, has_data_set=True)) + data_pdu(FIND_ID, 2, b"x"),
    data_pdu(FIND_ID, 3, answer(0x8020, PENDING, has_data_set=True))
    + data_pdu(FIND_ID, 0, b"x")
    + data_pdu(FIND_ID, 2, b""),
    pdu(P_DATA, pdv(FIND_ID, 3, answer(0x8020, PENDING, has_data_set=True)) + pdv(FIND_ID, 2, b"x")),
)


@given(parts=st.lists(st.sampled_from((*ODD_MATCHES, match(), match())), max_size=20))
def test_matches_that_are_passed_over_are_counted(parts: list[bytes]) -> None:
    with exchanging(b"".join(parts) + found()) as (association, _):
        responses = association.exchange(find(association))
        responses.passes_over_matches = True
        *pending, final = responses
        assert sum(1 + response.repeated for response in pending) == len(parts)
        assert not final.is_pending


def test_matches_are_passed_over_only_up_to_a_message_that_is_none() -> None:
    with exchanging(match() * 5 + data_pdu(MOVE_ID, 3, answer(0x8020, PENDING, has_data_set=True))) as (association, _):
        responses = association.exchange(find(association))
        responses.passes_over_matches = True
        counted: list[int] = []
        with pytest.raises(PeerProtocolError):
            counted.extend(1 + response.repeated for response in responses)
        assert sum(counted) == 5


def test_responses_come_while_the_peer_still_searches() -> None:
    with exchanging(match()) as (association, peer):
        responses = association.exchange(find(association))
        assert next(responses).is_pending
        peer.send(found())
        assert told(responses) == [(0, False, None)]


WRONG = [
    (found(message_id=2), "answered C-FIND with a different message"),
    (data_pdu(FIND_ID, 3, answer(0x8021, 0)), "answered C-FIND with a different message"),
    (data_pdu(MOVE_ID, 3, answer(0x8020, 0)), "answered C-FIND with a different message"),
    (data_pdu(FIND_ID, 3, answer(0x8020, PENDING)), "without the data set that belongs to it"),
    (data_pdu(FIND_ID, 3, answer(0x8020, 0, has_data_set=True)), "with a data set where none belongs"),
    (pdu(P_DATA, pdv(FIND_ID, 3, answer(0x8020, 0)) * 2), "sent another message .0x8020. after its answer"),
    (data_pdu(CT_ID, 3, store_command("1.2")), "sent a request .0x0001. while it was to answer C-FIND"),
    (data_pdu(FIND_ID, 3, command_set([(0x100, 0xFFF), (0x120, 1), (0x800, 0x101)])), "sent a request .0x0fff."),
    (data_pdu(FIND_ID, 3, command_set([(0x100, 0x8020), (0x120, 1), (0x800, 0x101)])), "0900"),
    (data_pdu(11, 3, answer(0x8020, 0)), "No valid Presentation Context ID: 11"),
    (data_pdu(FIND_ID, 2, b"data"), "data set without a command"),
    (data_pdu(FIND_ID, 3, answer(0x8020, PENDING, has_data_set=True)) + data_pdu(MOVE_ID, 2, b""), "Differ"),
    (data_pdu(FIND_ID, 1, bytes(40000)) * 7, "command of more than"),
    (data_pdu(FIND_ID, 3, b"rubbish"), "command set ends in the middle"),
    (pdu(P_DATA, pack(">LBB", 3, 3, 3)), "presentation data value of 3 bytes"),
    (pdu(P_DATA, b""), "without a data value"),
    (pdu(P_DATA, pdv(FIND_ID, 1, b"") * 20000) * 2, "next to nothing"),
]


@pytest.mark.parametrize(("sent", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_is_no_answer_is_an_error_with_the_name_of_the_peer(sent: bytes, words: str) -> None:
    with exchanging(match() + sent) as (association, _):
        responses = association.exchange(find(association))
        assert next(responses).is_pending
        with pytest.raises(PeerProtocolError, match=words) as raised:
            list(responses)
        assert str(raised.value).startswith("The peer PACS (127.0.0.1:104) ")
        assert raised.value.condition
        assert not association.is_open


def test_endless_match_is_an_error_and_memory_is_bounded() -> None:
    with exchanging() as (association, peer):

        def flood() -> None:
            peer.send(data_pdu(FIND_ID, 3, answer(0x8020, PENDING, has_data_set=True)))
            part = data_pdu(FIND_ID, 0, bytes(16000))
            for _ in range(LARGEST_IDENTIFIER_BYTES // 16000 + 20):
                peer.send(part)

        sending = threading.Thread(target=ignoring_end, args=(flood,))
        sending.start()
        with pytest.raises(PeerProtocolError, match="16777216"):
            list(association.exchange(find(association)))
        sending.join(LONG_S)
        assert not sending.is_alive()


def ignoring_end(send: Callable[[], None]) -> None:
    """Send until nobody takes it any more."""
    with suppress(OSError):
        send()


@pytest.mark.parametrize(
    ("sent", "error", "words"),
    [
        (b"", PeerTimeoutError, "did not answer C-FIND in time"),
        (data_pdu(FIND_ID, 1, b""), PeerTimeoutError, "did not answer C-FIND in time"),
        (pdu(RELEASE_RQ, bytes(4)), AssociationAbortedError, "released the association in the middle"),
        (pdu(ABORT, bytes(4)), AssociationAbortedError, "by its application"),
        (b"\xff" * 6, PeerProtocolError, "not DICOM"),
        (pdu(2, bytes(68)), PeerProtocolError, "does not allow"),
    ],
)
def test_peer_that_ends_it_or_falls_silent_is_a_typed_error(sent: bytes, error: type[PeerError], words: str) -> None:
    with exchanging(match() + sent, timeouts=IMPATIENT) as (association, _):
        responses = association.exchange(find(association))
        assert next(responses).is_pending
        with pytest.raises(error, match=words):
            next(responses)
        assert not association.is_open


def test_time_that_the_caller_takes_is_not_the_fault_of_the_peer() -> None:
    with exchanging(match(), timeouts=IMPATIENT) as (association, peer):
        responses = association.exchange(find(association))
        next(responses)
        threading.Event().wait(2 * (IMPATIENT.dimse_s or 0))
        peer.send(found())
        assert told(responses) == [(0, False, None)]


MESSAGES = st.lists(
    st.one_of(
        st.builds(
            data_pdu,
            st.sampled_from((FIND_ID, GET_ID, CT_ID, 11)),
            st.integers(0, 3),
            st.one_of(
                st.binary(max_size=60),
                st.builds(answer, st.sampled_from((0x8020, 0x8010, 0x0001)), st.sampled_from((0, PENDING, CANCELLED))),
                st.just(store_command("1.2.3")),
            ),
        ),
        st.sampled_from((match(), found(), instance("1.2", b"data"), pdu(RELEASE_RQ, bytes(4)), b"\xff", b"\4\0\0")),
        st.binary(max_size=30),
    ),
    max_size=6,
)


@settings(max_examples=150)
@given(parts=MESSAGES, asks_for_instances=st.booleans())
def test_any_bytes_are_responses_or_a_typed_error(*, parts: list[bytes], asks_for_instances: bool) -> None:
    storing = Storing()
    with exchanging(b"".join(parts)) as (association, peer):
        peer.socket.shutdown(socket.SHUT_WR)
        request = get(association) if asks_for_instances else find(association)
        try:
            responses = list(association.exchange(request, storing))
        except PeerError:
            assert not association.is_open
        else:
            assert [response.is_pending for response in responses] == [True] * (len(responses) - 1) + [False]
    assert all(stored.end for stored in storing.instances)


# -- ends before the end


def test_cancel_from_another_thread_reaches_the_peer_that_is_waited_for() -> None:
    with exchanging(match()) as (association, peer):
        responses = association.exchange(find(association))
        assert next(responses).is_pending
        seen: list[int] = []

        def play() -> None:
            while True:
                _, body = peer.read_pdu()
                command = read_command_set(body[6:]) if body[5] & 1 else None
                if command is not None and command.number(COMMAND_FIELD) == 0x0FFF:
                    seen.append(command.number(MESSAGE_ID_RESPONDED_TO))
                    peer.send(match() + found(CANCELLED))
                    return

        playing = threading.Thread(target=play)
        playing.start()
        cancelling = threading.Timer(0.05, responses.cancel)
        cancelling.start()
        assert [status for status, _, _ in told(responses)] == [PENDING, CANCELLED]
        playing.join(LONG_S)
        cancelling.join(LONG_S)
        assert seen == [responses.message_id]
        responses.cancel()
        peer.send(found(message_id=2))
        assert told(association.exchange(find(association))) == [(0, False, None)]


def test_cancel_before_the_first_response_follows_the_request() -> None:
    with exchanging(found(CANCELLED)) as (association, peer):
        responses = association.exchange(find(association))
        responses.cancel()
        assert told(responses) == [(CANCELLED, False, None)]
        fields = [read_command_set(body[6:]).number(COMMAND_FIELD) for body in commands(peer, 2)]
        assert fields == [0x0020, 0x0FFF]


def commands(peer: Requestor, count: int) -> list[bytes]:
    """The bodies of the next PDUs that hold command sets."""
    bodies: list[bytes] = []
    while len(bodies) < count:
        _, body = peer.read_pdu()
        if body[5] & 1:
            bodies.append(body)
    return bodies


def test_what_is_not_taken_to_its_end_aborts_the_association() -> None:
    with exchanging(match() * 2) as (association, peer):
        responses = association.exchange(find(association))
        next(responses)
        responses.close()
        assert not association.is_open
        while (pdu_type := peer.read_pdu()[0]) == P_DATA:
            pass
        assert pdu_type == ABORT


def test_abort_from_another_thread_ends_the_wait() -> None:
    with exchanging(match()) as (association, _):
        responses = association.exchange(find(association))
        next(responses)
        aborting = threading.Timer(0.05, association.abort)
        aborting.start()
        with pytest.raises(AssociationAbortedError, match="on request"):
            next(responses)
        aborting.join(LONG_S)


def test_association_serves_one_exchange_at_a_time() -> None:
    with exchanging(match()) as (association, peer):
        responses = association.exchange(find(association))
        next(responses)
        peer.send(found())
        other: list[int] = []
        waiting = threading.Thread(target=lambda: other.append(association.ask(find(association)).status))
        waiting.start()
        assert told(responses) == [(0, False, None)]
        peer.send(found(0xC001, message_id=2))
        waiting.join(LONG_S)
        assert other == [0xC001]


# -- C-MOVE and C-GET


def test_counts_of_a_move_are_told_as_the_peer_counts() -> None:
    failed = bytes.fromhex("08005800") + (4).to_bytes(4, "little") + b"1.2\0"
    sent = (
        data_pdu(MOVE_ID, 3, answer(0x8021, PENDING, remaining=2, completed=1, failed=0, warning=0))
        + data_pdu(MOVE_ID, 3, answer(0x8021, 0xB000, has_data_set=True, completed=2, failed=1, warning=0))
        + data_pdu(MOVE_ID, 2, failed)
    )
    with exchanging(sent) as (association, peer):
        request = move_request(context(association, MOVE_ID), IDENTIFIER, "DEST", priority=2)
        responses = list(association.exchange(request))
        assert [response.sub_operations for response in responses] == [
            SubOperations(completed=1, remaining=2),
            SubOperations(completed=2, failed=1),
        ]
        assert responses[-1].data_set == failed
        (body,) = commands(peer, 1)
        command = read_command_set(body[6:])
        assert (command.text(0x0600), command.number(0x0700)) == ("DEST", 2)


def test_pending_move_response_with_a_data_set_is_an_error() -> None:
    with exchanging(data_pdu(MOVE_ID, 3, answer(0x8021, PENDING, has_data_set=True))) as (association, _):
        request = move_request(context(association, MOVE_ID), IDENTIFIER, "DEST")
        with pytest.raises(PeerProtocolError, match="where none belongs"):
            list(association.exchange(request))


def test_pending_move_response_with_a_data_set_is_borne_with_where_asked_for() -> None:
    sent = data_pdu(MOVE_ID, 3, answer(0x8021, PENDING, has_data_set=True, remaining=1)) + data_pdu(
        MOVE_ID, 2, IDENTIFIER
    )
    with exchanging(sent + data_pdu(MOVE_ID, 3, answer(0x8021, 0))) as (association, _):
        request = replace(move_request(context(association, MOVE_ID), IDENTIFIER, "ME"), takes_pending_data_sets=True)
        assert told(association.exchange(request)) == [(PENDING, True, IDENTIFIER), (0, False, None)]


def test_instances_of_a_get_are_streamed_and_answered_and_counted() -> None:
    small, large = b"small data set", bytes(range(256)) * 4000
    sent = (
        instance("1.2.1", small, 1)
        + data_pdu(GET_ID, 3, answer(0x8010, PENDING, remaining=2, completed=1, failed=0, warning=0))
        + instance("1.2.2", large, 2)
        + instance("1.2.3", small, 3)
        + data_pdu(GET_ID, 3, answer(0x8010, 0xB000, completed=1, failed=1, warning=1))
    )
    storing = Storing(StoreAnswer(status=0), StoreAnswer(status=0xB000), StoreAnswer(status=0xA700, comment="full"))
    with exchanging(sent) as (association, peer):
        exchange = association.exchange(get(association), storing)
        assert [status for status, _, _ in told(exchange)] == [PENDING, 0xB000]
        assert exchange.stored == SubOperations(completed=1, warning=1, failed=1)
        answers = [read_command_set(body[6:]) for body in commands(peer, 4)[1:]]
        assert [(found.number(MESSAGE_ID_RESPONDED_TO), found.number(STATUS)) for found in answers] == [
            (1, 0),
            (2, 0xB000),
            (3, 0xA700),
        ]
        assert [bytes(stored.data) for stored in storing.instances] == [small, large, small]
        assert all(stored.end == "finished" for stored in storing.instances)
        assert 16_000 < storing.instances[1].largest_write <= 1 << 19  # what is received at once, several fragments
        request = storing.instances[0].request
        assert (request.sop_class_uid, request.sop_instance_uid, request.context_id) == (CT, "1.2.1", CT_ID)


def test_a_get_is_cancelled_when_so_many_were_stored_though_no_response_is_pending() -> None:
    sent = instance("1.2.1", b"data", 1) + instance("1.2.2", b"data", 2) + data_pdu(GET_ID, 3, answer(0x8010, 0xFE00))
    with exchanging(sent) as (association, peer):
        exchange = association.exchange(get(association), Storing())
        exchange.most_stored = 1
        assert [status for status, _, _ in told(exchange)] == [0xFE00]
        assert exchange.is_cancelled
        fields = [read_command_set(body[6:]).number(COMMAND_FIELD) for body in commands(peer, 4)]
        assert fields == [0x0010, 0x8001, 0x0FFF, 0x8001]


@pytest.mark.parametrize(
    "end", [pdu(ABORT, bytes(4)), pdu(RELEASE_RQ, bytes(4)), b"\xff", data_pdu(GET_ID, 3, answer(0x8010, 0)), b""]
)
def test_instance_that_does_not_arrive_as_a_whole_is_discarded(end: bytes) -> None:
    storing = Storing()
    whole = instance("1.2.1", bytes(50000))
    with exchanging(whole[:-16012] + end, timeouts=IMPATIENT) as (association, _):
        with pytest.raises(PeerError):
            list(association.exchange(get(association), storing))
        assert not association.is_open
    assert [stored.end for stored in storing.instances] == ["discarded"]


def test_sink_that_asks_for_an_abort_ends_the_association_after_its_answer() -> None:
    storing = Storing(StoreAnswer(status=0xA700, comment="disk full", abort=True))
    with exchanging(instance("1.2.1", b"data")) as (association, peer):
        with pytest.raises(StorageError, match="disk full"):
            list(association.exchange(get(association), storing))
        assert not association.is_open
        assert read_command_set(commands(peer, 2)[1][6:]).number(STATUS) == 0xA700


def test_instances_that_nobody_takes_are_an_error() -> None:
    with (
        exchanging(instance("1.2.1", b"data")) as (association, _),
        pytest.raises(PeerProtocolError, match=r"sent a request .0x0001. while it was to answer C-GET"),
    ):
        list(association.exchange(get(association)))


@pytest.mark.parametrize("damage", [store_command(""), store_command("1.2", data_set_type=0x101)])
def test_instance_without_uid_or_data_set_is_an_error(damage: bytes) -> None:
    with (
        exchanging(data_pdu(CT_ID, 3, damage)) as (association, _),
        pytest.raises(PeerProtocolError, match="C-STORE request without instance UID or data set"),
    ):
        list(association.exchange(get(association), Storing()))


# -- requests with one response


@pytest.mark.parametrize("reply", [None, b"reply"])
def test_action_and_event_report_are_answered_with_or_without_a_reply(reply: bytes | None) -> None:
    with exchanging() as (association, peer):
        asked = context(association, FIND_ID)
        for field, request in (
            (0x8130, action_request(asked, "1.2.3", 1, b"information")),
            (0x8100, event_report_request(asked, "1.2.3", 2, None)),
        ):
            number = association.exchange(request).message_id + 1
            peer.send(data_pdu(FIND_ID, 3, answer(field, 0x0112, message_id=number, has_data_set=reply is not None)))
            if reply is not None:
                peer.send(data_pdu(FIND_ID, 2, reply))
            response = association.ask(request)
            assert (response.status, response.data_set, response.is_pending) == (0x0112, reply, False)


def test_status_that_means_pending_elsewhere_is_the_answer_of_an_action() -> None:
    with exchanging(data_pdu(FIND_ID, 3, answer(0x8130, PENDING))) as (association, _):
        assert association.ask(action_request(context(association, FIND_ID), "1.2", 1, None)).status == PENDING


@pytest.mark.parametrize("status", [0x0000, 0x0122, 0x0210, 0xFFFF])
def test_echo_returns_the_status_of_the_peer(status: int) -> None:
    with FakePeer(echo=Status(status)) as peer:
        association = associate(peer.port)
        assert association.echo() == status
        assert association.echo() == status
        association.release()
    assert peer.events.count("echoed") == 2


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (Silence(), PeerTimeoutError, "C-ECHO in time"),
        (Abort(2, 2), AssociationAbortedError, "did not expect"),
        (Close(), AssociationAbortedError, "without releasing"),
        (Release(), AssociationAbortedError, "released the association"),
        (Status(message_id_offset=1), PeerProtocolError, "different message"),
        (Send(b"rubbish"), PeerProtocolError, "not DICOM"),
        (Send(p_data(5, 3, bytes(20))), PeerProtocolError, "cannot be decoded"),
        (Send(p_data(5, 2, b"data set")), PeerProtocolError, "cannot be decoded"),
        (Send(pdu(2, bytes(68))), PeerProtocolError, "does not allow"),
    ],
    ids=repr,
)
def test_echo_that_is_not_answered_rightly_is_a_typed_error(
    action: Action, error: type[DicomdeskError], words: str
) -> None:
    with FakePeer(echo=action) as peer:
        association = associate(peer.port, timeouts=Timeouts(acse_s=LONG_S, dimse_s=0.1, socket_s=LONG_S))
        with pytest.raises(error, match=words):
            association.echo()
        assert not association.is_open


def test_echo_needs_an_accepted_context() -> None:
    with FakePeer(associate=[Accept(refused={5: 1})]) as peer:
        association = associate(peer.port)
        with pytest.raises(PeerError, match="does not accept verification"):
            association.echo()


def test_while_the_peer_waits_for_an_answer_nothing_is_told_and_then_all_in_its_order() -> None:
    pending = data_pdu(GET_ID, 3, answer(0x8010, PENDING, remaining=2, completed=1, failed=0, warning=0))
    sent = pending + instance("1.2.1", b"data", 1) + pending + instance("1.2.2", b"data", 2)
    order: list[str] = []

    class Facts(IncomingStoreObserver):
        def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
            order.append(f"{request.sop_instance_uid} {answer.status:04X}")

    storing = Storing()
    with exchanging(sent) as (association, peer):
        exchange = association.exchange(get(association), storing, Facts())
        next(exchange)
        assert [stored.end for stored in storing.instances] == ["finished", "finished"]
        assert order == []
        next(exchange)
        assert order == ["1.2.1 0000"]
        peer.send(data_pdu(GET_ID, 3, answer(0x8010, 0)))
        assert [response.status for response in exchange] == [0]
        assert order == ["1.2.1 0000", "1.2.2 0000"]


def test_what_came_before_the_end_of_the_association_is_told() -> None:
    pending = data_pdu(GET_ID, 3, answer(0x8010, PENDING, remaining=2, completed=1, failed=0, warning=0))
    told_of: list[str] = []

    class Facts(IncomingStoreObserver):
        def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
            told_of.append(request.sop_instance_uid)

    with exchanging(pending + instance("1.2.1", b"data") + pdu(ABORT, bytes(4))) as (association, _):
        responses = association.exchange(get(association), Storing(), Facts())
        assert next(responses).is_pending
        with pytest.raises(AssociationAbortedError):
            next(responses)
    assert told_of == ["1.2.1"]
