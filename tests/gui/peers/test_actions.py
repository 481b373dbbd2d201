from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panels.details import Details
from tests.helpers.peers.known_peers import FULL, named


def test_change_that_cannot_be_made_is_told(window: MainWindow) -> None:
    commands = window.peers.commands
    told: list[Details] = []
    commands.told.connect(told.append)
    commands.duplicate("nobody")
    assert told[0].title == "The address book stays as it was"
    assert told[0].text == 'There is no peer called "nobody".'
    commands.remove(["nobody"])
    assert len(told) == 1


def test_removal_says_that_secrets_stay(window: MainWindow) -> None:
    commands = window.peers.commands
    window.peers._book.add(FULL, named("plain"))
    told: list[Details] = []
    commands.told.connect(told.append)
    commands.remove(["plain"])
    commands.remove(["Main archive"])
    assert [details.title for details in told] == ["Removed plain", "Removed Main archive"]
    assert [bool(details.text) for details in told] == [False, True]


def test_group_at_the_edge_stays(window: MainWindow) -> None:
    book = window.peers._book
    book.add(named("1", "X"), named("2", "Y", 2))
    window.peers.commands.step([], "X", -1)
    window.peers.commands.step([], "Y", 1)
    assert book.groups() == ("X", "Y")
    window.peers.commands.step([], "X", 1)
    assert book.groups() == ("Y", "X")
