from dataclasses import replace

import pytest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panes.send_header import HeaderState

IDLE = HeaderState(
    waiting=0,
    finished=0,
    problems=0,
    cancels=0,
    is_sending=False,
    is_scanning=False,
    is_checking=False,
    is_echoing=False,
    has_report=False,
)
READY = replace(IDLE, waiting=206)


@pytest.mark.parametrize(
    ("shown", "word", "is_enabled"),
    [
        (IDLE, "Send", False),
        (READY, "Send 206", True),
        (replace(READY, is_scanning=True), "Send 206", False),
        (replace(READY, is_sending=True), "Stop", True),
        (replace(READY, is_sending=True, cancels=1), "Stop now", True),
        (replace(READY, is_sending=True, cancels=2), "Stopping…", False),
    ],
)
def test_primary_button_says_what_it_does(shown: HeaderState, word: str, is_enabled: bool, window: MainWindow) -> None:
    header = window.send.header
    header.show_state(shown)
    assert (header.primary.accessibleName(), header.primary.isEnabled()) == (word, is_enabled)


def test_nothing_that_disturbs_a_transfer_can_be_begun_while_it_runs(window: MainWindow) -> None:
    header = window.send.header
    ready = replace(READY, finished=2, problems=1, has_report=True)
    controls = (header.check_button, header.retry_action, header.clear_action, header.peer_setup.button)
    header.show_state(ready)
    assert all(control.isEnabled() for control in controls)
    header.show_state(replace(ready, is_sending=True))
    assert not any(control.isEnabled() for control in controls)
    assert header.report_action.isEnabled()


@pytest.mark.parametrize("running", [{"is_checking": True}, {"is_scanning": True}])
def test_check_is_offered_when_it_can_begin(running: dict[str, bool], window: MainWindow) -> None:
    window.send.header.show_state(READY)
    assert window.send.header.check_button.isEnabled()
    window.send.header.show_state(replace(READY, **running))
    assert not window.send.header.check_button.isEnabled()


def test_words_go_where_room_is_short(window: MainWindow) -> None:
    header = window.send.header
    window.resize(1500, 800)
    assert header.test_button.text().strip() == "Test"
    window.resize(1024, 700)
    assert header.test_button.text() == ""
    assert header.test_button.accessibleName() == "Test"
