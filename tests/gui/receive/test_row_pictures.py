from collections.abc import Callable
from pathlib import Path

from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.receive.row_pictures import RowPictures
from dicomdesk.gui.receive.thumbnails import Thumbnails
from dicomdesk.gui.tasks import Tasks
from tests.helpers.data.inputs import image, instance
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

WaitUntil = Callable[[Callable[[], bool]], None]


def test_study_shows_the_first_series_that_has_a_picture(tasks: Tasks, wait_until: WaitUntil, tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(instance("report"))
    (tmp_path / "image").write_bytes(image("image"))
    studies = ReceivedStudies(PlainOutline())
    for number, name in (("1", "report"), ("2", "image")):
        header = scenes.header(scenes.JANE, (number, "", "CT"), 1)
        studies.apply(scenes.finished(header, 0, path=str(tmp_path / name), job_id=scenes.RECEIVE_JOB), 1.0)
    (study,) = studies.studies
    pictures = RowPictures(Thumbnails(tasks))
    wait_until(lambda: pictures.painted(study)[0] is not None)
    first, second = study.series.values()
    wait_until(lambda: pictures.large(first)[2] != "")
    pixmap, word, reason = pictures.large(first)
    assert (pixmap, word) == (None, "CT")
    assert "no pixel data" in reason
    assert pictures.painted(second)[0] is not None
    assert pictures.painted(Node()) == (None, "")
    pictures.forget()
    pictures.thumbnails.end()
