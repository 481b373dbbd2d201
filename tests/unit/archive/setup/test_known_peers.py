"""Who may use the archive."""

from pathlib import Path

import pytest

from dicomdesk.archive.setup.configuration import Area, HostRules, PeerEntry
from dicomdesk.archive.setup.known_peers import Addresses, find_peer, is_admitted, is_same_host

WS = PeerEntry(ae_title="WS1", host="Workstation.example.org", port=104)
NAMES = {"workstation.example.org": frozenset({"10.0.0.7", "fe80::7"})}


def addresses() -> Addresses:
    return Addresses(lambda host: NAMES.get(host.lower(), frozenset()))


@pytest.mark.parametrize(
    ("allow", "deny", "is_in"),
    [
        ((), (), True),
        ((), ("ALL",), False),
        (("10.0.0.7",), ("ALL",), True),
        (("10.0.0.0/8",), ("all",), True),
        (("10.0.1.0/24",), ("ALL",), False),
        (("10.0.",), ("ALL",), True),
        ((".example.org",), ("ALL",), True),
        ((".example.com",), ("ALL",), False),
        (("WS.example.org",), ("ALL",), True),
        ((), ("10.0.0.7",), False),
        ((), ("10.0.0.8", ".example.com"), True),
        (("fe80::/10",), ("ALL",), False),
    ],
)
def test_host_rules(allow: tuple[str, ...], deny: tuple[str, ...], is_in: bool) -> None:
    assert is_admitted(HostRules(allow=allow, deny=deny), "::ffff:10.0.0.7", "ws.example.org") is is_in


@pytest.mark.parametrize(
    ("calling", "address", "name", "is_in"),
    [
        ("WS1", "10.0.0.7", "10.0.0.7", True),
        ("WS1", "::ffff:10.0.0.7", "unknown", True),
        ("WS1", "fe80::7%eth0", "unknown", True),
        ("WS1", "10.9.9.9", "workstation.EXAMPLE.org", True),
        ("WS1", "10.9.9.9", "other", False),
        ("ws1", "10.0.0.7", "10.0.0.7", False),
        ("WS2", "10.0.0.7", "10.0.0.7", False),
    ],
)
def test_peers_of_an_area(calling: str, address: str, name: str, is_in: bool) -> None:
    area = Area(ae_title="A", folder=Path(), is_writable=True, peers=(WS,))
    assert find_peer(area, calling, address, name, addresses()) is is_in
    anyone = Area(ae_title="A", folder=Path(), is_writable=True)
    assert find_peer(anyone, calling, address, name, addresses())


def test_hosts_by_address_need_no_name() -> None:
    entry = PeerEntry(ae_title="WS1", host="10.0.0.7", port=104)
    assert is_same_host(entry, "10.0.0.7", "some.name", addresses())


def test_names_are_looked_up_once_a_minute() -> None:
    asked: list[str] = []

    def look_up(host: str) -> frozenset[str]:
        asked.append(host)
        return frozenset({"10.0.0.7"})

    known = Addresses(look_up)
    assert known.of("A") == known.of("a") == frozenset({"10.0.0.7"})
    assert asked == ["A"]


def test_the_system_knows_this_machine() -> None:
    assert Addresses().of("localhost") & {"127.0.0.1", "::1"}
    assert Addresses().of("no such host.invalid") == frozenset()


def test_a_name_counts_if_it_has_the_address_it_was_found_for() -> None:
    """Whoever owns an address may name it like somebody else's host."""
    assert addresses().confirmed("10.0.0.7", "workstation.example.org") == "workstation.example.org"
    assert addresses().confirmed("::ffff:10.0.0.7", "workstation.example.org") == "workstation.example.org"
    assert addresses().confirmed("10.66.6.6", "workstation.example.org") == "10.66.6.6"
    assert addresses().confirmed("10.66.6.6", "nobody.example.org") == "10.66.6.6"
    assert addresses().confirmed("10.66.6.6", "10.66.6.6") == "10.66.6.6"


def test_a_name_that_is_only_claimed_denies_and_does_not_allow() -> None:
    denying = HostRules(deny=(".example.org",))
    assert not is_admitted(denying, "10.66.6.6", "10.66.6.6", claimed_name="ws.example.org")
    allowing = HostRules(allow=(".example.org",), deny=("ALL",))
    assert not is_admitted(allowing, "10.66.6.6", "10.66.6.6", claimed_name="ws.example.org")
