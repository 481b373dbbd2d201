"""Retrieving in the window from DCMTK's dcmqrscp, by both methods, and what is said where it does not know us."""

from pathlib import Path

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.retrieve.diagnosis.causes import DiagnosisKind
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.retrieve.job_nodes import INSTANCES, Stage
from dicomdesk.gui.retrieve.part import RetrievePart
from dicomdesk.gui.retrieve.retrieve_panel import CardBox
from tests.gui.retrieve.conftest import WaitUntil
from tests.gui.retrieve.test_part import fetch
from tests.helpers.archives.opened_archives import AREA, dcmtk_archive
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.data.found import asked_peer, found

pytestmark = pytest.mark.dcmtk
WANTED = STUDIES[0]
AUTOMATIC, GET, MOVE = range(3)


@pytest.mark.parametrize("method", [AUTOMATIC, MOVE])
def test_a_study_comes_by_either_method(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path, method: int
) -> None:
    hosts = {"WS1": ("127.0.0.1", int(window.receive.port.value()))}
    instances = write_studies(tmp_path / "studies")
    part.bar.method.setCurrentIndex(method)
    count = len(list(WANTED.instances()))
    with dcmtk_archive(tmp_path, instances, configuration={"hosts": hosts}) as port:
        entity = found(Level.STUDY, (asked_peer(port, AREA), count), study=WANTED.uid)
        node = fetch(part, wait_until, entity)
    assert (node.stage, node.text(INSTANCES)) == (Stage.DONE, f"{count} / {count}")
    assert len(list((tmp_path / "in").iterdir())) == count
    wait_until(lambda: part.here.words(WANTED.uid, of=count) == f"All {count}")


def test_a_dcmqrscp_that_does_not_know_us_is_said_with_the_card(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path
) -> None:
    part.bar.method.setCurrentIndex(MOVE)
    with dcmtk_archive(tmp_path, write_studies(tmp_path / "studies")) as port:
        node = fetch(part, wait_until, found(Level.STUDY, (asked_peer(port, AREA), None), study=WANTED.uid))
    assert node.outcome is not None
    assert node.outcome.diagnoses[0].kind is DiagnosisKind.DESTINATION_UNKNOWN
    assert "AE title: WS1" in part.panel.findChildren(CardBox)[0].card
    assert [action.word for action in part._actions(node)][:2] == ["Retrieve by C-GET", "Try again"]
