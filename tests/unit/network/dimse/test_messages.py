"""Messages are put together whatever their fragments are, for whoever reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.dimse.command_sets import COMMAND_FIELD, CommandSet
from dicomdesk.network.dimse.messages import LARGEST_IDENTIFIER_BYTES, Message, MessageReader, send_message
from dicomdesk.network.dimse.store_reception import InstanceSink
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.upper_layer.pdu_reader import Fragment, FragmentReader
from tests.helpers.peers.requestors import echo_command, find_command, store_command
from tests.helpers.peers.scripted_exchange import StoredInstance, Storing, established, request_of

IMPLICIT = "1.2.840.10008.1.2"


def context(context_id: int, result: ContextResult = ContextResult.ACCEPTED) -> NegotiatedContext:
    return NegotiatedContext(
        context_id=context_id,
        abstract_syntax="1.2.3",
        proposed_transfer_syntaxes=(IMPLICIT,),
        result=result,
        accepted_transfer_syntax=IMPLICIT,
    )


ESTABLISHED = established(context(1), context(3), context(5, ContextResult.USER_REJECTION), association=4)


class Reader(MessageReader):
    """Streams the data sets of C-STORE requests, and notes whole messages."""

    def __init__(self) -> None:
        super().__init__(ESTABLISHED)
        self.storing = Storing()
        self.messages: list[tuple[int, int, bytes | None]] = []
        self.finished: list[InstanceSink] = []

    def begin(self, context: NegotiatedContext, command: CommandSet) -> InstanceSink | None:
        return self.storing.begin(request_of(command)) if command.number(COMMAND_FIELD) == 1 else None

    def finish(self, sink: InstanceSink) -> None:
        self.finished.append(sink)

    def take_message(self, message: Message) -> None:
        assert (message.association, message.negotiation) == (4, ESTABLISHED.negotiation)
        self.messages.append((message.context.context_id, message.field, message.data_set))

    @property
    def instances(self) -> list[StoredInstance]:
        return self.storing.instances


def feed(reader: Reader, context_id: int, data: bytes, step: int, *, is_command: bool) -> None:
    """Give it in fragments of so many bytes, whose memory is overwritten after each flush."""
    for start in range(0, max(len(data), 1), step):
        memory = bytearray(data[start : start + step])
        is_last = start + step >= len(data)
        reader.take(Fragment(context_id, is_command, is_last, memoryview(memory)))
        reader.flush()
        memory[:] = bytes(len(memory))


@given(st.integers(1, 200), st.integers(1, 50), st.binary(max_size=120), st.sampled_from((1, 3)))
def test_messages_are_the_same_however_they_are_cut(step: int, other: int, data: bytes, context_id: int) -> None:
    reader = Reader()
    for command, has_data in ((echo_command(), False), (find_command(), True), (store_command("1.2"), True)):
        feed(reader, context_id, command, step, is_command=True)
        assert reader.is_between_messages != has_data
        assert not reader.awaits_rest
        if has_data:
            feed(reader, context_id, data, other, is_command=False)
        assert reader.is_between_messages
    assert reader.messages == [(context_id, 0x30, None), (context_id, 0x20, data)]
    assert [bytes(found.data) for found in reader.instances] == [data]
    assert reader.finished == reader.instances


def test_instance_is_passed_on_as_it_comes_and_identifiers_are_kept() -> None:
    reader = Reader()
    feed(reader, 1, store_command("1.2"), 1000, is_command=True)
    part = bytes(1 << 20)
    for _ in range(2 * LARGEST_IDENTIFIER_BYTES // len(part)):
        reader.take(Fragment(1, False, False, memoryview(part)))
        reader.flush()
    assert reader.instances[0].largest_write == len(part)
    reader.abandon()
    reader.abandon()
    assert reader.instances[0].end == "discarded"
    feed(reader, 1, find_command(), 1000, is_command=True)
    feed(reader, 1, bytes(LARGEST_IDENTIFIER_BYTES), len(part), is_command=False)
    assert len(reader.messages[0][2] or b"") == LARGEST_IDENTIFIER_BYTES
    feed(reader, 1, find_command(), 1000, is_command=True)
    with pytest.raises(PeerProtocolError, match="16777216"):
        feed(reader, 1, bytes(LARGEST_IDENTIFIER_BYTES + 1), len(part), is_command=False)


FRAGMENTS = st.builds(
    Fragment,
    st.sampled_from((1, 3, 5, 7)),
    st.booleans(),
    st.booleans(),
    st.one_of(st.binary(max_size=40), st.sampled_from((store_command("1.2"), find_command(), echo_command()))).map(
        memoryview
    ),
)


@pytest.mark.long
@given(st.lists(FRAGMENTS, max_size=12))
def test_any_fragments_are_messages_or_a_protocol_error_and_no_instance_is_left_open(fragments: list[Fragment]) -> None:
    reader = Reader()
    try:
        for fragment in fragments:
            reader.take(fragment)
            reader.flush()
    except PeerProtocolError:
        pass
    finally:
        reader.abandon()
    finished = [sink for sink in reader.instances if sink in reader.finished]
    assert all(sink.end == "discarded" for sink in reader.instances if sink not in finished)
    assert len(finished) >= len(reader.instances) - 1
    assert reader.is_between_messages


@pytest.mark.parametrize("context_id", [5, 7, 0])
def test_context_that_was_not_accepted_is_a_protocol_error(context_id: int) -> None:
    with pytest.raises(PeerProtocolError, match=f"Presentation Context ID: {context_id}"):
        feed(Reader(), context_id, echo_command(), 1000, is_command=True)


@pytest.mark.parametrize("data_set", [None, b"", b"identifier" * 5])
def test_what_is_sent_is_read_again(data_set: bytes | None) -> None:
    sent: list[bytes] = []
    send_message(sent.append, 30, 3, find_command() if data_set is not None else echo_command(), data_set)
    reader, stream = Reader(), b"".join(sent)
    whole = FragmentReader()
    while stream:
        size = 6 + int.from_bytes(stream[2:6], "big")
        for fragment in whole.fragments(memoryview(stream[:size])):
            reader.take(fragment)
        reader.flush()
        stream = stream[size:]
        assert size <= 36
    assert reader.messages == [(3, 0x30 if data_set is None else 0x20, data_set)]
