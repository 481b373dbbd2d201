"""Which first bytes are those of TLS, and which only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.upper_layer.pdu_reader import PduError, PduReader
from dicomdesk.network.wire.tls_errors import explain_plain_bytes
from dicomdesk.network.wire.tls_records import TLS_HEADER_BYTES, is_tls_record, may_be_tls_record

HELLO = b"\x16\3\1\2\0\1\0\1\xfc\3\3"
ALERT = b"\x15\3\3\0\2\2\x28"


@pytest.mark.parametrize("record", [HELLO, ALERT, b"\x17\3\3\x40\0", b"\x14\3\0\0\1", b"\x16\3\4\x48\0"])
def test_records_are_recognised_by_five_bytes(record: bytes) -> None:
    assert is_tls_record(record)
    assert is_tls_record(record[:5])
    assert not is_tls_record(record[:4])
    assert all(may_be_tls_record(record[:count]) for count in range(1, len(record) + 1))


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\4\1\2\0",
        b"\x16\2\1\2\0",
        b"\x16\3\5\2\0",
        b"\x16\3\1\0\0",
        b"\x16\3\1\xff\xff",
        b"\x18\3\1\2\0",
        b"\x13\3\1\2\0",
        b"GET /",
        b"\1\0\0\0\0",
    ],
)
def test_what_only_begins_alike_is_none(rubbish: bytes) -> None:
    assert not is_tls_record(rubbish)
    assert not may_be_tls_record(rubbish)


@given(st.binary(min_size=1, max_size=12))
def test_beginnings_of_what_is_a_record_may_be_one(data: bytes) -> None:
    if is_tls_record(data):
        assert all(may_be_tls_record(data[:count]) for count in range(1, len(data)))
    if not may_be_tls_record(data):
        assert not is_tls_record(data)
    if len(data) >= TLS_HEADER_BYTES:
        assert may_be_tls_record(data) == is_tls_record(data)


# -- those who ask


def read(reader: PduReader, parts: list[bytes]) -> None:
    for part in parts:
        reader.space[: len(part)] = part
        list(reader.pieces(len(part)))


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("stream", "says_tls"), [(HELLO, True), (ALERT, True), (b"\x16\4\1\2\0\0\0", False), (b"\x16\3\1\0\0\0\0", False)]
)
def test_acceptor_without_tls_says_so_after_five_bytes(stream: bytes, size: int, *, says_tls: bool) -> None:
    with pytest.raises(PduError) as raised:
        read(PduReader(), [stream[start : start + size] for start in range(0, len(stream), size)])
    assert str(raised.value).startswith(f"Unrecognized PDU type: {stream[0]:x}")
    assert ("speaks TLS" in str(raised.value)) is says_tls


def test_one_byte_of_a_record_is_not_judged_yet() -> None:
    reader = PduReader()
    reader.space[:1] = b"\x16"
    assert list(reader.pieces(1)) == []
    assert reader.is_inside_pdu


def test_acceptor_with_tls_knows_what_is_none() -> None:
    assert explain_plain_bytes(HELLO) is None
    assert explain_plain_bytes(b"\x16\3") is None
    for rubbish in (b"\x16\4\1\2\0", b"\x16\2", b"\x15\3\3\0\0"):
        explanation = explain_plain_bytes(rubbish)
        assert explanation is not None
        assert "not TLS" in explanation.text
