import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from dicomdesk.gui.models.forecast_nodes import ForecastNode, forecast_columns
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.panels.preflight_panel import PreflightPanel
from dicomdesk.gui.panes.preflight_flow import describe_preflight
from dicomdesk.gui.theme import Theme
from tests.helpers.window import scenes


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> PreflightPanel:
    found = PreflightPanel(theme, OutlineModel(forecast_columns()))
    qtbot.addWidget(found)
    found.resize(900, 300)
    found.show()
    groups = scenes.mixed_forecast()
    found.view.outline().insert(None, [ForecastNode(group) for group in groups])
    found.show_details(describe_preflight(scenes.preflight_result(groups), "PACS"), is_running=False)
    return found


def test_chosen_group_is_explained_with_what_would_help(panel: PreflightPanel) -> None:
    assert panel.text().endswith("what would help.")
    assert panel.decompress.isVisible()
    first, second, *_ = panel.view.outline().root.children
    panel.view.select_node(second)
    assert "Ask whoever runs the peer" in panel.text()
    assert not panel.decompress.isVisible()
    panel.view.select_node(first)
    wanted: list[bool] = []
    panel.decompression_wanted.connect(lambda: wanted.append(True))
    panel.decompress.click()
    assert wanted == [True]
    panel.view.expand_node(first)
    panel.view.select_node(first.children[0])
    assert panel.text().startswith("The peer takes Ultrasound")


def test_everything_is_copied_as_text(panel: PreflightPanel) -> None:
    panel.copy_button.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("57 of 813 instances cannot go to PACS\n")
    assert "\tAllow" not in text.split("\n")[0]
    assert "IM00000" in text


def test_running_check_can_be_stopped(panel: PreflightPanel) -> None:
    panel.show_details(panel._details, is_running=True)
    assert panel.stop.isVisible()
    assert not panel.again.isVisible()
    assert not panel.decompress.isVisible()
    assert not panel.grab().isNull()
