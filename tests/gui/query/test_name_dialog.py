from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.query.form.saved_queries import LONGEST_NAME
from dicomdesk.gui.query.name_dialog import NameDialog


def test_a_query_is_kept_under_a_name_only(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = NameDialog("", parent)
    dialog.show()
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.name.property("problem")
    QTest.keyClicks(dialog.name, "x" * (LONGEST_NAME + 9))
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert len(dialog.name.value()) == LONGEST_NAME
