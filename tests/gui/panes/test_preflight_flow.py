from collections.abc import Callable
from pathlib import Path

from dicomdesk.engine.forecast import Verdict
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.forecast_nodes import ForecastNode
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.preflight_flow import describe_preflight
from dicomdesk.gui.session import Session
from dicomdesk.gui.theme import Tone
from tests.helpers.data.studies import write_study
from tests.helpers.peers.fake_peer import FakePeer, Reject
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> None:
    write_study(folder, 3)
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)


def test_what_waits_is_checked_without_being_sent(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    assert not window.send.header.check_button.isEnabled()
    add(window, tmp_path / "out", wait_until)
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.check_button.click()
        wait_until(lambda: window.send.panel.title() == "All 3 instances can go to PACS")
        assert window.send.panel.isVisible()
        assert not window.send.details.isVisible()
    assert peer.stores == []
    assert window.send.panel.title() == "All 3 instances can go to PACS"
    (group,) = window.send.preflight.model.root.children
    assert isinstance(group, ForecastNode)
    assert group.group.verdict is Verdict.AS_IS
    assert window.send.flow.queue.counts[ItemState.WAITING] == 3
    window.send.panel.close_button.click()
    assert window.send.details.isVisible()


def test_peer_that_rejects_is_told(window: MainWindow, wait_until: WaitUntil, tmp_path: Path) -> None:
    add(window, tmp_path / "out", wait_until)
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.check_button.click()
        wait_until(lambda: window.send.panel.title() == "Nothing could go to PACS")
        assert "AE title" in window.send.panel.text()
        window.send.panel.again.click()
        wait_until(lambda: window.send.panel.title() != "" and not window.send.preflight.is_running)


def test_sending_closes_the_panel(window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path) -> None:
    add(window, tmp_path / "out", wait_until)
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.check_button.click()
        wait_until(lambda: window.send.panel.title() != "" and not window.send.preflight.is_running)
        window.send.header.primary.click()
        assert not window.send.panel.isVisible()
        wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)


def test_outcome_is_counted_in_words() -> None:
    mixed = describe_preflight(scenes.preflight_result(scenes.mixed_forecast()), "PACS")
    assert mixed.title == "57 of 813 instances cannot go to PACS"
    assert mixed.text.startswith("750 as they are, 6 converted can go.")
    assert mixed.tone is Tone.BAD
    fine = describe_preflight(scenes.preflight_result(scenes.mixed_forecast()[3:]), "PACS")
    assert (fine.title, fine.tone) == ("All 756 instances can go to PACS", Tone.GOOD)
    nothing = describe_preflight(scenes.preflight_result([]), "PACS")
    assert nothing.text == "There is nothing that could be sent."
    stuck = describe_preflight(scenes.preflight_result(scenes.mixed_forecast()[:3]), "PACS")
    assert stuck.title == "57 of 57 instances cannot go to PACS"
