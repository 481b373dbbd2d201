"""Servers tell the supervisor when they serve and when they end."""

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.helpers.dcmtk.programs import free_port
from tests.helpers.processes.tool_process import OURS, environment

DEADLINE_S = 30


@pytest.mark.long
def test_a_receiver_is_ready_once_it_listens_and_says_that_it_stops(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(DEADLINE_S)
        process = subprocess.Popen(
            [*OURS, "dcmrecv", "--accept-all", str(port)],
            cwd=tmp_path,
            env=environment({"NOTIFY_SOCKET": manager.getsockname()}),
            stderr=subprocess.DEVNULL,
        )
        try:
            assert manager.recv(100) == b"READY=1"
            socket.create_connection(("127.0.0.1", port), DEADLINE_S).close()
            process.send_signal(signal.SIGTERM)
            assert manager.recv(100) == b"STOPPING=1"
            assert process.wait(DEADLINE_S) == 128 + signal.SIGTERM
        finally:
            process.kill()
            process.wait()
