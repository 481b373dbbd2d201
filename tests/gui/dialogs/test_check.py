from collections.abc import Callable, Iterator
from threading import Event

import pytest
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

from dicomdesk.engine.check_findings import CheckStage, CheckState
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.settings import AssociationSettings, Peer
from tests.gui.conftest import KEPT
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold, Reject
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def dialog(theme: Theme, session: Session, tasks: Tasks) -> Iterator[CheckDialog]:
    found = CheckDialog(theme, session, tasks)
    KEPT.append(found)
    found.show()
    yield found
    if isValid(found):
        found.reject()


def begin(dialog: CheckDialog, peer: FakePeer) -> None:
    dialog.start(Peer(host="127.0.0.1", port=peer.port, ae_title="PACS"), AssociationSettings(calling_ae_title="WS1"))


def test_every_step_is_told_and_capabilities_can_be_searched(
    dialog: CheckDialog, session: Session, wait_until: WaitUntil
) -> None:
    seen: list[int] = []
    session.checked.arrived.connect(lambda arrivals: seen.append(len(arrivals)))
    with FakePeer() as peer:
        begin(dialog, peer)
        assert dialog.stop.isVisible()
        wait_until(lambda: not dialog.is_running())
        assert "can be used" in dialog.title()
        assert list(dialog.steps.rows)[-1] is CheckStage.ECHO, "nobody was asked for more"
        assert not dialog.capabilities.isVisible()
        dialog.ask_button.click()
        assert dialog.ask_button.isHidden()
        wait_until(lambda: not dialog.is_running())
    assert "can be used" in dialog.title()
    assert list(dialog.steps.rows) == [stage for stage in CheckStage if stage is not CheckStage.TLS]
    assert [step.state for step in dialog._steps[:4]] == [CheckState.OK] * 4
    assert dialog.capabilities.isVisible()
    assert len(dialog._tree) > 10
    dialog.search.setText("ct image")
    assert dialog.view.visible_rows() == 1
    dialog.copy_button.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Connection check of PACS@127.0.0.1:")
    assert scenes.CT in text
    assert seen


def test_failure_says_why_and_can_be_tried_again(dialog: CheckDialog, wait_until: WaitUntil) -> None:
    with FakePeer(associate=[Reject(1, 1, 7), Accept()]) as peer:
        begin(dialog, peer)
        wait_until(lambda: not dialog.is_running())
        assert dialog.title().endswith("cannot be used as it is")
        failed = dialog.steps.rows[CheckStage.ASSOCIATION].look
        assert failed.mark.word == "Failed"
        assert any(line.startswith("Next: ") for line, _ in failed.lines)
        assert dialog.steps.rows[CheckStage.ECHO].look.mark.word == "Not tried"
        assert not dialog.capabilities.isVisible()
        assert dialog.ask_button.isHidden(), "it would not answer"
        dialog.again.click()
        wait_until(lambda: not dialog.is_running())
    assert "can be used" in dialog.title()


def test_check_can_be_stopped(dialog: CheckDialog, wait_until: WaitUntil) -> None:
    answer = Event()
    with FakePeer(associate=[Hold(answer, Accept())]) as peer:
        begin(dialog, peer)
        wait_until(lambda: dialog.steps.rows[CheckStage.ASSOCIATION].look.mark.word == "Under way")
        dialog.stop.click()
        wait_until(lambda: not dialog.is_running())
        answer.set()
    assert dialog.title().startswith("Stopped: ")


def test_closing_ends_the_check(dialog: CheckDialog, theme: Theme, wait_until: WaitUntil) -> None:
    answer = Event()
    with FakePeer(associate=[Hold(answer, Accept())]) as peer:
        begin(dialog, peer)
        wait_until(lambda: dialog.steps.rows[CheckStage.ASSOCIATION].look.mark.word == "Under way")
        dialog.reject()
        wait_until(lambda: not isValid(dialog))
        answer.set()
    theme.changed.emit()  # nothing of the dialog listens any more
