"""What tests of sending do with the window: studies on the disk, added, and sent to a peer."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.questions.confirm import ConfirmDialog
from dicomdesk.gui.sending.nodes import StudyNode
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.peers.fake_peer import FakePeer

WaitUntil = Callable[[Callable[[], bool]], None]


def write_studies(folder: Path, *counts: int) -> None:
    """One study after the other, with so many instances each; study n has the UID 1.2.n."""
    folder.mkdir(exist_ok=True)
    usual = Builder().element(0x0020000D, "UI", "1.2.3")
    for study, count in enumerate(counts):
        for number in range(count):
            uid = f"1.2.{study}.{number + 1}"
            data_set = Builder().instance(sop_instance_uid=uid, patient_name=f"Doe^{study}".encode())
            data_set = data_set.replace(usual, Builder().element(0x0020000D, "UI", f"1.2.{study}"))
            (folder / f"{study}-{number}").write_bytes(part10(data_set, sop_instance_uid=uid))


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> list[StudyNode]:
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)
    return window.send.flow.queue.studies


def to(window: MainWindow, peer: FakePeer, ae_title: str = "PACS") -> None:
    window.send.header.peer_entry.called.setText(ae_title)
    window.send.header.peer_entry.port.setText(str(peer.port))


def confirm(wait_until: WaitUntil, *, is_wanted: bool = True) -> None:
    def shown() -> list[ConfirmDialog]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, ConfirmDialog) and w.isVisible()]

    wait_until(lambda: bool(shown()))
    dialog = shown()[0]
    (dialog.confirm if is_wanted else dialog.defaultButton()).click()
