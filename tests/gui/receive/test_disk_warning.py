import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.receive.disk_warning import LITTLE_BYTES, NONE_BYTES, DiskLevel, DiskWarning, disk_level, disk_text
from dicomdesk.gui.theme import Theme


@pytest.mark.parametrize(
    ("free_bytes", "rate", "level"),
    [
        (None, 0.0, DiskLevel.ENOUGH),
        (LITTLE_BYTES, 0.0, DiskLevel.ENOUGH),
        (LITTLE_BYTES - 1, 0.0, DiskLevel.LITTLE),
        (NONE_BYTES - 1, 0.0, DiskLevel.NONE),
        (0, 0.0, DiskLevel.NONE),
        (40_000_000_000, 100e6, DiskLevel.LITTLE),
        (400_000_000_000, 100e6, DiskLevel.ENOUGH),
    ],
)
def test_warning_comes_before_the_disk_is_full(free_bytes: int | None, rate: float, level: DiskLevel) -> None:
    assert disk_level(free_bytes, rate) is level


def test_warning_says_how_much_how_long_and_what_to_do() -> None:
    said = disk_text(1_200_000_000, 2e6, "/home/ws1/DICOM")
    assert said == (
        "1.2 GB free on the disk of /home/ws1/DICOM, enough for 10 min at the rate of now. "
        "Make room, or choose another folder, before it is full."
    )
    assert "refused" in disk_text(100, 0.0, "/in")


def test_warning_takes_no_room_while_there_is_enough(theme: Theme, qtbot: QtBot) -> None:
    warning = DiskWarning(theme)
    qtbot.addWidget(warning)
    warning.show_disk(LITTLE_BYTES * 2, 0.0, "/in")
    assert warning.isHidden()
    assert warning.text() == ""
    warning.show_disk(1, 0.0, "/in")
    assert not warning.isHidden()
    assert warning.accessibleName().startswith("1 B free")
    warning.show_disk(None, 0.0, "/in")
    assert warning.isHidden()
