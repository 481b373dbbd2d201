from pathlib import Path

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.past.history import HistoryDialog
from dicomdesk.gui.sending.past.history_nodes import HistoryNode, PastInstanceNode
from dicomdesk.gui.session import Session
from tests.helpers.peers.fake_peer import FakePeer, Status
from tests.helpers.window.sending import WaitUntil, add, confirm, to, write_studies


def test_what_was_sent_can_be_found_in_the_history_with_each_try(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 2)
    send = window.send
    add(window, tmp_path / "out", wait_until)
    with FakePeer(stores=[Status(0xA900), Status()]) as peer:
        to(window, peer)
        send.header.primary.click()
        wait_until(lambda: send.flow.queue.counts[ItemState.WAITING] == 0 and not session.is_sending)
    send.commands.removal.clear_all()
    wait_until(lambda: not send.flow.queue.studies)
    send.commands.open_history()
    dialog = send.commands._history
    assert isinstance(dialog, HistoryDialog)
    wait_until(lambda: len(dialog.model.root.children) == 1)
    (errand,) = dialog.model.root.children
    assert isinstance(errand, HistoryNode)
    assert (errand.stored, errand.total, errand.state) == (1, 2, ItemState.REFUSED)
    dialog.view.expand_node(errand)
    wait_until(lambda: len(errand.children) == 2)
    refused = errand.children[0]
    assert isinstance(refused, PastInstanceNode)
    dialog.view.expand_node(refused)
    wait_until(lambda: len(refused.children) == 1)
    dialog.filters.search.setText("nobody of this name")
    wait_until(lambda: not dialog.model.root.children)
    dialog.filters.search.setText("doe")
    wait_until(lambda: len(dialog.model.root.children) == 1)
    dialog.view.select_node(dialog.model.root.children[0])
    dialog.again.click()
    wait_until(lambda: len(send.flow.queue.studies) == 1 and not send.flow.is_scanning)
    send.commands.open_history()
    dialog.clean_up.click()
    confirm(wait_until)
    wait_until(lambda: dialog.told.text() == "0 entries deleted")
    dialog.close()
