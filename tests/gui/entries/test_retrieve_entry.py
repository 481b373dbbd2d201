from pytestqt.qtbot import QtBot

from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.entries.retrieve_entry import RetrieveEntry, method_word
from dicomdesk.gui.theme import Theme
from tests.helpers.peers.known_peers import FULL


def test_method_is_chosen_and_summed_up(theme: Theme, qtbot: QtBot) -> None:
    entry = RetrieveEntry(theme, FULL)
    qtbot.addWidget(entry)
    told: list[bool] = []
    entry.changed.connect(lambda: told.append(True))
    assert entry.retrieve_method() is RetrieveMethod.MOVE
    entry.method.setCurrentIndex(2)
    assert entry.retrieve_method() is RetrieveMethod.GET
    assert entry.summary() == "C-GET, to WS1_IN, ISO_IR 192"
    entry.method.setCurrentIndex(0)
    assert entry.retrieve_method() is RetrieveMethod.AUTOMATIC
    assert told == [True, True]
    assert {method_word(each) for each in RetrieveMethod} == {"", "C-MOVE", "C-GET"}
