from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.helpers.window import screenshots


@pytest.mark.usefixtures("loop")
def test_scenes_are_written_in_both_themes(qapp: QApplication, tmp_path: Path) -> None:
    written = screenshots.shoot_all(qapp, tmp_path, {"peers", "busy", "query-three-levels"})
    assert sorted(path.name for path in written) == [
        "busy-dark.png",
        "busy-light.png",
        "peers-dark.png",
        "peers-light.png",
        "query-three-levels-dark.png",
        "query-three-levels-light.png",
    ]
    images = [QImage(str(path)) for path in written]
    assert all(image.width() == screenshots.USUAL[0] for image in images)
    corners = {image.pixelColor(2, image.height() // 2).name() for image in images}
    assert len(corners) == 2
