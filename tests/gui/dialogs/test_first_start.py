from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.peers.validity import ae_title_problem
from dicomdesk.gui.dialogs.first_start import PORTS, FirstStartDialog, is_port_free, propose, proposed_title
from dicomdesk.gui.main_window import MainWindow
from tests.helpers.peers.fake_peer import FakePeer

WaitUntil = Callable[[Callable[[], bool]], None]


@given(st.text())
def test_any_name_of_a_machine_gives_an_ae_title(host: str) -> None:
    assert not ae_title_problem(proposed_title(host))


@pytest.mark.parametrize(
    ("host", "title"),
    [("ws1.radiology.example", "WS1"), ("", "DICOMDESK"), ("läptop-of-somebody-else", "LPTOPOFSOMEBODYE")],
)
def test_the_title_is_like_the_name(host: str, title: str) -> None:
    assert proposed_title(host) == title


def test_the_first_free_port_is_proposed(tmp_path: Path) -> None:
    assert propose(tmp_path, lambda _port: True).port == PORTS[0]
    assert propose(tmp_path, lambda port: port == PORTS[2]).port == PORTS[2]
    assert propose(tmp_path, lambda _port: False).port == PORTS[0]
    assert propose(tmp_path, lambda _port: True).folder == tmp_path / "DICOM"
    with FakePeer() as peer:
        assert not is_port_free(peer.port)
        taken = peer.port
    assert is_port_free(taken)


def opened(window: MainWindow, wait_until: WaitUntil) -> FirstStartDialog:
    window.ask_first_start()
    wait_until(lambda: bool(window.findChildren(FirstStartDialog)))
    (dialog,) = window.findChildren(FirstStartDialog)
    return dialog


def test_what_is_chosen_at_the_first_start_holds_at_once(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    dialog = opened(window, wait_until)
    dialog.ae_title.setText("ä")
    dialog.use.click()
    assert dialog.isVisible()
    dialog.ae_title.setText("READING1")
    dialog.port.setText("4242")
    dialog.folder.setText(str(tmp_path / "in"))
    dialog.use.click()
    wait_until(lambda: window.receive.port.value() == "4242")
    state = window.state()
    assert (state.calling_ae_title, state.listen_ae_title) == ("READING1", "READING1")
    assert state.listen_folder == str(tmp_path / "in")


def test_it_can_be_left_for_later(window: MainWindow, wait_until: WaitUntil) -> None:
    before = window.state()
    opened(window, wait_until).skip.click()
    wait_until(lambda: not window.findChildren(FirstStartDialog))
    assert window.state() == before
