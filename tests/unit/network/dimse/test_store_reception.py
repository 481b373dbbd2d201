"""C-STORE requests that arrive are told, stored and answered, in this order."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dicomdesk.errors import AssociationAbortedError, PeerProtocolError, StorageError
from dicomdesk.network.dimse.command_sets import (
    STATUS,
    StoreRequestReader,
    read_command_set,
)
from dicomdesk.network.dimse.store_reception import (
    IncomingStore,
    IncomingStoreObserver,
    StoreAnswer,
    StoreReception,
)
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from tests.helpers.peers.requestors import CT_IMAGE_STORAGE, store_command
from tests.helpers.peers.scripted_exchange import Storing, established, request_of

CONTEXT = NegotiatedContext(
    context_id=5,
    abstract_syntax=CT_IMAGE_STORAGE,
    proposed_transfer_syntaxes=("1.2.840.10008.1.2",),
    result=ContextResult.ACCEPTED,
    accepted_transfer_syntax="1.2.840.10008.1.2",
)
ESTABLISHED = established(CONTEXT, peer_max_pdu_bytes=64)


class Facts(IncomingStoreObserver):
    """What is told and sent, in order."""

    def __init__(self) -> None:
        self.facts: list[str] = []
        self.sent: list[bytes] = []

    def store_started(self, request: IncomingStore) -> None:
        self.facts.append(f"started {request.sop_instance_uid}")

    def store_awaited(self, request: IncomingStore) -> None:
        self.facts.append(f"awaited {request.sop_instance_uid}")

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        self.facts.append(f"answered {answer.status:04X}")

    def send(self, pdus: bytes) -> None:
        self.facts.append("sent")
        self.sent.append(pdus)


def test_instance_is_told_stored_and_answered_in_pdus_that_the_peer_takes() -> None:
    facts, storing = Facts(), Storing(StoreAnswer(status=0xB000))
    stores = StoreReception(ESTABLISHED, storing, facts, facts.send)
    command = read_command_set(store_command("1.2.3", 9))
    sink = stores.begin(CONTEXT, command)
    assert storing.instances[0].request == request_of(command)
    assert stores.finish(sink).status == 0xB000
    assert facts.facts == ["started 1.2.3", "sent", "answered B000"]
    response, stream = b"", facts.sent[0]
    while stream:
        size = int.from_bytes(stream[2:6], "big")
        assert size <= 64
        response += stream[12 : 6 + size]
        stream = stream[6 + size :]
    assert read_command_set(response).number(STATUS) == 0xB000


def test_abort_is_asked_for_after_the_answer() -> None:
    facts, storing = Facts(), Storing(StoreAnswer(status=0xA700, abort=True))
    stores = StoreReception(ESTABLISHED, storing, facts, facts.send)
    sink = stores.begin(CONTEXT, read_command_set(store_command("1.2.3")))
    with pytest.raises(StorageError, match="A700"):
        stores.finish(sink)
    assert facts.facts[-1] == "answered A700"


@pytest.mark.parametrize("command", [store_command(""), store_command("1.2", data_set_type=0x101)])
def test_request_without_uid_or_data_set_is_a_protocol_error_and_nothing_is_told(command: bytes) -> None:
    facts = Facts()
    stores = StoreReception(ESTABLISHED, Storing(), facts, facts.send)
    with pytest.raises(PeerProtocolError, match="without instance UID or data set"):
        stores.begin(CONTEXT, read_command_set(command))
    assert facts.facts == []


def test_what_can_wait_is_done_after_the_answer_even_one_that_cannot_be_sent() -> None:
    facts, storing = Facts(), Storing()

    def send(pdus: bytes) -> None:
        facts.send(pdus)
        raise AssociationAbortedError("gone")

    stores = StoreReception(ESTABLISHED, storing, facts, send)
    sink = stores.begin(CONTEXT, read_command_set(store_command("1.2.3")))
    storing.instances[0].when_settled = lambda: facts.facts.append("settled")
    with pytest.raises(AssociationAbortedError):
        stores.finish(sink)
    assert facts.facts == ["started 1.2.3", "sent", "settled"]


def test_waiting_for_the_rest_is_told_once_of_each_instance_of_which_it_is_so() -> None:
    facts, tells = Facts(), list[Callable[[], None]]()
    stores = StoreReception(ESTABLISHED, Storing(), facts, facts.send, tells.append)
    stores.wait()
    for uid, waits in (("1.2.1", 2), ("1.2.2", 0), ("1.2.3", 1)):
        sink = stores.begin(CONTEXT, read_command_set(store_command(uid)))
        for _ in range(waits):
            stores.wait()
        stores.finish(sink)
    assert [fact for fact in facts.facts if "sent" not in fact] == [
        "started 1.2.1",
        "awaited 1.2.1",
        "started 1.2.2",
        "started 1.2.3",
        "awaited 1.2.3",
    ]
    for tell in tells:
        tell()
    assert facts.facts[-3:] == ["answered 0000"] * 3


def test_requests_that_differ_in_number_and_uid_only_are_read_like_others() -> None:
    reader, quick = StoreRequestReader(), Storing()
    stores, other = StoreReception(ESTABLISHED, quick, Facts(), lambda _pdus: None), replace(CONTEXT, context_id=7)
    asked = [(CONTEXT, store_command(f"1.2.{number}", number)) for number in range(1, 4)]
    asked += [
        (other, store_command("1.2.4", 4)),
        (other, store_command("1.2.5", 5, sop_class="1.2.840.10008.5.1.4.1.1.4")),
    ]
    asked += [(CONTEXT, store_command("1.2.6", 6))]
    for context, command in asked:
        plain = Storing()
        StoreReception(ESTABLISHED, plain, Facts(), lambda _pdus: None).begin(context, read_command_set(command))
        stores.begin(context, reader.read(command))
        assert quick.instances[-1].request == plain.instances[0].request
    with pytest.raises(PeerProtocolError, match="without instance UID"):
        stores.begin(CONTEXT, reader.read(store_command("\0\0\0\0\0\0", 7)))
