"""Retrieving in the window, with real archives: what arrives, what does not, and what is said of it."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.receive.book.completeness import CompletenessState
from dicomdesk.engine.retrieve.outcome import DiagnosisKind
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.found_entities import FoundEntity
from dicomdesk.gui.retrieve.job_nodes import INSTANCES, STATE, JobNode, Stage
from dicomdesk.gui.retrieve.part import RetrievePart
from dicomdesk.gui.retrieve.retrieve_panel import CardBox
from tests.gui.retrieve.conftest import WaitUntil
from tests.helpers.archives.served_archives import ARCHIVE, Running, encoded, running
from tests.helpers.data.found import asked_peer, found

UIDS = ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
STUDY = "1.2.3"
NAMES = [f"CT.{uid}" for uid in UIDS]


def study(port: int, instances: int | None = 3) -> FoundEntity:
    return found(Level.STUDY, (asked_peer(port), instances))


def fill(archive: Running, count: int = 3) -> None:
    archive.put(*(encoded(uid, STUDY, "1.2.3.8" if uid == UIDS[0] else "1.2.3.9") for uid in UIDS[:count]))


def fetch(part: RetrievePart, wait_until: WaitUntil, *entities: FoundEntity) -> JobNode:
    part.show_selection(entities)
    part.retrieve()
    node = part.flow.nodes[-1]
    wait_until(lambda: node.is_over)
    return node


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_study_that_is_selected_comes_into_the_folder(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path / "archive") as archive:
        fill(archive)
        node = fetch(part, wait_until, study(archive.port))
    assert (node.stage, node.method, node.text(INSTANCES)) == (Stage.DONE, RetrieveMethod.GET, "3 / 3")
    assert node.reason
    assert files(tmp_path / "in") == NAMES
    wait_until(lambda: part.here.words(STUDY, of=3) == "All 3")


def test_what_is_here_is_not_asked_for_again_and_counts(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path / "archive") as archive:
        fill(archive, 2)
        fetch(part, wait_until, study(archive.port, instances=2))
        fill(archive)
        wait_until(lambda: part.here.words(STUDY, of=3) == "2 of 3")
        node = fetch(part, wait_until, study(archive.port))
    assert (node.before, node.standing.stored, node.text(INSTANCES)) == (2, 1, "3 / 3")
    assert node.stage is Stage.DONE


@pytest.mark.parametrize("has_host", [False, True])
def test_a_listener_is_started_for_a_move_and_ends_with_it(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    port = int(window.receive.port.value())
    part.bar.method.setCurrentIndex(2)
    with running(tmp_path / "archive", peers={"WS1": port}) as archive:
        fill(archive)
        node = fetch(part, wait_until, study(archive.port))
    assert (node.stage, node.method, node.text(INSTANCES)) == (Stage.DONE, RetrieveMethod.MOVE, "3 / 3")
    assert files(tmp_path / "in") == NAMES
    wait_until(lambda: not window._session.is_receiving)
    (received,) = window.receive.flow.studies.studies
    assert (received.instances, received.record.completeness.state) == (3, CompletenessState.COMPLETE)


def test_a_move_takes_the_listener_that_runs_and_leaves_it(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    port = int(window.receive.port.value())
    window.receive.folder.setText(str(tmp_path / "in"))
    window.receive.primary.click()
    wait_until(lambda: window._session.is_receiving)
    part.bar.method.setCurrentIndex(2)
    with running(tmp_path / "archive", peers={"WS1": port}) as archive:
        fill(archive)
        node = fetch(part, wait_until, study(archive.port))
    assert (node.stage, node.standing.arrived) == (Stage.DONE, 3)
    assert window._session.is_receiving


def test_a_destination_that_the_peer_does_not_know_is_said_with_a_card_and_the_other_method_does_it(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    port = int(window.receive.port.value())
    part.bar.method.setCurrentIndex(2)
    with running(tmp_path / "archive") as archive:
        fill(archive)
        node = fetch(part, wait_until, study(archive.port))
        assert node.stage is Stage.FAILED
        assert node.outcome is not None
        assert [one.kind for one in node.outcome.diagnoses] == [DiagnosisKind.DESTINATION_UNKNOWN]
        told = part.panel.words()
        assert any(f"The peer {ARCHIVE}@127.0.0.1:{archive.port} does not know" in line for line in told)
        (card,) = part.panel.findChildren(CardBox)
        card.copy.click()
        assert QGuiApplication.clipboard().text() == card.card
        assert f"Port:     {port}" in card.card
        button = next(each for each in part.panel.buttons() if "C-GET" in each.text())
        button.click()
        (node,) = part.flow.nodes
        wait_until(lambda: node.is_over)
    assert (node.stage, node.method) == (Stage.DONE, RetrieveMethod.GET)
    assert files(tmp_path / "in") == NAMES


def test_what_has_no_key_is_said_instead_of_asked_for(part: RetrievePart) -> None:
    part.show_selection([found(Level.STUDY, study="")])
    part.retrieve()
    assert part.flow.nodes == []
    assert part.panel.told().title == "This cannot be asked for"
    assert "Study Instance UID" in part.panel.told().lines[0]


def test_the_commands_of_what_is_selected_and_of_a_row_are_copied(part: RetrievePart, tmp_path: Path) -> None:
    part.show_selection([study(11113)])
    part.copy_command()
    assert QGuiApplication.clipboard().text().startswith("dicomdesk getscu --study")
    assert str(tmp_path / "in") in QGuiApplication.clipboard().text()
    part.bar.place.setCurrentIndex(1)
    part.bar.destination.setText("OTHER")
    part.copy_command()
    assert "movescu" in QGuiApplication.clipboard().text()
    assert "--move OTHER" in QGuiApplication.clipboard().text()


def test_a_peer_is_asked_to_send_to_another(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    with running(tmp_path / "other") as other, running(tmp_path / "archive", peers={ARCHIVE: other.port}) as archive:
        fill(archive)
        part.bar.place.setCurrentIndex(1)
        part.bar.destination.setText(ARCHIVE)
        node = fetch(part, wait_until, study(archive.port))
        assert (node.stage, node.standing.arrived, node.text(STATE)) == (Stage.DONE, None, "Sent")
        assert len(other.indexed()) == 3
        part.bar.destination.setText("NOBODY")
        node = fetch(part, wait_until, study(archive.port))
    assert node.outcome is not None
    assert [one.kind for one in node.outcome.diagnoses] == [DiagnosisKind.DESTINATION_UNKNOWN]
    assert not (tmp_path / "in").exists()


def test_retrieves_that_run_are_asked_about_when_the_window_closes(part: RetrievePart, window: MainWindow) -> None:
    window._session.retrieving.add(part)
    assert window._session.is_busy
    assert window._what_goes_on() == "Instances are being retrieved."
    window._session.retrieving.clear()
