from pathlib import Path

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.retrieve.here.already import HereAlready, here_words
from dicomdesk.gui.tasks import Tasks
from tests.gui.conftest import Finish
from tests.helpers.data.found import found
from tests.unit.gui.retrieve.here.test_index import put


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [
        (0, 620, ""),
        (412, 620, "412 of 620"),
        (620, 620, "All 620"),
        (621, 620, "All 620"),
        (3, None, "3"),
        (1200, 2000, "1,200 of 2,000"),
    ],
)
def test_words_say_how_much_of_it_is_here(count: int, of: int | None, words: str) -> None:
    assert here_words(count, of) == words


def test_an_instance_is_here_or_not() -> None:
    assert (here_words(1, None, is_instance=True), here_words(0, None, is_instance=True)) == ("Here", "")


def test_a_folder_is_known_after_watching_and_changes_are_told(tasks: Tasks, finish: Finish, tmp_path: Path) -> None:
    here = HereAlready(tasks, tmp_path / "cache")
    told: list[int] = []
    here.changed.connect(lambda: told.append(here.count(found())))
    put(tmp_path / "in", "a", "1.1")
    finish(here.watch(tmp_path / "in"))
    assert told == [1]
    put(tmp_path / "in", "b", "1.2", series="1.2.3.6")
    finish(here.watch(tmp_path / "in"))
    assert told == [1, 2]
    finish(here.watch(tmp_path / "in"))
    assert told == [1, 2]
    assert here.words("1.2.3", of=5) == "2 of 5"
    assert here.words("1.2.3", "1.2.3.6", "1.2") == "Here"
    assert here.words("") == ""
    assert here.count(found(Level.SERIES, series="1.2.3.6")) == 1
    assert here.present([found(Level.IMAGE, series="1.2.3.6", instance="1.2"), found(study="9")]) == {"1.2"}
    assert here.present([found(Level.PATIENT, study="")]) == {"1.1", "1.2"}


def test_another_folder_forgets_the_first_at_once(tasks: Tasks, finish: Finish, tmp_path: Path) -> None:
    here = HereAlready(tasks, tmp_path / "cache")
    put(tmp_path / "in", "a", "1.1")
    finish(here.watch(tmp_path / "in"))
    here.look_at(tmp_path / "other")
    assert here.count(found()) == 0
    assert here.folder == tmp_path / "other"
