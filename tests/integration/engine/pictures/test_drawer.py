import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.engine.pictures import drawer as drawer_module
from dicomdesk.engine.pictures.drawer import Drawer
from dicomdesk.engine.pictures.drawing_process import draw_file
from dicomdesk.errors import ConversionError
from tests.helpers.data.datasets import PIXEL_DATA, UNDEFINED, Builder, part10
from tests.helpers.data.inputs import image, instance

B = Builder()


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    found = Drawer()
    yield found
    found.close()
    assert not found.is_awake


def test_picture_is_the_one_that_is_drawn_here(drawer: Drawer, tmp_path: Path) -> None:
    path = tmp_path / "odd \udcff name"
    path.write_bytes(image("one"))
    drawn = drawer.draw(str(path), 64)
    assert drawn == draw_file(str(path), 64)
    assert (drawn.width, drawn.height, len(drawn.pixels)) == (2, 2, 4)
    assert drawer.draw(str(path), 1).width == 1
    drawer.rest()
    assert not drawer.is_awake
    assert drawer.draw(str(path), 64) == drawn


def test_what_is_no_picture_is_said_and_the_next_one_is_drawn(drawer: Drawer, tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(instance("report"))
    (tmp_path / "text").write_text("no DICOM " * 50)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "good").write_bytes(image("good"))
    for name, reason in (
        ("report", "no pixel data"),
        ("text", "."),
        ("empty", "."),
        ("gone", "No such file"),
    ):
        with pytest.raises(ConversionError, match=reason):
            drawer.draw(str(tmp_path / name), 64)
    assert drawer.draw(str(tmp_path / "good"), 64).rows == 2


def test_image_that_claims_more_than_there_is_memory_for_costs_its_own_picture(drawer: Drawer, tmp_path: Path) -> None:
    module = b"".join(
        B.element(tag, "US", value)
        for tag, value in (
            (0x00280002, 1),
            (0x00280010, 65535),
            (0x00280011, 65535),
            (0x00280100, 16),
            (0x00280101, 16),
            (0x00280103, 0),
        )
    )
    module = module[:10] + B.element(0x00280004, "CS", "MONOCHROME2") + module[10:]
    fragments = B.header(PIXEL_DATA, "OB", UNDEFINED) + B.item() + B.item(b"\xff\xd8\xff" + bytes(999_997))
    data = B.element(0x00080018, "UI", "1.2.3") + module + fragments
    (tmp_path / "bomb").write_bytes(part10(data, "1.2.840.10008.1.2.4.50"))
    (tmp_path / "good").write_bytes(image("good"))
    with pytest.raises(ConversionError):
        drawer.draw(str(tmp_path / "bomb"), 64)
    assert drawer.draw(str(tmp_path / "good"), 64).rows == 2


def test_process_that_dies_is_replaced(drawer: Drawer, tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(image("good"))
    drawer.draw(str(tmp_path / "good"), 64)
    assert drawer._process is not None
    os.kill(drawer._process.pid, 9)
    with pytest.raises(ConversionError, match="too much time or memory"):
        drawer.draw(str(tmp_path / "good"), 64)
    assert drawer.draw(str(tmp_path / "good"), 64).rows == 2


@pytest.mark.parametrize("answer", ["7", "{}", "[" * 60_000, '{"image": {}, "length": 0}', "", "x" * 100_000])
def test_process_that_answers_anything_is_replaced(
    answer: str, drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good").write_bytes(image("good"))
    (tmp_path / "answer").write_text(answer + "\n")
    says = [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read(), flush=True); input(); input()"]
    with monkeypatch.context() as patched:
        patched.setattr(drawer_module, "module_command", lambda _name: [*says, str(tmp_path / "answer")])
        with pytest.raises(ConversionError, match="too much time or memory"):
            drawer.draw(str(tmp_path / "good"), 64)
    assert not drawer.is_awake
    assert drawer.draw(str(tmp_path / "good"), 64).rows == 2


def test_closed_drawer_draws_no_more(drawer: Drawer, tmp_path: Path) -> None:
    drawer.close()
    with pytest.raises(ConversionError, match="closing"):
        drawer.draw(str(tmp_path / "good"), 64)
