"""The log: bounded, filtered, kept in files within a bound, and without a word that could name a patient."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.events import AssociationAborted, AssociationFailed, ItemFinished, ItemOutcome
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.frame.log_access import LogAccess
from dicomdesk.gui.log.log_file import FILE_NAME, MOST_BYTES, OLD_NAME, append_lines, read_lines
from dicomdesk.gui.log.pane import LogPane
from dicomdesk.gui.log.ring import LONGEST_LINE, MOST_LINES, LogRing, line_text
from dicomdesk.gui.log.told import told_of
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme

WaitUntil = Callable[[Callable[[], bool]], None]


def texts(ring: LogRing) -> list[str]:
    return [line.text for line in ring.since(0)[1]]


def test_a_ring_keeps_the_latest_lines_each_printable_and_bounded() -> None:
    ring = LogRing()
    ring.setLevel("INFO")
    for number in range(MOST_LINES + 7):
        ring.write(logging.INFO, f"{number}")
    ring.write(logging.DEBUG, "not wanted")
    assert (ring.written, len(texts(ring)), texts(ring)[0]) == (MOST_LINES + 7, MOST_LINES, "7")
    seen, _ = ring.since(0)
    ring.write(logging.ERROR, "one\ntwo\x1b[31m\u202e" + "x" * 9999)
    written, new = ring.since(seen)
    assert [line.text[:11] for line in new] == ["one", "two\\x1b[31m"]
    assert all(len(line.text) < LONGEST_LINE * 1.1 and line.text.isprintable() for line in new)
    assert ring.since(written) == (written, [])


def test_a_record_that_cannot_be_formatted_is_a_line_and_costs_nothing_else() -> None:
    ring = LogRing()
    ring.handle(logging.LogRecord("x", logging.INFO, "", 0, "%d instances", ("many",), None))
    assert texts(ring) == ["a record that cannot be shown: TypeError"]


def test_threads_may_write_at_once() -> None:
    ring = LogRing()
    threads = [threading.Thread(target=ring.write, args=(20, "x\n" * 300)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (ring.written, len(texts(ring))) == (1200, 1200)


def test_facts_are_told_without_what_could_name_a_patient() -> None:
    header = InstanceHeader(
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uid="1.2.3",
        transfer_syntax_uid="1.2.840.10008.1.2",
        data_set_offset=0,
        data_set_length=0,
        patient_name="DOE^JANE",
        patient_id="4711",
    )
    item = ItemFinished(
        job_id="abcdefghij",
        association=2,
        index=0,
        path="/home/x/DOE_JANE/1.dcm",
        outcome=ItemOutcome.REFUSED,
        status=0xA700,
        reason="DOE^JANE is not known here",
        header=header,
    )
    aborted = AssociationAborted(job_id="j", association=1, by_peer=True, reason="because of DOE^JANE")
    failed = AssociationFailed(job_id="j", association=1, reason="The peer does not know us")
    told = [text for _, text in told_of([Arrival(0.0, item), Arrival(0.0, aborted), Arrival(0.0, failed)])]
    assert told == [
        "job abcdefgh association 2: CT Image refused, status A700",
        "job j association 1: aborted by the peer",
        "job j association 1: not established: The peer does not know us",
    ]


def test_files_of_the_log_are_bounded_and_for_the_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "log"
    line = "ä" * 499
    for _ in range(3):
        append_lines(folder, [line] * 900)
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert set(sizes) == {FILE_NAME, OLD_NAME}
    assert max(sizes.values()) <= MOST_BYTES
    assert read_lines(folder) == [line] * 1800
    assert (folder / FILE_NAME).stat().st_mode & 0o077 == 0
    assert read_lines(tmp_path / "nothing") == []


@pytest.fixture
def pane(theme: Theme, tasks: Tasks, qtbot: QtBot) -> LogPane:
    ring = LogRing()
    found = LogPane(theme, tasks, ring)
    qtbot.addWidget(found)
    ring.write(logging.INFO, "Association established")
    ring.write(logging.WARNING, "association refused")
    ring.write(logging.ERROR, "a fault")
    found.show()
    return found


def shown(pane: LogPane) -> list[str]:
    return [line.split(maxsplit=3)[3] for line in pane.text.toPlainText().splitlines()]


def test_the_pane_filters_by_level_and_words_and_goes_on(pane: LogPane) -> None:
    assert shown(pane) == ["Association established", "association refused", "a fault"]
    pane.search.setText("ASSOCIATION")
    pane.level.setCurrentIndex(2)
    assert shown(pane) == ["association refused"]
    pane._ring.write(logging.ERROR, "association lost")
    pane._ring.write(logging.ERROR, "something else")
    pane.refresh()
    assert shown(pane) == ["association refused", "association lost"]
    pane.copy_button.click()
    assert QGuiApplication.clipboard().text() == pane.text.toPlainText()


def test_the_log_of_the_window_is_shown_kept_and_remembered(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    window.log.begin(tmp_path)
    try:
        assert isinstance(window.log, LogAccess)
        window.commands.actions["log"].trigger()
        assert window.log.pane.isVisible()
        assert window.state().shows_log
        logging.getLogger("dicomdesk.test").info("something was done")
        session.ticked.emit()
        assert "something was done" in window.log.pane.text.toPlainText()
        wait_until(lambda: any("something was done" in line for line in read_lines(tmp_path)))
        window.log.prefer(Preferences(keeps_log=False, log_level="ERROR"))
        logging.getLogger("dicomdesk.test").info("nobody wants to know")
        window.commands.actions["log"].trigger()
        assert not window.log.pane.isVisible()
        assert not window.state().shows_log
        assert not any("nobody" in line for line in texts(window.log.ring))
    finally:
        window.log.end()


def test_a_folder_that_cannot_be_written_is_one_problem(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    window.log.begin(tmp_path / "file")
    try:
        window.log.ring.write(logging.INFO, "x")
        session.second_passed.emit()
        wait_until(lambda: any("log" in each.title for each in session.problems))
    finally:
        window.log.end()


def test_a_line_says_when_how_loud_and_what() -> None:
    ring = LogRing()
    ring.write(logging.WARNING, "text")
    (line,) = ring.since(0)[1]
    assert line_text(line).split(maxsplit=2)[2] == "WARNING text"
