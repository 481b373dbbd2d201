from pytestqt.qtbot import QtBot

from dicomdesk.gui.peers.group_dialog import GroupDialog
from tests.gui.conftest import KEPT


def test_name_is_needed(qtbot: QtBot) -> None:
    dialog = GroupDialog("Move to a new group", "")
    qtbot.addWidget(dialog)
    KEPT.append(dialog)
    assert not dialog._ok.isEnabled()
    dialog.field.setText(" Wards ")
    assert dialog._ok.isEnabled()
    assert dialog.name() == "Wards"
    dialog.field.setText("x" * 65)
    assert not dialog._ok.isEnabled()
