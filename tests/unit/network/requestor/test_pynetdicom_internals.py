"""The contract with pynetdicom: what ``pynetdicom_internals`` relies on is there and means what it means here.

When this fails after an upgrade, pynetdicom has moved something that ``pynetdicom_internals.py`` touches.
"""

import inspect

import pytest
from pydicom import config as pydicom_config
from pynetdicom import _config, dul, fsm
from pynetdicom.acse import ACSE
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dul import DULServiceProvider
from pynetdicom.timer import Timer
from pynetdicom.transport import T_CONNECT, AssociationSocket

from dicomdesk.errors import ProposalTooLongError
from dicomdesk.network.requestor.pynetdicom_internals import with_user_items
from tests.helpers.peers.fake_peer import item

PARAMETERS = [
    (DULServiceProvider.__init__, ["self", "assoc"]),
    (DULServiceProvider._decode_pdu, ["self", "bytestream"]),
    (DULServiceProvider._process_recv_primitive, ["self"]),
    (DULServiceProvider._send, ["self", "pdu"]),
    (DULServiceProvider.send_pdu, ["self", "primitive"]),
    (DULServiceProvider.receive_pdu, ["self", "wait", "timeout"]),
    (DULServiceProvider.peek_next_pdu, ["self"]),
    (DULServiceProvider.stop_dul, ["self"]),
    (DULServiceProvider.kill_dul, ["self"]),
    (DIMSEServiceProvider.__init__, ["self", "assoc"]),
    (DIMSEServiceProvider.receive_primitive, ["self", "primitive"]),
    (AssociationSocket.__init__, ["self", "assoc", "client_socket", "address"]),
    (AssociationSocket.connect, ["self", "primitive"]),
    (AssociationSocket.send, ["self", "bytestream"]),
    (AssociationSocket.close, ["self"]),
    (AssociationSocket._shutdown_socket, ["self"]),
    (T_CONNECT.__init__, ["self", "request"]),
    (Association.__init__, ["self", "ae", "mode"]),
    (Association.set_socket, ["self", "socket"]),
    (Association.kill, ["self"]),
    (Association.release, ["self"]),
    (Association.run_reactor, ["self"]),
    (Association._abort_blocking, ["self", "block"]),
    (ACSE.send_request, ["self"]),
    (ACSE.send_abort, ["self", "source"]),
    (ACSE.send_release, ["self", "is_response"]),
    (ACSE.is_release_requested, ["self"]),
    (fsm.StateMachine.do_action, ["self", "event"]),
    (Timer.__init__, ["self", "timeout"]),
]


@pytest.mark.parametrize(("function", "names"), PARAMETERS, ids=lambda value: getattr(value, "__qualname__", None))
def test_pynetdicom_keeps_its_signatures(function: object, names: list[str]) -> None:
    assert callable(function)
    assert list(inspect.signature(function).parameters) == names


def test_pynetdicom_keeps_its_switches() -> None:
    assert _config.LOG_HANDLER_LEVEL == "none"
    assert _config.LOG_REQUEST_IDENTIFIERS is False
    assert _config.LOG_RESPONSE_IDENTIFIERS is False
    assert pydicom_config.settings.reading_validation_mode == pydicom_config.IGNORE
    assert _config.CODECS == ("ascii", "iso8859-1")


def test_pdu_types_map_to_the_events_of_the_standard() -> None:
    events = {code[0]: event for code, (_, event) in dul._PDU_TYPES.items()}
    assert events == {1: "Evt6", 2: "Evt3", 3: "Evt4", 4: "Evt10", 5: "Evt12", 6: "Evt13", 7: "Evt16"}


@pytest.mark.parametrize(
    ("event", "state", "action"),
    [
        ("Evt1", "Sta1", "AE-1"),
        ("Evt2", "Sta4", "AE-2"),
        ("Evt3", "Sta5", "AE-3"),
        ("Evt4", "Sta5", "AE-4"),
        ("Evt11", "Sta6", "AR-1"),
        ("Evt13", "Sta7", "AR-3"),
        ("Evt12", "Sta7", "AR-8"),
        ("Evt14", "Sta9", "AR-9"),
        ("Evt15", "Sta6", "AA-1"),
        ("Evt16", "Sta6", "AA-3"),
        ("Evt17", "Sta6", "AA-4"),
        ("Evt17", "Sta13", "AR-5"),
        ("Evt19", "Sta6", "AA-8"),
    ],
)
def test_state_machine_is_that_of_the_standard(event: str, state: str, action: str) -> None:
    assert fsm.TRANSITION_TABLE[(event, state)] == action


def test_events_outside_the_table_are_refused() -> None:
    assert ("Evt17", "Sta1") not in fsm.TRANSITION_TABLE
    assert issubclass(fsm.InvalidEventError, Exception)


def test_user_items_are_put_in_ascending_order_of_their_types() -> None:
    user = item(0x51, b"\0\0\x40\0") + item(0x55, b"V") + item(0x54, b"role 1") + item(0x54, b"role 2")
    head = b"\1\0\0\0\0\0" + bytes(68) + item(0x10, b"1.2")
    written = with_user_items(head + item(0x50, user), [(0x58, b"who"), (0x52, b"1.2.3")])
    assert int.from_bytes(written[2:6], "big") == len(written) - 6
    assert written[6:].startswith(head[6:])
    assert written[74 + len(item(0x10, b"1.2")) :] == item(
        0x50,
        item(0x51, b"\0\0\x40\0")
        + item(0x52, b"1.2.3")
        + item(0x54, b"role 1")
        + item(0x54, b"role 2")
        + item(0x55, b"V")
        + item(0x58, b"who"),
    )


def test_user_items_that_do_not_fit_are_an_error() -> None:
    head = b"\1\0\0\0\0\0" + bytes(68)
    assert len(with_user_items(head, [(0x58, bytes(65531))])) == 74 + 4 + 65535
    with pytest.raises(ProposalTooLongError) as raised:
        with_user_items(head, [(0x56, b""), (0x58, bytes(65531))])
    assert raised.value.condition == "Total length of user items (65539 bytes) exceeds upper limit of 65535 bytes"
