"""Jobs of one engine share one thing of each kind."""

from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.reach.peer_places import PeerPlaces


def test_there_is_one_of_each_kind() -> None:
    commons = Commons()
    assert commons.get(PeerPlaces) is commons.get(PeerPlaces)
    assert commons.get(list) is commons.get(list)
    assert commons.get(PeerPlaces) is not Commons().get(PeerPlaces)
