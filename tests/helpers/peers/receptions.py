"""Runs one dcmrecv command line with DCMTK's program and ours while a script talks to it, and tells what was left."""

import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic

from dicomdesk.network.dimse.command_sets import read_command_set
from tests.helpers.data.comparison import differences
from tests.helpers.dcmtk.differential import ENVIRONMENT, differing_lines, log_lines
from tests.helpers.dcmtk.programs import dcmtk_program, free_port
from tests.helpers.peers.requestors import (
    ABORT,
    ASSOCIATE_AC,
    P_DATA,
    RELEASE_RP,
    RELEASE_RQ,
    VERIFICATION,
    Proposal,
    Requestor,
    connected,
    pdu,
)
from tests.helpers.processes import tool_process

DEADLINE_S = 20.0
LINES_DEADLINE_S = 3.0
ENDED = "ended"
"""Aborted or closed: which of the two a peer sees first is a matter of luck."""

_LISTENING = "0A"

Script = Callable[[int, Path], list[object]]
"""Talks to a port, with a folder for its own use; what it saw."""

_UNIQUE = (
    (re.compile(r"\.X\.[0-9.]*[0-9]"), ".X.UID"),
    (re.compile(r"_[0-9a-fA-F]{16}"), "_HEX"),
    (re.compile(r"\d{14}\.\d{6}"), "TIME"),
)


@dataclass
class Reception:
    """What a receiver did and left."""

    exit_code: int | None
    """None: it ran until it was stopped."""
    lines: list[str]
    seen: list[object] = field(default_factory=list)
    """By the script."""
    files: dict[str, bytes] = field(default_factory=dict)
    """By path below the output directory, without what is different each time."""


def receive(
    program: Sequence[str], arguments: Sequence[str], home: Path, script: Script | None, *, line_count: int = 0
) -> Reception:
    """Run until the script is through and there are so many lines; without a script until it ends by itself.

    ``{port}``, ``{inputs}`` and ``{out}`` in the arguments are those of this run.
    """
    out, inputs = home / "out", home.parent / "inputs"
    out.mkdir()
    port = free_port()
    replacements = {"{port}": str(port), "{inputs}": str(inputs), "{out}": str(out), "{taken}": str(port)}
    values = [_replaced(argument, replacements) for argument in arguments]
    log = home / "log"
    with log.open("wb") as stream, _Occupied(port if "{taken}" in arguments else None):
        process = tool_process.Popen([*program, *values], cwd=home, env=ENVIRONMENT, stdout=stream, stderr=stream)
        try:
            if script is None:
                exit_code: int | None = process.wait(DEADLINE_S)
                seen: list[object] = []
            else:
                _wait_until_listening(port, process)
                seen = script(port, home)
                seen.append(_last_echo(port))
                _wait_for_lines(log, line_count)
                exit_code = process.poll()
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
    text = log.read_text(errors="surrogateescape")
    for found, name in ((str(out), "OUT"), (str(home), "HOME"), (str(inputs), "INPUTS"), (str(port), "PORT")):
        text = text.replace(found, name)
    lines = log_lines(_without_unique(text))
    return Reception(exit_code=exit_code, lines=lines, seen=seen, files=_read_files(out))


def differing_receptions(theirs: Reception, ours: Reception, *, tolerated: Sequence[str] = ()) -> list[str]:
    """Say where they differ."""
    found = []
    for name in ("exit_code", "seen"):
        if getattr(theirs, name) != getattr(ours, name) and name not in tolerated:
            found.append(f"{name}: expected {getattr(theirs, name)!r}, got {getattr(ours, name)!r}")
    if "lines" not in tolerated:
        found += differing_lines(theirs.lines, ours.lines)
    if "files" in tolerated:
        return found
    if sorted(theirs.files) != sorted(ours.files):
        found.append(f"files: expected {sorted(theirs.files)}, got {sorted(ours.files)}")
    for name in theirs.files.keys() & ours.files.keys():
        if different := differences(theirs.files[name], ours.files[name]):
            found.append(f"{name}: {different}")
    return found


def dcmsend(*arguments: str) -> Script:
    """Send files of the inputs with DCMTK's program; its exit code and lines."""

    def script(port: int, home: Path) -> list[object]:
        inputs = home.parent / "inputs"
        values = [_replaced(argument, {"{port}": str(port)}) for argument in arguments]
        command = [dcmtk_program("dcmsend"), "-v", "-nh", *values[:-1], "127.0.0.1", str(port), *values[-1].split()]
        done = subprocess.run(
            command, cwd=inputs, env=ENVIRONMENT, capture_output=True, timeout=DEADLINE_S, check=False
        )
        return [done.returncode, *(line for line in done.stderr.decode().splitlines() if "C-STORE" in line)]

    return script


def raw(talk: Callable[[Requestor], object], proposal: Proposal | None = None) -> Script:
    """Associate and talk; what came of it, and how the association ended."""

    def script(port: int, _: Path) -> list[object]:
        with connected(port) as requestor:
            requestor.send((proposal or Proposal()).encode())
            number, body = requestor.read_pdu()
            if number != ASSOCIATE_AC:
                return [number, body]
            result = talk(requestor)
            return [result, ENDED if result == ENDED else _end(requestor)]

    return script


def answer(requestor: Requestor) -> object:
    """What comes next: the status of a response, or that the association has ended."""
    try:
        number, body = requestor.read_pdu()
    except ConnectionError:
        return ENDED
    if number == P_DATA:
        return f"{read_command_set(body[6:]).number(0x0900):04x}"
    return ENDED if number in {0, ABORT} else number


def _end(requestor: Requestor) -> object:
    """Release, unless it has been aborted."""
    try:
        requestor.send(pdu(RELEASE_RQ, bytes(4)))
        number, _ = requestor.read_pdu()
    except ConnectionError:
        return ENDED
    return "released" if number == RELEASE_RP else ENDED


def _last_echo(port: int) -> object:
    """Ask once more, so that all that was asked before has been dealt with."""
    proposal = Proposal(contexts=[(1, VERIFICATION, ["1.2.840.10008.1.2"])])
    with connected(port) as requestor:
        requestor.send(proposal.encode())
        number, _ = requestor.read_pdu()
        status = requestor.echo(1) if number == ASSOCIATE_AC else None
        return status, _end(requestor)


def _wait_for_lines(log: Path, count: int) -> None:
    """Wait until the log has so many lines; a program may write them a little later than it acts."""
    end = monotonic() + LINES_DEADLINE_S
    never = threading.Event()
    while len(log_lines(log.read_text(errors="surrogateescape"))) < count and monotonic() < end:
        never.wait(0.01)


class _Occupied:
    """Keeps a port taken."""

    def __init__(self, port: int | None) -> None:
        self._port = port
        self._server: socket.socket | None = None

    def __enter__(self) -> None:
        if self._port is not None:
            self._server = socket.create_server(("", self._port))

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()


def _replaced(text: str, replacements: dict[str, str]) -> str:
    for found, replacement in replacements.items():
        text = text.replace(found, replacement)
    return text


def _wait_until_listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait without connecting: a receiver would log that."""
    end, pause = monotonic() + DEADLINE_S, threading.Event()
    while not _is_listening(port):
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        assert monotonic() < end, f"nobody listens on port {port}"
        pause.wait(0.005)


def _is_listening(port: int) -> bool:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                return True
    return False


def _without_unique(text: str) -> str:
    for pattern, replacement in _UNIQUE:
        text = pattern.sub(replacement, text)
    return text.replace(datetime.now().astimezone().strftime("%Y%m%d"), "TODAY")


def _read_files(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = _without_unique(str(path.relative_to(folder)))
        while name in files:
            name += "+"
        files[name] = path.read_bytes()
    return files
