"""The Rules view with the real engine: rules are made, moved, tried and carried out, and say what they do."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dicomdesk.engine.journal.records import SettingValue
from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.outbox.errands import Destination as OutboxDestination
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.peer_lookup import PeerLookup
from dicomdesk.engine.rules.conditions import SUBJECTS, Criterion, Group, find_subject
from dicomdesk.engine.rules.rule import Afterwards, Destination, FilesAtRest, Priority, QuietStudy, Rule, RuleSet, Scope
from dicomdesk.engine.rules.rules_file import load_rules, save_rules
from dicomdesk.engine.rules.schedule import Schedule
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.rules.answers import AnswerDialog
from dicomdesk.gui.rules.condition_editor import ConditionEditor
from dicomdesk.gui.rules.dialog import RuleDialog
from dicomdesk.gui.rules.nodes import LAST, RULE, STATE, TODAY
from dicomdesk.gui.rules.pane import RulesPane
from dicomdesk.gui.rules.runner import RuleRunner
from dicomdesk.gui.rules.store import RuleStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from tests.gui.answers import wait_for
from tests.helpers.data.studies import write_study
from tests.helpers.jobs.routing import folder_rule, make_rule, write_instance
from tests.helpers.jobs.sending import send
from tests.helpers.peers.fake_peer import FakePeer, Status

WaitUntil = Callable[[Callable[[], bool]], None]
CT = Criterion(subject=SUBJECTS["modality"], patterns=("CT", "MR"))


@pytest.fixture
def pane(window: MainWindow, tmp_path: Path, wait_until: WaitUntil) -> RulesPane:
    """The view, whose rules are read."""
    pane = window.rules
    window.open_view("rules")
    pane.begin(tmp_path / "rules.json")
    wait_until(lambda: not pane.store.is_reading)
    return pane


def settle(pane: RulesPane, wait_until: WaitUntil) -> None:
    """Wait until all is written and the rules are carried out: nothing is begun after a test."""
    file = pane.store.path
    assert file is not None
    wait_until(lambda: pane.runner.is_running and load_rules(file) == pane.store.rules)


def give_peer(pane: RulesPane, name: str, port: int) -> None:
    """Put a peer into the address book, and have the Outbox find it there."""
    pane._access.peers.book.add(KnownPeer(name=name, ae_title=name, host="127.0.0.1", port=port))

    def resolve(peer: str, settings: Mapping[str, SettingValue]) -> OutboxDestination:
        return PeerLookup(pane._access.peers.book.peers, Path("none"), "US").resolve(peer, settings)

    pane._session.outbox.resolve = resolve


def names(pane: RulesPane) -> list[str]:
    return [rule.name for rule in pane.store.rules.rules]


def press(pane: RulesPane, word: str) -> None:
    next(button for button in pane.details.buttons() if button.text().strip() == word).click()


def test_an_empty_view_says_what_rules_are_for_and_offers_one_for_nights(
    pane: RulesPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    assert pane.area.currentIndex() == 0
    pane._on_add_night()
    dialog = wait_for(RuleDialog, wait_until)
    assert dialog.hours_fold.is_open()
    dialog.to.setText("ARCHIVE")
    dialog.condition._on_add()
    dialog.condition.lines[0].patterns.setText("CT, MR")
    assert dialog.sentence.text() == (
        "When a study in which modality is CT or MR has been quiet for 30 seconds, send the study to ARCHIVE between "
        "20:00 and 06:00."
    )
    dialog._on_save()
    wait_until(lambda: names(pane) == ["At night"])
    wait_until((tmp_path / "rules.json").exists)
    assert load_rules(tmp_path / "rules.json") == pane.store.rules
    assert pane.area.currentIndex() == 1
    assert pane.view.selected_node() is pane.rows.rows["at night"]
    settle(pane, wait_until)


def test_a_rule_that_is_shown_in_the_dialog_comes_out_as_it_was(theme: Theme, tasks: Tasks) -> None:
    rule = Rule(
        name="Everything",
        is_on=False,
        trigger=FilesAtRest(folder="/data/in", subfolders=False, rest_s=3),
        condition=Group(members=(CT, replace(CT, is_negated=True)), takes_any=True),
        scope=Scope.MATCHING,
        destinations=(
            Destination(name="ARCHIVE"),
            Destination(peer=KnownPeer(name="plain", ae_title="PACS", host="pacs.example", port=104)),
        ),
        afterwards=Afterwards.MOVE,
        schedule=Schedule(hours=read_window("20:00-06:00"), days=frozenset({0, 4})),
        priority=Priority.HIGH,
        retries=7,
        stops=True,
        notes="why",
    )
    nested = replace(rule, condition=Group(members=(CT, Group(members=(CT,), is_negated=True))))
    subject = find_subject("ProtocolName")
    assert subject is not None
    other = Criterion(subject=subject, patterns=("x*",))
    for each in (
        rule,
        nested,
        Rule(name="b", destinations=(Destination(name="A"),)),
        replace(rule, condition=Group(members=(other,))),
    ):
        dialog = RuleDialog(theme, tasks, each, ["ARCHIVE"])
        assert dialog.rule() == each
        assert dialog.insist()
        dialog.deleteLater()


def test_the_dialog_says_what_is_wrong_and_is_not_left_with_it(theme: Theme, tasks: Tasks) -> None:
    dialog = RuleDialog(theme, tasks, Rule(name=""), ["ARCHIVE"])
    dialog.refuse_names(lambda name: name == "Taken")
    for field, wrong, right in (
        (dialog.name, "Taken", "Free"),
        (dialog.seconds, "0", "5"),
        (dialog.to, "PACS@nowhere", "PACS"),
        (dialog.hours, "8 to 9", "08:00-09:00"),
        (dialog.retries, "many", "2"),
    ):
        field.setText(wrong)
        assert field.problem()
        assert not dialog.insist()
        field.setText(right)
    assert dialog.insist()
    dialog._add_peer("ARCHIVE")
    dialog._add_peer("ARCHIVE")
    assert dialog.to.text() == "PACS, ARCHIVE"
    dialog.when.setCurrentIndex(1)
    assert not dialog.insist(), "a folder is needed"
    dialog.folder.setText("/in")
    dialog.condition._on_add()
    line = dialog.condition.lines[0]
    line.patterns.setText("10.0.0.0/8")
    line.subject.setCurrentIndex(list(SUBJECTS).index("address"))
    assert "Files in a folder have no sender" in dialog.sentence.text()
    assert not dialog.insist()
    line.remove_button.click()
    assert dialog.insist()
    for box in dialog.days:
        box.setChecked(False)
    assert "Without a day" in dialog.sentence.text()
    dialog._on_nights()
    assert dialog.hours.text() == "20:00-06:00"


def test_conditions_are_checked_as_they_are_typed(theme: Theme) -> None:
    editor = ConditionEditor(theme, Group())
    editor._on_add()
    line = editor.lines[0]
    assert editor.condition() == Group()
    assert not editor.insist()
    line.patterns.setText("pacs.example")
    line.subject.setCurrentIndex(list(SUBJECTS).index("address"))
    assert "neither an IP address" in line.patterns.problem()
    line.subject.setCurrentIndex(len(SUBJECTS))
    line.attribute.setText("NoSuchThing")
    assert line.attribute.problem()
    line.attribute.setText("ProtocolName")
    assert str(editor.condition()) == "ProtocolName is pacs.example"


def test_rules_are_moved_switched_copied_and_removed_by_keys(pane: RulesPane, wait_until: WaitUntil) -> None:
    for name in ("A", "B", "C"):
        pane.store.put(make_rule(name, "PACS", is_on=False))
    pane.select("C")
    QTest.keyClick(pane.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(pane) == ["A", "C", "B"]
    QTest.keyClick(pane.view, Qt.Key.Key_Space)
    assert pane.store.rules.rules[1].is_on
    QTest.keyClick(pane.view, Qt.Key.Key_Delete)
    assert names(pane) == ["A", "B"]
    press(pane, "Put it back")
    assert names(pane) == ["A", "C", "B"]
    pane.select("A")
    QTest.keyClick(pane.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    dialog = wait_for(RuleDialog, wait_until)
    assert (dialog.name.text(), dialog.is_on.isChecked()) == ("A (2)", False)
    dialog._on_save()
    wait_until(lambda: names(pane) == ["A", "C", "B", "A (2)"])
    QTest.keyClick(pane.view, Qt.Key.Key_Return)
    dialog = wait_for(RuleDialog, wait_until)
    dialog.name.setText("D")
    dialog._on_save()
    wait_until(lambda: names(pane) == ["A", "C", "B", "D"])
    settle(pane, wait_until)


def test_a_watched_folder_is_sent_and_the_rule_says_what_it_did(
    pane: RulesPane, tmp_path: Path, wait_until: WaitUntil
) -> None:
    inside = tmp_path / "in"
    write_instance(inside / "a")
    with FakePeer() as peer:
        give_peer(pane, "PACS", peer.port)
        pane.store.put(
            folder_rule(
                "Folder",
                inside,
                "PACS",
                trigger=FilesAtRest(folder=str(inside), rest_s=0.1),
                afterwards=Afterwards.DELETE_STORED,
            )
        )
        row = pane.rows.rows["folder"]
        wait_until(lambda: not (inside / "a").exists())
        wait_until(lambda: pane.rows.rows["folder"].last is not None and "stored by PACS" in row.text(LAST))
        assert (row.text(TODAY), row.text(STATE)) == ("1", "On")
        pane.select("Folder")
        press(pane, "History")
        dialog = wait_for(AnswerDialog, wait_until)
        texts = [node.text(0) for node in dialog.model.root.children]
        assert texts == ["1 of 1 instance stored by PACS", "1 instance to PACS"]
        dialog.reject()
        settle(pane, wait_until)


@pytest.mark.parametrize("has_host", [True])
def test_rules_go_on_when_the_process_that_sends_was_killed(
    pane: RulesPane, tmp_path: Path, wait_until: WaitUntil
) -> None:
    session, inside = pane._session, tmp_path / "in"
    assert session.host is not None
    host = session.host.host
    session.outbox.begin(tmp_path / "journal.sqlite")
    write_instance(inside / "a")
    with FakePeer() as peer:
        give_peer(pane, "PACS", peer.port)
        trigger = FilesAtRest(folder=str(inside), rest_s=0.1)
        pane.store.put(folder_rule("Folder", inside, "PACS", trigger=trigger, afterwards=Afterwards.DELETE_STORED))
        wait_until(lambda: not (inside / "a").exists())
        first = host.process_id
        os.kill(first, 9)
        wait_until(lambda: host.process_id not in (0, first) and pane.runner.is_running)
        write_instance(inside / "b")
        wait_until(lambda: not (inside / "b").exists())
        settle(pane, wait_until)


@pytest.mark.parametrize("has_host", [True])
def test_what_another_process_receives_is_sent_on(
    pane: RulesPane, window: MainWindow, tmp_path: Path, wait_until: WaitUntil
) -> None:
    session = pane._session
    window.receive.flow.listen(replace(window.receive.request(), port=0, address="127.0.0.1"))
    wait_until(lambda: session.listening_port > 0)
    with FakePeer() as peer:
        pane.store.put(make_rule("All", "PACS", trigger=QuietStudy(quiet_s=0.05)))
        settle(pane, wait_until)
        give_peer(pane, "PACS", peer.port)  # the rule waits for it
        send(session.listening_port, write_study(tmp_path / "out", 3))
        wait_until(lambda: len(peer.stores) == 3)
        row = pane.rows.rows["all"]
        wait_until(lambda: row.text(TODAY) == "3")
    assert not session._jobs.keys() - {session._receive_id}, "a window with rules ticks seldom while all is calm"


def test_what_a_peer_refuses_is_a_problem_that_leads_to_the_rule(
    pane: RulesPane, tmp_path: Path, wait_until: WaitUntil, window: MainWindow
) -> None:
    inside = tmp_path / "in"
    write_instance(inside / "a")
    (inside / "notes").write_text("no DICOM")
    with FakePeer(stores=[Status(0xC000)]) as peer:
        give_peer(pane, "PACS", peer.port)
        pane.store.put(folder_rule("Folder", inside, "PACS", trigger=FilesAtRest(folder=str(inside), rest_s=0.1)))
        wait_until(lambda: len([each for each in window._session.problems if each.view == "rules"]) == 2)
        titles = {each.title for each in window._session.problems if each.view == "rules"}
        assert titles == {"Rule Folder", "notes"}
        problem = next(each for each in window._session.problems if each.title == "Rule Folder")
        pane.view.clearSelection()
        window._on_problem_wanted(problem)
        assert pane.view.selected_node() is pane.rows.rows["folder"]
        settle(pane, wait_until)


def test_trouble_is_shown_at_the_rule_and_goes_by_itself(
    pane: RulesPane, tmp_path: Path, wait_until: WaitUntil, window: MainWindow
) -> None:
    pane.store.put(folder_rule("Folder", tmp_path / "in", "NEW"))
    row = pane.rows.rows["folder"]
    assert "No peer is called" in row.trouble
    assert pane.badge().count == 1
    wait_until(lambda: "is not there. Mount it" in row.trouble)
    pane.select("Folder")
    assert "Mount it" in pane.details.details().text
    give_peer(pane, "NEW", 1)
    (tmp_path / "in").mkdir()
    pane.store.switch("Folder")
    pane.store.switch("Folder")
    wait_until(lambda: pane.rows.rows["folder"].trouble == "")
    assert pane.badge().count == 0
    settle(pane, wait_until)


def test_rules_are_tried_with_a_folder_and_nothing_is_sent(
    pane: RulesPane, tmp_path: Path, wait_until: WaitUntil
) -> None:
    study = tmp_path / "study"
    write_instance(study / "a")
    give_peer(pane, "PACS", 1)
    pane.store.put(make_rule("MR", "PACS", modality="MR"))
    pane.store.put(make_rule("CT", "PACS", modality="CT", is_on=False))
    pane.view.clearSelection()
    pane._tasks.start(pane._test(str(study), is_received=True))
    dialog = wait_for(AnswerDialog, wait_until)
    assert dialog.sentence.text() == "0 of 1 study would go somewhere. Nothing is sent by this."
    dialog.reject()
    pane.select("CT")  # a rule that is off can be tried before it is turned on
    pane._tasks.start(pane._test(str(study), is_received=True))
    wait_until(lambda: pane.answer is not None and pane.answer is not dialog)
    assert pane.answer is not None
    assert pane.answer.sentence.text().startswith("1 of 1 study would go somewhere")
    pane.answer.reject()
    settle(pane, wait_until)


def test_a_file_that_cannot_be_understood_is_left_as_it_is(
    pane: RulesPane, tmp_path: Path, wait_until: WaitUntil
) -> None:
    file = tmp_path / "rules.json"
    file.write_text('{"dicomdesk_rules": 9, "rules": []}')
    pane._on_read()
    wait_until(lambda: bool(pane.store.problem))
    assert "it is of version 9" in pane.details.details().text
    pane.store.put(make_rule("A", "PACS"))
    assert names(pane) == []
    assert json.loads(file.read_text())["dicomdesk_rules"] == 9
    save_rules(file, RuleSet(rules=(make_rule("A", "PACS"),)))
    press(pane, "Read it again")
    wait_until(lambda: names(pane) == ["A"])
    assert pane.store.problem == ""
    settle(pane, wait_until)


def test_a_row_says_what_a_rule_is_at(pane: RulesPane, wait_until: WaitUntil) -> None:
    never = Schedule(
        hours=read_window("00:00-00:01"), days=frozenset({(datetime.now().astimezone().weekday() + 3) % 7})
    )
    pane.store.put(make_rule("Off", "PACS", is_on=False))
    pane.store.put(make_rule("Later", "NOBODY@127.0.0.1:104", schedule=never))
    off, later = pane.rows.rows.values()
    assert (off.text(STATE), off.text(LAST), off.text(TODAY)) == ("Off", "nothing yet", "0")
    assert off.text(RULE).startswith("Off   When any study has been quiet for 10 seconds")
    assert isinstance(pane.runner, RuleRunner)
    assert isinstance(pane.store, RuleStore)
    assert later.rule.trigger == QuietStudy(quiet_s=10)
    settle(pane, wait_until)


def test_a_rule_that_watches_what_is_received_is_refused_and_the_others_can_be_changed(
    pane: RulesPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    pane.store.put(make_rule("quiet", "PACS"))
    pane.store.put(folder_rule("drop", tmp_path / "received", "PACS"))
    assert [rule.name for rule in pane.store.rules.rules] == ["quiet"]
    assert "instances are received into this folder" in pane.details.details().text
    pane.store.put(folder_rule("drop", tmp_path / "in", "PACS"))
    assert [rule.name for rule in pane.store.rules.rules] == ["quiet", "drop"]
    settle(pane, wait_until)
