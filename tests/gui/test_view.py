from PySide6.QtWidgets import QApplication

from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.view import Badge, View
from dicomdesk.gui.window_state import WindowState


def test_a_view_that_says_nothing_changes_nothing(qapp: QApplication) -> None:
    view = View()
    state, figures = WindowState(listen_port="104"), Figures(queue=3)
    assert view.remember(state) == state
    assert view.add_figures(figures) == figures
    assert view.badge() == Badge()
