"""Messages from fragments to sinks and responses, without a socket."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from pynetdicom.dimse_messages import C_FIND_RQ
from pynetdicom.dimse_primitives import C_FIND
from pynetdicom.dsutils import encode

from dicomdesk.errors import PeerProtocolError, StorageError
from dicomdesk.network.acceptor.message_reception import Reception
from dicomdesk.network.acceptor.observers import ListenerObserver
from dicomdesk.network.acceptor.operation import ExpectedAnswer
from dicomdesk.network.dimse.command_sets import (
    AFFECTED_SOP_CLASS_UID,
    AFFECTED_SOP_INSTANCE_UID,
    COMMAND_DATA_SET_TYPE,
    COMMAND_FIELD,
    MESSAGE_ID,
    MESSAGE_ID_RESPONDED_TO,
    PRIORITY,
    STATUS,
    CommandSet,
    read_command_set,
    write_command_set,
)
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, IncomingStore, StoreAnswer
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext, Negotiation
from dicomdesk.network.upper_layer.pdu_reader import Fragment, PduReader

CT = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"
EXPLICIT = "1.2.840.10008.1.2.1"


def context(context_id: int, uid: str) -> NegotiatedContext:
    return NegotiatedContext(
        context_id=context_id,
        abstract_syntax=uid,
        proposed_transfer_syntaxes=(EXPLICIT,),
        result=ContextResult.ACCEPTED,
        accepted_transfer_syntax=EXPLICIT,
    )


class Recorder(ListenerObserver):
    """Handler, sink and observer in one: writes down what is called, in order."""

    def __init__(self, answer: StoreAnswer) -> None:
        self.answer = answer
        self.calls: list[str] = []
        self.data = bytearray()
        self.request: IncomingStore | None = None
        self.warnings: list[str] = []
        self.sent: list[bytes] = []
        self.when_begun: Callable[[], None] = lambda: None

    def begin(self, request: IncomingStore) -> "Recorder":
        self.when_begun()
        self.calls.append("begin")
        self.request = request
        return self

    def write(self, fragments: Sequence[memoryview]) -> None:
        assert fragments
        assert all(fragments)
        self.calls.append("write")
        for fragment in fragments:
            self.data += fragment

    def finish(self) -> StoreAnswer:
        self.calls.append("finish")
        return self.answer

    def settle(self) -> None:
        self.calls.append("settle")

    def discard(self) -> None:
        self.calls.append("discard")

    def send(self, pdu: bytes) -> None:
        self.calls.append("send")
        self.sent.append(pdu)

    def store_started(self, request: IncomingStore) -> None:
        self.calls.append("started")

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        self.calls.append("answered")

    def echoed(self, association: int, message_id: int) -> None:
        self.calls.append(f"echoed {message_id}")

    def warned(self, association: int, text: str) -> None:
        self.warnings.append(text)

    def response(self) -> CommandSet:
        (pdu,) = self.sent
        return read_command_set(pdu[12:])


def make(
    answer: StoreAnswer | None = None, *, has_services: bool = False, peer_max: int = 16384
) -> tuple[Reception, Recorder]:
    recorder = Recorder(answer or StoreAnswer(status=0))
    negotiation = Negotiation(
        is_requestor=False,
        calling_ae_title="CALLING",
        called_ae_title="CALLED",
        responding_ae_title="CALLED",
        peer_host="host",
        peer_port=4711,
        our_implementation_class_uid="1.2",
        our_implementation_version="",
        peer_implementation_class_uid="1.3",
        peer_implementation_version="",
        our_max_pdu_bytes=16384,
        peer_max_pdu_bytes=peer_max,
        max_send_pdv_bytes=peer_max,
        contexts=(context(1, CT), context(5, VERIFICATION)),
    )
    established = EstablishedAssociation(association=4, negotiation=negotiation)
    return Reception(established, recorder, recorder, recorder.send, has_services=has_services), recorder


def command(data: bytes, context_id: int = 1, *, is_last: bool = True) -> Fragment:
    return Fragment(context_id=context_id, is_command=True, is_last=is_last, data=memoryview(data))


def piece(data: bytes, context_id: int = 1, *, is_last: bool = False) -> Fragment:
    return Fragment(context_id=context_id, is_command=False, is_last=is_last, data=memoryview(data))


def store_request(uid: bytes = b"1.2.3", sop_class: bytes = CT.encode(), **changes: int) -> bytes:
    values: dict[int, bytes | int] = {
        AFFECTED_SOP_CLASS_UID: sop_class,
        COMMAND_FIELD: 1,
        MESSAGE_ID: 9,
        PRIORITY: 2,
        COMMAND_DATA_SET_TYPE: changes.get("data_set_type", 0),
        AFFECTED_SOP_INSTANCE_UID: uid,
    }
    return write_command_set(values)


ECHO = write_command_set(
    {AFFECTED_SOP_CLASS_UID: VERIFICATION.encode(), COMMAND_FIELD: 0x30, MESSAGE_ID: 77, COMMAND_DATA_SET_TYPE: 0x101}
)


def find_request() -> bytes:
    primitive = C_FIND()
    primitive.MessageID = 3
    primitive.AffectedSOPClassUID = "1.2.840.10008.5.1.4.1.2.2.1"
    primitive.Priority = 2
    primitive.Identifier = BytesIO(b"\0\0")
    message = C_FIND_RQ()
    message.primitive_to_message(primitive)
    encoded = encode(message.command_set, True, True)
    assert encoded is not None
    return bytes(encoded)


def test_instance_goes_to_its_sink_and_is_answered_at_once() -> None:
    reception, recorder = make()
    reception.take(command(store_request()))
    reception.take(piece(b"abc"))
    reception.take(piece(b""))
    reception.flush()
    reception.take(piece(b"def", is_last=True))
    assert recorder.calls == ["started", "begin", "write", "write", "finish", "send", "settle", "answered"]
    assert recorder.data == b"abcdef"
    assert recorder.request == IncomingStore(
        association=4,
        message_id=9,
        context_id=1,
        sop_class_uid=CT,
        sop_instance_uid="1.2.3",
        transfer_syntax_uid=EXPLICIT,
        calling_ae_title="CALLING",
        called_ae_title="CALLED",
        peer_host="host",
        priority=2,
    )
    response = recorder.response()
    assert response.number(STATUS) == 0
    assert response.number(MESSAGE_ID_RESPONDED_TO) == 9
    reception.abandon()
    assert "discard" not in recorder.calls
    assert not recorder.warnings


def test_fragments_between_two_flushes_are_written_together() -> None:
    reception, recorder = make()
    reception.take(command(store_request()))
    for _ in range(1000):
        reception.take(piece(b"x"))
    reception.flush()
    reception.flush()
    assert recorder.calls.count("write") == 2
    assert len(recorder.data) == 1000


def test_the_rest_is_awaited_within_a_command_and_within_a_data_set_but_not_between_them() -> None:
    reception, _ = make()
    for _ in range(2):
        assert not reception.awaits_rest
        reception.take(command(store_request()[:50], is_last=False))
        assert reception.awaits_rest
        reception.take(command(store_request()[50:]))
        assert not reception.awaits_rest
        reception.take(piece(b""))
        assert reception.awaits_rest
        reception.take(piece(b"data", is_last=True))
    reception.take(command(store_request()))
    assert not reception.awaits_rest
    reception.take(piece(b"data"))
    reception.abandon()
    assert not reception.awaits_rest


def test_command_in_fragments_is_put_together() -> None:
    reception, recorder = make()
    data = store_request()
    for index in range(len(data)):
        reception.take(command(data[index : index + 1], is_last=False))
        assert not reception.is_between_messages
    reception.take(command(b""))
    reception.take(piece(b"", is_last=True))
    assert recorder.calls == ["started", "begin", "finish", "send", "settle", "answered"]
    assert reception.is_between_messages


def test_status_and_comment_of_the_sink_are_answered() -> None:
    reception, recorder = make(StoreAnswer(status=0xA700, comment="disk full"))
    reception.take(command(store_request()))
    reception.take(piece(b"x", is_last=True))
    assert recorder.response().number(STATUS) == 0xA700
    assert recorder.response().text(0x0902) == "disk full"


def test_sink_can_ask_for_an_abort_after_its_answer() -> None:
    reception, recorder = make(StoreAnswer(status=0xA700, abort=True))
    reception.take(command(store_request()))
    with pytest.raises(StorageError, match="A700"):
        reception.take(piece(b"x", is_last=True))
    assert recorder.calls[-4:] == ["finish", "send", "settle", "answered"]
    reception.abandon()
    assert "discard" not in recorder.calls


def test_abandoned_instance_is_discarded_once() -> None:
    reception, recorder = make()
    reception.take(command(store_request()))
    reception.take(piece(b"x"))
    reception.abandon()
    reception.abandon()
    assert recorder.calls == ["started", "begin", "discard"]
    assert reception.is_between_messages


def test_message_has_begun_while_its_handler_prepares_the_sink() -> None:
    reception, recorder = make()
    asked: list[bool] = []
    recorder.when_begun = lambda: asked.append(reception.is_between_messages)
    assert reception.is_between_messages
    reception.take(command(store_request()))
    reception.take(piece(b"data", is_last=True))
    assert asked == [False]
    assert reception.is_between_messages


def test_class_that_differs_from_the_context_is_taken_with_one_warning() -> None:
    reception, recorder = make()
    for _ in range(2):
        reception.take(command(store_request(sop_class=b"1.2.3.\x07")))
        reception.take(piece(b"x", is_last=True))
    assert recorder.calls.count("finish") == 2
    (warning,) = recorder.warnings
    assert "'1.2.3.\\x07'" in warning


def test_missing_class_is_taken_with_a_warning() -> None:
    """As DCMTK's dcmrecv does."""
    reception, recorder = make()
    reception.take(command(store_request(sop_class=b"")))
    reception.take(piece(b"x", is_last=True))
    assert recorder.response().number(STATUS) == 0
    assert len(recorder.warnings) == 1


def test_hostile_instance_uid_is_passed_on_as_text() -> None:
    reception, recorder = make()
    uid = b"../../" + b"9" * 300 + b"\xff\0"
    reception.take(command(store_request(uid)))
    assert recorder.request is not None
    assert recorder.request.sop_instance_uid == uid.rstrip(b"\0").decode("latin-1")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(store_request(uid=b""), id="no instance UID"),
        pytest.param(store_request(uid=b"\0\0"), id="padding for an instance UID"),
        pytest.param(store_request(data_set_type=0x101), id="no data set"),
        pytest.param(write_command_set({COMMAND_FIELD: 1}), id="nothing"),
        pytest.param(b"", id="empty command"),
        pytest.param(b"rubbish", id="rubbish"),
    ],
)
def test_malformed_store_request_is_a_protocol_error(data: bytes) -> None:
    reception, recorder = make()
    with pytest.raises(PeerProtocolError):
        reception.take(command(data))
    assert recorder.calls == []


def test_data_without_command_is_a_protocol_error() -> None:
    reception, _ = make()
    with pytest.raises(PeerProtocolError, match="without a command"):
        reception.take(piece(b"x"))


@pytest.mark.parametrize("context_id", [0, 3, 7, 255])
def test_context_that_was_not_accepted_is_a_protocol_error(context_id: int) -> None:
    reception, _ = make()
    with pytest.raises(PeerProtocolError, match=f"Presentation Context ID: {context_id}"):
        reception.take(command(store_request(), context_id))


def test_command_and_data_in_different_contexts_are_a_protocol_error() -> None:
    reception, recorder = make()
    reception.take(command(store_request()))
    with pytest.raises(PeerProtocolError, match="Contexts of Command and Data Differ"):
        reception.take(piece(b"x", context_id=5))
    reception.abandon()
    assert recorder.calls == ["started", "begin", "discard"]


def test_command_in_the_middle_of_a_data_set_is_a_protocol_error() -> None:
    reception, _ = make()
    reception.take(command(store_request()))
    with pytest.raises(PeerProtocolError):
        reception.take(command(ECHO))


def test_command_that_changes_its_context_is_a_protocol_error() -> None:
    reception, _ = make()
    reception.take(command(b"x", is_last=False))
    with pytest.raises(PeerProtocolError, match="middle of a command"):
        reception.take(command(b"x", context_id=5))


def test_endless_command_is_a_protocol_error() -> None:
    reception, _ = make()
    for _ in range(262):
        reception.take(command(b"x" * 1000, is_last=False))
    with pytest.raises(PeerProtocolError, match="262144"):
        reception.take(command(b"x" * 1000, is_last=False))


@pytest.mark.parametrize("context_id", [1, 5])
def test_echo_is_answered_on_any_accepted_context(context_id: int) -> None:
    reception, recorder = make()
    reception.take(command(ECHO, context_id))
    assert recorder.calls == ["send", "echoed 77"]
    assert recorder.sent[0][10] == context_id
    assert recorder.response().number(COMMAND_FIELD) == 0x8030


def test_echo_with_data_set_is_a_protocol_error() -> None:
    reception, _ = make()
    with pytest.raises(PeerProtocolError):
        reception.take(command(ECHO.replace(b"\1\1", b"\0\0")))


def test_response_is_cut_where_the_peer_takes_little() -> None:
    reception, recorder = make(peer_max=64)
    reception.take(command(ECHO))
    reader = PduReader()
    (stream,) = recorder.sent
    reader.space[: len(stream)] = stream
    fragments = [piece for piece in reader.pieces(len(stream)) if isinstance(piece, Fragment)]
    assert len(fragments) > 1
    assert reader.largest_data_pdu_bytes <= 64
    assert read_command_set(b"".join(fragment.data for fragment in fragments)).number(STATUS) == 0


def test_other_message_is_refused_in_the_words_of_dcmtk() -> None:
    reception, _ = make()
    with pytest.raises(PeerProtocolError) as caught:
        reception.take(command(find_request()))
    assert str(caught.value) == "cannot handle this kind of DIMSE command (0x0020), we are a Storage SCP only"


def cancel_request(message_id: int) -> bytes:
    values = {COMMAND_FIELD: 0x0FFF, MESSAGE_ID_RESPONDED_TO: message_id, COMMAND_DATA_SET_TYPE: 0x101}
    return write_command_set(values)


def store_answer(message_id: int) -> bytes:
    values = {COMMAND_FIELD: 0x8001, MESSAGE_ID_RESPONDED_TO: message_id, COMMAND_DATA_SET_TYPE: 0x101, STATUS: 0xB000}
    return write_command_set(values)


def test_other_message_is_due_with_its_data_set() -> None:
    reception, recorder = make(has_services=True)
    reception.take(command(find_request(), 5))
    reception.take(piece(b"iden", 5))
    reception.flush()
    reception.take(piece(b"tifier", 5, is_last=True))
    message = reception.next_due()
    assert message is not None
    assert (message.association, message.context.context_id, message.data_set) == (4, 5, b"identifier")
    assert message.field == 0x20
    assert reception.next_due() is None
    assert reception.is_between_messages
    reception.reply(5, b"command", b"data")
    assert [pdu[11:] for pdu in recorder.sent] == [b"\3command", b"\2data"]


def test_cancellation_concerns_its_message_until_that_has_ended() -> None:
    reception, _ = make(has_services=True)
    reception.take(command(find_request()))
    reception.take(piece(b"identifier", is_last=True))
    assert reception.next_due() is not None
    reception.take(command(cancel_request(3)))
    assert reception.is_cancelled(3)
    assert not reception.is_cancelled(4)
    reception.operation_ended(3)
    assert not reception.is_cancelled(3)


def test_cancellation_from_before_a_request_does_not_concern_it() -> None:
    reception, _ = make(has_services=True)
    message_id = read_command_set(find_request()).number(MESSAGE_ID)
    reception.take(command(cancel_request(message_id)))
    reception.take(command(find_request(), 5))
    reception.take(piece(b"", 5, is_last=True))
    assert not reception.is_cancelled(message_id)


def test_expected_response_is_kept() -> None:
    reception, _ = make(has_services=True)
    reception.expect(ExpectedAnswer(0x8001, 7, 1))
    assert reception.answer() is None
    reception.take(command(store_answer(7)))
    answer = reception.answer()
    assert answer is not None
    assert answer.number(STATUS) == 0xB000
    with pytest.raises(PeerProtocolError, match="to nothing"):
        reception.take(command(store_answer(7)))


@pytest.mark.parametrize("expected", [None, ExpectedAnswer(0x8001, 8, 1), ExpectedAnswer(0x8001, 7, 5)])
def test_response_that_is_not_expected_is_a_protocol_error(expected: ExpectedAnswer | None) -> None:
    reception, _ = make(has_services=True)
    reception.expect(expected)
    with pytest.raises(PeerProtocolError, match="0x8001"):
        reception.take(command(store_answer(7)))


def test_operations_do_not_pile_up() -> None:
    reception, _ = make(has_services=True)
    values = {COMMAND_FIELD: 0x20, MESSAGE_ID: 1, COMMAND_DATA_SET_TYPE: 0x101}
    for _ in range(64):
        reception.take(command(write_command_set(values), 5))
    with pytest.raises(PeerProtocolError, match="at once"):
        reception.take(command(write_command_set(values), 5))


@pytest.mark.parametrize(("theirs", "ours"), [(0, 131072), (16384, 16384), (1 << 20, 131072)])
def test_what_we_send_is_bounded(theirs: int, ours: int) -> None:
    reception, _ = make(peer_max=theirs)
    assert reception.max_send_pdu_bytes == ours


def test_endless_identifier_is_a_protocol_error() -> None:
    reception, _ = make(has_services=True)
    reception.take(command(find_request()))
    for _ in range(16):
        reception.take(piece(bytes(1024 * 1024)))
        reception.flush()
    reception.take(piece(b"x"))
    with pytest.raises(PeerProtocolError, match="16777216"):
        reception.flush()
    reception.abandon()


def test_what_waits_together_is_no_longer_than_one_endless_identifier() -> None:
    reception, _ = make(has_services=True)
    for _ in range(2):
        reception.take(command(find_request()))
        for _ in range(8):
            reception.take(piece(bytes(1024 * 1024)))
        reception.take(piece(b"", is_last=True))
    reception.take(command(find_request()))
    reception.take(piece(b"x"))
    with pytest.raises(PeerProtocolError, match="at once"):
        reception.take(piece(b"", is_last=True))
    reception.abandon()
