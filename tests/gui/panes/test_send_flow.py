import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.dicom.files.scan import ScanResult, scan
from dicomdesk.gui import input_scan
from dicomdesk.gui.input_scan import selection_of
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.send_header import PauseState
from dicomdesk.gui.sending.skipped import SkippedGroupNode
from dicomdesk.gui.session import Session
from tests.gui.conftest import Finish
from tests.helpers.data.studies import write_study
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.window.errands import loaded

WaitUntil = Callable[[Callable[[], bool]], None]


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> None:
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)


def test_what_is_not_dicom_is_listed_with_its_reason(window: MainWindow, wait_until: WaitUntil, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    add(window, tmp_path, wait_until)
    assert window.send.details.details().title.startswith("Nothing to send was found")
    (row,) = window.send.flow.model.root.children
    assert isinstance(row, SkippedGroupNode)
    assert not window.send.header.primary.isEnabled()


def test_a_transfer_takes_what_was_listed_and_reports_it(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    write_study(tmp_path, 3)
    add(window, tmp_path, wait_until)
    flow = window.send.flow
    listed = [instance.found.id for instance in loaded(flow, flow.queue.studies[0], wait_until)]
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.primary.click()
        wait_until(lambda: flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)
        assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.4.1", "1.2.3.4.2", "1.2.3.4.3"]
    (report,) = finish(window.send.commands.reports.make(flow.last_sent))
    assert [item.instance_id for item in report.items] == listed
    assert report.is_all_stored


def test_file_that_went_away_is_told_as_not_sent(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    gone, _ = write_study(tmp_path, 2)
    add(window, tmp_path, wait_until)
    gone.unlink()
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.primary.click()
        wait_until(lambda: window.send.flow.has_report and not session.is_sending)
    counts = window.send.flow.queue.counts
    assert (counts[ItemState.WAITING], counts[ItemState.STORED], counts[ItemState.NOT_SENT]) == (0, 1, 1)
    wait_until(lambda: window.send.details.details().title == "1 instance stored by PACS, 1 not")
    (study,) = window.send.flow.model.root.children
    (lost,) = (node for node in loaded(window.send.flow, study, wait_until) if node.state is ItemState.NOT_SENT)
    assert lost.reason == "No such file or directory"


def test_rows_are_looked_through_only_where_something_has_changed(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path, 2)
    add(window, tmp_path, wait_until)
    flow = window.send.flow
    first = flow.census()
    assert [study.total for study in first.ready] == [2]
    assert flow.census() is first
    flow.queue.remove(flow.queue.studies)
    assert flow.census().ready == ()


def test_reading_is_stopped_by_its_user_and_what_was_found_stays_and_waits(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, may_go_on = write_study(tmp_path, 4), threading.Event()

    def results(_selection: object, moving: Callable[[], None]) -> Iterator[ScanResult]:
        found = [each for path in paths for each in scan(selection_of((str(path),)))]
        yield from found[:2]
        may_go_on.wait(20)
        moving()
        yield from found[2:]

    monkeypatch.setattr(input_scan, "scan", results)
    monkeypatch.setattr(input_scan, "BATCH_S", 0.0)
    flow, header = window.send.flow, window.send.header
    header.at_once.setChecked(True)
    flow.add([str(tmp_path)], "PACS")
    wait_until(lambda: flow.queue.total == 2 and header.pause_state is PauseState.STOP_READING)
    (stop,) = window.send.details.details().actions
    header.pause.click()
    may_go_on.set()
    wait_until(lambda: not flow.is_scanning)
    assert (stop.word, flow.queue.total) == ("Stop reading", 2)
    assert window.send.details.details().title.startswith("Reading was stopped: 2 instances are listed")
    (study,) = flow.queue.studies
    assert (study.state, study.peer, session.is_sending) == (ItemState.READY, "PACS", False)
    assert header.pause_state is PauseState.NOTHING
