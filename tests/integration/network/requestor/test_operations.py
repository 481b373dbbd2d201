"""C-ECHO with a scripted peer."""

import pytest

from dicomdesk.errors import AssociationAbortedError, DicomdeskError, PeerError, PeerProtocolError, PeerTimeoutError
from dicomdesk.settings import Timeouts
from tests.helpers.jobs.requesting import LONG_S, associate
from tests.helpers.peers.fake_peer import (
    Abort,
    Accept,
    Action,
    Close,
    FakePeer,
    Release,
    Send,
    Silence,
    Status,
    p_data,
    pdu,
)


@pytest.mark.parametrize("status", [0x0000, 0x0122, 0x0210, 0xFFFF])
def test_echo_returns_the_status_of_the_peer(status: int) -> None:
    with FakePeer(echo=Status(status)) as peer:
        association = associate(peer.port)
        assert association.echo() == status
        assert association.echo() == status
        association.release()
    assert peer.events.count("echoed") == 2


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (Silence(), PeerTimeoutError, "C-ECHO in time"),
        (Abort(2, 2), AssociationAbortedError, "did not expect"),
        (Close(), AssociationAbortedError, "without releasing"),
        (Release(), AssociationAbortedError, "released the association"),
        (Status(message_id_offset=1), PeerProtocolError, "different message"),
        (Send(b"rubbish"), PeerProtocolError, "not DICOM"),
        (Send(p_data(5, 3, bytes(20))), PeerProtocolError, "cannot be decoded"),
        (Send(p_data(5, 2, b"data set")), PeerProtocolError, "cannot be decoded"),
        (Send(pdu(2, bytes(68))), PeerProtocolError, "does not allow"),
    ],
    ids=repr,
)
def test_echo_that_is_not_answered_rightly_is_a_typed_error(
    action: Action, error: type[DicomdeskError], words: str
) -> None:
    with FakePeer(echo=action) as peer:
        association = associate(peer.port, timeouts=Timeouts(acse_s=LONG_S, dimse_s=0.1, socket_s=LONG_S))
        with pytest.raises(error, match=words):
            association.echo()
        assert not association.is_open


def test_echo_needs_an_accepted_context() -> None:
    with FakePeer(associate=[Accept(refused={5: 1})]) as peer:
        association = associate(peer.port)
        with pytest.raises(PeerError, match="does not accept verification"):
            association.echo()
