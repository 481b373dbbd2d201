from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.gui.receive import thumbnails as module
from dicomdesk.gui.receive.thumbnails import LARGE_SIDE, ROW_SIDE, Thumbnails
from dicomdesk.gui.tasks import Tasks
from tests.helpers.data.inputs import image, instance

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def pictures(tasks: Tasks) -> Iterator[Thumbnails]:
    found = Thumbnails(tasks)
    yield found
    found.end()


def known(pictures: Thumbnails, path: str) -> bool:
    return pictures.find(path) is not None


def test_picture_is_drawn_beside_the_thread_that_asks(
    pictures: Thumbnails, wait_until: WaitUntil, tmp_path: Path
) -> None:
    path = tmp_path / "one"
    path.write_bytes(image("one"))
    assert pictures.find(str(path)) is None
    wait_until(lambda: known(pictures, str(path)))
    found = pictures.find(str(path), is_large=True)
    assert found is not None
    assert found.small is not None
    assert found.large is not None
    assert found.small.deviceIndependentSize().toSize().width() == ROW_SIDE
    assert found.large.deviceIndependentSize().toSize().width() <= LARGE_SIDE
    assert pictures.find("") is None
    pictures.forget(str(path))
    assert pictures.find(str(path)) is None


def test_file_without_a_picture_is_asked_for_once(pictures: Thumbnails, wait_until: WaitUntil, tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(instance("report"))
    pictures.find(str(path))
    wait_until(lambda: known(pictures, str(path)))
    for _ in range(3):
        found = pictures.find(str(path), is_large=True)
        assert found is not None
        assert found.small is None
        assert "no pixel data" in found.reason
    assert pictures.waiting == 0


def test_what_waits_and_what_is_kept_is_bounded(
    pictures: Thumbnails, wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PICTURES", 5)
    monkeypatch.setattr(module, "MOST_LARGE", 2)
    monkeypatch.setattr(module, "MOST_WAITING", 8)
    paths = [str(tmp_path / f"{n}") for n in range(100)]
    for path in paths:
        Path(path).write_bytes(image(path))
        pictures.find(path)
    assert pictures.waiting <= 8
    wait_until(lambda: pictures.waiting == 0 and not pictures._is_working)
    assert len(pictures._known) == 5
    assert sum(picture.large is not None for picture in pictures._known.values()) == 2
    assert set(pictures._known) <= set(paths[-8:]) | {paths[0]}  # those that were asked for last, and the first


def test_nothing_is_drawn_once_it_is_over(pictures: Thumbnails, tmp_path: Path) -> None:
    pictures.end()
    assert pictures.find(str(tmp_path / "one")) is None
    assert pictures.waiting == 0
