"""Patients are merged and series brought elsewhere in the window, when it was seen before."""

from dicomdesk.gui.archive.dialogs.plan_dialog import PlanDialog
from dicomdesk.gui.archive.pane import ArchivePane
from tests.gui.answers import wait_for
from tests.gui.archive.doing import WaitUntil, names, planned, select, told


def test_two_patients_are_merged_and_what_cannot_be_is_told(pane: ArchivePane, wait_until: WaitUntil) -> None:
    select(pane, "Doe, John")
    pane._on_merge()
    dialog = wait_for(PlanDialog, wait_until)
    dialog.look.click()
    wait_until(lambda: "Two different patient IDs" in dialog.message.text())
    dialog.fields["surviving"].setText("P1")
    planned(wait_until).confirm.click()
    told(pane, wait_until, "1 instance changed")
    wait_until(lambda: "Doe, John" not in names(pane))


def test_a_series_is_brought_to_a_study_of_its_own(pane: ArchivePane, wait_until: WaitUntil) -> None:
    select(pane, "Doe, Jane")
    pane._on_split()
    dialog = wait_for(PlanDialog, wait_until)
    dialog.fields["PatientID"].setText("P9")
    planned(wait_until).confirm.click()
    told(pane, wait_until, "2 instances changed")
    wait_until(lambda: any(node.text(1) == "P9" for node in pane.model.root.children))
