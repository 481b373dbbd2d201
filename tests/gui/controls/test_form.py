from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.form import Form, quiet_label


def test_fields_stand_in_one_column(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    fields = [QLineEdit(), QLineEdit()]
    form.add("Short", fields[0])
    form.add("A rather long word", fields[1])
    form.resize(500, 120)
    form.show()
    assert fields[0].x() == fields[1].x()
    form.show_row(fields[1], is_shown=False)
    labels = [label for label in form.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in labels] == ["Short"]
    form.enable_row(fields[0], is_enabled=False)
    assert not fields[0].isEnabled()
    assert quiet_label("<b>plain</b>").wordWrap()
