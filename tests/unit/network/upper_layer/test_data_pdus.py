import struct

import pytest

from dicomdesk.network.upper_layer.data_pdus import message_pdus


@pytest.mark.parametrize(("limit", "count"), [(0, 1), (16384, 1), (106, 1), (105, 2), (56, 2), (8, 50), (1, 50)])
def test_messages_are_cut_to_what_the_peer_takes(limit: int, count: int) -> None:
    data = bytes(range(100))
    stream = message_pdus(5, data, is_command=True, max_pdu_bytes=limit)
    collected = b""
    for index in range(count):
        kind, length, value_length, context_id, flags = struct.unpack_from(">BxLLBB", stream)
        assert (kind, context_id) == (4, 5)
        assert length == value_length + 4
        assert not limit or length <= max(limit, 8)
        assert flags == (3 if index == count - 1 else 1)
        collected += stream[12 : 6 + length]
        stream = stream[6 + length :]
    assert stream == b""
    assert collected == data


def test_an_empty_data_set_is_one_empty_last_value() -> None:
    assert message_pdus(1, b"", is_command=False, max_pdu_bytes=100) == b"\4\0\0\0\0\6\0\0\0\2\1\2"
