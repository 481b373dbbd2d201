"""Peers by name where there is no window."""

import os
from pathlib import Path

import pytest

from dicomdesk.engine.peers.book_file import to_json
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.routing.peer_lookup import PeerLookup, plain_peer
from dicomdesk.errors import SettingsError

OWN = KnownPeer(name="Archive", ae_title="OWN", host="own.example", port=104)
BOOKED = KnownPeer(name="archive", ae_title="BOOKED", host="booked.example", port=104)
OTHER = KnownPeer(name="Other", ae_title="OTHER", host="other.example", port=104, associations=3)
GUARDED = KnownPeer(
    name="Guarded", ae_title="G", host="g", port=1, security=PeerSecurity(user_name="u", sends_passcode=True)
)


def make_lookup(folder: Path, *peers: KnownPeer) -> PeerLookup:
    book = folder / "peers.json"
    book.write_text(to_json(peers))
    return PeerLookup((OWN,), book, "US")


def test_peers_of_the_rules_come_before_those_of_the_book(tmp_path: Path) -> None:
    lookup = make_lookup(tmp_path, BOOKED, OTHER)
    assert lookup.find(" ARCHIVE ") == OWN
    assert lookup.find("other") == OTHER
    assert lookup.find("none") is None


def test_a_book_that_has_changed_is_read_again_and_a_broken_one_is_not_believed(tmp_path: Path) -> None:
    lookup = make_lookup(tmp_path, OTHER)
    book = tmp_path / "peers.json"
    assert lookup.find("Other") == OTHER
    book.write_text("{")
    os.utime(book, ns=(1, 1))
    assert lookup.find("Other") == OTHER
    assert "cannot be read: it is not JSON" in lookup.problem()
    book.write_text(to_json(()))
    os.utime(book, ns=(2, 2))
    assert lookup.find("Other") is None
    book.unlink()
    assert lookup.find("Other") is None
    assert lookup.problem() == ""


def test_a_destination_has_what_the_peer_and_the_rule_say(tmp_path: Path) -> None:
    lookup = make_lookup(tmp_path, OTHER)
    found = lookup.resolve("Other", {})
    assert (found.request.peer.ae_title, found.associations) == ("OTHER", 3)
    assert found.request.association.calling_ae_title == "US"
    plain = lookup.resolve("PACS@pacs.example:11112", {"calling_ae_title": "ME"})
    assert (plain.request.peer.host, plain.request.peer.port) == ("pacs.example", 11112)
    assert plain.request.association.calling_ae_title == "ME"


def test_what_cannot_be_sent_to_is_told(tmp_path: Path) -> None:
    lookup = make_lookup(tmp_path, GUARDED)
    with pytest.raises(SettingsError, match='no peer called "nobody"'):
        lookup.resolve("nobody", {})
    with pytest.raises(SettingsError, match="wants a passcode"):
        lookup.resolve("guarded", {})


@pytest.mark.parametrize("name", ["PACS", "PACS@host", "PACS@host:port", "PACS@:104", "@host:104", "A@b:999999"])
def test_other_names_are_no_plain_peers(name: str) -> None:
    assert plain_peer(name) is None
