from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.entries.access_entry import AccessEntry
from dicomdesk.gui.entries.user_dialog import UserDialog
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.settings import AccessRules
from tests.gui.answers import wait_for
from tests.gui.conftest import Finish
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def entry(theme: Theme, tasks: Tasks, qtbot: QtBot) -> AccessEntry:
    found = AccessEntry(theme, tasks, AccessRules())
    qtbot.addWidget(found)
    found.show()
    return found


def test_nothing_entered_lets_everybody_in(entry: AccessEntry) -> None:
    assert entry.value() == AccessRules()
    assert entry.summary() == "everybody"
    assert entry.message.text() == "Whoever reaches this port may send."


def test_rules_come_out_as_they_went_in(theme: Theme, tasks: Tasks, qtbot: QtBot) -> None:
    entry = AccessEntry(theme, tasks, scenes.LISTENER_SECURITY.access)
    qtbot.addWidget(entry)
    assert entry.value() == scenes.LISTENER_SECURITY.access
    assert entry.summary() == "CT1, CT2, MR1, from 10.1.4.0/24, 10.2.0.7, 2 users"


@pytest.mark.usefixtures("session")
def test_user_is_kept_with_a_hash_only(entry: AccessEntry, wait_until: WaitUntil) -> None:
    entry._on_add()
    dialog = wait_for(UserDialog, wait_until)
    dialog.name_field.setText("ct-room")
    for field in (dialog.passcode_field, dialog.again_field):
        field.setText("sesame")
    dialog._on_ok()
    wait_until(lambda: bool(entry.users.texts()))
    users = entry.value().user_pass_codes
    assert users is not None
    assert list(users) == ["ct-room"]
    assert "sesame" not in users["ct-room"]
    wait_until(lambda: "Only hashes" in entry.message.text())


@pytest.mark.usefixtures("session")
def test_wrong_entries_are_said_at_once(entry: AccessEntry, wait_until: WaitUntil, finish: Finish) -> None:
    entry.networks.setText("10.0.0.0/99")
    wait_until(lambda: entry.message.tone() is Tone.BAD)
    assert not finish(entry.insist())
    entry.networks.setText("10.0.0.0/8")
    entry.titles.setText("CT1, A\\B")
    assert not finish(entry.insist())
    assert entry.message.text().startswith("A\\B: ")
    entry.titles.setText("CT1")
    assert finish(entry.insist())
    assert entry.value().calling_ae_titles == frozenset({"CT1"})


def test_titles_of_peers_are_added_once(entry: AccessEntry) -> None:
    choice = QPushButton()
    entry.put_choice(choice)
    assert entry.isAncestorOf(choice)
    for title in ("CT1", "MR2", "CT1"):
        entry.add_title(title)
    assert entry.titles.text() == "CT1, MR2"
