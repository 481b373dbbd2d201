"""What leaves the program to help it: reports of faults and the bundle, neither with a patient, a file or a secret."""

import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from dicomdesk.gui.frame.support_access import SupportAccess
from dicomdesk.gui.log.log_file import append_lines
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.support.bundle import Case, bundle_of, write_bundle
from dicomdesk.gui.support.fault_dialog import FaultDialog
from dicomdesk.gui.support.faults import FOLDER, FaultBook, all_reports, take_reports
from dicomdesk.gui.support.scrubbing import scrubbed
from dicomdesk.gui.window_state import TypedPeer, WindowState

WaitUntil = Callable[[Callable[[], bool]], None]
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("12:00 INFO job 7f association 1: WS1 calls PACS@host:104", None),
        ("CT Image refused, status A700", None),
        ("1.2.840.10008.5.1.4.1.1.2 accepted", None),
        ("instance 1.2.276.0.7230010.3.1.4.8323329", "instance [uid]"),
        ("DOE^JANE^^ is here", "[name] is here"),
        ("cannot write /home/ws1/DICOM/DOE_JANE.dcm now", "cannot write [path] now"),
        (r"cannot write C:\Users\doe\x.dcm", "cannot write [path]"),
        (r"on \\server\share\doe", "on [path]"),
        ("below ~/DOE", "below [path]"),
        ("passcode=hunter2 for ws1", "passcode=[left out]"),
        ("Password: hunter2", "Password: [left out]"),
        ("ValueError: 'DOE JANE' is no number", "ValueError: [left out]"),
        ("dicomdesk.errors.DataError: x of Doe", "dicomdesk.errors.DataError: [left out]"),
        ("the patient 'Doe, Jane' is known", "the patient [value] is known"),
    ],
)
def test_what_could_name_somebody_is_left_out_of_a_line(line: str, kept: str | None) -> None:
    assert scrubbed(line) == (line if kept is None else kept)


def test_a_traceback_names_modules_and_not_the_folders_of_a_user() -> None:
    line = '  File "/home/doe/venv/lib/python3.11/site-packages/dicomdesk/gui/app.py", line 3, in main'
    assert scrubbed(line) == '  File "dicomdesk/gui/app.py", line 3, in main'
    assert scrubbed('  File "/home/doe/x.py", line 3, in f') == '  File "x.py", line 3, in f'


def case(folder: Path, state: WindowState) -> Case:
    return Case(
        versions={"dicomdesk": "1"},
        state=state,
        problems={"send": 3, "": 1},
        log_folder=folder / "log",
        faults_folder=folder / FOLDER,
    )


def contents(bundle: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


@given(family=NAMES, given_name=NAMES, secret=NAMES)
def test_no_bundle_names_a_patient_or_a_secret(
    tmp_path_factory: pytest.TempPathFactory, family: str, given_name: str, secret: str
) -> None:
    folder = tmp_path_factory.mktemp("profile")
    name, path = f"{family}QZ^{given_name}QZ", f"/home/{family}QZ/{given_name}QZ.dcm"
    state = WindowState(
        queries={"recent": [{"name": name}]},
        peer_host=f"{secret}QZ.example",
        recent_peers=(TypedPeer(ae_title=f"{family}QZ", host="h", port="1"),),
        listen_folder=path,
        archive_configuration=path,
        retrieve_folder=path,
        profile_file=path,
        preferences={"of_newer": f"{name} {secret}QZ", "peer_port": 104, "list": [name]},
        keys={f"send.{family}QZ": "F1"},
        columns={f"{family}QZ": {}},
    )
    append_lines(folder / "log", [f"x {name} y", f"cannot read {path}", f"passcode: {secret}QZ", f"'{family}QZ'"])
    book = FaultBook(folder / FOLDER)
    (folder / FOLDER).mkdir()
    book.write("a test", ValueError(f"{name} in {path}: {secret}QZ"))
    found = contents(bundle_of(case(folder, state)))
    assert not [part for part, text in found.items() if "QZ" in text]
    assert json.loads(found["settings.json"])["preferences"] == {"peer_port": 104}
    assert any(part.startswith("faults/") for part in found)


def test_a_bundle_has_what_helps(tmp_path: Path) -> None:
    append_lines(tmp_path / "log", ["job 1 association 1: released"])
    write_bundle(tmp_path / "x.zip", case(tmp_path, WindowState(history_days=7)))
    found = contents((tmp_path / "x.zip").read_bytes())
    assert set(found) == {"README.txt", "versions.txt", "settings.json", "window.log", "problems.txt"}
    assert found["window.log"] == "job 1 association 1: released\n"
    assert found["problems.txt"] == "send 3\nwindow 1\n"
    assert json.loads(found["settings.json"])["history_days"] == 7


@pytest.fixture
def book(tmp_path: Path) -> Iterator[FaultBook]:
    found = FaultBook(tmp_path / FOLDER)
    found.begin()
    yield found
    found.end()


@pytest.mark.qt_no_exception_capture
def test_a_fault_is_written_at_once_and_told_once(
    book: FaultBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        int("DOE^JANE")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert "DOE^JANE" in capsys.readouterr().err, "who has started it from a terminal reads it there"
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    book.end()
    told = take_reports(tmp_path / FOLDER)
    assert "in the main thread" in told
    assert "test_support.py" in told
    assert "ValueError: [left out]" in told
    assert "DOE" not in told
    assert take_reports(tmp_path / FOLDER) == ""
    assert len(all_reports(tmp_path / FOLDER)) == 1, "a bundle has it still"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_a_thread_is_written_and_there_is_a_bound(book: FaultBook, tmp_path: Path) -> None:
    arguments = threading.ExceptHookArgs((ZeroDivisionError, ZeroDivisionError("x"), None, threading.current_thread()))
    book._hooks = (book._hooks[0], lambda _arguments: None)
    for _ in range(50):
        threading.excepthook(arguments)
    assert len([name for name in all_reports(tmp_path / FOLDER) if "hard" not in name]) == 20


def test_what_ends_the_process_is_written_by_the_interpreter(tmp_path: Path) -> None:
    code = (
        "import sys, faulthandler\nfrom pathlib import Path\nfrom dicomdesk.gui.support.faults import FaultBook\n"
        "FaultBook(Path(sys.argv[1])).begin()\nimport ctypes\nctypes.string_at(0)\n"
    )
    folder = tmp_path / FOLDER
    subprocess.run([sys.executable, "-c", code, str(folder)], check=False, timeout=60, stderr=subprocess.DEVNULL)
    assert "Segmentation fault" in take_reports(folder)
    assert take_reports(folder) == ""


def test_without_a_folder_to_write_to_nothing_is_changed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    hook = sys.excepthook
    with pytest.raises(OSError, match="file"):
        FaultBook(tmp_path / "file" / "x").begin()
    assert sys.excepthook is hook
    assert take_reports(tmp_path / "nothing") == ""


def test_a_fault_is_shown_at_the_next_start_and_can_be_copied(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "dicomdesk" / FOLDER
    folder.mkdir(parents=True)
    FaultBook(folder).write("a test", RuntimeError("x"))
    assert isinstance(window.support, SupportAccess)
    window.support.begin()
    try:
        wait_until(lambda: bool(window.findChildren(FaultDialog)))
        (dialog,) = window.findChildren(FaultDialog)
        dialog.copy_button.click()
        assert "RuntimeError: [left out]" in QGuiApplication.clipboard().text()
        dialog.close()
    finally:
        window.support.end()


def test_the_window_writes_a_bundle_where_it_is_asked_to(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    window.commands.actions["bundle"].trigger()
    wait_until(lambda: bool(window.findChildren(QFileDialog)))
    (asking,) = window.findChildren(QFileDialog)
    asking.setDirectory(str(tmp_path))
    asking.selectFile("b.zip")
    asking.done(1)
    wait_until(lambda: bool(window.findChildren(QMessageBox)))
    (told,) = window.findChildren(QMessageBox)
    written = Path(told.informativeText().splitlines()[0])
    told.reject()
    assert written.parent == tmp_path
    assert "versions.txt" in contents(written.read_bytes())
