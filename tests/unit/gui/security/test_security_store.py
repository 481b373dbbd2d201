from dataclasses import replace

from dicomdesk.gui.security.security_store import ListenerSecurity, SecurityStore
from tests.helpers.window import scenes


def test_settings_are_used_only_where_they_are_switched_on() -> None:
    assert scenes.LISTENER_SECURITY.used_tls is scenes.LISTENER_SECURITY.tls
    assert replace(scenes.LISTENER_SECURITY, uses_tls=False).used_tls is None


def test_saving_the_listener_settles_the_problem() -> None:
    store = SecurityStore(problem="the file is damaged")
    told: list[bool] = []
    store.changed.connect(lambda: told.append(True))
    store.keep_listener(ListenerSecurity(tls=scenes.LISTENER_SECURITY.tls))
    assert store.problem == ""
    assert store.settings.listener.tls == scenes.LISTENER_SECURITY.tls
    assert told == [True]
