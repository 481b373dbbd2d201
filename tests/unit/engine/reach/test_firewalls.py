"""What programs of firewalls write is judged; whatever they write, the port's number is all that goes to them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.reach.firewalls import FirewallFinding, find_firewalls

NOWHERE = Path("/nonexistent")


def match(left: object, right: object, operator: str = "==") -> dict[str, object]:
    return {"match": {"op": operator, "left": left, "right": right}}


def dport(right: object, protocol: str = "tcp", operator: str = "==") -> dict[str, object]:
    return match({"payload": {"protocol": protocol, "field": "dport"}}, right, operator)


LOOPBACK = [match({"meta": {"key": "iif"}}, "lo"), {"accept": None}]
ESTABLISHED = [match({"ct": {"key": "state"}}, ["established", "related"], "in"), {"accept": None}]
OPEN = [dport({"set": [22, 104, {"range": [11110, 11115]}]}), {"accept": None}]
OF_SOME = [match({"payload": {"protocol": "ip", "field": "saddr"}}, "10.0.0.1"), {"accept": None}]
DNS = [dport(53, "udp"), {"accept": None}]
PING = [match({"meta": {"key": "l4proto"}}, "icmp"), {"accept": None}]


def ruleset(*rules: Sequence[object], policy: str = "drop") -> str:
    """As nft -j list ruleset writes one."""
    place = {"family": "inet", "table": "filter"}
    chain = {**place, "name": "input", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": policy}
    entries: list[object] = [{"metainfo": {"version": "1.0.6"}}, {"table": {**place, "name": "filter"}}]
    entries += [{"chain": chain}, *({"rule": {**place, "chain": "input", "expr": list(rule)}} for rule in rules)]
    return json.dumps({"nftables": entries})


SAVED = """*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p udp -m udp --dport 7777 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 104,11110:11115 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with icmp-port-unreachable
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 5000 -j ACCEPT
COMMIT
"""


def find(port: int, **written: str) -> list[FirewallFinding]:
    """With what the programs write, by their names; "_" stands for "-"."""
    return find_firewalls(port, lambda command: written.get(command[0].replace("-", "_")), NOWHERE)


def test_without_any_firewall_there_is_nothing_to_say() -> None:
    assert find(104) == []
    assert find(104, ufw="Status: inactive\n", firewall_cmd="not running\n") == []


@pytest.mark.parametrize(
    ("rules", "port", "blocks"),
    [
        ([LOOPBACK, ESTABLISHED, DNS, PING, OPEN], 104, False),
        ([LOOPBACK, ESTABLISHED, DNS, PING, OPEN], 11112, False),
        ([LOOPBACK, ESTABLISHED, DNS, PING, OPEN], 11116, True),
        ([LOOPBACK, OF_SOME], 104, None),
        ([OF_SOME, OPEN], 104, False),
        ([[dport(104), {"drop": None}], OPEN], 104, True),
        ([[dport(104, operator="!="), {"drop": None}], [{"accept": None}]], 104, False),
        ([[{"jump": {"target": "more"}}]], 104, None),
        ([[{"counter": {"packets": 1}}], [{"accept": None}]], 104, False),
    ],
)
def test_the_rule_of_nftables_that_decides_is_named(rules: list[list[object]], port: int, blocks: bool | None) -> None:
    (finding,) = find(port, nft=ruleset(*rules))
    assert (finding.name, finding.blocks) == ("nftables", blocks)
    assert finding.rule.startswith("inet filter input: ")
    assert finding.command == f"nft insert rule inet filter input tcp dport {port} accept"


def test_a_policy_that_accepts_lets_through() -> None:
    (finding,) = find(104, nft=ruleset(policy="accept"))
    assert finding.blocks is False


@pytest.mark.parametrize(
    ("port", "blocks", "rule"),
    [
        (11112, False, "-A INPUT -p tcp -m multiport --dports 104,11110:11115 -j ACCEPT"),
        (22, True, "-A INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with icmp-port-unreachable"),
        (5000, None, "-P INPUT DROP, and no rule accepts the port"),
        (7777, True, "-P INPUT DROP, and no rule accepts the port"),
    ],
)
def test_the_rule_of_iptables_that_decides_is_named(port: int, blocks: bool | None, rule: str) -> None:
    (finding,) = find(port, iptables_save=SAVED)
    assert (finding.blocks, finding.rule) == (blocks, rule)
    assert finding.command == f"iptables -I INPUT -p tcp --dport {port} -j ACCEPT"


def test_ufw_and_firewalld_say_by_themselves() -> None:
    status = "Status: active\n\nTo               Action  From\n11110:11120/tcp  ALLOW   Anywhere\n"
    (allowed,) = find(11112, ufw=status)
    assert (allowed.blocks, allowed.rule) == (False, "11110:11120/tcp ALLOW Anywhere")
    (denied,) = find(104, ufw=status)
    assert (denied.blocks, denied.command) == (True, "ufw allow 104/tcp")

    def ask(command: Sequence[str]) -> str | None:
        answers = {"--state": "running\n", "--query-port=104/tcp": "no\n"}
        return answers.get(command[1]) if command[0] == "firewall-cmd" else None

    (finding,) = find_firewalls(104, ask, NOWHERE)
    assert (finding.name, finding.blocks, finding.command) == ("firewalld", True, "firewall-cmd --add-port=104/tcp")


def test_a_ufw_that_may_not_be_asked_is_known_by_its_configuration(tmp_path: Path) -> None:
    configuration = tmp_path / "ufw.conf"
    configuration.write_text("# started at boot\nENABLED=yes\n")
    (finding,) = find_firewalls(104, lambda _command: None, configuration)
    assert (finding.name, finding.blocks) == ("ufw", None)


def test_those_that_block_come_first() -> None:
    found = find(104, ufw="Status: active\n104/tcp ALLOW Anywhere\n", nft=ruleset())
    assert [finding.name for finding in found] == ["nftables", "ufw"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["input", "tcp", "dport", "lo", "accept", "inet"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["nftables", "chain", "rule", "hook", "family", "expr", "match", "left", "right", "payload"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(
    st.text(max_size=200) | JSON.map(json.dumps) | JSON.map(lambda made: json.dumps({"nftables": [made]})), st.text()
)
def test_whatever_the_programs_write_is_judged_or_left(nft: str, saved: str) -> None:
    for finding in [*find(104, nft=nft, iptables_save=saved, ufw=saved), *find(104, iptables_save=saved)]:
        assert finding.rule.isprintable()
        assert finding.command.isprintable()


def test_the_programs_of_this_machine_are_asked_without_any_effect() -> None:
    assert isinstance(find_firewalls(65535), list)
