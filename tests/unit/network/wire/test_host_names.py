"""Host names are looked up only where asked for, and once."""

import socket

import pytest

from dicomdesk.network.wire.host_names import HostNames, find_own_address


def test_address_is_shown_where_look_ups_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyaddr", pytest.fail)
    assert HostNames(is_enabled=False).find("127.0.0.1") == "127.0.0.1"


def test_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(address: str) -> tuple[str, list[str], list[str]]:
        asked.append(address)
        return "modality.example", [], [address]

    monkeypatch.setattr(socket, "gethostbyaddr", answer)
    names = HostNames(is_enabled=True)
    assert [names.find("192.0.2.1") for _ in range(3)] == ["modality.example"] * 3
    assert asked == ["192.0.2.1"]


def test_address_is_shown_where_there_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(address: str) -> tuple[str, list[str], list[str]]:
        raise socket.herror(1, "Unknown host")

    monkeypatch.setattr(socket, "gethostbyaddr", fail)
    assert HostNames(is_enabled=True).find("192.0.2.1") == "192.0.2.1"


def test_the_own_address_is_the_one_that_a_peer_sees() -> None:
    assert find_own_address("127.0.0.1", 104) == "127.0.0.1"
    assert find_own_address("no.such.host.invalid", 104) == ""
