from dataclasses import replace

from dicomdesk.gui.security.security_store import MOST_PEERS, ListenerSecurity, PeerSecurity, SecurityStore
from dicomdesk.gui.window_state import TypedPeer
from tests.helpers.window import scenes

PACS = TypedPeer(ae_title="PACS", host="pacs.example", port="2762")


def test_settings_are_used_only_where_they_are_switched_on() -> None:
    assert scenes.PEER_SECURITY.used_tls is scenes.PEER_SECURITY.tls
    assert replace(scenes.PEER_SECURITY, uses_tls=False).used_tls is None
    assert ListenerSecurity(tls=scenes.LISTENER_SECURITY.tls).used_tls is None
    assert PeerSecurity().is_plain
    assert not PeerSecurity(user_name="ws1").is_plain


def test_change_is_told_once() -> None:
    store = SecurityStore()
    told: list[bool] = []
    store.changed.connect(lambda: told.append(True))
    assert store.find_peer(PACS) is None
    store.keep_peer(PACS, scenes.PEER_SECURITY)
    store.keep_peer(PACS, scenes.PEER_SECURITY)
    assert store.find_peer(PACS) == scenes.PEER_SECURITY
    assert len(told) == 1


def test_oldest_nodes_are_forgotten() -> None:
    store = SecurityStore()
    for number in range(MOST_PEERS + 1):
        store.keep_peer(replace(PACS, port=str(number)), PeerSecurity(user_name="x"))
    assert len(store.settings.peers) == MOST_PEERS
    assert store.find_peer(replace(PACS, port="0")) is None


def test_saving_the_listener_settles_the_problem() -> None:
    store = SecurityStore(problem="the file is damaged")
    store.keep_listener(scenes.LISTENER_SECURITY)
    assert store.problem == ""
    assert store.settings.listener == scenes.LISTENER_SECURITY
