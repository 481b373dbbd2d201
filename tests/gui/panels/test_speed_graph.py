from pytestqt.qtbot import QtBot

from dicomdesk.gui.panels.speed_graph import MOST_RATES, SpeedGraph
from dicomdesk.gui.theme import Theme


def test_history_is_bounded_and_read_out(theme: Theme, qtbot: QtBot) -> None:
    graph = SpeedGraph(theme)
    qtbot.addWidget(graph)
    graph.show()
    empty = graph.grab().toImage()
    for rate in range(5 * MOST_RATES):
        graph.note(rate * 1e6)
    assert len(graph.rates) == MOST_RATES
    assert graph.accessibleName() == "Rate of sending: 599 MB/s now, 599 MB/s at most"
    assert graph.grab().toImage() != empty
    graph.clear()
    assert (graph.rates, graph.accessibleName()) == ((), "Rate of sending")


def test_one_rate_and_none_can_be_drawn(theme: Theme, qtbot: QtBot) -> None:
    graph = SpeedGraph(theme)
    qtbot.addWidget(graph)
    graph.show()
    for rate in (0.0, 5.0):
        graph.note(rate)
        assert not graph.grab().isNull()
