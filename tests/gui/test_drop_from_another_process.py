"""A real drop: another process offers files to the program over an X server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.helpers.data.studies import write_study
from tests.helpers.window.x11_source import XSource

ROOT = Path(__file__).resolve().parents[2]
WINDOW = (
    "import sys\n"
    "from PySide6.QtCore import QTimer\n"
    "from dicomdesk.gui import app, main_window\n"
    "from dicomdesk.gui.panes.send_flow import SendFlow\n"
    "add = SendFlow.add\n"
    "def add_and_tell(flow, paths, *given):\n"
    "    add(flow, paths, *given)\n"
    "    print(*paths, sep='|', flush=True)\n"
    "SendFlow.add = add_and_tell\n"
    "show = main_window.MainWindow.show\n"
    "def show_and_tell(window):\n"
    "    show(window)\n"
    "    QTimer.singleShot(0, lambda: print('shown', flush=True))\n"
    "main_window.MainWindow.show = show_and_tell\n"
    "from dicomdesk.__main__ import main\n"
    "sys.exit(main())\n"
)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux" or which("Xvfb") is None, reason="there is no X server here"),
]


@pytest.fixture
def display() -> Iterator[int]:
    """An X server of the test's own."""
    read, write = os.pipe()
    command = ("Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp")
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                yield int(told.readline())
        finally:
            server.terminate()


def test_files_that_another_process_proposes_to_move_are_copied(display: int, tmp_path: Path) -> None:
    write_study(tmp_path / "study", 2)
    places = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    environment = {**os.environ, **dict.fromkeys(places, str(tmp_path / "profile")), "XDG_RUNTIME_DIR": ""}
    environment |= {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{display}"}
    command = [sys.executable, "-c", WINDOW]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as window:
        try:
            assert window.stdout is not None
            if window.stdout.readline() != "shown\n":
                pytest.skip("Qt cannot show windows on an X server here")
            source = XSource(display)
            target = source.find_target()
            assert target, "the window takes drops"
            answers = source.drop(target, f"{(tmp_path / 'study').as_uri()}\r\n")
            source.close()
            assert answers == ("XdndActionCopy", "XdndActionCopy")
            assert window.stdout.readline() == f"{tmp_path / 'study'}\n"
        finally:
            window.kill()
    assert len(list((tmp_path / "study").iterdir())) == 2
