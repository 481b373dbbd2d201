"""What was removed or corrected is taken back in the window."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dicomdesk.archive.areas.trash import Trash
from dicomdesk.gui.archive.dialogs.list_dialog import ListDialog
from dicomdesk.gui.archive.dialogs.plan_dialog import PlanDialog
from dicomdesk.gui.archive.pane import ArchivePane
from tests.gui.answers import wait_for
from tests.gui.archive.doing import WaitUntil, names, planned, select, told
from tests.helpers.archives.served_archives import Running


def test_a_study_is_removed_when_it_was_seen_and_comes_back_from_the_trash(
    pane: ArchivePane, served: Running, tmp_path: Path, wait_until: WaitUntil
) -> None:
    before = set(served.indexed().values())
    select(pane, "Doe, John")
    pane.list.setFocus()
    QTest.keyClick(pane.list, Qt.Key.Key_Delete)
    dialog = planned(wait_until)
    assert "1 instance" in dialog.plan.toPlainText()
    assert "trash" in dialog.plan.toPlainText()
    dialog.reject()
    assert set(served.indexed().values()) == before
    pane._on_remove()
    dialog = planned(wait_until)
    dialog.fields["reason"].setText("not ours")
    assert dialog.confirm.isEnabled()
    dialog.confirm.click()
    told(pane, wait_until, "1 instance removed")
    wait_until(lambda: names(pane) == ["Roe, Rich", "Doe, Jane"])
    (entry,) = Trash(tmp_path / "area").entries()
    assert entry.why == "not ours"
    pane.undoing.show_trash()
    trash = wait_for(ListDialog, wait_until)
    wait_until(lambda: len(trash.rows) == 1)
    trash.view.selectAll()
    assert trash.button.isEnabled()
    trash.button.click()
    wait_until(lambda: len(names(pane)) == 3)
    assert set(served.indexed().values()) == before
    assert "1 instance put back." in trash.sentence.text()
    trash.reject()


def test_values_are_corrected_and_the_correction_is_taken_back(pane: ArchivePane, wait_until: WaitUntil) -> None:
    select(pane, "Doe, John")
    pane._on_correct()
    dialog = wait_for(PlanDialog, wait_until)
    dialog.look.click()
    wait_until(lambda: "No value" in dialog.plan.toPlainText())
    assert not dialog.confirm.isEnabled()
    dialog.fields["PatientBirthDate"].setText("yesterday")
    dialog.look.click()
    wait_until(lambda: "longer than 8 characters" in dialog.message.text())
    dialog.fields["PatientBirthDate"].setText("19700101")
    dialog.fields["PatientName"].setText("Doe^Johnny")
    dialog.look.click()
    wait_until(dialog.confirm.isEnabled)
    assert 'PatientName: "Doe^John" → "Doe^Johnny"' in dialog.plan.toPlainText()
    dialog.fields["AccessionNumber"].setText("A9")
    assert not dialog.confirm.isEnabled(), "what was shown holds no longer"
    dialog.fields["reason"].setText("typed wrong")
    dialog.look.click()
    wait_until(dialog.confirm.isEnabled)
    dialog.confirm.click()
    told(pane, wait_until, "1 instance changed")
    wait_until(lambda: "Doe, Johnny" in names(pane))
    pane.undoing.show_corrections()
    made = wait_for(ListDialog, wait_until)
    wait_until(lambda: len(made.rows) == 1)
    made.view.selectAll()
    made.button.click()
    planned(wait_until).confirm.click()
    wait_until(lambda: "Doe, John" in names(pane) and len(made.rows) == 2)
    states = {node.text(3): node.text(5) for node in made.rows.all()}
    assert states["typed wrong"] == "Taken back"
    made.reject()
