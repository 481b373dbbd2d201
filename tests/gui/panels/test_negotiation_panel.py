import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.engine.events import Event, ItemOutcome
from dicomdesk.gui.models.association_log import AssociationLog, AssociationRecord
from dicomdesk.gui.panels.negotiation_panel import NegotiationPanel
from dicomdesk.gui.theme import Theme
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

HEADER = scenes.header(scenes.JANE, ("1", "", "CT"), 1)


class Scene:
    def __init__(self) -> None:
        self.outline = PlainOutline()
        self.log = AssociationLog(self.outline)

    def play(self, events: list[Event]) -> AssociationRecord:
        for event in events:
            self.log.apply(event, 1.0)
        record = self.outline.root.children[-1]
        assert isinstance(record, AssociationRecord)
        return record


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> NegotiationPanel:
    found = NegotiationPanel(theme)
    qtbot.addWidget(found)
    found.resize(900, 400)
    found.show()
    return found


def test_refusals_are_explained(panel: NegotiationPanel) -> None:
    panel.show_record(Scene().play(scenes.outgoing(1)))
    assert panel.accessibleName() == "WS1 → PACS: 3 of 5 presentation contexts accepted"
    assert "JPEG 2000" in panel.accessibleDescription()
    assert "One more was refused" in panel.accessibleDescription()
    assert panel.contexts.visible_rows() == 5


def test_chosen_context_is_explained_in_full(panel: NegotiationPanel) -> None:
    panel.show_record(Scene().play(scenes.outgoing(1)))
    panel.contexts.setCurrentIndex(panel.contexts.model().index(1, 0))
    assert panel.accessibleDescription() == "The peer cannot take Enhanced SR at all."


def test_rejection_says_why_and_what_to_do(panel: NegotiationPanel) -> None:
    panel.show_record(Scene().play(scenes.rejected("e", 1)))
    assert panel.accessibleName() == "WS1 → OLDPACS: no association"
    assert "Have WS1 entered there" in panel.accessibleDescription()


def test_panel_follows_a_live_association(panel: NegotiationPanel) -> None:
    scene = Scene()
    events = scenes.outgoing(1)
    panel.show_record(scene.play(events[:1]))
    assert panel.accessibleName().endswith("negotiating")
    record = scene.play(events[1:])
    for number in range(3):
        scene.play([scenes.finished(HEADER, number, ItemOutcome.STORED)])
        panel.show_record(record)
    assert panel.messages.visible_rows() == 3
    panel.show_record(scene.play([scenes.aborted(scenes.SEND_JOB, 1)]))
    assert "aborted" in panel.accessibleName()
    assert panel.messages.visible_rows() == 3
    panel.show_record(None)
    assert panel.messages.visible_rows() == panel.contexts.visible_rows() == 0


def test_incoming_association_is_told_from_our_side(panel: NegotiationPanel) -> None:
    panel.show_record(Scene().play(scenes.incoming(1)))
    assert panel.accessibleName() == "CT1 → WS1: 2 of 2 presentation contexts accepted"
    assert panel.accessibleDescription() == ""
    assert not panel.grab().isNull()
