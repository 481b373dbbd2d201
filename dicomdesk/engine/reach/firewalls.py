"""What the firewalls of this machine say of a TCP port, read without any rights: rules where they can be read.

A rule decides where it is about the port alone, or about all; where a rule could be about the peer, its outcome is not
known. Sources: libnftables-json(5), iptables-save(8), ufw(8), firewall-cmd(1).
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["FirewallFinding", "find_firewalls"]

_LIMIT_S = 2.0
"""For each program that is asked."""
_MOST_BYTES = 4 << 20
_UFW = Path("/etc/ufw/ufw.conf")
_FINAL = ("accept", "drop", "reject")
_VERDICTS = (*_FINAL, "jump", "goto", "queue")
_PLACES = "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin"

Ask = Callable[[Sequence[str]], str | None]
"""Runs a program, and returns what it writes; None where there is none, or it may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallFinding:
    """What one firewall says."""

    name: str
    """ufw, firewalld, nftables or iptables."""
    blocks: bool | None
    """Whether it keeps connections from the port; None where that cannot be read."""
    rule: str = ""
    """That decides, as its program shows it; "" for none that is known."""
    command: str = ""
    """That an administrator opens the port with."""


def find_firewalls(port: int, ask: Ask | None = None, ufw_configuration: Path = _UFW) -> list[FirewallFinding]:
    """What there is, those that block first; takes seconds at most. ``ask`` runs programs (see ``Ask``)."""
    ask = ask or _run
    found = [finding for look in (_ufw, _firewalld) if (finding := look(port, ask, ufw_configuration)) is not None]
    found += _tables(port, ask)
    order = {True: 0, None: 1, False: 2}
    return sorted(found, key=lambda finding: order[finding.blocks])


def _run(command: Sequence[str]) -> str | None:
    program = shutil.which(command[0], path=_PLACES)
    if program is None:
        return None
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
            env={"LC_ALL": "C", "PATH": _PLACES},
        )
        if done.returncode == 0 or done.stdout:
            return done.stdout[:_MOST_BYTES].decode("utf-8", "replace")
    return None


def _ufw(port: int, ask: Ask, configuration: Path) -> FirewallFinding | None:
    command = f"ufw allow {port}/tcp"
    status = ask(("ufw", "status"))
    if status is not None and "Status: inactive" in status:
        return None
    if status is not None and "Status: active" in status:
        rules = [line for line in status.splitlines() if _names_port(line.split(" ")[0].removesuffix("/tcp"), port)]
        rule = printable(" ".join(rules[0].split())) if rules else "no rule for it (incoming is denied by default)"
        blocks = not rules or "ALLOW" not in rules[0]
        return FirewallFinding(name="ufw", blocks=blocks, rule=rule, command=command)
    with suppress(OSError):
        if "ENABLED=yes" in configuration.read_text(encoding="utf-8", errors="replace"):
            return FirewallFinding(name="ufw", blocks=None, command=command)
    return None


def _names_port(words: str, port: int) -> bool:
    """Whether ports as ufw and nft write them have one: "104", "11110:11120", "104,11112", "11110-11120"."""
    for part in words.split(","):
        first, _, last = part.replace("-", ":").partition(":")
        with suppress(ValueError):
            if int(first) <= port <= int(last or first):
                return True
    return False


def _firewalld(port: int, ask: Ask, _configuration: Path) -> FirewallFinding | None:
    if (ask(("firewall-cmd", "--state")) or "").strip() != "running":
        return None
    command = f"firewall-cmd --add-port={port}/tcp"
    answer = (ask(("firewall-cmd", f"--query-port={port}/tcp")) or "").strip()
    blocks = {"yes": False, "no": True}.get(answer)
    rule = "" if blocks is None else f"--query-port={port}/tcp: {answer}"
    return FirewallFinding(name="firewalld", blocks=blocks, rule=rule, command=command)


def _tables(port: int, ask: Ask) -> Iterator[FirewallFinding]:
    """The kernel's own rules: those of nft, and where these cannot be had those of iptables."""
    text = ask(("nft", "-j", "list", "ruleset"))
    if text:
        yield from _nftables(port, text)
        return
    saved = ask(("iptables-save", "-t", "filter"))
    if saved:
        yield from _iptables(port, saved)


def _nftables(port: int, text: str) -> Iterator[FirewallFinding]:
    try:
        entries = json.loads(text)["nftables"]
        objects = [dict(entry) for entry in entries]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    chains = [chain for entry in objects if isinstance(chain := entry.get("chain"), dict)]
    rules = [rule for entry in objects if isinstance(rule := entry.get("rule"), dict)]
    for chain in chains:
        if chain.get("hook") != "input" or chain.get("family") not in ("inet", "ip", "ip6"):
            continue
        place = ("family", "table")
        own = [
            rule
            for rule in rules
            if rule.get("chain") == chain.get("name") and all(rule.get(key) == chain.get(key) for key in place)
        ]
        yield _judge_chain(port, chain, own)


def _judge_chain(port: int, chain: Mapping[str, object], rules: Sequence[Mapping[str, object]]) -> FirewallFinding:
    where = printable(f"{chain.get('family')} {chain.get('table')} {chain.get('name')}")
    command = f"nft insert rule {where} tcp dport {port} accept"
    doubts: set[bool | None] = set()
    for entry in rules:
        expressions = [item for item in _list(entry.get("expr")) if isinstance(item, dict)]
        matches = [match for item in expressions if isinstance(match := item.get("match"), dict)]
        verdict = next((word for word in _VERDICTS if any(word in item for item in expressions)), "")
        if not verdict or any(_excludes(match, port) for match in matches):
            continue
        if verdict in _FINAL and all(_is_of_port(match, port) for match in matches):
            rule = f"{where}: {f'tcp dport {port} ' if matches else ''}{verdict}"
            blocks = _judge(verdict != "accept", doubts)
            return FirewallFinding(name="nftables", blocks=blocks, rule=rule, command=command)
        doubts.add(verdict != "accept" if verdict in _FINAL else None)
    blocks = chain.get("policy") == "drop"
    rule = f"{where}: policy drop, and no rule accepts the port" if blocks else f"{where}: policy accept"
    return FirewallFinding(name="nftables", blocks=_judge(blocks, doubts), rule=rule, command=command)


def _judge(blocks: bool, doubts: Collection[bool | None]) -> bool | None:  # noqa: FBT001 - what a rule says
    """What the deciding rule says, where those before it that may decide instead say the same."""
    return blocks if all(doubt is blocks for doubt in doubts) else None


def _excludes(match: Mapping[str, object], port: int) -> bool:
    """Whether it can be no new TCP connection to the port from another machine that this is about."""
    left, right = match.get("left"), match.get("right")
    if not isinstance(left, dict):
        return False
    payload, meta, state = left.get("payload"), left.get("meta"), left.get("ct")
    if isinstance(payload, dict):
        is_of_port = (payload.get("protocol"), payload.get("field")) == ("tcp", "dport")
        return payload.get("protocol") in ("udp", "icmp", "icmpv6") or (is_of_port and not _is_of_port(match, port))
    if isinstance(meta, dict):
        is_loopback = meta.get("key") in ("iif", "iifname") and right == "lo"
        return is_loopback or (meta.get("key") == "l4proto" and right not in ("tcp", 6) and not isinstance(right, dict))
    words = right if isinstance(right, list) else [right]
    return isinstance(state, dict) and state.get("key") == "state" and "new" not in words


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _is_of_port(match: Mapping[str, object], port: int) -> bool:
    left, right = match.get("left"), match.get("right")
    payload = left.get("payload") if isinstance(left, dict) else None
    if not isinstance(payload, dict) or (payload.get("protocol"), payload.get("field")) != ("tcp", "dport"):
        return False
    has = _right_has(right, port)
    return not has if match.get("op") == "!=" else has


def _right_has(right: object, port: int) -> bool:
    if isinstance(right, dict):
        bounds = _list(right.get("range"))
        if len(bounds) == 2 and all(isinstance(bound, int) for bound in bounds):
            first, last = bounds
            return isinstance(first, int) and isinstance(last, int) and first <= port <= last
        return any(_right_has(one, port) for one in _list(right.get("set")))
    return right == port


def _iptables(port: int, text: str) -> Iterator[FirewallFinding]:
    command = f"iptables -I INPUT -p tcp --dport {port} -j ACCEPT"
    policy, doubts = "ACCEPT", set[bool | None]()
    for line in text.splitlines():
        words = line.split()
        if line.startswith(":INPUT ") and len(words) > 1:
            policy = words[1]
        if words[:2] != ["-A", "INPUT"] or "-j" not in words[:-1]:
            continue
        target, about = words[words.index("-j") + 1], words[2 : words.index("-j")]
        if _is_about_others(about, port):
            continue
        if target in {"ACCEPT", "DROP", "REJECT"} and _is_plain(about, port):
            blocks = _judge(target != "ACCEPT", doubts)
            yield FirewallFinding(name="iptables", blocks=blocks, rule=printable(" ".join(words)), command=command)
            return
        doubts.add(target != "ACCEPT" if target in {"ACCEPT", "DROP", "REJECT"} else None)
    rule = printable(f"-P INPUT {policy}") + (", and no rule accepts the port" if policy == "DROP" else "")
    yield FirewallFinding(name="iptables", blocks=_judge(policy == "DROP", doubts), rule=rule, command=command)


def _pairs(words: Sequence[str]) -> dict[str, str]:
    return {word: value for word, value in pairwise(words) if word.startswith("-") and not value.startswith("-")}


def _is_about_others(words: Sequence[str], port: int) -> bool:
    """Whether it can be no new TCP connection to the port from another machine that a rule is about."""
    pairs = _pairs(words)
    states = pairs.get("--ctstate") or pairs.get("--state") or "NEW"
    ports = pairs.get("--dport") or pairs.get("--dports")
    is_other_port = ports is not None and not _names_port(ports, port)
    is_other = pairs.get("-p", "tcp") != "tcp" or pairs.get("-i") == "lo" or "NEW" not in states.split(",")
    return "!" not in words and (is_other or is_other_port)


def _is_plain(words: Sequence[str], port: int) -> bool:
    """Whether a rule asks for nothing, or for nothing but a TCP port, and that is it."""
    pairs = _pairs(words)
    ports = pairs.get("--dport") or pairs.get("--dports")
    is_simple = "!" not in words and set(pairs) <= {"-p", "-m", "--dport", "--dports", "--state", "--ctstate"}
    return is_simple and (not words or (ports is not None and _names_port(ports, port)))
