"""What menus and shortcuts do: queries that are kept and repeated, priors, exports."""

import json
import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from dicomdesk.gui.query.form.form_values import FormValues, Period
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.query.results.result_nodes import ResultNode
from tests.gui.answers import wait_for
from tests.gui.query.conftest import WaitUntil, answered, ask, names
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.peers.fake_peer import Answer, FakePeer


def test_all_studies_of_a_patient_are_one_click_away(pane: QueryPane, wait_until: WaitUntil, tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(
            encoded("1.2.9.1"),
            encoded("1.2.9.2", "1.2.4", "1.2.4.5"),
            encoded("1.2.9.3", "1.2.5", "1.2.5.5", patient="P2", name="Roe^Rick"),
        )
        pane.header.form.set_values(FormValues(accession_number="ACC1", patient_name="Doe", period=Period.ANY))
        ask(pane, archive, wait_until)
        (first, *_) = [node for node in pane.flow.model.root.children if isinstance(node, ResultNode)]
        pane.header.form.set_values(FormValues(period=Period.TODAY))
        pane.commands.ask_of_patient(first)
        wait_until(lambda: pane.commands.asked is not None and pane.commands.asked.values.patient_id == "P1")
        answered(pane, wait_until)
    assert names(pane) == ["Doe, Jane", "Doe, Jane"]
    assert pane.header.form.values() == FormValues(patient_id="P1")


def test_asked_again_what_is_new_is_marked_until_somebody_looks(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"))
        ask(pane, archive, wait_until)
        archive.put(encoded("1.2.9.3", "1.2.5", "1.2.5.5", patient="P2", name="Roe^Rick"))
        pane.commands.repeat_every(5)
        QTest.keyClick(pane, Qt.Key.Key_F5)
        wait_until(lambda: pane.flow.is_loading)
        answered(pane, wait_until)
    assert names(pane) == ["Doe, Jane", "New Roe, Rick"]
    assert pane.details.details().title.startswith("1 new at ")
    assert pane.badge().count == 1
    pane.view.select_node(pane.flow.model.root.children[0])
    assert pane.badge().count == 0


def test_the_command_is_copied_and_shown(pane: QueryPane, wait_until: WaitUntil, tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        pane.header.form.set_values(FormValues(patient_name="Doe"))
        ask(pane, archive, wait_until)
        pane.commands.copy_command()
        words = shlex.split(QGuiApplication.clipboard().text())
        assert words[:2] == ["dicomdesk", "findscu"]
        assert words[-2:] == ["127.0.0.1", str(archive.port)]
    assert "PatientName=Doe*" in words
    assert pane.details.details().text == pane.commands.command_text()


@pytest.mark.parametrize("as_json", [True, False])
def test_results_are_written_where_the_user_says(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path, as_json: bool
) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.2.9.1"))
        ask(pane, archive, wait_until)
    pane.commands.save_results(as_json=as_json)
    dialog = wait_for(QFileDialog, wait_until)
    path = tmp_path / "out"
    dialog.findChildren(QLineEdit)[0].setText(str(path))
    dialog.done(QFileDialog.DialogCode.Accepted)
    wait_until(path.exists)
    text = path.read_text(encoding="utf-8-sig")
    if as_json:
        assert json.loads(text)[0]["0020000D"]["Value"] == ["1.2.3"]
    else:
        assert "Doe, Jane" in text
    wait_until(lambda: pane.details.details().title == "1 result written")


def test_shortcuts_work_in_the_whole_view(pane: QueryPane, wait_until: WaitUntil, tmp_path: Path) -> None:
    pane.header.form.patient_name.setText("Doe")
    QTest.keyClick(pane.header.form.patient_name, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert pane.header.form.values() == FormValues()
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"))
        pane.header.peer_entry.called.setText(ARCHIVE)
        pane.header.peer_entry.port.setText(str(archive.port))
        QTest.keyClick(pane.header.form.patient_id, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        answered(pane, wait_until)
    QTest.keyClick(pane.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert pane.search.hasFocus()
    QTest.keyClicks(pane.search, "nobody")
    assert pane.flow.tree.passing == 0
    pane.search.clear()
    assert pane.flow.tree.passing == 1


def test_before_anything_was_asked_that_is_said_and_f5_asks(pane: QueryPane, wait_until: WaitUntil) -> None:
    for run in (pane.commands.copy_command, lambda: pane.commands.save_results(as_json=True)):
        pane.tell(None)
        run()
        assert "press Query first" in pane.details.details().title
    with FakePeer(answers=[[Answer(0)]]) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        QTest.keyClick(pane, Qt.Key.Key_F5)
        answered(pane, wait_until)
    assert len(peer.queries) == 1
