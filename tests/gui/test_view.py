import pytest
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.view import Badge, View
from dicomdesk.gui.window_state import WindowState


def test_a_view_that_says_nothing_changes_nothing(qapp: QApplication) -> None:
    view = View()
    state, figures = WindowState(listen_port="104"), Figures(queue=3)
    assert view.remember(state) == state
    assert view.add_figures(figures) == figures
    assert view.badge() == Badge()
    with pytest.raises(NotImplementedError):
        view.word()


def test_each_view_of_the_window_has_its_own_key_and_word(window: MainWindow) -> None:
    views = [window.views.widget(number) for number in range(window.views.count())]
    assert all(isinstance(view, View) for view in views)
    keys = [view.key for view in views if isinstance(view, View)]
    assert keys == ["send", "receive", "query", "associations", "peers", "rules"]
    words = [view.word() for view in views if isinstance(view, View)]
    assert words == ["Send", "Receive", "Query/Retrieve", "Associations", "Peers", "Rules"]
