"""Command sets are read and written as pynetdicom does it."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.dimse_messages import C_ECHO_RSP, C_STORE_RQ, C_STORE_RSP
from pynetdicom.dimse_primitives import C_ECHO, C_STORE
from pynetdicom.dsutils import decode, encode

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.dimse.command_sets import (
    AFFECTED_SOP_CLASS_UID,
    AFFECTED_SOP_INSTANCE_UID,
    COMMAND_DATA_SET_TYPE,
    COMMAND_FIELD,
    MESSAGE_ID,
    MOVE_DESTINATION,
    MOVE_ORIGINATOR_AE_TITLE,
    MOVE_ORIGINATOR_MESSAGE_ID,
    PRIORITY,
    CommandField,
    CommandSet,
    StoreRequestReader,
    echo_response,
    read_command_set,
    store_response,
    write_command_set,
)


def store_request() -> bytes:
    primitive = C_STORE()
    primitive.MessageID = 513
    primitive.AffectedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    primitive.AffectedSOPInstanceUID = "1.2.3.4"
    primitive.Priority = 1
    primitive.MoveOriginatorApplicationEntityTitle = "MOVER"
    primitive.MoveOriginatorMessageID = 7
    primitive.DataSet = BytesIO(b"\0\0")
    message = C_STORE_RQ()
    message.primitive_to_message(primitive)
    encoded = encode(message.command_set, True, True)
    assert encoded is not None
    return bytes(encoded)


def test_store_request_of_pynetdicom_is_read() -> None:
    command = read_command_set(store_request())
    assert command.number(COMMAND_FIELD) == CommandField.C_STORE_RQ
    assert command.number(MESSAGE_ID) == 513
    assert command.text(AFFECTED_SOP_CLASS_UID) == "1.2.840.10008.5.1.4.1.1.2"
    assert command.text(AFFECTED_SOP_INSTANCE_UID) == "1.2.3.4"
    assert command.number(PRIORITY) == 1
    assert command.text(MOVE_ORIGINATOR_AE_TITLE) == "MOVER"
    assert command.number(MOVE_ORIGINATOR_MESSAGE_ID) == 7
    assert command.has_data_set


def test_store_response_is_what_pynetdicom_reads() -> None:
    message = C_STORE_RSP()
    encoded = store_response(read_command_set(store_request()), 0xA700, "disk full")
    message.command_set = decode(BytesIO(encoded), True, True)
    primitive = message.message_to_primitive()
    assert isinstance(primitive, C_STORE)
    assert primitive.MessageIDBeingRespondedTo == 513
    assert primitive.AffectedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert primitive.AffectedSOPInstanceUID == "1.2.3.4"
    assert primitive.Status == 0xA700
    assert primitive.ErrorComment == "disk full"
    assert message.command_set.CommandGroupLength == len(encoded) - 12
    assert message.command_set.CommandDataSetType == 0x0101


def requests_in_a_row() -> list[bytes]:
    """What one peer sends: UIDs of two lengths, another class, elements in another order, hostile text."""
    usual: list[dict[int, bytes | int]] = []
    for number in range(300, 310):
        uid = b"1.2.%d" % (10**12 + number * 10 ** (number % 2 * 12))
        head: dict[int, bytes | int] = {AFFECTED_SOP_CLASS_UID: b"1.2.840.10008.5.1.4.1.1.2", COMMAND_FIELD: 1}
        usual.append(head | {MESSAGE_ID: number, COMMAND_DATA_SET_TYPE: 0, AFFECTED_SOP_INSTANCE_UID: uid})
    another_class = usual[3] | {AFFECTED_SOP_CLASS_UID: b"1.2.840.10008.5.1.4.1.1.4"}
    moved = usual[4] | {MOVE_ORIGINATOR_AE_TITLE: b"MOVER ", MOVE_ORIGINATOR_MESSAGE_ID: 5}
    moved_again = usual[5] | {MOVE_ORIGINATOR_AE_TITLE: b"MOVER ", MOVE_ORIGINATOR_MESSAGE_ID: 6}
    reversed_order = dict(reversed(usual[6].items()))
    uid_that_looks_like_an_id = usual[7] | {AFFECTED_SOP_INSTANCE_UID: b"\0\0\x10\1\2\0\0\0\7\0"}
    bare: dict[int, bytes | int] = {COMMAND_FIELD: 1, AFFECTED_SOP_INSTANCE_UID: b"1.20"}
    odd = [*usual, another_class, moved, moved_again, reversed_order, uid_that_looks_like_an_id, bare]
    return [write_command_set(one) for one in (*odd, *odd)]


def test_requests_that_repeat_are_read_and_answered_like_single_ones() -> None:
    reader = StoreRequestReader()
    repeated = 0
    for data in requests_in_a_row():
        single, command = read_command_set(data), reader.read(data)
        assert command.values == single.values
        repeated += command.success is not None
        if MESSAGE_ID in command.values:
            assert store_response(command, 0) == store_response(single, 0)
            assert store_response(command, 0xA700, "full") == store_response(single, 0xA700, "full")
    assert repeated >= 16


def test_store_response_without_comment_has_no_error_comment() -> None:
    assert 0x0902 not in read_command_set(store_response(read_command_set(store_request()), 0)).values


def test_error_comment_is_cut_and_made_plain() -> None:
    encoded = store_response(read_command_set(store_request()), 0xC000, "é" + "x" * 100)
    assert read_command_set(encoded).text(0x0902) == "?" + "x" * 63


def test_hostile_uids_are_echoed_byte_for_byte() -> None:
    uid = b"../../\xff" + b"9" * 300 + b" "
    request = CommandSet({MESSAGE_ID: b"\1\0", AFFECTED_SOP_CLASS_UID: b"", AFFECTED_SOP_INSTANCE_UID: uid})
    assert read_command_set(store_response(request, 0)).values[AFFECTED_SOP_INSTANCE_UID] == uid
    assert request.text(AFFECTED_SOP_INSTANCE_UID) == uid.decode("latin-1").rstrip()


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"DEST\0", "DEST"), (b" DEST \0OTHER", "DEST"), (b"\0DEST", ""), (b"DEST ", "DEST"), (b"1.2\0\0.3", "1.2")],
)
def test_text_ends_at_the_first_nul(value: bytes, text: str) -> None:
    assert CommandSet({MOVE_DESTINATION: value}).text(MOVE_DESTINATION) == text


def test_echo_response_is_what_pynetdicom_reads() -> None:
    message = C_ECHO_RSP()
    message.command_set = decode(BytesIO(echo_response(CommandSet({MESSAGE_ID: b"\5\0"}))), True, True)
    primitive = message.message_to_primitive()
    assert isinstance(primitive, C_ECHO)
    assert primitive.MessageIDBeingRespondedTo == 5
    assert primitive.Status == 0


@given(
    st.dictionaries(
        st.integers(1, 0xFFFF),
        st.integers(0, 0xFFFF) | st.binary(max_size=30).map(lambda data: data + b"\0" * (len(data) % 2)),
    )
)
def test_what_is_written_is_read_again(values: dict[int, bytes | int]) -> None:
    ordered = dict(sorted(values.items()))
    command = read_command_set(write_command_set(ordered))
    assert command.values.pop(0) if isinstance(command.values, dict) else None
    assert command.values == {
        element: struct.pack("<H", value) if isinstance(value, int) else value for element, value in ordered.items()
    }


@given(st.binary(max_size=60))
def test_random_bytes_are_a_command_set_or_a_protocol_error(data: bytes) -> None:
    try:
        command = read_command_set(data)
    except PeerProtocolError:
        return
    assert sum(len(value) for value in command.values.values()) <= len(data)


def test_every_shortened_request_is_refused_or_lacks_something() -> None:
    whole = store_request()
    elements = len(read_command_set(whole).values)
    for size in range(len(whole)):
        try:
            assert len(read_command_set(whole[:size]).values) < elements
        except PeerProtocolError:
            continue


def test_elements_of_other_groups_are_passed_over() -> None:
    data = struct.pack("<HHLH", 8, 0x0100, 2, 9) + struct.pack("<HHLH", 0, 0x0110, 2, 4)
    assert read_command_set(data).values == {MESSAGE_ID: b"\4\0"}


@pytest.mark.parametrize("value", [None, b"", b"\1", b"\1\0\0\0"])
def test_number_that_is_absent_or_malformed_is_a_protocol_error(value: bytes | None) -> None:
    command = CommandSet({} if value is None else {MESSAGE_ID: value})
    with pytest.raises(PeerProtocolError, match="0110"):
        command.number(MESSAGE_ID)


def test_request_without_instance_is_no_pattern_whatever_its_other_values_look_like() -> None:
    for hidden in (COMMAND_DATA_SET_TYPE, PRIORITY, MOVE_DESTINATION):
        values: dict[int, bytes | int] = {COMMAND_FIELD: CommandField.C_STORE_RQ, MESSAGE_ID: 7}
        values[hidden] = struct.pack("<HHL", 0, AFFECTED_SOP_INSTANCE_UID, 0)
        data = write_command_set(dict(sorted(values.items())))
        reader = StoreRequestReader()
        reader.read(data)
        assert reader.read(data).values == read_command_set(data).values


_COUNTS_ALIKE = write_command_set({0x1020: 1, 0x1021: 2, 0x1022: 3, 0x1023: 4})[12:]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([{}, {0x0902: _COUNTS_ALIKE}, {0x1020: 9, 0x1023: 9}]),
            st.lists(st.sampled_from([0, 1, 0x0101, 0xFFFF, b"", b"ab", b"abcd"]), min_size=4, max_size=4),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_responses_that_differ_in_counts_are_read_like_single_ones(
    responses: list[tuple[dict[int, bytes | int], list[bytes | int], bool]],
) -> None:
    reader = StoreRequestReader()
    for more, counts, has_counts in responses:
        values: dict[int, bytes | int] = {0x0100: 0x8010, 0x0120: 1, 0x0800: 0x0101, 0x0900: 0xFF00, **more}
        data = write_command_set(dict(sorted(values.items())))
        if has_counts:
            data += write_command_set(dict(zip((0x1020, 0x1021, 0x1022, 0x1023), counts, strict=True)))[12:]
        assert reader.read(data).values == read_command_set(data).values
