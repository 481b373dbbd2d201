from pytestqt.qtbot import QtBot

from dicomdesk.gui.theme import Theme
from dicomdesk.gui.widgets.search_field import search_field


def test_search_field_is_named_and_can_be_cleared(theme: Theme, qtbot: QtBot) -> None:
    field = search_field(theme, "Search patient")
    qtbot.addWidget(field)
    assert field.accessibleName() == field.placeholderText() == "Search patient"
    assert field.isClearButtonEnabled()
