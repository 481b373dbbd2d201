"""Several starts of the program on one profile, as processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.data.studies import write_study

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 60
WINDOW = (
    "import sys\n"
    "from dicomdesk.gui import app, main_window\n"
    "take = main_window.MainWindow.take_files\n"
    "def take_and_tell(window, paths):\n"
    "    take(window, paths)\n"
    "    sys.stdout.reconfigure(errors='surrogateescape')\n"
    "    print(*paths, sep='|', flush=True)\n"
    "main_window.MainWindow.take_files = take_and_tell\n"
    "inbox = app._open_inbox\n"
    "def open_and_tell(*given):\n"
    "    print('open', flush=True)\n"
    "    return inbox(*given)\n"
    "app._open_inbox = open_and_tell\n"
    "from dicomdesk.__main__ import main\n"
    "sys.exit(main())\n"
)
pytestmark = pytest.mark.long


def environment(profile: Path) -> dict[str, str]:
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_STATE_HOME": str(profile),
        "XDG_CONFIG_HOME": str(profile),
        "XDG_RUNTIME_DIR": "",
    }


@contextmanager
def a_window(profile: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", WINDOW, *arguments]
    with subprocess.Popen(
        command, env=environment(profile), cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="surrogateescape"
    ) as process:
        try:
            assert read_line(process) == "open"
            yield process
        finally:
            process.kill()


def read_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def start(profile: Path, cwd: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "dicomdesk", *arguments]
    where = {**environment(profile), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=where, cwd=cwd, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def test_second_start_hands_its_files_to_the_window_that_is_open(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 2)
    odd = tmp_path / os.fsdecode(b"\xff odd.dcm")
    odd.touch()
    with a_window(tmp_path / "profile") as window:
        done = start(tmp_path / "profile", tmp_path, "study", odd.name)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "dicomdesk: the window that is open has taken it over\n"
        assert read_line(window) == f"{tmp_path / 'study'}|{odd}"
        done = start(tmp_path / "profile", tmp_path)
        assert done.returncode == 0
        assert read_line(window) == "", "it only comes to the front"
        window.send_signal(signal.SIGTERM)
        assert window.wait(DEADLINE_S) == 0


def test_window_begins_with_the_files_that_it_was_given_also_after_one_that_was_killed(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 1)
    with a_window(tmp_path / "profile") as window:
        window.kill()
        window.wait(DEADLINE_S)
    with a_window(tmp_path / "profile", str(tmp_path / "study")) as window:
        assert read_line(window) == str(tmp_path / "study")


def test_what_is_not_there_is_said_and_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "here.dcm").touch()
    done = start(tmp_path / "profile", tmp_path, "here.dcm", "gone.dcm")
    assert (done.returncode, done.stderr) == (1, "dicomdesk: there is no file or folder 'gone.dcm'\n")
    done = start(tmp_path / "profile", tmp_path, "gone.dcm")
    assert done.returncode == 1
    assert done.stderr.startswith("dicomdesk: 'gone.dcm' is neither a tool nor a file here; the tools are: dcmsend")
    assert not (tmp_path / "profile").exists()


def test_each_profile_has_a_window_of_its_own(tmp_path: Path) -> None:
    with a_window(tmp_path), a_window(tmp_path, "--profile", "night"):
        assert (tmp_path / "dicomdesk" / "profiles" / "night").is_dir()
