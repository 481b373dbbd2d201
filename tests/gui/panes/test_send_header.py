from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panes.send_header import HeaderState, PauseState

IDLE = HeaderState(
    ready=0,
    finished=0,
    problems=0,
    rows=0,
    going=0,
    held=0,
    is_sending=False,
    is_scanning=False,
    is_checking=False,
    is_echoing=False,
    has_report=False,
)
READY = replace(IDLE, ready=206, rows=1)


@pytest.mark.parametrize(
    ("shown", "word", "is_enabled"),
    [
        (IDLE, "Send", False),
        (READY, "Send 206", True),
        (replace(READY, is_scanning=True), "Send 206", False),
        (replace(READY, is_sending=True, going=2), "Send 206", True),
        (replace(IDLE, is_sending=True, going=2), "Send", False),
    ],
)
def test_primary_button_says_what_it_does(shown: HeaderState, word: str, is_enabled: bool, window: MainWindow) -> None:
    header = window.send.header
    header.show_state(shown)
    assert (header.primary.accessibleName(), header.primary.isEnabled()) == (word, is_enabled)


@pytest.mark.parametrize(
    ("shown", "pause", "word"),
    [
        (READY, PauseState.NOTHING, ""),
        (replace(IDLE, going=2, is_sending=True), PauseState.PAUSE, "Pause"),
        (replace(IDLE, going=1, held=3), PauseState.PAUSE, "Pause"),
        (replace(IDLE, held=2, is_sending=True), PauseState.BREAK_OFF, "Break off"),
        (replace(IDLE, held=2), PauseState.GO_ON, "Go on"),
    ],
)
def test_pause_button_is_there_when_it_can_do_something(
    shown: HeaderState, pause: PauseState, word: str, window: MainWindow
) -> None:
    header = window.send.header
    header.show_state(shown)
    assert (header.pause_state, not header.pause.isHidden()) == (pause, bool(word))
    assert not word or header.pause.accessibleName() == word


def test_all_can_be_done_while_something_is_sent(window: MainWindow) -> None:
    header = window.send.header
    header.show_state(replace(READY, finished=2, problems=1, has_report=True, is_sending=True, going=1))
    controls = (header.check_button, header.retry_action, header.clear_action, header.peer_setup.button)
    assert all(control.isEnabled() for control in controls)
    assert header.peer_entry.called.isEnabled()


@pytest.mark.parametrize("running", [{"is_checking": True}, {"is_scanning": True}])
def test_check_is_offered_when_it_can_begin(running: dict[str, bool], window: MainWindow) -> None:
    window.send.header.show_state(READY)
    assert window.send.header.check_button.isEnabled()
    window.send.header.show_state(replace(READY, **running))
    assert not window.send.header.check_button.isEnabled()


def test_what_is_done_has_a_line_of_its_own_where_room_is_short(window: MainWindow, qapp: QApplication) -> None:
    header = window.send.header
    window.resize(1600, 900)
    qapp.processEvents()
    assert header.primary.mapTo(header, QPoint()).y() == header.test_button.mapTo(header, QPoint()).y()
    window.resize(1024, 700)
    qapp.processEvents()
    assert header.primary.mapTo(header, QPoint()).y() > header.test_button.mapTo(header, QPoint()).y()
    assert header.test_button.text().strip() == "Test"


def test_titles_of_sixteen_characters_are_seen_whole(window: MainWindow) -> None:
    window.resize(1024, 700)
    for field in (window.send.header.peer_entry.called, window.send.header.peer_entry.calling):
        field.setText("RADIOLOGY_PACS_1")
        assert field.width() >= field.fitting_width(field.text())


def test_fields_stay_where_they_are_when_there_is_something_to_send(window: MainWindow) -> None:
    header = window.send.header
    before = [(each.x(), each.width()) for each in (header.check_button, header.add_button, header.peer_entry)]
    header.show_state(replace(window.send.commands.state(), ready=10_000))
    layout = header.layout()
    assert layout is not None
    layout.activate()
    assert header.primary.accessibleName() == "Send 10,000"
    assert [(each.x(), each.width()) for each in (header.check_button, header.add_button, header.peer_entry)] == before
