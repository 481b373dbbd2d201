"""Pictures of hostile files, drawn by the real process: each costs its own picture at most."""

from contextlib import closing, suppress
from pathlib import Path
from random import Random

from dicomdesk.dicom.pixels.small_image import SmallImage
from dicomdesk.engine.pictures.drawer import Drawer
from dicomdesk.engine.pictures.drawing_process import MEMORY_BYTES
from dicomdesk.errors import ConversionError
from tests.fuzz.drawing import build_picture
from tests.fuzz.mutations import mutate_part10
from tests.helpers.data.inputs import image

_CASES = 30
_SIDE = 16
_START_BYTES = 256 << 20
"""More than the process has before its first picture."""


def test_whatever_files_hold_the_process_draws_on_or_is_replaced(tmp_path: Path) -> None:
    random, path, good = Random(8), tmp_path / "odd", tmp_path / "good"
    good.write_bytes(image("good"))
    built = [build_picture(random) for _ in range(_CASES)]
    drawn: list[SmallImage] = []
    with closing(Drawer()) as drawer:
        expected = drawer.draw(str(good), _SIDE)
        for number, content in enumerate(built):
            path.write_bytes(mutate_part10(random, content, built) if number % 2 else content)
            with suppress(ConversionError):
                drawn.append(drawer.draw(str(path), _SIDE))
            assert drawer.draw(str(good), _SIDE) == expected
            assert _peak_bytes(drawer) < MEMORY_BYTES + _START_BYTES
    assert 0 < len(drawn) < _CASES


def _peak_bytes(drawer: Drawer) -> int:
    """The most memory that the process has had."""
    assert drawer._process is not None
    lines = Path(f"/proc/{drawer._process.pid}/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
