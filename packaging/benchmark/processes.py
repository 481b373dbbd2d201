"""Starts and ends the programs that are measured."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FASTEST = {**os.environ, "TCP_NODELAY": "1"}
"""DCMTK waits for delayed acknowledgements unless told not to."""

OURS = str(Path(sys.executable).with_name("dicomdesk"))
DEADLINE_S = 300


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def dcmtk_program(name: str) -> str:
    """A program of DCMTK's, found where its dcmsend is: pynetdicom brings others of the same names."""
    beside = shutil.which("dcmsend")
    found = Path(beside).resolve().parent / name if beside else None
    if found is None or not found.exists():
        raise RuntimeError(f"DCMTK's {name} is not installed")
    return str(found)


def timed(command: Sequence[str], cwd: Path | None = None) -> float:
    """Wall seconds of a command that must succeed."""
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env=FASTEST,
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=DEADLINE_S,
        check=False,
    )
    elapsed = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}"
        )
    return elapsed


def printed(command: Sequence[str], cwd: Path | None = None, *, line: int = 0) -> float:
    """The number that a command prints, in a line."""
    done = subprocess.run(command, env=FASTEST, cwd=cwd, stdout=subprocess.PIPE, timeout=DEADLINE_S, check=True)
    return float(done.stdout.splitlines()[line])


def memory_of(command: Sequence[str], cwd: Path | None = None) -> float:
    """Peak resident MB of a command, looked up while it runs: what ``wait4`` tells counts ours too, before the exec."""
    process = subprocess.Popen(command, env=FASTEST, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        with suppress(OSError, IndexError):  # it has just ended
            peak = max(peak, peak_memory(process.pid))
        time.sleep(0.005)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return peak


def peak_memory(pid: int) -> float:
    """Peak resident MB of a running process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def cpu_seconds(pid: int) -> float:
    """CPU time that a running process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when somebody listens on ``port``."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        table = Path("/proc/net/tcp").read_text(encoding="ascii") + Path("/proc/net/tcp6").read_text(encoding="ascii")
        if any(f":{port:04X} " in line and line.split()[3] == "0A" for line in table.splitlines()[1:] if ":" in line):
            return
        time.sleep(0.01)
    raise RuntimeError(f"nobody listens on port {port}")


@contextmanager
def running(command: Sequence[str], port: int, output: IO[bytes] | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A server that listens on ``port`` while the block runs; its output goes nowhere where no file is given."""
    process = subprocess.Popen(command, env=FASTEST, stdout=output or subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
