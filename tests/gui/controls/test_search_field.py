from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.search_field import search_field
from dicomdesk.gui.theme import Theme


def test_search_field_is_named_and_can_be_cleared(theme: Theme, qtbot: QtBot) -> None:
    field = search_field(theme, "Search patient")
    qtbot.addWidget(field)
    assert field.accessibleName() == field.placeholderText() == "Search patient"
    assert field.isClearButtonEnabled()
