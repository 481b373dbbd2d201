"""Sends whole folders with either sender to any receiver and tells what arrived, file by file."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.dcmtk.programs import free_port
from tests.helpers.processes import tool_process

ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}
OURS = tool_process.OURS
DEADLINE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One instance of a sender's report."""

    path: str
    sop_instance_uid: str
    original: str
    """Transfer syntax UID of the file."""
    network: str
    """Transfer syntax UID on the wire."""
    association: int
    status: int | None

    @property
    def is_stored(self) -> bool:
        """Whether the peer answered Success."""
        return self.status == 0


def read_report(path: Path) -> list[Sent]:
    """The instances of a report in DCMTK's text."""
    items = []
    for block in path.read_text(encoding="utf-8", errors="surrogateescape").split("\n\n"):
        values = dict(re.findall(r"^(\w[\w. /]*?) *: (.*)$", block, re.MULTILINE))
        if "Filename" not in values:
            continue
        status = re.match(r"0x([0-9a-f]{4})", values["DIMSE Status"])
        items.append(
            Sent(
                path=values["Filename"],
                sop_instance_uid=values["SOP Instance"],
                original=values["Original Xfer"].split(" = ")[0],
                network=values.get("Network Xfer", "").split(" = ")[0],
                association=int(values["Association"]),
                status=int(status[1], 16) if status else None,
            )
        )
    return items


def wait_for_port(port: int, process: "subprocess.Popen[bytes]", deadline_s: float = 30) -> None:
    """Return when ``port`` answers; fails when the process ends first."""
    end, pause = time.monotonic() + deadline_s, threading.Event()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
            assert time.monotonic() < end, f"nobody listens on port {port}"
            pause.wait(0.005)


@contextmanager
def listening(command: Sequence[str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A receiver that listens on ``port`` while the block runs."""
    process = tool_process.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def receiver(program: Sequence[str], folder: Path, *options: str) -> Iterator[int]:
    """A dcmrecv, DCMTK's or ours, that names files by the time they came, bit-preserving first; gives the port."""
    port = free_port()
    with listening([*program, "+B", "+fst", "-od", str(folder), *options, str(port)], port):
        yield port


def send(program: Sequence[str], port: int, inputs: Sequence[Path], report: Path, *options: str) -> list[Sent]:
    """Run a dcmsend over folders; must end with 0."""
    command = [
        *program,
        "+sd",
        "+r",
        "--no-halt",
        "+crf",
        str(report),
        *options,
        "127.0.0.1",
        str(port),
        *map(str, inputs),
    ]
    done = tool_process.run(command, env=ENVIRONMENT, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return read_report(report)


def arrived(folder: Path, sent: Sequence[Sent]) -> dict[str, Path]:
    """Which received file is which: they were written one after the other, in the order of the associations.

    The clock of a file system is coarse; files of one tick are told apart by their names, which are times too.
    """
    stored = sorted((item for item in sent if item.is_stored), key=lambda item: item.association)
    files = sorted(folder.iterdir(), key=lambda file: (file.stat().st_mtime_ns, file.name))
    assert len(files) == len(stored)
    return {item.path: file for item, file in zip(stored, files, strict=True)}


@contextmanager
def orthanc(folder: Path, **changes: object) -> Iterator[tuple[int, int]]:
    """A running Orthanc, with any settings of its own; gives its DICOM and HTTP ports."""
    dicom_port, http_port = free_port(), free_port()
    settings = {
        "Name": "test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "DicomPort": dicom_port,
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
        "DicomCheckCalledAet": False,
        "OverwriteInstances": True,
        "StorageCompression": False,
        "StoreMD5ForAttachments": False,
        "Plugins": [],
        **changes,
    }
    configuration = folder / "orthanc.json"
    configuration.write_text(json.dumps(settings), encoding="utf-8")
    program = shutil.which("Orthanc") or "Orthanc"
    with listening([program, str(configuration)], dicom_port) as process:
        wait_for_port(http_port, process)  # it is opened on its own
        yield dicom_port, http_port


def orthanc_instances(http_port: int) -> set[str]:
    """The SOP Instance UIDs of all that it has stored."""
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/instances?expand", timeout=DEADLINE_S) as answer:
        found = json.loads(answer.read())
    return {str(instance["MainDicomTags"].get("SOPInstanceUID", "")) for instance in found}
