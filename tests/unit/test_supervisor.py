import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.supervisor import READY, STOPPING, tell_supervisor


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        yield listening


def test_states_arrive_as_one_datagram(manager: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    tell_supervisor(READY, "STATUS=listening")
    tell_supervisor(STOPPING)
    assert [manager.recv(100), manager.recv(100)] == [b"READY=1\nSTATUS=listening", b"STOPPING=1"]


def test_names_of_the_abstract_namespace_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")  # the system chooses an abstract name
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + listening.getsockname()[1:].decode())
        tell_supervisor(READY)
        assert listening.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1", "/there/is/none", "/" + "long" * 40])
def test_a_manager_that_is_not_there_costs_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    tell_supervisor(READY)
