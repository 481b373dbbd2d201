from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.receive.row_actions import study_of, widest
from tests.gui.receive.conftest import SendTo
from tests.helpers.data.studies import write_study
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline


def test_rows_below_others_go_with_them() -> None:
    outline = PlainOutline()
    studies = ReceivedStudies(outline)
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    studies.apply(scenes.finished(header, 0, path="/in/F1", job_id=scenes.RECEIVE_JOB), 1.0)
    (study,) = studies.studies
    (series,) = study.series.values()
    (instance,) = series.fetch(5)
    outline.insert(series, [instance])
    assert widest([instance, study, series]) == [study]
    assert widest([instance, series]) == [series]
    assert study_of(instance) is study_of(study) is study
    assert study_of(Node()) is None
    assert study_of("something") is None


def test_uid_of_a_row_is_copied(window: MainWindow, send_here: SendTo, tmp_path: Path) -> None:
    study = send_here(*write_study(tmp_path / "out", 1))
    rows = window.receive.list.actions_of_rows
    menu = QMenu()
    rows.fill_menu(menu, study)
    next(action for action in menu.actions() if action.text() == "Copy UID").trigger()
    assert QGuiApplication.clipboard().text() == study.record.uid
    rows.fill_menu(empty := QMenu(), None)
    assert [action.text() for action in empty.actions()] == ["Take finished studies off the list"]
