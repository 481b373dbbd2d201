from pathlib import Path

from dicomdesk.gui.lists.dialog import ListDialog
from dicomdesk.gui.query.lists_access import ListsAccess
from dicomdesk.gui.query.pane import QueryPane
from tests.gui.answers import wait_for
from tests.gui.query.conftest import WaitUntil


def test_a_list_that_is_dropped_opens_its_dialog_and_other_files_do_not(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    lists = pane.findChild(ListsAccess)
    assert isinstance(lists, ListsAccess)
    pane.area.dropped.emit([str(tmp_path / "a.dcm")])
    assert "Only lists can be dropped" in pane.details.details().title
    path = tmp_path / "a.csv"
    path.write_text("AccessionNumber\nACC1\n")
    pane.area.dropped.emit([str(path)])
    dialog = wait_for(ListDialog, wait_until)
    assert lists.dialogs == [dialog]
    dialog.close()
    wait_until(lambda: not lists.dialogs)
