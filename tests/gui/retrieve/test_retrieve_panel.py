from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind
from dicomdesk.gui.panels.details import Action
from dicomdesk.gui.retrieve.retrieve_panel import CardBox, RetrievePanel
from dicomdesk.gui.retrieve.words import Told
from dicomdesk.gui.theme import Theme, Tone

WHY = Diagnosis(
    kind=DiagnosisKind.DESTINATION_UNKNOWN,
    text="The peer <b>PACS</b> does not know WS1",
    advice="Enter it there.",
    card="AE title: WS1\nPort:     11112",
)
TOLD = Told(title="Failed: Doe, Jane", icon="failed", tone=Tone.BAD, lines=("0 arrived.",), diagnoses=(WHY,))


@pytest.fixture
def panel(qapp: QApplication, theme: Theme) -> RetrievePanel:
    return RetrievePanel(theme)


def test_causes_come_before_figures_as_plain_text(panel: RetrievePanel) -> None:
    panel.show_told(TOLD)
    assert panel.words() == ["The peer <b>PACS</b> does not know WS1.", WHY.card, "Enter it there.", "0 arrived."]
    assert "Enter it there." in panel.accessibleDescription()


def test_the_card_and_the_whole_report_are_copied_as_text(panel: RetrievePanel) -> None:
    panel.show_told(TOLD, report=lambda: "all of it")
    panel.findChildren(CardBox)[0].copy.click()
    assert QGuiApplication.clipboard().text() == WHY.card
    panel.copy.click()
    assert QGuiApplication.clipboard().text() == "all of it"


def test_the_same_again_draws_nothing_but_runs_what_is_given_now(panel: RetrievePanel) -> None:
    ran: list[int] = []
    panel.show_told(TOLD, [Action(word="Again", run=lambda: ran.append(1))])
    (button,) = panel.buttons()
    panel.show_told(TOLD, [Action(word="Again", run=lambda: ran.append(2))])
    assert panel.buttons() == [button]
    button.click()
    assert ran == [2]
    panel.show_told(TOLD, [])
    assert panel.buttons() == []


def test_other_figures_change_words_and_make_no_widgets(panel: RetrievePanel) -> None:
    panel.show_told(TOLD)
    cards = panel.findChildren(CardBox)
    panel.show_told(replace(TOLD, lines=("1 arrived.",)))
    assert panel.words()[-1] == "1 arrived."
    assert panel.findChildren(CardBox) == cards
    panel.show_told(replace(TOLD, lines=("1 arrived.", "Fast.")))
    assert panel.words()[-2:] == ["1 arrived.", "Fast."]
