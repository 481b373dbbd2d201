from pathlib import Path

from PySide6.QtWidgets import QMenu

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.query.form.form_values import FormValues
from dicomdesk.gui.query.menus import fill_queries_menu
from dicomdesk.gui.query.name_dialog import NameDialog
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.window_state import from_json, to_json
from tests.gui.answers import wait_for
from tests.gui.query.conftest import WaitUntil, answered, ask, names
from tests.helpers.archives.served_archives import encoded, running


def words_of(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text() and not action.isSeparator()]


def test_queries_are_kept_by_name_and_asked_again_from_the_menu(
    pane: QueryPane, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"), encoded("1.2.9.3", "1.2.5", "1.2.5.5", patient="P2", name="Roe^Rick"))
        pane.header.form.set_values(FormValues(patient_name="Roe"))
        pane.header.queries_menu.aboutToShow.emit()
        pane.header.queries_menu.actions()[0].trigger()
        dialog = wait_for(NameDialog, wait_until)
        dialog.name.setText("Mine & <b>yours</b>")
        dialog.accept()
        wait_until(lambda: bool(pane.commands.memory.saved))
        pane.header.form.set_values(FormValues())
        ask(pane, archive, wait_until)
        menu = QMenu()
        fill_queries_menu(menu, pane.commands, lambda: None)
        assert "Mine && <b>yours</b>" in words_of(menu)
        next(action for action in menu.actions() if action.text().startswith("Mine")).trigger()
        wait_until(lambda: pane.commands.asked is not None and bool(pane.commands.asked.values.patient_name))
        answered(pane, wait_until)
    assert names(pane) == ["Roe, Rick"]
    kept = from_json(to_json(window.state()))
    assert [query.values.patient_name for query in pane.commands.memory.recent] == ["Roe", ""]
    assert kept.queries == pane.commands.memory.as_json()
    pane.commands.forget("Mine & <b>yours</b>")
    assert not pane.commands.memory.saved
