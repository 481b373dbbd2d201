"""Instances go out of an archive and come in, and it is kept well, in the window."""

import zipfile
from pathlib import Path

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.archive.dialogs.list_dialog import ListDialog
from dicomdesk.gui.archive.pane import ArchivePane
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.theme import Tone
from tests.gui.answers import wait_for
from tests.gui.archive.doing import WaitUntil, names, select, told, tone
from tests.helpers.archives.served_archives import Running, encoded
from tests.helpers.data.datasets import CT_IMAGE, part10
from tests.helpers.peers.fake_peer import FakePeer


def test_a_study_is_sent_by_the_queue(pane: ArchivePane, window: MainWindow, wait_until: WaitUntil) -> None:
    with FakePeer() as peer:
        known = KnownPeer(name="Peer", ae_title="PEER", host="127.0.0.1", port=peer.port)
        window.peers._book.add(known)
        nodes = select(pane, "Doe, Jane")
        pane._tasks.start(pane.carrying.send_to([node.listed for node in nodes], known))
        told(pane, wait_until, "2 instances are to go to Peer")
        wait_until(lambda: peer.events.count("stored") == 2)
        wait_until(lambda: not window.send._session.is_sending)


def test_studies_go_out_and_come_in_again(
    pane: ArchivePane, served: Running, tmp_path: Path, wait_until: WaitUntil
) -> None:
    nodes = select(pane, "Doe, John", "Doe, Jane")
    pane._tasks.start(pane.carrying.export_to(nodes, tmp_path / "cd", is_zip=False))
    told(pane, wait_until, "3 instances exported")
    assert (tmp_path / "cd" / "DICOMDIR").is_file()
    pane._tasks.start(pane.carrying.export_to(nodes, tmp_path / "cd.zip", is_zip=True))
    told(pane, wait_until, "cd.zip")
    assert zipfile.is_zipfile(tmp_path / "cd.zip")
    pane._tasks.start(pane.carrying.export_to(nodes, tmp_path / "cd", is_zip=False))
    told(pane, wait_until, "Nothing was exported")
    assert tone(pane) is Tone.BAD
    source = tmp_path / "source"
    source.mkdir()
    content = encoded("9.1", "1.2.9", "1.2.9.5", patient="P9", name="Im^Port")
    (source / "1.dcm").write_bytes(part10(content, sop_class_uid=CT_IMAGE, sop_instance_uid="9.1"))
    (source / "broken.dcm").write_bytes((source / "1.dcm").read_bytes()[:300])
    (source / "notes.txt").write_text("nothing")
    pane.area.dropped.emit([str(source)])
    told(pane, wait_until, "1 instance stored")
    assert tone(pane) is Tone.WARNING
    wait_until(lambda: "Im, Port" in names(pane))


def test_the_archive_is_verified_and_backed_up(
    pane: ArchivePane, served: Running, tmp_path: Path, wait_until: WaitUntil
) -> None:
    pane.carrying.verify()
    told(pane, wait_until, "Files and index agree.")
    pane._tasks.start(pane.carrying.back_up_to(tmp_path / "backups"))
    told(pane, wait_until, "4 files backed up")
    path = next(path for path, uid in served.indexed().items() if uid == "2.1")
    (tmp_path / "area" / path).unlink()
    pane.carrying.verify(is_deep=True)
    told(pane, wait_until, "3 wrong")
    assert pane._notice is not None
    pane._notice.actions[0].run()
    dialog = wait_for(ListDialog, wait_until)
    assert len(dialog.rows) == 3
    dialog.reject()
