import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.helpers.window.rounds import held, live_once, sending_to_itself

ROUNDS = 3
pytestmark = pytest.mark.long


def test_window_that_was_used_and_closed_leaves_nothing_behind(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    use = sending_to_itself(tmp_path / "study")
    live_once(qapp, loop, use)  # what is loaded and opened once for all stays
    before = held()
    for _ in range(ROUNDS):
        live_once(qapp, loop, use)
    after = held()
    # Fewer is no leak: what others left behind before may end meanwhile.
    assert not after.threads - before.threads
    assert not after.files - before.files
    assert after.widgets <= before.widgets
