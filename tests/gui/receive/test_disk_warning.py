import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.engine.facts.reception import StorageChanged, StorageState
from dicomdesk.gui.receive.disk_warning import LITTLE_BYTES, DiskWarning, disk_text
from dicomdesk.gui.theme import Theme


def fact(state: StorageState) -> StorageChanged:
    return StorageChanged(
        job_id="receive-1",
        state=state,
        folder="/in",
        free_bytes=100,
        full_in_s=60.0,
        text="little room is left",
        advice="make room",
    )


@pytest.mark.parametrize("free_bytes", [None, LITTLE_BYTES])
def test_enough_or_unknown_is_no_warning(free_bytes: int | None) -> None:
    assert disk_text(free_bytes, "/in", None) == ""


def test_listener_says_how_it_is_while_there_is_one() -> None:
    assert disk_text(1_200_000_000, "/in", None).startswith("1.2 GB free on the disk of /in. Make room")
    assert disk_text(1, "/in", fact(StorageState.OK)) == ""
    for state in set(StorageState) - {StorageState.OK}:
        assert disk_text(None, "/in", fact(state)) == "Little room is left. Make room."


def test_warning_takes_no_room_while_there_is_enough(theme: Theme, qtbot: QtBot) -> None:
    warning = DiskWarning(theme)
    qtbot.addWidget(warning)
    warning.show_disk(LITTLE_BYTES * 2, "/in", None)
    assert warning.isHidden()
    warning.show_disk(1, "/in", None)
    assert not warning.isHidden()
    assert warning.accessibleName().startswith("1 B free")
    warning.show_disk(1, "/in", fact(StorageState.FULL))
    assert warning.text == "Little room is left. Make room."
    warning.show_disk(None, "/in", None)
    assert warning.isHidden()
