"""Bytes are taken apart the same way however they are cut."""

import struct
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.upper_layer.pdu_reader import (
    LARGEST_ASSOCIATE_PDU_BYTES,
    LARGEST_DATA_PDU_BYTES,
    AbortReason,
    Fragment,
    FragmentReader,
    Pdu,
    PduError,
    PduReader,
    PduType,
)

Value = tuple[int, int, bytes]
"""Context ID, flags (1 command, 2 last), data."""


def pdv(context_id: int, flags: int, data: bytes) -> bytes:
    return struct.pack(">LBB", len(data) + 2, context_id, flags) + data


def pdu(number: int, body: bytes) -> bytes:
    return struct.pack(">BxL", number, len(body)) + body


def data_pdu(*values: Value) -> bytes:
    return pdu(4, b"".join(pdv(*value) for value in values))


def read(reader: PduReader, chunks: Iterable[bytes]) -> Iterator[Value | Pdu]:
    """Feed chunks, cut to the reader's space; fragments are copied out as late as may be: before the next bytes."""
    for chunk in chunks:
        rest = chunk
        while rest:
            space = reader.space
            count = min(len(space), len(rest))
            space[:count] = rest[:count]
            rest = rest[count:]
            pieces: list[Fragment | Pdu] = []
            try:
                for piece in reader.pieces(count):
                    pieces.append(piece)
            finally:
                yield from [_copied(piece) for piece in pieces]


def _copied(piece: Fragment | Pdu) -> Value | Pdu:
    if isinstance(piece, Fragment):
        return piece.context_id, piece.is_command | piece.is_last << 1, bytes(piece.data)
    return piece


def joined(pieces: Iterable[Value | Pdu]) -> list[Value | Pdu]:
    """Parts of one PDV put together again: only its end tells whether it was the last."""
    result: list[Value | Pdu] = []
    open_value: Value | None = None
    for piece in pieces:
        if isinstance(piece, Pdu):
            result.append(piece)
            continue
        context_id, flags, data = piece
        if open_value is not None and open_value[:2] == (context_id, flags & 1):
            data = open_value[2] + data
        open_value = (context_id, flags & 1, data)
        if flags & 2:
            result.append((context_id, flags, data))
            open_value = None
    return result


MESSAGE = (
    data_pdu((1, 3, b"command"))
    + data_pdu((1, 0, b"first"), (1, 0, b""), (1, 0, b"second"))
    + data_pdu((1, 2, b"x" * 700))
    + data_pdu((3, 1, b"com"), (3, 3, b"mand"), (3, 2, b""))
    + pdu(5, b"\0\0\0\0")
)
EXPECTED = [
    (1, 3, b"command"),
    (1, 2, b"firstsecond" + b"x" * 700),
    (3, 3, b"command"),
    (3, 2, b""),
    Pdu(PduType.RELEASE_RQ, b"\0\0\0\0"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 11, 12, 13, 64, len(MESSAGE)])
def test_pieces_do_not_depend_on_how_bytes_are_cut(size: int) -> None:
    chunks = [MESSAGE[start : start + size] for start in range(0, len(MESSAGE), size)]
    assert joined(read(PduReader(), chunks)) == EXPECTED


@pytest.mark.parametrize("buffer_bytes", [6, 7, 16, 100])
def test_small_buffers_make_more_pieces_but_the_same_bytes(buffer_bytes: int) -> None:
    assert joined(read(PduReader(buffer_bytes), [MESSAGE])) == EXPECTED


def test_data_before_an_incomplete_header_stays_what_it_is() -> None:
    stream = data_pdu((1, 0, b"abcdefghijkl")) + data_pdu((1, 2, b"mnop"))
    for first in range(13, 24):
        for second in range(first + 1, len(stream)):
            chunks = [stream[:first], stream[first:second], stream[second:]]
            assert joined(read(PduReader(), chunks)) == [(1, 2, b"abcdefghijklmnop")]


def test_cut_at_every_byte() -> None:
    for cut in range(1, len(MESSAGE)):
        assert joined(read(PduReader(), [MESSAGE[:cut], MESSAGE[cut:]])) == EXPECTED


@given(
    values=st.lists(
        st.lists(st.tuples(st.integers(0, 255), st.integers(0, 3), st.binary(max_size=40)), min_size=1, max_size=4),
        max_size=5,
    ),
    cuts=st.lists(st.integers(1, 30), max_size=40),
)
def test_bytes_of_any_values_come_out_in_order(values: list[list[Value]], cuts: list[int]) -> None:
    stream = b"".join(data_pdu(*pdvs) for pdvs in values)
    chunks = []
    for cut in cuts:
        chunks.append(stream[:cut])
        stream = stream[cut:]
    chunks.append(stream)
    pieces = [piece for piece in read(PduReader(64), chunks) if not isinstance(piece, Pdu)]
    expected = [value for pdvs in values for value in pdvs]
    assert b"".join(data for _, _, data in pieces) == b"".join(data for _, _, data in expected)
    assert [piece[:2] for piece in pieces if piece[1] & 2] == [value[:2] for value in expected if value[1] & 2]


@given(st.binary(max_size=400))
def test_random_bytes_yield_pieces_or_a_pdu_error(stream: bytes) -> None:
    reader = PduReader(128)
    taken = 0
    try:
        for piece in read(reader, [stream]):
            taken += len(piece[2]) if not isinstance(piece, Pdu) else len(piece.body)
    except PduError:
        pass
    assert taken <= len(stream)


def test_unknown_type_is_found_at_its_first_byte() -> None:
    with pytest.raises(PduError, match=r"^Unrecognized PDU type: 47$") as caught:
        list(read(PduReader(), [b"G"]))
    assert caught.value.reason is AbortReason.UNRECOGNIZED_PDU
    with pytest.raises(PduError, match=r"^Unrecognized PDU type: 47$"):
        list(read(PduReader(), [b"GET / HTTP/1.1\r\n"]))


def test_everything_before_an_error_is_yielded() -> None:
    pieces = read(PduReader(), [data_pdu((1, 3, b"ok")) + b"\xff" * 10])
    assert next(pieces) == (1, 3, b"ok")
    with pytest.raises(PduError):
        next(pieces)


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(pdu(4, b""), id="no value"),
        pytest.param(pdu(4, b"\0\0"), id="no room for a value"),
        pytest.param(pdu(4, struct.pack(">LBB", 1, 1, 3)), id="value length below 2"),
        pytest.param(pdu(4, struct.pack(">LBB", 0, 1, 3)), id="value length 0"),
        pytest.param(pdu(4, struct.pack(">LBB", 3, 1, 3)), id="value exceeds PDU by one"),
        pytest.param(pdu(4, struct.pack(">LBB", 0xFFFFFFFF, 1, 3) + b"x"), id="value exceeds PDU by far"),
        pytest.param(pdu(4, pdv(1, 3, b"x") + b"\0"), id="one byte behind the last value"),
        pytest.param(pdu(4, pdv(1, 3, b"x") + b"\0" * 5), id="five bytes behind the last value"),
        pytest.param(struct.pack(">BxL", 4, LARGEST_DATA_PDU_BYTES + 1), id="data PDU too long"),
        pytest.param(struct.pack(">BxL", 4, 0xFFFFFFFF), id="data PDU of 4 GiB"),
        pytest.param(struct.pack(">BxL", 1, LARGEST_ASSOCIATE_PDU_BYTES + 1), id="request too long"),
        pytest.param(struct.pack(">BxL", 7, 0xFFFFFFFF), id="abort of 4 GiB"),
    ],
)
def test_lengths_that_lie_are_refused(stream: bytes) -> None:
    for chunks in ([stream], [stream[index : index + 1] for index in range(len(stream))]):
        with pytest.raises(PduError) as caught:
            list(read(PduReader(), chunks))
        assert caught.value.reason is AbortReason.INVALID_PDU_PARAMETER_VALUE


def test_long_pdu_is_passed_on_without_being_collected() -> None:
    reader = PduReader(1024)
    data = bytes(range(256)) * 4096
    pieces = [piece for piece in read(reader, [data_pdu((1, 2, data))]) if not isinstance(piece, Pdu)]
    assert b"".join(piece[2] for piece in pieces) == data
    assert max(len(piece[2]) for piece in pieces) <= 1024
    assert [bool(piece[1] & 2) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert reader.largest_data_pdu_bytes == len(data) + 6


@pytest.mark.parametrize(("count", "expected"), [(0, False), (1, True), (6, True), (12, True), (13, False)])
def test_reader_knows_whether_it_is_inside_a_pdu(count: int, *, expected: bool) -> None:
    reader = PduReader()
    list(read(reader, [data_pdu((1, 3, b"x"))[:count]]))
    assert reader.is_inside_pdu is expected


@pytest.mark.parametrize("pdu_type", [kind for kind in PduType if kind is not PduType.P_DATA_TF])
def test_other_pdus_come_whole(pdu_type: PduType) -> None:
    body = bytes(range(100))
    stream = pdu(pdu_type, body) + pdu(pdu_type, b"")
    for size in (1, 7, len(stream)):
        chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert list(read(PduReader(32), chunks)) == [Pdu(pdu_type, body), Pdu(pdu_type, b"")]


@pytest.mark.parametrize("size", [0, 1, 10])
def test_values_with_next_to_nothing_in_them_are_refused_after_a_bounded_number(size: int) -> None:
    value = pdu(4, pdv(1, 0, bytes(size)))
    seen: list[Value | Pdu] = []
    with pytest.raises(PduError, match="next to nothing") as raised:
        seen.extend(read(PduReader(), [100 * value] * 1000))
    assert raised.value.reason == AbortReason.NOT_SPECIFIED
    assert len(seen) <= 100 + 640_000 / (64 - len(value)) + 100


def test_values_of_some_size_are_read_for_ever_and_make_good_for_smaller_ones() -> None:
    fair, empty, long = (pdu(4, pdv(1, 0, bytes(size))) for size in (52, 0, 6000))
    for stream, count in ((100 * fair, 100), (100 * empty + long, 101)):
        reader = PduReader()
        for _ in range(1000):
            reader.space[: len(stream)] = stream
            assert len(list(reader.pieces(len(stream)))) == count


def fragments(reader: FragmentReader, stream: bytes) -> list[Value | Pdu]:
    return [_copied(fragment) for fragment in reader.fragments(memoryview(stream))]


@given(st.lists(st.tuples(st.sampled_from((1, 3, 255)), st.integers(0, 3), st.binary(max_size=20)), max_size=5))
def test_whole_pdu_holds_the_same_fragments_as_a_stream(values: list[Value]) -> None:
    stream = data_pdu(*values)
    if values:
        assert fragments(FragmentReader(), stream) == values
    else:
        with pytest.raises(PduError, match="without a data value"):
            fragments(FragmentReader(), stream)


def outcome(attempt: Callable[[], object]) -> object:
    try:
        return attempt()
    except PduError as error:
        return str(error), error.reason


@given(st.binary(max_size=60))
def test_whole_pdu_of_random_bytes_is_read_or_refused_as_a_stream(body: bytes) -> None:
    stream = pdu(4, body)
    assert outcome(lambda: joined(fragments(FragmentReader(), stream))) == outcome(
        lambda: joined(read(PduReader(), [stream]))
    )


def test_fragments_of_a_pdu_stay_valid_while_it_is_overwritten() -> None:
    stream = bytearray(data_pdu((1, 3, b"command"), (1, 2, b"data")))
    reading = iter(FragmentReader().fragments(memoryview(stream)))
    first = next(reading)
    stream[:] = bytes(len(stream))
    assert [bytes(first.data), bytes(next(reading).data)] == [b"command", b"data"]


def test_whole_pdus_with_next_to_nothing_in_them_are_refused_after_a_bounded_number() -> None:
    reader = FragmentReader()
    stream = data_pdu(*[(1, 0, b"")] * 1000)
    for _ in range(11):
        fragments(reader, stream)
    with pytest.raises(PduError, match="next to nothing"):
        fragments(reader, stream)
