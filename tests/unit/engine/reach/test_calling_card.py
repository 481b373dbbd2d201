import ipaddress
from pathlib import Path

import pytest

from dicomdesk.engine.reach import calling_card as module
from dicomdesk.engine.reach.calling_card import address_words, calling_card, find_own_addresses, reach_sentence

TABLE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 10.0.0.0/24 2 0 2
        |-- 10.0.0.0
           /24 link UNICAST
        |-- 10.0.0.7
           /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 169.254.3.4
        /32 host LOCAL
"""


def test_card_and_sentence_tell_what_the_other_side_has_to_enter() -> None:
    assert calling_card("DESK", "10.0.0.7", 11112, has_tls=False).splitlines() == [
        "AE title: DESK",
        "Address:  10.0.0.7",
        "Port:     11112",
        "TLS:      no",
    ]
    assert "(of this machine)" in calling_card("DESK", "", 11112, has_tls=True)
    assert reach_sentence("DESK", ["10.0.0.7"], 104) == "Reach this machine as DESK at 10.0.0.7 port 104"
    assert address_words(["a", "b", "c"]) == "a, b or c"
    assert address_words([]) == ""
    assert reach_sentence("DESK", [], 104) == "Reach this machine as DESK on port 104"


def test_own_addresses_are_those_that_others_can_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "fib_trie"
    table.write_text(TABLE)
    monkeypatch.setattr(module, "_KERNEL_TABLE", table)
    found = find_own_addresses()
    assert "10.0.0.7" in found
    assert not {"127.0.0.1", "169.254.3.4", "10.0.0.0", "10.0.0.255"} & set(found)
    table.unlink()
    assert all(ipaddress.ip_address(address) for address in find_own_addresses())


def test_loopback_is_told_where_there_is_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KERNEL_TABLE", tmp_path / "none")
    monkeypatch.setattr(module, "_FAR_AWAY", ("127.0.0.1",))
    assert find_own_addresses() == ("127.0.0.1",)
