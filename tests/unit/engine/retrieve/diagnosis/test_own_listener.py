"""Where a listener is to be found by a peer."""

from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.engine.retrieve.diagnosis.doctor import OwnListener
from dicomdesk.engine.retrieve.diagnosis.own_listener import find_own_listener
from dicomdesk.engine.retrieve.request import RetrieveRequest, RunningListener
from dicomdesk.settings import AssociationSettings, Peer

REQUEST = RetrieveRequest(
    peer=Peer(host="127.0.0.1", port=104),
    identifiers=(),
    association=AssociationSettings(calling_ae_title="DESK"),
)


def test_the_card_has_the_port_that_is_really_listened_on() -> None:
    request = RetrieveRequest(
        peer=REQUEST.peer, identifiers=(), destination="ME", listener=ReceiveRequest(port=0, address="127.0.0.9")
    )
    assert find_own_listener(request, 4242) == OwnListener(ae_title="ME", address="127.0.0.9", port=4242)


def test_a_listener_that_runs_already_has_a_card_too() -> None:
    request = RetrieveRequest(
        peer=REQUEST.peer,
        identifiers=(),
        association=REQUEST.association,
        running_listener=RunningListener(port=11112, has_tls=True),
    )
    found = find_own_listener(request, 0)
    assert found == OwnListener(ae_title="DESK", address="127.0.0.1", port=11112, has_tls=True)
    assert find_own_listener(REQUEST, 0) is None
