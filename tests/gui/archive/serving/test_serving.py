"""Others store into the archive that is looked at, and its rules hold."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dicomdesk.archive.administration.keeping.making import make_archive
from dicomdesk.gui.archive.serving.serving import Serving
from dicomdesk.gui.main_window import MainWindow
from tests.gui.archive.doing import WaitUntil, names, told
from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Proposal, connected


def _store(port: int, data: bytes, uid: str) -> int:
    with connected(port) as peer:
        peer.associate(Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT])], called=b"DESK", calling=b"CT1", max_pdu_bytes=0))
        return peer.store(uid, [data], sop_class=CT_IMAGE)


def test_what_is_sent_to_the_archive_is_stored_shown_and_told_to_contradict(
    window: MainWindow, tmp_path: Path, wait_until: WaitUntil, announce_log: Callable[[str], None]
) -> None:
    announce_log("Stored, but")
    make_archive(tmp_path / "area", "DESK")
    window.open_view("archive")
    pane = window.archive
    pane.choice.open(str(tmp_path / "area"))
    wait_until(lambda: pane.access.is_open and not pane.found.is_asking)
    assert isinstance(pane.serving, Serving)
    pane.serving.folder_port = free_port()
    pane._on_receive()
    wait_until(lambda: pane.serving.port != 0)
    assert f"DESK receives on port {pane.serving.port}" in pane.details.details().title
    with ThreadPoolExecutor(1) as senders:
        first = senders.submit(_store, pane.serving.port, encoded("1.1", name="Doe^Jane"), "1.1")
        wait_until(first.done)
        assert first.result() == 0
        other = senders.submit(_store, pane.serving.port, encoded("1.2", name="Roe^Rich", patient="P7"), "1.2")
        wait_until(other.done)
        assert other.result() == 0xB000
    pane.access.look()
    wait_until(lambda: set(names(pane)) == {"Doe, Jane", "Roe, Rich"})
    wait_until(lambda: pane.access.overview.studies_in_conflict == 2)
    assert window.associations.model.root.children
    port = pane.serving.port
    pane._on_receive()
    wait_until(lambda: not pane.serving.is_running)
    pane.serving.folder_port = port
    with socket.create_server(("", port)):
        pane._on_receive()
        told(pane, wait_until, "The archive does not receive")


def test_the_receive_view_has_the_archive_receive_once_it_is_open(
    window: MainWindow, tmp_path: Path, wait_until: WaitUntil
) -> None:
    make_archive(tmp_path / "area", "DESK")
    port = free_port()
    window.open_view("receive")
    window.receive.port.setText(str(port))
    window.receive._on_archive()
    assert window.state().view == "archive"
    pane = window.archive
    assert "Choose or make" in pane.details.details().title
    pane.choice.open(str(tmp_path / "area"))
    wait_until(lambda: pane.serving.port == port)
    pane.serving.stop()
    wait_until(lambda: not pane.serving.is_running)
