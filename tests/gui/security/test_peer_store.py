from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.security.peer_store import PeerStore, first_peers, typed_peer
from dicomdesk.gui.security.security_store import SecuritySettings
from dicomdesk.gui.window_state import TypedPeer, WindowState
from tests.helpers.peers.known_peers import FULL, named
from tests.helpers.window import scenes

PACS = TypedPeer(ae_title="PACS", host="pacs.example", port="2762")


def test_peer_is_found_as_typed() -> None:
    store = PeerStore([FULL])
    assert store.find_typed(PACS) == FULL
    assert store.find_security(PACS) == FULL.security
    assert typed_peer(FULL) == PACS
    for port in ("", "x", "104", "9" * 50):
        assert store.find_typed(TypedPeer(ae_title="PACS", host="pacs.example", port=port)) is None


def test_security_is_kept_with_the_peer_and_told_once() -> None:
    store = PeerStore()
    told: list[bool] = []
    store.changed.connect(lambda: told.append(True))
    assert store.find_security(PACS) is None
    store.keep_security(PACS, scenes.PEER_SECURITY)
    store.keep_security(PACS, scenes.PEER_SECURITY)
    assert store.find_security(PACS) == scenes.PEER_SECURITY
    assert [peer.name for peer in store.book.peers] == ["PACS"]
    assert len(told) == 1


def test_change_that_cannot_be_made_is_a_sentence() -> None:
    store = PeerStore([FULL])
    assert store.attempt(lambda: store.book.add(named("main archive"))) == (
        'There is a peer called "main archive" already.'
    )
    assert store.attempt(lambda: store.book.add(named("Other"))) == ""


def test_new_book_takes_over_what_the_window_knew() -> None:
    other = TypedPeer(ae_title="CT", host="ct.example", port="104")
    third = TypedPeer(ae_title="PACS", host="elsewhere.example", port="104")
    state = WindowState(peer_ae_title="MR", peer_host="mr.example", recent_peers=(other, PACS))
    peers = first_peers(state, SecuritySettings(nodes={third: PeerSecurity(user_name="x"), PACS: scenes.PEER_SECURITY}))
    assert [str(peer) for peer in peers] == [
        "MR (MR@mr.example:104)",
        "CT (CT@ct.example:104)",
        "PACS (PACS@pacs.example:2762)",
        "PACS (2) (PACS@elsewhere.example:104)",
    ]
    assert [peer.security.user_name for peer in peers] == ["", "", scenes.PEER_SECURITY.user_name, "x"]
    assert first_peers(WindowState(), SecuritySettings()) == ()
