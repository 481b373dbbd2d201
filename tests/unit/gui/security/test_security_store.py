from dataclasses import replace

from dicomdesk.gui.security.security_store import MOST_NODES, ListenerSecurity, NodeSecurity, SecurityStore
from dicomdesk.gui.window_state import PeerEntry
from tests.helpers.window import scenes

PACS = PeerEntry(ae_title="PACS", host="pacs.example", port="2762")


def test_settings_are_used_only_where_they_are_switched_on() -> None:
    assert scenes.NODE_SECURITY.used_tls is scenes.NODE_SECURITY.tls
    assert replace(scenes.NODE_SECURITY, uses_tls=False).used_tls is None
    assert ListenerSecurity(tls=scenes.LISTENER_SECURITY.tls).used_tls is None
    assert NodeSecurity().is_plain
    assert not NodeSecurity(user_name="ws1").is_plain


def test_change_is_told_once() -> None:
    store = SecurityStore()
    told: list[bool] = []
    store.changed.connect(lambda: told.append(True))
    assert store.find_node(PACS) is None
    store.keep_node(PACS, scenes.NODE_SECURITY)
    store.keep_node(PACS, scenes.NODE_SECURITY)
    assert store.find_node(PACS) == scenes.NODE_SECURITY
    assert len(told) == 1


def test_oldest_nodes_are_forgotten() -> None:
    store = SecurityStore()
    for number in range(MOST_NODES + 1):
        store.keep_node(replace(PACS, port=str(number)), NodeSecurity(user_name="x"))
    assert len(store.settings.nodes) == MOST_NODES
    assert store.find_node(replace(PACS, port="0")) is None


def test_saving_the_listener_settles_the_problem() -> None:
    store = SecurityStore(problem="the file is damaged")
    store.keep_listener(scenes.LISTENER_SECURITY)
    assert store.problem == ""
    assert store.settings.listener == scenes.LISTENER_SECURITY
