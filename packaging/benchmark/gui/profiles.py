"""Settings and state of the windows that are measured: each has its own, away from those of whoever measures."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.processes import FASTEST
from dicomdesk.gui.window_state import WindowState, save_window_state

_HERE = Path(__file__).parents[2]
_FILLED = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
journal = SqliteJournal(sys.argv[1])
for study in range(int(sys.argv[2]) // 500):
    header = InstanceHeader(sop_class_uid="1.2.840.10008.5.1.4.1.1.7", sop_instance_uid="",
        transfer_syntax_uid="1.2.840.10008.1.2.1", data_set_offset=900, data_set_length=9000,
        patient_name=f"Patient^{study}", study_instance_uid=f"1.2.{study}")
    found = [FoundInstance(path=f"/data/{study:05}/IM{number:05}",
        header=replace(header, sop_instance_uid=f"1.2.{study}.{number}",
            series_instance_uid=f"1.2.{study}.{number // 50}"))
        for number in range(500)]
    journal.add(ErrandRecord(title=f"Study {study}", peer="", added_at=datetime.now(UTC), state=ErrandState.HELD,
        study_instance_uid=f"1.2.{study}"), found)
journal.close()
"""


@contextmanager
def profile(folder: Path, port: int = 104) -> Iterator[Path]:
    """A folder of settings and state, in ``folder``, of a window whose peer listens on a port of this machine."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="profile-") as name:
        found = Path(name)
        state = WindowState(
            peer_ae_title="BENCH",
            peer_host="127.0.0.1",
            peer_port=str(port),
            calling_ae_title="WS1",
            listen_ae_title="WS1",
            listen_folder=str(found / "received"),
        )
        save_window_state(found / "dicomdesk" / "window.json", state)
        yield found


def fill_journal(found: Path, instances: int) -> None:
    """Let a profile have so many instances, listed and not sent, in studies of 500."""
    command = [sys.executable, "-c", _FILLED, str(found / "dicomdesk" / "journal.sqlite"), str(instances)]
    subprocess.run(command, env=FASTEST, timeout=300, check=True)


def environment(found: Path) -> dict[str, str]:
    """The environment of a process whose window has this profile."""
    return {
        **{name: value for name, value in FASTEST.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPYCACHEPREFIX": str(found.parent / "bytecode"),  # as an installation has it
        "PYTHONPATH": str(_HERE.parent),  # of the helpers of the tests
        "XDG_STATE_HOME": str(found),
        "XDG_CONFIG_HOME": str(found),
        "XDG_RUNTIME_DIR": str(found),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }


def figures_of(found: Path, module: str, *command: str, deadline_s: float = 200) -> dict[str, float]:
    """The figures that a process of the window prints."""
    done = begin(found, module, *command)
    try:
        told, trouble = done.communicate(timeout=deadline_s)
    finally:
        done.kill()
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(command)} ended with {done.returncode}: {trouble[-2000:]}")
    return json.loads(told)  # type: ignore[no-any-return] # as it prints them


def begin(found: Path, module: str, *command: str) -> "subprocess.Popen[str]":
    """Begin a process of the window."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *command],
        env=environment(found),
        cwd=_HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
