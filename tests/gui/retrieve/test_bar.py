import pytest
from PySide6.QtWidgets import QApplication

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.retrieve.bar import BarState, RetrieveBar
from dicomdesk.gui.retrieve.errand import Target
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.theme import Theme
from tests.helpers.data.found import asked_peer, found


@pytest.fixture
def bar(qapp: QApplication, theme: Theme) -> RetrieveBar:
    return RetrieveBar(theme, PeerStore(), BarState(folder="/tmp/in"))


def test_only_a_move_goes_to_a_peer_and_the_choice_for_here_is_kept(bar: RetrieveBar) -> None:
    bar.method.setCurrentIndex(1)
    assert bar.chosen_method() is RetrieveMethod.GET
    bar.place.setCurrentIndex(1)
    assert (bar.chosen_method(), bar.method.isEnabled()) == (RetrieveMethod.MOVE, False)
    assert bar.target() is None
    bar.known.chosen.emit(KnownPeer(name="Other", ae_title="OTHER", host="other.example", port=104))
    assert bar.target() == Target(destination="OTHER")
    bar.place.setCurrentIndex(0)
    assert bar.chosen_method() is RetrieveMethod.GET
    assert bar.state() == BarState(to_here=True, folder="/tmp/in", destination="OTHER")


def test_the_button_says_what_it_would_retrieve(bar: RetrieveBar) -> None:
    assert not bar.button.isEnabled()
    bar.show_selection([found(Level.STUDY, (asked_peer(), 620))])
    assert bar.button.isEnabled()
    assert "620 instances" in bar.button.toolTip()
    bar.show_selection([found()])
    assert "instances" not in bar.button.toolTip()


def test_running_retrieves_are_counted_before_those_with_problems(bar: RetrieveBar) -> None:
    bar.show_jobs(0, 0, 0)
    assert bar.jobs.isHidden()
    assert bar.clear.isHidden()
    for counts, word in (((2, 1, 3), "2 running"), ((0, 1, 3), "1 problem"), ((0, 0, 1), "1 retrieve")):
        bar.show_jobs(*counts)
        assert bar.jobs.text().strip() == word
        assert not bar.clear.isHidden()
    bar.show_jobs(2, 1, 4, waiting=1)
    assert bar.jobs.text().strip() == "2 running, 1 waiting"
    bar.show_jobs(0, 0, 1, waiting=1)
    assert bar.jobs.text().strip() == "1 waiting"
    assert bar.clear.isHidden()
