from pytestqt.qtbot import QtBot

from dicomdesk.engine.check_findings import CheckStage
from dicomdesk.gui.models.check_steps import ended_look, running_look
from dicomdesk.gui.panels.step_list import StepList
from dicomdesk.gui.theme import Theme
from tests.helpers.window import scenes


def test_each_step_is_told_to_a_screen_reader(theme: Theme, qtbot: QtBot) -> None:
    steps = StepList(theme)
    qtbot.addWidget(steps)
    steps.show_stages([CheckStage.RESOLUTION, CheckStage.TCP])
    steps.show()
    assert steps.rows[CheckStage.TCP].accessibleName() == "Connection (TCP). Waiting"
    steps.show_look(running_look(CheckStage.TCP, 0.25))
    assert steps.rows[CheckStage.TCP].accessibleName() == "Connection (TCP). Under way. 250 ms"
    for step in scenes.failed_check_steps():
        steps.show_look(ended_look(step))  # a stage that is not shown is passed over
    assert steps.rows[CheckStage.TCP].accessibleName().endswith("Port 2762 of 10.1.4.7 answers.")
    assert not steps.grab().isNull()
    steps.show_stages([CheckStage.ECHO])
    assert list(steps.rows) == [CheckStage.ECHO]
