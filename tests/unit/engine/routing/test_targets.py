"""What a destination is now."""

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.targets import TargetFinder
from dicomdesk.engine.rules.rule import Destination

HERE = KnownPeer(name="Here", ae_title="US", host="LOCALHOST", port=11112)


def find_here(name: str) -> KnownPeer | None:
    return HERE if name.casefold() == "here" else None


def test_a_peer_is_known_by_title_host_and_port_whatever_its_name() -> None:
    finder = TargetFinder(find_here, lambda: 0)
    named, plain = finder.find(Destination(name="Here")), finder.find(Destination(peer=HERE))
    assert named == plain
    assert named.key == "US@localhost:11112"
    assert "127.0.0.1" in named.addresses
    assert not named.is_us


def test_it_is_this_machine_only_by_address_and_port() -> None:
    assert TargetFinder(find_here, lambda: 11112).find(Destination(name="here")).is_us
    assert not TargetFinder(find_here, lambda: 104).find(Destination(name="here")).is_us
    away = KnownPeer(name="Away", ae_title="US", host="192.0.2.1", port=11112)  # RFC 5737: nobody's
    assert not TargetFinder(find_here, lambda: 11112).find(Destination(peer=away)).is_us


def test_a_name_that_nobody_knows_is_told_apart() -> None:
    found = TargetFinder(find_here, lambda: 0).find(Destination(name="Nobody"))
    assert (found.is_known, found.key) == (False, "name nobody")


def test_a_host_that_cannot_be_looked_up_has_no_addresses() -> None:
    odd = KnownPeer(name="Odd", ae_title="X", host="a" * 64 + ".invalid", port=104)
    assert TargetFinder(find_here, lambda: 104).find(Destination(peer=odd)).addresses == frozenset()
