"""Harnesses of what reads settings and words: rules, requests, logs to be explained, firewalls, messages of starts."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

from dicomdesk.archive.audit.settings import read_syslog_target
from dicomdesk.archive.setup.retention_rules import read_days, read_free_space
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.check.requests import EchoRequest
from dicomdesk.engine.explain.recognition import explain_lines
from dicomdesk.engine.explain.status_table import SERVICES
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.query.request import Identifier, QueryRequest
from dicomdesk.engine.reach.firewalls import find_firewalls
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.engine.request_documents import read_request, write_request
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.rules.conditions import Sender, wanted_tags
from dicomdesk.engine.rules.rule import describe_rule
from dicomdesk.engine.rules.rules_file import check_rule, read_rules, rules_to_json
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.settings import Peer, TlsSettings
from tests.fuzz.properties import attempt, require, require_same


def require_harmless(texts: Sequence[str], of_what: str) -> None:
    """What is shown to people does nothing to their terminal."""
    for text in texts:
        require_same(text, printable(text), f"what is shown of {of_what} is harmless")


# -- rules

_SENDER = Sender(calling_ae_title="CT1", called_ae_title="HERE", address="10.1.2.3")
_NOW = datetime(2026, 1, 31, 23, 30).astimezone()


def read_rules_file(data: bytes) -> None:
    """A file of rules is understood or refused; what was understood is written, read again, said and asked."""
    read = attempt(lambda: read_rules(data.decode("utf-8", "replace"), folder="/watched"), SettingsError)
    if read.value is None:
        require_harmless([str(read.error)], "a file of rules")
        return
    again = attempt(lambda: read_rules(rules_to_json(read.value), folder="/elsewhere"), SettingsError)  # type: ignore[arg-type]  # there is one
    require_same(again.told, read.value, "rules that are written are read again")
    for rule in read.value.rules:
        attempt(lambda: check_rule(rule))  # noqa: B023 - called at once
        require_harmless([describe_rule(rule), str(rule.condition)], "a rule")
        values = dict.fromkeys(wanted_tags([rule.condition]), ("CT", "1.2é*"))
        for attributes in (values, {}):
            require_same(
                rule.condition.is_met(attributes, _SENDER),
                rule.condition.is_met(attributes, _SENDER),
                "a condition has one answer",
            )
        opening = rule.schedule.next_opening(_NOW)
        require(opening >= _NOW and rule.schedule.is_open(opening), "hours are open when they open next", opening)


_PEERS = [{"name": "Main", "ae_title": "MAIN", "host": "pacs.example", "port": 104}]
_RULES: list[dict[str, object]] = [
    {
        "name": "CT to main",
        "when": {"quiet_s": 30},
        "if": {"all": [{"what": "modality", "is": ["CT", "M*"]}, {"not": {"what": "0018,0015", "is": "HEAD"}}]},
        "sends": "matching",
        "to": ["Main", {"ae_title": "OTHER", "host": "10.0.0.2", "port": 11112, "calling_ae_title": "ME"}],
        "afterwards": "delete_stored",
        "hours": "20:00-06:00",
        "days": ["mon", "sun"],
        "priority": "high",
        "retries": 3,
        "stop": True,
        "notes": "x",
    },
    {"name": "Folder", "on": False, "when": {"folder": "in", "subfolders": False, "rest_s": 5}, "to": "Main"},
    {"name": "Sender", "if": {"any": [{"what": "address", "is_not": "10.0.0.0/8"}]}, "to": "Main"},
]


def build_rules(random: Random) -> bytes:
    """A file with some of the rules."""
    rules = random.sample(_RULES, random.randint(1, len(_RULES)))
    whole = {"dicomdesk_rules": 1, "peers": _PEERS, "rules": rules}
    return json.dumps(whole, indent=random.choice((None, 1))).encode()


# -- requests

_PEER = Peer(host="pacs.example", port=104, ae_title="PACS", tls=TlsSettings(pass_phrase="x"))


@cache
def _requests() -> tuple[bytes, ...]:
    retrieve = RetrieveRequest(peer=_PEER, identifiers=(Identifier(),), listener=ReceiveRequest(port=0))
    made = (
        SendRequest(peer=_PEER, inputs=InputSelection(paths=("a", "b\udce4"))),
        ReceiveRequest(port=11112),
        EchoRequest(peer=_PEER),
        QueryRequest(peer=_PEER, identifiers=(Identifier(),)),
        retrieve,
        ListRequest(peer=_PEER, entries=(), fetch=retrieve),
    )
    return tuple(write_request(each).encode() for each in made)


def read_request_document(data: bytes) -> None:
    """A document of a request is read or refused; what was read is written and read again, without secrets."""
    read = attempt(lambda: read_request(data.decode("utf-8", "surrogatepass")), SettingsError, UnicodeDecodeError)
    if read.value is None:
        require_harmless([str(read.error)], "a request")
        return
    request = read.value.request
    again = attempt(lambda: read_request(write_request(request)))
    require_same(again.value and again.value.request, request, "a request that is written is read again")


def build_request(random: Random) -> bytes:
    """The document of a request."""
    return random.choice(_requests())


# -- what is to be explained

LOG_WORDS = (
    *(b"A700", b"0xa900", b"1/1/7", b"2, 3, 2", b'"status": 99999', b"Unknown Status: 0xf", b"Reason: No Reason"),
    *(b"C-MOVE", b"worklist", b"E: ", b"Connection refused", b"\x1b[2J", b"\xff", b"\0", b"x" * 3000, b"0" * 300),
    *(b"F: Association Rejected:", b"Error: 0006:0317 Peer aborted Association", b"TLS", b"certificate verify failed"),
)


def explain(data: bytes) -> None:
    """Any text is explained or not; what is said is harmless, and of lines that are there."""
    lines = data.decode("utf-8", "replace").splitlines()
    sightings = attempt(lambda: explain_lines(lines)).value or []
    for sighting in sightings:
        failure = sighting.failure
        require_harmless([failure.key, failure.sentence, failure.cause, failure.advice], "a failure")
        require(failure.sentence and failure.cause, "a failure has a sentence and a cause", failure.key)
        numbers = sighting.lines
        require(numbers and min(numbers) >= 1 and max(numbers) <= len(lines), "a sighting is of lines", numbers)
        require_same(sorted(set(numbers)), list(numbers), "lines are told once, in their order")
    require_same(len({each.failure for each in sightings}), len(sightings), "a failure is told once")
    service = SERVICES[len(data) % len(SERVICES)]
    attempt(lambda: explain_lines(lines[:20], service))


def build_log(random: Random) -> bytes:
    """Lines with words that are known."""
    lines = [b" ".join(random.choice(LOG_WORDS) for _ in range(random.randint(1, 4))) for _ in range(12)]
    return b"\n".join(lines)


# -- firewalls

_NFT = {
    "nftables": [
        {"metainfo": {"version": "1.0.6"}},
        {"chain": {"family": "inet", "table": "filter", "name": "input", "hook": "input", "policy": "drop"}},
        {
            "rule": {
                "family": "inet",
                "table": "filter",
                "chain": "input",
                "expr": [
                    {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}},
                    {
                        "match": {
                            "op": "==",
                            "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                            "right": {"set": [104, {"range": [11112, 11120]}]},
                        }
                    },
                    {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["new", "established"]}},
                    {"accept": None},
                ],
            }
        },
    ]
}
_IPTABLES = (
    b"*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state NEW -p tcp --dport 11112 -j"
    b" ACCEPT\n-A INPUT -p tcp -m multiport --dports 104,11110:11120 -j DROP\n-A INPUT -j REJECT\nCOMMIT\n"
)
_UFW = (
    b"Status: active\n\nTo                         Action      From\n11112/tcp                  ALLOW       Anywhere\n"
)


def judge_firewall(data: bytes) -> None:
    """Whatever a firewall's tool prints, there is a finding or none, in harmless words."""
    kind, text = data[0] % 4 if data else 0, data[1:].decode("utf-8", "replace")
    commands = (("ufw", "status"), ("firewall-cmd", "--state"), ("nft", "-j", "list", "ruleset"), ("iptables-save",))

    def ask(command: Sequence[str]) -> str | None:
        return text if tuple(command[: len(commands[kind])]) == commands[kind] else None

    found = attempt(lambda: find_firewalls(11112, ask, Path("/nonexistent"))).value or ()
    require_harmless([part for each in found for part in (each.rule, each.command)], "a firewall")


def build_firewall(random: Random) -> bytes:
    """A byte for the tool, and what it prints."""
    kind = random.randrange(4)
    return bytes((kind,)) + (_UFW, b"running\n", json.dumps(_NFT).encode(), _IPTABLES)[kind]


# -- words of command lines

OPTION_WORDS = (b"://", b"[", b"]", b":", b"%", b"gb", b"unlimited", b"9" * 400, b"0" * 30, b"\xc2\xb2", b"\xff", b"-1")


def read_option_words(data: bytes) -> None:
    """A collector of syslog, and how long and how much is kept, is understood or refused."""
    word = data.decode("utf-8", "surrogateescape")
    target = attempt(lambda: read_syslog_target(word), SettingsError).value
    require(target is None or (target.host and 0 < target.port < 65536), "a collector has host and port", target)
    days = attempt(lambda: read_days(word), SettingsError).value
    require(days is None or 0 < days <= 100_000, "days are a number of days", days)
    free = attempt(lambda: read_free_space(word), SettingsError).value
    require(free is None or 0 < free.of(1 << 60) < 1 << 100, "what stays free is a size", free)
    require(free is None or 0 <= free.percent < 100, "what stays free is a part of the disk", free)
    if free is not None:
        again = attempt(lambda: read_free_space(free.text), SettingsError).value
        require(again in (free, None), "what stays free is written as it is read", again)


def build_option_word(random: Random) -> bytes:
    """A word that is understood by one of them."""
    return random.choice(
        (b"tls://logs.example:6514", b"udp://[::1]:514", b"10.0.0.1", b"30", b"unlimited", b"10%", b"20gb", b"5mb")
    )


# -- what other starts of the window say


def read_handover(data: bytes) -> None:
    """What another start says is a list of paths, or nothing; paths that are given over arrive."""
    from dicomdesk.gui.handover.inbox import from_message, to_message  # noqa: PLC0415 - needs Qt

    paths = attempt(lambda: from_message(data)).value
    if paths is not None:
        require(all(isinstance(path, str) and "\0" not in path for path in paths), "paths are paths", paths)
        require_same(from_message(to_message(paths)), paths, "paths that are given over arrive")


def build_handover(random: Random) -> bytes:
    """A message."""
    paths = random.sample(("/data/a.dcm", "/b \u00e9", "/\udce4", "/x" * 50), random.randint(0, 4))
    return json.dumps({"version": 1, "paths": paths}).encode("ascii") + b"\n"
