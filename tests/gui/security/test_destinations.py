import asyncio

import pytest

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from dicomdesk.gui.security.credentials import Credentials, SecurityAccess
from dicomdesk.gui.security.destinations import CALLING, DECOMPRESSION, Destinations, peer_word
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.security.security_store import SecurityStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.settings import Decompression, Peer
from tests.gui.conftest import Finish

MAIN = KnownPeer(
    name="Main archive", ae_title="PACS", host="pacs.example", port=104, associations=4, max_pdu_bytes=65536
)


@pytest.fixture
def destinations(tasks: Tasks) -> Destinations:
    locked = KnownPeer(
        name="Locked",
        ae_title="LOCK",
        host="lock.example",
        port=11112,
        security=PeerSecurity(user_name="ws1", sends_passcode=True),
    )
    access = SecurityAccess(store=SecurityStore(), peers=PeerStore((MAIN, locked)), credentials=Credentials(tasks))
    return Destinations(tasks, access)


def test_peers_go_by_the_name_of_the_address_book_or_by_their_address(destinations: Destinations) -> None:
    assert destinations.name_of(Peer(host="pacs.example", port=104, ae_title="PACS")) == "Main archive"
    plain = destinations.name_of(Peer(host="::1", port=4242, ae_title="AN@E"))
    assert plain == "AN@E@::1:4242"
    found = destinations.find(plain)
    assert found is not None
    assert (found.ae_title, found.host, found.port) == ("AN@E", "::1", 4242)
    assert destinations.find("nobody") is None
    assert (peer_word(plain), peer_word("Main archive")) == ("AN@E", "Main archive")


def test_settings_of_errand_and_address_book_meet(destinations: Destinations, finish: Finish) -> None:
    async def resolve(name: str, settings: dict[str, str]) -> object:
        return await asyncio.to_thread(destinations.resolve, name, settings)

    found = finish(resolve("Main archive", {CALLING: "WS9", DECOMPRESSION: "lossy"}))
    request, associations = found.request, found.associations  # type: ignore[attr-defined] # a destination
    assert (request.peer.host, request.association.calling_ae_title, associations) == ("pacs.example", "WS9", 4)
    assert (request.association.max_pdu_bytes, request.decompression) == (65536, Decompression.LOSSY)


def test_peers_that_cannot_be_sent_to_say_why(destinations: Destinations, finish: Finish) -> None:
    wanted: list[str] = []
    destinations.secret_wanted.connect(wanted.append)
    for name, why in (("Gone", "not in the address book"), ("Locked", "passcode")):
        with pytest.raises(SettingsError, match=why):
            finish(asyncio.to_thread(destinations.resolve, name, {}))
    assert wanted == ["Locked"]
