import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.frame.views import _MODULES, KEYS
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.view import View
from dicomdesk.gui.window_state import WindowState
from tests.gui.conftest import KEPT
from tests.helpers.window.rounds import live_once


def is_there(window: MainWindow, key: str) -> bool:
    return isinstance(window.views.widget(KEYS.index(key)), View)


@pytest.mark.parametrize("first", KEYS)
def test_the_view_that_was_open_last_is_there_at_once_and_the_others_when_they_are_opened(
    theme: Theme, session: Session, tasks: Tasks, state: WindowState, first: str
) -> None:
    window = MainWindow(theme, session, tasks, WindowState(view=first, listen_folder=state.listen_folder))
    KEPT.append(window)
    assert window.views.currentIndex() == KEYS.index(first)
    assert is_there(window, first)
    needed = {"query": {"receive"}, "rules": {"receive"}}.get(first, set())
    assert {key for key in KEYS if is_there(window, key)} == {first} | needed
    for key in KEYS:
        window.open_view(key)
        view = window.views.currentWidget()
        assert isinstance(view, View)
        assert (view.key, window.state().view) == (key, key)
    assert not window.build_next()
    assert [window.views.widget(number) for number in range(window.views.count())] == [
        getattr(window, key) for key in KEYS
    ]
    window.leave()
    window.deleteLater()


def test_what_a_view_remembers_stays_where_the_view_was_never_built(
    theme: Theme, session: Session, tasks: Tasks
) -> None:
    known = WindowState(view="associations", peer_ae_title="PACS", listen_port="11113", retrieve_folder="/kept")
    window = MainWindow(theme, session, tasks, known)
    KEPT.append(window)
    state = window.state()
    assert (state.peer_ae_title, state.listen_port, state.retrieve_folder) == ("PACS", "11113", "/kept")
    window.leave()
    window.deleteLater()


def test_each_view_of_the_window_has_its_own_key_and_word(window: MainWindow) -> None:
    views = [window.views.widget(number) for number in range(window.views.count())]
    assert [view.key for view in views if isinstance(view, View)] == list(KEYS)
    words = [button.text() for button in window.sidebar._buttons]
    assert words == ["Send", "Receive", "Query/Retrieve", "Archive", "Associations", "Peers", "Rules"]


def test_a_view_is_loaded_from_where_it_is_built_from(window: MainWindow) -> None:
    assert {key: type(getattr(window, key)).__module__ for key in KEYS} == _MODULES


@pytest.mark.long
def test_all_views_are_there_before_anything_is_begun_or_told(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    seen: list[tuple[str, list[bool]]] = []

    async def use(window: MainWindow) -> None:
        outbox = window.send._session.outbox
        outbox.opened.connect(lambda: seen.append(("opened", [is_there(window, key) for key in KEYS])))
        seen.append(("shown", [is_there(window, key) for key in KEYS]))
        channel = window.send._session.channel()
        channel.arrived.connect(lambda _told: seen.append(("told", [is_there(window, key) for key in KEYS])))
        channel.sink("something")
        await outbox.ask(lambda outbox, _journal: outbox.errands())
        seen.append(("asked", [is_there(window, key) for key in KEYS]))

    live_once(qapp, loop, use)
    assert seen[0] == ("shown", [True] + [False] * (len(KEYS) - 1))
    assert {what for what, _there in seen} >= {"shown", "asked", "opened"}
    assert all(there == [True] * len(KEYS) for _what, there in seen[1:])
    assert list((tmp_path / "XDG_STATE_HOME").rglob("journal.sqlite")), "it is not one in memory"
