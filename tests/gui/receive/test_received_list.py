from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu

from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.received_nodes import INSTANCES, STATE, ReceivedInstance, ReceivedSeries
from dicomdesk.gui.receive.elements_dialog import ElementsDialog
from dicomdesk.gui.receive.received_list import PROBLEMS, accepts
from tests.gui.answers import shown, wait_for
from tests.gui.receive.conftest import SendTo
from tests.helpers.data.inputs import image
from tests.helpers.data.studies import write_study
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


def test_repeats_are_no_new_instances_and_every_sender_is_told(
    window: MainWindow, send_here: SendTo, tmp_path: Path
) -> None:
    files = write_study(tmp_path / "out", 10)
    send_here(*files[:6])
    study = send_here(*files[:4], calling="CT2")
    assert study.text(INSTANCES) == "6 here, 4 again"
    window.receive.view.select_node(study)
    text = window.receive.details.details().text
    assert text.startswith("6 here, 4 again, ")
    assert "CT1 at 127.0.0.1" in text
    assert "CT2 at 127.0.0.1" in text
    window.receive.flow.studies.book.expect(study.record.uid, 10, CountSource.USER)
    assert study.text(INSTANCES) == "6 of 10, 4 again"
    assert study.text(STATE) == "4 missing"
    assert window.receive.flow.studies.troubled == 1
    assert accepts(study, PROBLEMS, [])
    send_here(*files[6:])
    assert study.text(STATE) == "Complete"
    assert window.receive.flow.studies.troubled == 0


@pytest.mark.parametrize("has_host", [False])
def test_latest_study_is_first_and_stays_there(window: MainWindow) -> None:
    flow, view = window.receive.flow, window.receive.view
    names = ["A", "B", "C"]
    headers = [scenes.header((f"{name}^X", name, "", "20261120"), ("1", "", "CT"), 1) for name in names]
    for index, header in enumerate([*headers, headers[0]]):
        event = scenes.finished(header, index, path=f"/in/{index}", job_id=scenes.RECEIVE_JOB)
        flow.take([Arrival(100.0 + index, event)])
        flow.model.flush()
    shown = [view.node_of(view.model().index(row, 0)) for row in range(3)]
    assert [node.text(0)[0] for node in shown if node is not None] == ["C", "B", "A"]


def test_instances_are_rows_whose_elements_open_by_return_double_click_and_menu(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:
    study = send_here(*write_study(tmp_path / "out", 3))
    view = window.receive.view
    view.select_node(study)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.is_open(study)
    series = study.children[0]
    assert isinstance(series, ReceivedSeries)
    view.expand_node(series)
    wait_until(lambda: len(series.children) == 3)
    instance = series.children[1]
    assert isinstance(instance, ReceivedInstance)
    view.select_node(instance)
    QTest.keyClick(view, Qt.Key.Key_Return)
    dialog = wait_for(ElementsDialog, wait_until)
    wait_until(lambda: dialog.tree is not None)
    assert any(node.text(4).startswith("1.2.3.4.2") for node in dialog.model.root.children)
    dialog.close()
    wait_until(lambda: shown(ElementsDialog) is None)
    view.activated.emit(view.currentIndex())  # as Qt does for a double click
    wait_for(ElementsDialog, wait_until).close()
    menu = QMenu()
    window.receive.list.actions_of_rows.fill_menu(menu, instance)
    wait_until(lambda: shown(ElementsDialog) is None)
    next(action for action in menu.actions() if action.text() == "Elements…").trigger()
    wait_for(ElementsDialog, wait_until).close()


def test_instances_that_come_to_an_open_series_become_rows(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:
    files = write_study(tmp_path / "out", 5)
    study = send_here(*files[:2])
    window.receive.view.expand_node(study)
    series = study.children[0]
    window.receive.view.expand_node(series)
    wait_until(lambda: len(series.children) == 2)
    send_here(*files)
    window.receive.list.show_later_rows()
    window.receive.flow.model.fetchMore(window.receive.flow.model.index_of(series))
    wait_until(lambda: len(series.children) == 5)
    assert [row.text(INSTANCES) for row in series.children][4] == ""


def test_row_shows_the_picture_of_its_first_image(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:
    (tmp_path / "a.dcm").write_bytes(image("a"))
    study = send_here(tmp_path / "a.dcm")
    pictures = window.receive.list.pictures
    wait_until(lambda: pictures.painted(study)[0] is not None)
    window.receive.view.select_node(study)
    wait_until(lambda: pictures.large(study)[0] is not None)
    assert window.receive.picture.isVisible()
    assert pictures.painted(study)[1] == study.words.modality_text()[:2]


def test_count_at_the_source_is_asked_for(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:

    study = send_here(*write_study(tmp_path / "out", 3))
    window.receive.list.actions_of_rows.expect(study)
    dialog = wait_for(QInputDialog, wait_until)
    dialog.setIntValue(5)
    dialog.accept()
    wait_until(lambda: study.text(INSTANCES) == "3 of 5 here")
    assert study.text(STATE) == "2 missing"
