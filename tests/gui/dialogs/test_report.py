from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.dialogs.report import ReportDialog


def test_report_is_shown_copied_and_saved(qtbot: QtBot) -> None:
    dialog = ReportDialog("Detailed Report\n===")
    qtbot.addWidget(dialog)
    assert not dialog.isModal()
    saved: list[bool] = []
    dialog.save_wanted.connect(lambda: saved.append(True))
    for button in dialog.findChildren(QPushButton):
        if "Save" in button.text() or "Copy" in button.text():
            button.click()
    assert saved == [True]
    assert QGuiApplication.clipboard().text() == dialog.text() == "Detailed Report\n==="
