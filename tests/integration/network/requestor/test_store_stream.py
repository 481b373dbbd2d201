"""C-STORE to a scripted peer: what arrives, what the observer is told, and how every misbehaviour ends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.dicom.data_set_source import DataSetSource, FileRange
from dicomdesk.errors import (
    AssociationAbortedError,
    DicomdeskError,
    PeerError,
    PeerProtocolError,
    PeerTimeoutError,
    TruncatedError,
)
from dicomdesk.network.requestor.store_stream import StoreItem
from dicomdesk.settings import AssociationSettings, Timeouts
from tests.helpers.jobs.requesting import CT, CT_CONTEXT, LONG_S, MR, MR_CONTEXT, PATIENT, Recorded, associate, ct_items
from tests.helpers.peers.fake_peer import (
    Abort,
    Accept,
    Action,
    Close,
    FakePeer,
    Release,
    Send,
    Silence,
    Stall,
    Status,
    command_set,
    p_data,
    pdu,
)

SHORT = Timeouts(connect_s=LONG_S, acse_s=LONG_S, dimse_s=0.2, socket_s=LONG_S)
SIZES = [0, 1, 2, 3, 16376, 16377, 16378, 16379, 16380, 32756, 32757, 1_000_001, 3_000_000]


def _pattern(size: int) -> bytes:
    block = bytes(index * 7 % 251 for index in range(min(size, 251 * 16)))
    return (block * (size // max(len(block), 1) + 1))[:size]


@pytest.fixture(params=["bytes", "memoryview", "file"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    """Turns bytes into each kind of data set source."""
    opened: list[int] = []

    def make(data: bytes) -> DataSetSource:
        if request.param == "bytes":
            return data
        if request.param == "memoryview":
            return memoryview(bytearray(b"before" + data + b"after"))[6 : 6 + len(data)]
        path = tmp_path / f"{len(opened)}.dcm"
        path.write_bytes(b"header" + data + b"trailer")
        opened.append(os.open(path, os.O_RDONLY))
        return FileRange(opened[-1], 6, len(data))

    yield make
    for descriptor in opened:
        os.close(descriptor)


@pytest.mark.parametrize("max_pdu", [4096, 16384, 131072, 0])
def test_data_sets_arrive_as_they_are(source: object, max_pdu: int) -> None:
    assert callable(source)
    data = [_pattern(size) for size in SIZES]
    observer = Recorded()
    with FakePeer(associate=[Accept(max_pdu_bytes=max_pdu)]) as peer:
        association = associate(peer.port)
        association.store_all(ct_items(*map(source, data)), observer)
        association.release()
    assert [store.data for store in peer.stores] == data
    assert [store.message_id for store in peer.stores] == list(range(1, len(data) + 1))
    assert [store.sop_instance_uid for store in peer.stores] == [f"1.2.{number + 1}" for number in range(len(data))]
    assert {store.sop_class_uid for store in peer.stores} == {CT}
    assert max(store.largest_pdu_bytes for store in peer.stores) <= (max_pdu or 131072)
    assert observer.answers == [(number, number + 1, 0, "") for number in range(len(data))]
    assert association.bytes_sent > sum(SIZES)


@pytest.mark.parametrize("max_pdu", [13, 20, 64, 100])
def test_tiny_pdus_carry_command_and_data_in_pieces(source: object, max_pdu: int) -> None:
    assert callable(source)
    data = [_pattern(size) for size in (0, 1, 14, 500, 5000)]
    with FakePeer(associate=[Accept(max_pdu_bytes=max_pdu)]) as peer:
        association = associate(peer.port)
        association.store_all(ct_items(*map(source, data)), Recorded())
        association.release()
    assert [store.data for store in peer.stores] == data
    assert max(store.largest_pdu_bytes for store in peer.stores) <= max_pdu


def test_own_cap_limits_what_is_sent() -> None:
    with FakePeer(associate=[Accept(max_pdu_bytes=0)]) as peer:
        settings = AssociationSettings(max_send_pdu_bytes=4096, timeouts=PATIENT)
        association = associate(peer.port, settings=settings)
        association.store_all(ct_items(bytes(100_000)), Recorded())
        association.release()
    assert association.negotiation.max_send_pdv_bytes == 4084
    assert peer.stores[0].largest_pdu_bytes == 4096


def test_items_of_several_contexts_alternate() -> None:
    items = [
        StoreItem(CT_CONTEXT, CT, "1.2.3", b"a", 0),
        StoreItem(MR_CONTEXT, MR, "1.2.34", b"b", 1),
        StoreItem(CT_CONTEXT, CT, "1." + "2" * 62, b"c", 2),
        StoreItem(CT_CONTEXT, "1.2.3.4", "", b"d", 3),
    ]
    with FakePeer() as peer:
        association = associate(peer.port)
        association.store_all(iter(items), Recorded())
        assert association.echo() == 0
        association.store_all(iter(items[:1]), Recorded())
        association.release()
    assert [(s.context_id, s.sop_class_uid, s.sop_instance_uid, s.data) for s in peer.stores[:4]] == [
        (item.context_id, item.sop_class_uid, item.sop_instance_uid, item.data) for item in items
    ]
    assert peer.stores[4].message_id == 6


def test_uid_that_is_too_long_is_cut_in_the_command_only() -> None:
    with FakePeer() as peer:
        association = associate(peer.port)
        association.store_all(iter([StoreItem(CT_CONTEXT, CT, "1." + "2" * 64, b"ab", 0)]), Recorded())
        association.release()
    assert peer.stores[0].sop_instance_uid == "1." + "2" * 62


def test_observer_is_told_status_and_comment() -> None:
    observer = Recorded()
    answers = [Status(0xA700, "disk full"), Status(0xB000), Status(0x0210, in_fragments=True), Status(0xC123, "odd")]
    with FakePeer(stores=answers) as peer:
        association = associate(peer.port)
        association.store_all(ct_items(b"", b"", b"", b""), observer)
        association.release()
    assert observer.answers == [
        (0, 1, 0xA700, "disk full"),
        (1, 2, 0xB000, ""),
        (2, 3, 0x0210, ""),
        (3, 4, 0xC123, "odd"),
    ]


def test_next_item_is_taken_before_the_answer_is_read() -> None:
    observer = Recorded()

    def items() -> Iterator[StoreItem]:
        for item in ct_items(b"", b"", b""):
            observer.events.append(f"taken {item.tag}")
            yield item
        observer.events.append("exhausted")

    with FakePeer() as peer:
        association = associate(peer.port)
        association.store_all(items(), observer)
        association.release()
    assert observer.events == [
        *("taken 0", "started 0", "taken 1", "answered 0"),
        *("started 1", "taken 2", "answered 1"),
        *("started 2", "exhausted", "answered 2"),
    ]


def test_error_of_the_iterator_comes_after_outstanding_answers() -> None:
    observer = Recorded()

    def items() -> Iterator[StoreItem]:
        yield from ct_items(b"a")
        raise LookupError("the caller's own")

    with FakePeer() as peer:
        association = associate(peer.port)
        with pytest.raises(LookupError):
            association.store_all(items(), observer)
        assert observer.events == ["started 0", "answered 0"]
        association.store_all(ct_items(b"b"), observer)
        association.release()
    assert len(peer.stores) == 2


@pytest.mark.parametrize(("window", "outstanding"), [(1, 1), (3, 3), (0, 5), (9, 5)])
def test_operations_window_keeps_so_many_outstanding(window: int, outstanding: int) -> None:
    observer = Recorded()
    with FakePeer(associate=[Accept(window=window)]) as peer:
        association = associate(peer.port, operations_window=5)
        association.store_all(ct_items(*[b"x"] * 6), observer)
        association.release()
    assert observer.statuses == [0] * 6
    most = now = 0
    for event in observer.events:
        now += 1 if event.startswith("started") else -1
        most = max(most, now)
    assert most == outstanding


def test_context_that_was_not_accepted_is_not_used() -> None:
    observer = Recorded()
    with FakePeer(associate=[Accept(refused={CT_CONTEXT: 3})]) as peer:
        association = associate(peer.port)
        with pytest.raises(PeerError, match="was not accepted") as raised:
            association.store_all(ct_items(b""), observer)
    assert raised.value.condition == "DIMSE No valid Presentation Context ID"
    assert observer.events == []


def _response(field: int = 0x8001, **changed: int) -> bytes:
    values: list[tuple[int, bytes | int]] = [(0x0100, field), (0x0120, 1), (0x0800, 0x0101), (0x0900, 0)]
    return command_set([(tag, changed.get(f"x{tag:04x}", value)) for tag, value in values])


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (Abort(), AssociationAbortedError, "by its application"),
        (Abort(2, 4), AssociationAbortedError, "parameter that it does not know"),
        (Close(), AssociationAbortedError, "without releasing"),
        (Close(reset=True), AssociationAbortedError, "connection"),
        (Silence(), PeerTimeoutError, "did not answer C-STORE within 0.2 s"),
        (Stall(), PeerTimeoutError, "did not answer C-STORE within 0.2 s"),
        (Release(), AssociationAbortedError, "released the association"),
        (Status(message_id_offset=1), PeerProtocolError, "message 2, which is not outstanding"),
        (Send(b"HTTP"), PeerProtocolError, "not DICOM"),
        (Send(b"\4\0\xff\xff\xff\xff"), PeerProtocolError, "more than it may send"),
        (Send(pdu(2, bytes(68))), PeerProtocolError, "does not allow"),
        (Send(pdu(4, b"")), PeerProtocolError, "PDU without a data value"),
        (Send(p_data(1, 1, b"")), PeerTimeoutError, "did not answer C-STORE within 0.2 s"),
        (Send(pdu(4, b"\0\0\0\1\1")), PeerProtocolError, "PDU without a data value"),
        (
            Send(pdu(4, b"\0\0\0\x09\1\3abc")),
            PeerProtocolError,
            "data value of 9 bytes in a P-DATA-TF PDU with 5 bytes left",
        ),
        (Send(p_data(1, 2, b"data")), PeerProtocolError, "data set without a command"),
        (Send(p_data(1, 3, b"command")), PeerProtocolError, "middle of an element"),
        (Send(p_data(1, 3, b"")), PeerProtocolError, "without usable element"),
        (Send(p_data(3, 3, _response())), PeerProtocolError, "presentation context 3 instead of 1"),
        (Send(p_data(1, 3, _response(0x8030))), PeerProtocolError, "no C-STORE response"),
        (Send(p_data(1, 3, _response(x0800=1))), PeerProtocolError, "no C-STORE response"),
        (
            Send(p_data(1, 1, bytes(9)) + p_data(3, 3, b"x")),
            PeerProtocolError,
            "changed the presentation context in the middle of a command",
        ),
        (Send(p_data(1, 1, bytes(40000)) * 7), PeerProtocolError, "command of more than 262144 bytes"),
    ],
    ids=repr,
)
def test_answer_that_is_none_is_a_typed_error(action: Action, error: type[DicomdeskError], words: str) -> None:
    observer = Recorded()
    with FakePeer(stores=[action]) as peer:
        association = associate(peer.port, timeouts=SHORT)
        with pytest.raises(error, match=words):
            association.store_all(ct_items(b"first", b"second"), observer)
        assert not association.is_open
    assert observer.events == ["started 0"]


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (Abort(), AssociationAbortedError, "by its application"),
        (Send(pdu(7, bytes(4))), AssociationAbortedError, "by its application"),
        (Close(), AssociationAbortedError, "connection"),
        (Close(reset=True), AssociationAbortedError, "connection"),
        (Send(b"rubbish"), PeerProtocolError, "not DICOM"),
        (Stall(), PeerTimeoutError, "took no data for 0.3 s"),
    ],
    ids=repr,
)
def test_trouble_in_the_middle_of_an_object_is_a_typed_error(
    source: object, action: Action, error: type[DicomdeskError], words: str
) -> None:
    assert callable(source)
    observer = Recorded()
    timeouts = Timeouts(connect_s=LONG_S, acse_s=LONG_S, dimse_s=LONG_S, socket_s=0.3)
    with FakePeer(in_object={1: action}, receive_buffer_bytes=4096) as peer:
        association = associate(peer.port, timeouts=timeouts)
        with pytest.raises(error, match=words):
            association.store_all(ct_items(source(b"whole"), source(bytes(20_000_000))), observer)
        assert not association.is_open
    assert observer.events == ["started 0", "answered 0", "started 1"]


def test_answer_in_the_middle_of_an_object_counts() -> None:
    observer = Recorded()
    with FakePeer(in_object={0: Status(0xA700, "early")}, stores=[Silence(), Status()]) as peer:
        association = associate(peer.port)
        association.store_all(ct_items(bytes(20_000_000), b"next"), observer)
        association.release()
    assert observer.answers == [(0, 1, 0xA700, "early"), (1, 2, 0, "")]


def test_file_that_became_shorter_is_noticed_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "short.dcm"
    path.write_bytes(b"x" * 100)
    observer = Recorded()
    with path.open("rb") as file, FakePeer() as peer:
        association = associate(peer.port)
        with pytest.raises(TruncatedError):
            association.store_all(ct_items(b"first", FileRange(file.fileno(), 50, 51)), observer)
        assert observer.events == ["started 0", "answered 0"]
        association.store_all(ct_items(b"third"), observer)
        association.release()
    assert [(store.data, store.message_id) for store in peer.stores] == [(b"first", 1), (b"third", 2)]
