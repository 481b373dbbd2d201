from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.fields import Field, search_field, word_before
from dicomdesk.gui.entries.checks import port_problem
from dicomdesk.gui.theme import Theme


def test_wrong_text_says_why(qtbot: QtBot) -> None:
    field = Field("Port", port_problem, text="104")
    qtbot.addWidget(field)
    field.show()
    checked: list[bool] = []
    field.checked.connect(lambda: checked.append(True))
    assert field.insist()
    field.setText("99999")
    assert field.property("problem")
    assert "65535" in field.accessibleDescription()
    assert field.toolTip() == field.problem()
    assert not field.insist()
    field.setText(" 11112 ")
    assert field.value() == "11112"
    assert field.accessibleDescription() == ""
    assert checked == [True, True]


def test_empty_field_is_not_blamed_before_it_is_needed(qtbot: QtBot) -> None:
    field = Field("Port", port_problem)
    qtbot.addWidget(field)
    assert not field.property("problem")
    assert field.problem()


def test_word_before_a_field_has_no_underlined_letter(qtbot: QtBot) -> None:
    field = Field("Port", port_problem)
    qtbot.addWidget(field)
    label = word_before("&port", field)
    qtbot.addWidget(label)
    assert label.text() == "port"
    field.fit_port()
    assert field.minimumWidth() == field.maximumWidth()
    assert field.maxLength() == 5


def test_search_field_is_named_and_can_be_cleared(theme: Theme, qtbot: QtBot) -> None:
    field = search_field(theme, "Search patient")
    qtbot.addWidget(field)
    assert field.accessibleName() == field.placeholderText() == "Search patient"
    assert field.isClearButtonEnabled()
