from collections.abc import Callable

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panes.sending.peer_questions import PeerQuestions
from tests.helpers.peers.fake_peer import FakePeer, Reject

WaitUntil = Callable[[Callable[[], bool]], None]


def test_echo_is_answered_in_words_and_time(window: MainWindow, wait_until: WaitUntil) -> None:
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.echo_action.trigger()
        wait_until(lambda: "answered" in window.send.details.details().title)
    assert isinstance(window.send.commands.questions, PeerQuestions)
    details = window.send.details.details()
    assert details.title == f"PACS@127.0.0.1:{peer.port} answered"
    assert " ms" in details.text


def test_echo_that_fails_says_why(window: MainWindow, wait_until: WaitUntil) -> None:
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.echo_action.trigger()
        wait_until(lambda: "did not answer" in window.send.details.details().title)
    assert "AE title" in window.send.details.details().text
