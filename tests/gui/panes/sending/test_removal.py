import zipfile
from collections.abc import Callable
from pathlib import Path

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panes.sending.removal import Removal
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.session import Session
from tests.gui.conftest import Finish
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.window.errands import loaded
from tests.helpers.window.sending import add

WaitUntil = Callable[[Callable[[], bool]], None]


def test_study_taken_out_of_an_archive_is_not_sent(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in (1, 2):
            data_set = Builder().instance(sop_instance_uid=f"1.2.3.{number}")
            usual, other = (Builder().element(0x0020000D, "UI", uid) for uid in ("1.2.3", f"1.2.9.{number}"))
            archive.writestr(str(number), part10(data_set.replace(usual, other)))
    add(window, path, wait_until)
    first, second = window.send.flow.model.root.children
    assert isinstance(first, StudyNode)
    removal = window.send.commands.removal
    assert isinstance(removal, Removal)
    removal.remove([first])
    (kept,) = loaded(window.send.flow, second, wait_until)
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.primary.click()
        wait_until(lambda: window.send.flow.has_report and not session.is_sending)
    (report,) = finish(window.send.commands.reports.make(window.send.flow.last_sent))
    assert [item.instance_id for item in report.items] == [kept.found.id]
    assert window.send.flow.queue.total == 1
