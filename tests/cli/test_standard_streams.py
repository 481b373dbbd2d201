"""Closed and full standard streams: what can be told is told, transfers go on, and no log line lands in a file."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.dcmtk.commands import DEADLINE_S, ours
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.peers.requestors import Proposal, Requestor, connected
from tests.helpers.processes.tool_process import environment

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")

REDIRECTIONS = ["<&- >&- 2>&-", ">&-", "2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"]
STORING = Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=b"ARCHIVE")


def shell_line(command: Sequence[str], redirection: str) -> list[str]:
    return ["sh", "-c", f"exec {shlex.join(command)} {redirection}"]


def run(command: Sequence[str], redirection: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        shell_line(command, redirection),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )


@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize("words", [("-v",), ("--json", "-d")], ids=" ".join)
@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
def test_sender_sends_all_and_tells_what_it_can(
    tool: str, words: tuple[str, ...], redirection: str, tmp_path: Path
) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer() as peer:
        done = run([*ours(tool), *words, "127.0.0.1", str(peer.port), *paths], redirection, tmp_path)
        assert not peer.errors
    assert len(peer.stores) == 3
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    is_lost = ">/dev/full" in redirection.split() or ">&-" in redirection.split()
    assert done.returncode == (43 if is_lost and "--json" in words else 0)
    if is_lost and not {"2>&-", "2>/dev/full"} & set(redirection.split()) and "--json" in words:
        assert done.stderr.count(b"E: cannot write to standard output: ") == 1


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
@pytest.mark.parametrize(
    "command",
    [
        ["dcmsend", "--help"],
        ["dicomdesk", "--version"],
        ["dcmsend", "--check", "127.0.0.1", "1", "000.dcm"],
        ["echoscu", "--diagnose", "127.0.0.1", "1"],
        ["echoscu", "--diagnose", "--json", "127.0.0.1", "1"],
        ["dcmqrscp", "-c", "a.cfg", "--reindex"],
        ["dcmqrscp", "-c", "a.cfg", "--verify"],
    ],
    ids=" ".join,
)
def test_answer_that_cannot_be_written_is_told(command: list[str], redirection: str, tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    configure(tmp_path)
    tool = ours(command[0])[:-1] if command[0] == "dicomdesk" else ours(command[0])
    done = run([*tool, *command[1:]], redirection, tmp_path)
    assert b"E: cannot write to standard output: " in done.stderr
    assert b"Traceback" not in done.stderr


def configure(folder: Path) -> None:
    (folder / "area").mkdir(exist_ok=True)
    area = f"ARCHIVE {folder / 'area'} RW (unlimited, unlimited) ANY"
    (folder / "a.cfg").write_text(f"AETable BEGIN\n{area}\nAETable END\n")


@contextmanager
def receiving(tool: str, words: Sequence[str], redirection: str, folder: Path) -> Iterator[int]:
    """A receiver with such streams, ended by a signal."""
    port = free_port()
    configure(folder)
    where = ["--accept-all", "-od", "area"] if tool == "dcmrecv" else ["-c", "a.cfg"]
    process = subprocess.Popen(
        shell_line([*ours(tool), *words, *where, str(port)], redirection),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(DEADLINE_S)
    assert code == 143


@contextmanager
def connected_soon(port: int) -> Iterator[Requestor]:
    """A connection, once somebody listens who cannot say so."""
    for _ in range(DEADLINE_S * 10):
        with contextlib.suppress(ConnectionRefusedError), connected(port) as requestor:
            yield requestor
            return
        threading.Event().wait(0.1)
    raise AssertionError("nobody listens")


def store(port: int, uid: str) -> bytes:
    data_set = Builder(EXPLICIT).instance(sop_instance_uid=uid)
    with connected_soon(port) as requestor:
        requestor.associate(STORING)
        assert requestor.store(uid, [data_set]) == 0
        requestor.release()
    return data_set


@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize("tool", ["dcmrecv", "dcmqrscp"])
def test_receiver_goes_on_storing_and_what_it_says_is_in_no_file(tool: str, redirection: str, tmp_path: Path) -> None:
    with receiving(tool, ["--json", "-d"], redirection, tmp_path) as port:
        data_sets = [store(port, f"1.2.3.{number}") for number in range(3)]
    stored = [
        path.read_bytes()
        for path in sorted((tmp_path / "area").rglob("*"))
        if path.is_file() and b"DICM" in path.read_bytes()[:132]
    ]
    assert len(stored) == 3
    assert sorted(next(each for each in data_sets if each in file) for file in stored) == sorted(data_sets)
    assert all(file.endswith(tuple(data_sets)) for file in stored)


def test_report_and_log_file_on_a_full_disk_are_told(tmp_path: Path) -> None:
    (tmp_path / "log.cfg").write_text(
        "log4cplus.rootLogger = INFO, a\n"
        "log4cplus.appender.a = log4cplus::FileAppender\nlog4cplus.appender.a.File = /dev/full\n"
    )
    paths = write_instances(tmp_path, 2)
    for tool in ("dcmsend", "storescu"):
        words = ["--log-config", "log.cfg", "--create-report-file", "/dev/full"]
        with FakePeer() as peer:
            done = run([*ours(tool), *words, "127.0.0.1", str(peer.port), *paths], "", tmp_path)
        assert len(peer.stores) == 2
        assert done.returncode == 43
        assert done.stderr.count(b"log4cplus:ERROR Unable to write to file: /dev/full: No space left on device") == 1
        assert b"Traceback" not in done.stderr


def test_json_that_nobody_reads_any_more_is_no_trouble(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 300)
    with FakePeer() as peer:
        command = shlex.join([*ours("dcmsend"), "--json", "127.0.0.1", str(peer.port), *paths])
        done = subprocess.run(
            ["bash", "-c", f"{command} | head -n 1; exit ${{PIPESTATUS[0]}}"],
            env=environment(),
            capture_output=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["event"] == "job-started"
    assert len(peer.stores) == 300
