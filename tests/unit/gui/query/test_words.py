from collections.abc import Sequence

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import Identifier
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.query.asking import MOST_ANSWERS, Asking, AskingState, Question
from dicomdesk.gui.query.words import Situation, describe, found_text, oddities, progress_text
from dicomdesk.gui.theme import Tone
from dicomdesk.settings import AssociationSettings, Peer


def asking(state: AskingState, name: str = "PACS", *, splits_dates: bool = False, **counts: object) -> Asking:
    peer = AskedPeer(peer=Peer(host="h", port=104, ae_title=name), association=AssociationSettings())
    question = Question(identifier=Identifier(), splits_dates=splits_dates)
    return Asking(question=question, asked=peer, state=state, **counts)  # type: ignore[arg-type]  # fields of Asking


FULL = asking(AskingState.CUT, matches=MOST_ANSWERS)


def told(askings: Sequence[Asking], found: int = 0, passing: int | None = None) -> Details:
    passing = found if passing is None else passing
    situation = Situation(
        askings=askings,
        level=Level.STUDY,
        found=found,
        passing=passing,
        ask_rest=lambda: None,
        ask_again=lambda: None,
    )
    return describe(situation)


@pytest.mark.parametrize(
    ("askings", "found", "title", "tone", "actions"),
    [
        ([], 0, "Nothing was asked yet", Tone.QUIET, 0),
        ([asking(AskingState.ASKING)], 3, "Asking PACS… 3 studies so far", Tone.PLAIN, 0),
        ([asking(AskingState.DONE)], 0, "PACS found nothing", Tone.QUIET, 0),
        ([asking(AskingState.DONE)], 1, "1 study", Tone.QUIET, 0),
        ([asking(AskingState.DONE, partial=1)], 1, "1 study", Tone.QUIET, 0),
        ([asking(AskingState.DONE, nameless=1)], 1, "1 study", Tone.WARNING, 0),
        ([asking(AskingState.DONE, unreadable=1)], 0, "PACS found nothing", Tone.WARNING, 0),
        ([asking(AskingState.CANCELLED)], 2, "Stopped. 2 studies had come", Tone.WARNING, 1),
        ([asking(AskingState.FAILED, reason="no route")], 0, "PACS did not answer the query", Tone.BAD, 1),
        ([asking(AskingState.FAILED, matches=2)], 2, "PACS broke off; 2 studies had come", Tone.BAD, 1),
        ([asking(AskingState.CUT)], 500, "500 studies, and there may be more", Tone.WARNING, 1),
        (
            [asking(AskingState.CUT, matches=MOST_ANSWERS)],
            50_000,
            "50,000 studies, and there may be more",
            Tone.WARNING,
            0,
        ),
        ([asking(AskingState.CUT, splits_dates=True)], 500, "500 studies, and there may be more", Tone.WARNING, 0),
    ],
)
def test_each_state_has_its_words_and_what_can_be_done(
    askings: list[Asking], found: int, title: str, tone: Tone, actions: int
) -> None:
    details = told(askings, found)
    assert (details.title, details.tone, len(details.actions)) == (title, tone, actions)


def test_a_failure_is_said_before_a_cut_and_each_peer_has_its_own_words() -> None:
    askings = [
        asking(AskingState.CUT, "ONE", matches=100, reason="Exactly 100 answers: there may be more"),
        asking(AskingState.FAILED, "TWO", reason="nobody listens"),
    ]
    details = told(askings, 100)
    assert details.tone is Tone.BAD
    assert "TWO: Nobody listens." in details.text
    assert "ONE: 100 answers." in details.text
    assert [progress_text(each) for each in askings] == ["ONE 100 (cut)", "TWO failed"]


def test_what_is_odd_is_counted_by_peer() -> None:
    askings = [asking(AskingState.DONE, unreadable=1, repeated=2), asking(AskingState.DONE, "OTHER", nameless=3)]
    assert oddities(askings) == (
        "PACS: 1 answer cannot be read; 2 answers came twice. "
        "OTHER: 3 answers have no UID or ID, and cannot be opened or retrieved."
    )
    assert oddities([asking(AskingState.DONE)]) == ""


def test_patients_are_counted_as_patients() -> None:
    assert [found_text(count, Level.PATIENT) for count in (1, 1200)] == ["1 patient", "1,200 patients"]
