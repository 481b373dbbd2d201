"""The file of rules: JSON, read strictly; a mistake is told with the file, the rule and the field.

An object with ``dicomdesk_rules`` (the version of this format), ``rules``, a list in their order, and perhaps
``peers``, a list as in an address book. It holds no secrets: passcodes and pass phrases are not part of it.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from dicomdesk import paths
from dicomdesk.atomic_file import write_owner_only
from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.peers.book_file import READERS, VERSION_KEY, peers_from_json, to_json
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.plain_settings import (
    read_fields,
    read_list,
    read_member,
    read_number,
    read_object,
    read_seconds,
    read_switch,
    read_text,
)
from dicomdesk.engine.peers.validity import LONGEST_NAME, name_problem
from dicomdesk.engine.rules.conditions import (
    DEEPEST,
    MOST_PATTERNS,
    SENDER_SUBJECTS,
    SUBJECTS,
    Condition,
    Criterion,
    Group,
    check_pattern,
    criteria_of,
    find_subject,
)
from dicomdesk.engine.rules.rule import (
    Afterwards,
    Destination,
    FilesAtRest,
    Priority,
    QuietStudy,
    Rule,
    RuleSet,
    Scope,
    Trigger,
)
from dicomdesk.engine.rules.schedule import ALL_DAYS, DAY_NAMES, Schedule
from dicomdesk.errors import SettingsError
from dicomdesk.human import error_text, printable
from dicomdesk.named_files import read_named_file

__all__ = [
    "VERSION",
    "check_rule",
    "find_overlap",
    "find_reception",
    "load_rules",
    "read_rules",
    "rules_file",
    "rules_to_json",
    "save_rules",
]

VERSION = 1
KEY = "dicomdesk_rules"
FILE_NAME = "rules.json"
LARGEST_BYTES = 16 << 20
MOST_RULES = 1000
MOST_DESTINATIONS = 50
MOST_RETRIES = 1000
LONGEST_NOTES = 4000
_LONGEST_S = 30 * 86400.0

Value = TypeVar("Value")


def rules_file() -> Path:
    """Return the path of the user's rules."""
    return paths.configuration_folder() / FILE_NAME


def load_rules(path: Path) -> RuleSet:
    """Read a file of rules; relative folders in it are relative to where it lies.

    Raises SettingsError with the file, the rule and the field; FileNotFoundError passes.
    """
    try:
        data = read_named_file(path, LARGEST_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SettingsError(f"The rules cannot be read: {error_text(error)}") from error
    try:
        return read_rules(data.decode("utf-8"), folder=os.path.abspath(path.parent))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{printable(str(path))}: it is not UTF-8") from error
    except SettingsError as error:
        raise SettingsError(f"{printable(str(path))}: {error}") from error


def save_rules(path: Path, rules: RuleSet) -> None:
    """Write a file of rules, whole or not at all, for its owner's eyes; raises OSError."""
    write_owner_only(path, rules_to_json(rules))


def read_rules(text: str, *, folder: str = "") -> RuleSet:
    """Read rules; ``folder`` is what relative folders are relative to.

    Raises SettingsError with the rule and the field.
    """
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        place = (
            f" (line {error.lineno}, column {error.colno}: {error.msg})"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        raise SettingsError(f"it is not JSON{place}") from error
    whole = read_object(found, "the whole")
    version = whole.get(KEY)
    if type(version) is not int:
        raise SettingsError(f'it is no file of rules: "{KEY}", the version of its format, is missing')
    if version != VERSION:
        raise SettingsError(
            f"it is of version {printable(str(version))[:20]}, and only version {VERSION} is known here"
        )
    _refuse_unknown(whole, {KEY, "rules", "peers"}, "")
    peers = _read_peers(whole.get("peers", []))
    entries = read_list(whole.get("rules"), "rules")
    if len(entries) > MOST_RULES:
        raise SettingsError(f"it has more than {MOST_RULES:,} rules")
    rules: dict[str, Rule] = {}
    for number, entry in enumerate(entries, 1):
        label = f"rule {number}{_shown_name(entry)}"
        try:
            rule = _read_rule(read_object(entry, "it"), folder)
        except SettingsError as error:
            raise SettingsError(f"{label}: {error}") from error
        if rules.setdefault(rule.key, rule) is not rule:
            raise SettingsError(f"{label}: name: another rule has this name already")
    if overlap := find_overlap(tuple(rules.values())):
        raise SettingsError(overlap)
    return RuleSet(rules=tuple(rules.values()), peers=peers)


def find_overlap(rules: Sequence[Rule]) -> str:
    """Say which two rules that are on watch folders of which one holds the other, or differ on subfolders; "" for none.

    A file would be two rules' business without either knowing of the other.
    """
    watched = [(rule, rule.trigger) for rule in rules if rule.is_on and isinstance(rule.trigger, FilesAtRest)]
    for rule, trigger in watched:
        for other, outer in watched:
            is_same = trigger.folder == outer.folder and trigger.subfolders != outer.subfolders
            is_below = trigger.folder.startswith(outer.folder.rstrip(os.sep) + os.sep)
            is_inside = outer.subfolders and is_below and trigger.folder != outer.folder
            if is_same or is_inside:
                names = f'"{printable(rule.name)}": when.folder: "{printable(other.name)}"'
                where = (
                    "the same folder, with subfolders or not" if is_same else "the folder around it, with subfolders"
                )
                return f"rule {names} watches {where}; turn one off, or let both watch the same"
    return ""


def find_reception(rules: Sequence[Rule], received_folder: str) -> str:
    """Say which rule that is on watches what is received into a folder, "" for none; "" receives nothing.

    What is received would be sent before its study is complete, and moved or deleted from where it is kept.
    """
    for rule in rules:
        if rule.is_on and isinstance(rule.trigger, FilesAtRest) and watches_reception(rule.trigger, received_folder):
            return (
                f'rule "{printable(rule.name)}": when.folder: instances are received into this folder; let the rule act'
                " when a study that was received has been quiet, or watch another folder"
            )
    return ""


def watches_reception(trigger: FilesAtRest, received_folder: str) -> bool:
    """Whether files that are received into a folder would be found at rest; "" receives nothing."""
    if not received_folder:
        return False
    watched, received = (each.rstrip(os.sep) + os.sep for each in (trigger.folder, os.path.abspath(received_folder)))
    return watched.startswith(received) or (trigger.subfolders and received.startswith(watched))


def check_rule(rule: Rule) -> None:
    """Raise SettingsError, with the field, for a rule that a file could not hold."""
    _read_rule(_plain_rule(rule), "/")


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _shown_name(entry: object) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f' ("{printable(name[:LONGEST_NAME])}")' if isinstance(name, str) and name else ""


def _read_peers(value: object) -> tuple[KnownPeer, ...]:
    peers, mistakes = peers_from_json(json.dumps({VERSION_KEY: 1, "peers": read_list(value, "peers")}))
    for mistake in mistakes:
        raise SettingsError(mistake)
    return peers


def _read_rule(given: dict[str, object], folder: str) -> Rule:
    known = {"name", "on", "when", "if", "sends", "to", "afterwards", "hours", "days", "priority", "retries", "stop"}
    _refuse_unknown(given, {*known, "notes"}, "")
    for needed in ("name", "to"):
        if needed not in given:
            raise SettingsError(f"{needed}: it is missing")
    name = _at("name", read_text, given["name"]).strip()
    if problem := name_problem(name):
        raise SettingsError(f"name: {problem.removesuffix('.')}")
    trigger = _read_trigger(given.get("when", {"quiet_s": QuietStudy().quiet_s}), folder)
    condition = _read_condition(given.get("if", {"all": []}), "if")
    if isinstance(trigger, FilesAtRest):
        _refuse_senders(condition)
    retries = _at("retries", read_number, given.get("retries", Rule(name="").retries))
    if not 0 <= retries <= MOST_RETRIES:
        raise SettingsError(f"retries: it is from 0 to {MOST_RETRIES}")
    notes = _at("notes", read_text, given.get("notes", ""))
    if len(notes) > LONGEST_NOTES:
        raise SettingsError(f"notes: they have at most {LONGEST_NOTES} characters")
    scope = Scope(_member(Scope, "sends", given.get("sends", Scope.STUDY.value)))
    afterwards = Afterwards(_member(Afterwards, "afterwards", given.get("afterwards", Afterwards.LEAVE.value)))
    return Rule(
        name=name,
        is_on=_at("on", read_switch, given.get("on", True)),
        trigger=trigger,
        condition=condition,
        scope=scope,
        destinations=_read_destinations(given["to"]),
        afterwards=afterwards,
        schedule=_read_schedule(given),
        priority=Priority(_member(Priority, "priority", given.get("priority", Priority.NORMAL.value))),
        retries=retries,
        stops=_at("stop", read_switch, given.get("stop", False)),
        notes=notes,
    )


def _read_trigger(value: object, folder: str) -> Trigger:
    given = _at("when", read_object, value)
    if "folder" not in given:
        _refuse_unknown(given, {"quiet_s"}, "when.")
        return QuietStudy(quiet_s=_read_wait(given, "quiet_s", QuietStudy().quiet_s))
    _refuse_unknown(given, {"folder", "subfolders", "rest_s"}, "when.")
    watched = _at("when.folder", read_text, given["folder"])
    if not watched.strip() or "\0" in watched:
        raise SettingsError("when.folder: a folder is needed")
    usual = FilesAtRest(folder="")
    return FilesAtRest(
        folder=os.path.normpath(os.path.join(folder, os.path.expanduser(watched))),
        subfolders=_at("when.subfolders", read_switch, given.get("subfolders", usual.subfolders)),
        rest_s=_read_wait(given, "rest_s", usual.rest_s),
    )


def _read_wait(given: dict[str, object], name: str, usual: float) -> float:
    seconds = _at(f"when.{name}", read_seconds, given.get(name, usual))
    if seconds is None or seconds > _LONGEST_S:
        raise SettingsError(f"when.{name}: it is a number of seconds, at most {_LONGEST_S:.0f}")
    return seconds


def _read_condition(value: object, place: str, depth: int = 0) -> Condition:
    if depth > DEEPEST:
        raise SettingsError(f"{place}: conditions stand within one another {DEEPEST} deep at most")
    given = _at(place, read_object, value)
    kind = next((name for name in ("all", "any", "not", "what") if name in given), None)
    if kind is None:
        raise SettingsError(f'{place}: a condition has "all", "any", "not", or "what" with "is" or "is_not"')
    if kind == "what":
        return _read_criterion(given, place)
    _refuse_unknown(given, {kind}, f"{place}.")
    if kind == "not":
        return Group(members=(_read_condition(given["not"], f"{place}.not", depth + 1),), is_negated=True)
    entries = _at(f"{place}.{kind}", read_list, given[kind])
    if len(entries) > MOST_PATTERNS:
        raise SettingsError(f"{place}.{kind}: it has more than {MOST_PATTERNS} conditions")
    members = [
        _read_condition(entry, f"{place}.{kind}[{number}]", depth + 1) for number, entry in enumerate(entries, 1)
    ]
    return Group(members=tuple(members), takes_any=kind == "any" and bool(members))


def _read_criterion(given: dict[str, object], place: str) -> Criterion:
    _refuse_unknown(given, {"what", "is", "is_not"}, f"{place}.")
    name = _at(f"{place}.what", read_text, given["what"])
    subject = find_subject(name)
    if subject is None:
        known = ", ".join(SUBJECTS)
        text = f"{printable(name)[:60]} is neither one of {known} nor the keyword or tag of an attribute"
        raise SettingsError(f"{place}.what: {text}")
    if ("is" in given) is ("is_not" in given):
        raise SettingsError(f'{place}: it needs "is" or "is_not", one of them')
    key = "is" if "is" in given else "is_not"
    value = given[key]
    patterns = [_at(f"{place}.{key}", read_text, each) for each in (value if isinstance(value, list) else [value])]
    if not patterns or len(patterns) > MOST_PATTERNS:
        raise SettingsError(f"{place}.{key}: it has 1 to {MOST_PATTERNS} patterns")
    for pattern in patterns:
        try:
            check_pattern(subject, pattern)
        except SettingsError as error:
            raise SettingsError(f"{place}.{key}: {error}") from error
    return Criterion(subject=subject, patterns=tuple(patterns), is_negated=key == "is_not")


def _refuse_senders(condition: Condition) -> None:
    for criterion in criteria_of(condition):
        if criterion.subject.name in SENDER_SUBJECTS:
            raise SettingsError(f"if: files in a folder have no {criterion.subject.words}")


def _read_destinations(value: object) -> tuple[Destination, ...]:
    entries = value if isinstance(value, list) else [value]
    if not entries or len(entries) > MOST_DESTINATIONS:
        raise SettingsError(f"to: it has 1 to {MOST_DESTINATIONS} peers")
    found: dict[str, Destination] = {}
    for number, entry in enumerate(entries, 1):
        place = f"to[{number}]"
        destination = _read_destination(entry, place)
        if found.setdefault(str(destination).casefold(), destination) is not destination:
            raise SettingsError(f"{place}: {printable(str(destination))} is there twice")
    return tuple(found.values())


def _read_destination(entry: object, place: str) -> Destination:
    if isinstance(entry, str):
        if problem := name_problem(entry):
            raise SettingsError(f"{place}: {problem.removesuffix('.')}")
        return Destination(name=entry.strip())
    if not isinstance(entry, dict):
        raise SettingsError(f"{place}: a peer is a name, or an object with ae_title, host and port")
    _refuse_unknown(entry, {"ae_title", "host", "port", "calling_ae_title"}, f"{place}.")
    missing = [name for name in ("ae_title", "host", "port") if name not in entry]
    if missing:
        raise SettingsError(f"{place}.{missing[0]}: it is missing")
    try:
        peer = read_fields(KnownPeer, READERS[KnownPeer], {"name": "plain", **entry}).tidied()
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from error
    for problem in peer.problems():
        raise SettingsError(f"{place}: {problem.removesuffix('.')}")
    return Destination(peer=peer)


def _read_schedule(given: dict[str, object]) -> Schedule:
    hours = _at("hours", read_text, given.get("hours", ""))
    days = _at("days", read_list, given.get("days", list(DAY_NAMES)))
    numbers = []
    for day in days:
        if day not in DAY_NAMES:
            raise SettingsError(f"days: they are of {', '.join(DAY_NAMES)}")
        numbers.append(DAY_NAMES.index(str(day)))
    if not numbers:
        raise SettingsError("days: there is none, so nothing would ever be sent")
    try:
        return Schedule(hours=read_window(hours) if hours else None, days=frozenset(numbers))
    except SettingsError as error:
        raise SettingsError(f"hours: {error}") from error


def _member(kind: "type[Scope | Afterwards | Priority]", name: str, value: object) -> str:
    return str(_at(name, read_member(kind), value).value)  # type: ignore[attr-defined]  # a reader makes any object


def _at(place: str, read: Callable[[object, str], Value], value: object) -> Value:
    """Read a value; what is wrong is told as of this place."""
    try:
        return read(value, "it")
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from error


def _refuse_unknown(given: Mapping[str, object], known: "set[str]", place: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise SettingsError(f"{place}{printable(unknown[0])[:40]}: nothing is known of this")


def rules_to_json(rules: RuleSet) -> str:
    """Return rules as text for a file; what has its default is left out."""
    whole: dict[str, object] = {KEY: VERSION, "rules": [_plain_rule(rule) for rule in rules.rules]}
    if rules.peers:
        whole["peers"] = json.loads(to_json(rules.peers))["peers"]
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _plain_rule(rule: Rule) -> dict[str, object]:
    usual = Rule(name="")
    plain: dict[str, object] = {"name": rule.name}
    if not rule.is_on:
        plain["on"] = False
    plain["when"] = _plain_trigger(rule.trigger)
    if rule.condition != usual.condition:
        plain["if"] = _plain_condition(rule.condition)
    plain["to"] = [_plain_destination(destination) for destination in rule.destinations]
    plain |= {
        name: value
        for name, value, default in (
            ("sends", rule.scope.value, usual.scope.value),
            ("afterwards", rule.afterwards.value, usual.afterwards.value),
            ("hours", str(rule.schedule.hours or ""), ""),
            ("days", _plain_days(rule.schedule.days), _plain_days(ALL_DAYS)),
            ("priority", rule.priority.value, usual.priority.value),
            ("retries", rule.retries, usual.retries),
            ("stop", rule.stops, usual.stops),
            ("notes", rule.notes, usual.notes),
        )
        if value != default
    }
    return plain


def _plain_days(days: frozenset[int]) -> list[str]:
    return [DAY_NAMES[day] for day in sorted(days)]


def _plain_trigger(trigger: Trigger) -> dict[str, object]:
    if isinstance(trigger, QuietStudy):
        return {"quiet_s": trigger.quiet_s}
    return {"folder": trigger.folder, "subfolders": trigger.subfolders, "rest_s": trigger.rest_s}


def _plain_condition(condition: Condition) -> dict[str, object]:
    if isinstance(condition, Criterion):
        patterns = list(condition.patterns)
        key = "is_not" if condition.is_negated else "is"
        return {"what": condition.subject.name, key: patterns[0] if len(patterns) == 1 else patterns}
    plain: dict[str, object]
    plain = {"any" if condition.takes_any else "all": [_plain_condition(member) for member in condition.members]}
    if not condition.is_negated:
        return plain
    is_one = len(condition.members) == 1 and not condition.takes_any
    return {"not": _plain_condition(condition.members[0]) if is_one else plain}


def _plain_destination(destination: Destination) -> object:
    peer = destination.peer
    if peer is None:
        return destination.name
    plain: dict[str, object] = {"ae_title": peer.ae_title, "host": peer.host, "port": peer.port}
    if peer.calling_ae_title:
        plain["calling_ae_title"] = peer.calling_ae_title
    return plain
