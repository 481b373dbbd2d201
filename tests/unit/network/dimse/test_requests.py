"""Requests are encoded as pynetdicom encodes them; responses tell what is in them."""

from io import BytesIO

import pytest
from pynetdicom.dimse_messages import (
    C_CANCEL_RQ,
    C_ECHO_RQ,
    C_FIND_RQ,
    C_GET_RQ,
    C_MOVE_RQ,
    N_ACTION_RQ,
    N_EVENT_REPORT_RQ,
)
from pynetdicom.dimse_primitives import C_CANCEL, C_ECHO, C_FIND, C_GET, C_MOVE, N_ACTION, N_EVENT_REPORT
from pynetdicom.dsutils import encode

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.dimse.command_sets import read_command_set, write_command_set
from dicomdesk.network.dimse.messages import Message
from dicomdesk.network.dimse.requests import (
    Request,
    action_request,
    cancel_request,
    echo_request,
    event_report_request,
    find_request,
    get_request,
    move_request,
    read_response,
)
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from tests.helpers.peers.scripted_exchange import established

UID, INSTANCE, IDENTIFIER = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.3", b"\1\2"
CONTEXT = NegotiatedContext(
    context_id=5,
    abstract_syntax=UID,
    proposed_transfer_syntaxes=("1.2.840.10008.1.2",),
    result=ContextResult.ACCEPTED,
    accepted_transfer_syntax="1.2.840.10008.1.2",
)
ESTABLISHED = established(CONTEXT)
FIND = find_request(CONTEXT, IDENTIFIER)

CASES = [
    (echo_request(CONTEXT), C_ECHO, C_ECHO_RQ, {"AffectedSOPClassUID": UID}),
    (
        find_request(CONTEXT, IDENTIFIER, priority=1),
        C_FIND,
        C_FIND_RQ,
        {"AffectedSOPClassUID": UID, "Priority": 1, "Identifier": BytesIO(IDENTIFIER)},
    ),
    (
        get_request(CONTEXT, IDENTIFIER),
        C_GET,
        C_GET_RQ,
        {"AffectedSOPClassUID": UID, "Priority": 0, "Identifier": BytesIO(IDENTIFIER)},
    ),
    (
        move_request(CONTEXT, IDENTIFIER, "DEST1", priority=2),
        C_MOVE,
        C_MOVE_RQ,
        {"AffectedSOPClassUID": UID, "Priority": 2, "Identifier": BytesIO(IDENTIFIER), "MoveDestination": "DEST1"},
    ),
    (
        action_request(CONTEXT, INSTANCE, 1, IDENTIFIER),
        N_ACTION,
        N_ACTION_RQ,
        {
            "RequestedSOPClassUID": UID,
            "RequestedSOPInstanceUID": INSTANCE,
            "ActionTypeID": 1,
            "ActionInformation": BytesIO(IDENTIFIER),
        },
    ),
    (
        event_report_request(CONTEXT, INSTANCE, 2, None),
        N_EVENT_REPORT,
        N_EVENT_REPORT_RQ,
        {"AffectedSOPClassUID": UID, "AffectedSOPInstanceUID": INSTANCE, "EventTypeID": 2},
    ),
]


def theirs(primitive: type, message: type, values: dict[str, object]) -> dict[int, bytes]:
    """The elements as pynetdicom encodes them."""
    request = primitive()
    for name, value in values.items():
        setattr(request, name, value)
    encoding = message()
    encoding.primitive_to_message(request)
    encoded = encode(encoding.command_set, True, True)
    assert encoded is not None
    return dict(read_command_set(bytes(encoded)).values)


@pytest.mark.parametrize(("request_", "primitive", "message", "values"), CASES, ids=[case[0].name for case in CASES])
def test_request_is_what_pynetdicom_writes(
    request_: Request, primitive: type, message: type, values: dict[str, object]
) -> None:
    command = request_.command_set(513)
    assert read_command_set(command).has_data_set == (request_.data_set is not None)
    expected = theirs(primitive, message, {"MessageID": 513, **values})
    found = dict(read_command_set(command).values)
    assert list(found) == sorted(found)
    assert found | {0x0800: b""} == expected | {0x0800: b""}


def test_cancel_is_what_pynetdicom_writes() -> None:
    expected = theirs(C_CANCEL, C_CANCEL_RQ, {"MessageIDBeingRespondedTo": 7})
    assert dict(read_command_set(cancel_request(7)).values) == expected


def test_names_are_those_of_the_standard() -> None:
    assert [case[0].name for case in CASES] == ["C-ECHO", "C-FIND", "C-GET", "C-MOVE", "N-ACTION", "N-EVENT-REPORT"]
    assert [case[0].may_be_pending for case in CASES] == [False, True, True, True, False, False]


def message(values: dict[int, bytes | int]) -> Message:
    """A response with these elements."""
    command = read_command_set(write_command_set(values))
    return Message(established=ESTABLISHED, context=CONTEXT, command_set=command, data_set=None)


@pytest.mark.parametrize(("status", "is_pending"), [(0xFF00, True), (0xFF01, True), (0xFE00, False), (0, False)])
def test_pending_is_told_by_the_status(status: int, *, is_pending: bool) -> None:
    response = read_response(FIND, message({0x0900: status, 0x0902: b"why"}))
    assert (response.status, response.is_pending, response.comment) == (status, is_pending, "why")


@pytest.mark.parametrize("values", [{}, {0x0900: b"four"}])
def test_response_without_a_status_is_a_protocol_error(values: dict[int, bytes | int]) -> None:
    with pytest.raises(PeerProtocolError, match="0900"):
        read_response(FIND, message(values))


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, None),
        ({0x1021: b"rubbish."}, None),
        ({0x1020: 7}, SubOperations(remaining=7)),
        ({0x1020: 1, 0x1021: 2, 0x1022: 3, 0x1023: 4}, SubOperations(remaining=1, completed=2, failed=3, warning=4)),
        ({0x1021: 2, 0x1022: b"rubbish."}, SubOperations(completed=2)),
    ],
)
def test_counts_that_can_be_read_are_told(values: dict[int, bytes | int], counts: SubOperations | None) -> None:
    assert read_response(FIND, message({0x0900: 0, **values})).sub_operations == counts


def test_a_comment_of_64_kb_is_read_and_cut() -> None:
    response = read_response(FIND, message({0x0900: 0xC000, 0x0902: b"x" * 65536}))
    assert (response.status, response.comment) == (0xC000, "x" * 1024)
