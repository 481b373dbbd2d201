import json
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.gui.controls.chips import Chip
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord
from dicomdesk.gui.panes import associations
from dicomdesk.gui.panes.associations import ALL, INCOMING, OPEN, OUTGOING, PROBLEMS, accepts, has_problem
from dicomdesk.gui.session import Session
from dicomdesk.gui.view import WantedAssociation
from tests.helpers.window import scenes


def play(session: Session) -> None:
    session.sent.arrived.emit(scenes.at_noon([*scenes.outgoing(1), scenes.released(scenes.SEND_JOB, 1)]))
    session.received.arrived.emit(scenes.at_noon(scenes.incoming(1)))
    session.echoed.arrived.emit(scenes.at_noon(scenes.rejected(scenes.ECHO_JOB, 1)))
    session.ticked.emit()


def selected(window: MainWindow) -> AssociationRecord:
    node = window.associations.view.selected_node()
    assert isinstance(node, AssociationRecord)
    return node


def test_every_association_is_listed_and_the_latest_is_shown(window: MainWindow, session: Session) -> None:
    play(session)  # while another view is seen
    window.open_view("associations")
    assert window.associations.view.visible_rows() == 3
    assert selected(window).peer.startswith("OLDPACS")
    names = [chip.accessibleName() for chip in window.associations.filters.chips.findChildren(Chip)]
    assert names == ["All: 3", "Open: 1", "Outgoing: 2", "Incoming: 1", "With problems: 1"]


def test_the_latest_is_shown_until_the_user_chooses(window: MainWindow, session: Session) -> None:
    window.open_view("associations")
    for number in (1, 2, 3):
        later = [replace(arrival, at=arrival.at + number) for arrival in scenes.at_noon(scenes.outgoing(number))]
        session.sent.arrived.emit(later)
        session.ticked.emit()
        assert selected(window).number == number


def test_choice_of_the_user_stays(window: MainWindow, session: Session) -> None:
    play(session)
    first = window.associations.model.root.children[0]
    window.associations.view.select_node(first)
    session.sent.arrived.emit(scenes.at_noon(scenes.outgoing(2)))
    session.ticked.emit()
    assert selected(window) is first
    window.associations.show_association(WantedAssociation(is_requestor=True))
    assert selected(window).number == 2


def test_an_association_is_shown_by_its_job_and_number_and_else_the_latest(
    window: MainWindow, session: Session
) -> None:
    play(session)
    session.sent.arrived.emit(scenes.at_noon(scenes.outgoing(2)))
    for number, shown in ((1, 1), (2, 2), (9, 2)):
        window.send.association_wanted.emit(WantedAssociation(is_requestor=True, job_id=scenes.SEND_JOB, number=number))
        assert (selected(window).number, selected(window).is_requestor) == (shown, True)
    assert window.views.currentWidget() is window.associations


def test_filters_and_clearing(window: MainWindow, session: Session) -> None:
    play(session)
    pane = window.associations
    rows = []
    for chip in (ALL, OPEN, OUTGOING, INCOMING, PROBLEMS):
        pane.filters.chips.choose(chip)
        rows.append(pane.view.visible_rows())
    assert rows == [3, 1, 2, 1, 1]
    pane.filters.chips.choose(ALL)
    pane.filters.search.setText("pacs.example")
    assert pane.view.visible_rows() == 1
    pane.filters.search.setText("")
    pane._on_clear()
    assert pane.view.visible_rows() == 1


def test_refusal_of_all_contexts_is_a_problem(window: MainWindow, session: Session) -> None:
    play(session)
    records = [node for node in window.associations.model.root.children if isinstance(node, AssociationRecord)]
    assert [has_problem(record) for record in records] == [False, False, True]
    assert accepts(records[0], ALL, ["pacs"])
    window.status.problems_wanted.emit()
    assert window.problems.isVisible()
    (problem,) = window.problems.selected()
    assert problem.view == "associations"
    window.problems.show_button.click()
    assert window.views.currentWidget() is window.associations
    assert window.associations.view.selected_node() is window.associations.log.find(*problem.row)  # type: ignore[misc] # of this view's kind


def test_what_is_found_by_its_reason_is_saved_as_text_or_json(
    window: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    play(session)
    window.open_view("associations")
    window.associations.filters.search.setText("not established")
    (listed,) = window.associations.listed()
    assert listed.peer.startswith("OLDPACS")
    file = tmp_path / "associations.json"

    async def choose(*_asked: object) -> str:
        return str(file)

    monkeypatch.setattr(associations, "ask_new_file", choose)
    window.associations._on_save()
    qtbot.waitUntil(lambda: file.exists() and bool(file.read_text("utf-8")))
    assert [saved["state"] for saved in json.loads(file.read_text("utf-8"))] == ["refused"]


def test_an_association_over_time_is_told_in_words_too(window: MainWindow, session: Session) -> None:
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    refused = scenes.finished(header, 1, ItemOutcome.REFUSED, status=0xA700)
    *first, last = scenes.at_noon([*scenes.outgoing(1), scenes.finished(header, 0), refused])
    session.sent.arrived.emit([*first, replace(last, at=last.at + 4)])
    window.open_view("associations")
    session.ticked.emit()
    timeline = window.associations.panel.timeline
    assert timeline.accessibleDescription().endswith("1 problem")
    assert "longest pause 4.01 s" in timeline.words()
    timeline.grab()
