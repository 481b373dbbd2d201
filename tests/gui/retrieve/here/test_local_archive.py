from pathlib import Path

from dicomdesk.gui.retrieve.here.already import HereAlready
from dicomdesk.gui.retrieve.here.local_archive import LocalArchive
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from tests.gui.conftest import Finish
from tests.gui.retrieve.conftest import WaitUntil
from tests.helpers.archives.served_archives import encoded, running
from tests.integration.archive.test_presence import configuration
from tests.unit.gui.retrieve.here.test_index import put


def test_what_folder_and_archive_have_counts_once(
    tasks: Tasks, session: Session, finish: Finish, wait_until: WaitUntil, tmp_path: Path
) -> None:
    here = HereAlready(tasks, tmp_path / "cache")
    put(tmp_path / "in", "a", "1.1")
    finish(here.watch(tmp_path / "in"))
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("1.3", series="1.2.3.6"))
        here.archive.open(configuration(tmp_path, tmp_path / "archive"))
        assert here.words("1.2.3", of=9) == "1 of 9"
        wait_until(lambda: here.words("1.2.3", of=9) == "3 of 9")
        assert here.words("1.2.3", "1.2.3.6", of=1) == "All 1"
        assert here.words("1.2.3", "1.2.3.6", "1.3") == "Here"
        assert here.words("1.2.3", "1.2.3.6", "1.1") == "Here"  # in the folder, whatever its series there
        assert here.words("9", of=9) == ""
        archive.put(encoded("1.4"))
        here.archive.forget()
        wait_until(lambda: here.words("1.2.3", of=9) == "4 of 9")
    here.archive.open(None)
    assert here.words("1.2.3", of=9) == "1 of 9"


def test_an_archive_that_cannot_be_read_is_said_unless_it_is_the_usual_one(
    tasks: Tasks, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    archive = LocalArchive(tasks)
    told: list[str] = []
    archive.open(tmp_path / "none.cfg")
    archive.content("1.2.3")
    wait_until(lambda: bool(archive.problem))
    archive.open(tmp_path / "none.cfg", is_usual=True)
    archive.changed.connect(lambda: told.append(archive.problem))
    archive.content("1.2.3")
    wait_until(lambda: bool(told))
    assert told == [""]


def test_areas_without_an_index_are_no_archive(
    tasks: Tasks, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    archive = LocalArchive(tasks)
    told: list[str] = []
    archive.open(configuration(tmp_path, tmp_path / "empty"))
    archive.changed.connect(lambda: told.append(archive.problem))
    assert archive.content("1.2.3") == {}
    wait_until(lambda: bool(told))
    assert told == [""]
    assert archive.content("1.2.3") == {}
