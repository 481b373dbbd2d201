"""The file of rules."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.rules.conditions import SUBJECTS, Condition, Criterion, Group
from dicomdesk.engine.rules.rule import (
    Afterwards,
    Destination,
    FilesAtRest,
    Priority,
    QuietStudy,
    Rule,
    RuleSet,
    Scope,
    describe_rule,
)
from dicomdesk.engine.rules.rules_file import (
    check_rule,
    find_overlap,
    find_reception,
    load_rules,
    read_rules,
    rules_to_json,
    save_rules,
)
from dicomdesk.engine.rules.schedule import Schedule
from dicomdesk.errors import SettingsError

PACS = {"ae_title": "PACS", "host": "pacs.example", "port": 104}
WORDS = st.text(alphabet="abc *?", min_size=1, max_size=6)
TESTS = st.builds(
    Criterion,
    subject=st.sampled_from([subject for subject in SUBJECTS.values() if subject.tag]),
    patterns=st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    is_negated=st.booleans(),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    TESTS,
    lambda inner: st.builds(Group, members=st.lists(inner, min_size=2, max_size=3).map(tuple), takes_any=st.booleans()),
    max_leaves=6,
)
PEERS = st.builds(
    KnownPeer, name=st.just("plain"), ae_title=st.just("PACS"), host=st.just("h"), port=st.integers(1, 65535)
)
RULES = st.builds(
    Rule,
    name=st.text(alphabet="abcdé 1", min_size=1, max_size=8).map(str.strip).filter(bool),
    is_on=st.booleans(),
    trigger=st.builds(QuietStudy, quiet_s=st.integers(1, 999).map(float))
    | st.builds(
        FilesAtRest, folder=st.just("/data/in"), subfolders=st.booleans(), rest_s=st.integers(1, 99).map(float)
    ),
    condition=CONDITIONS,
    scope=st.sampled_from(Scope),
    destinations=st.lists(
        st.builds(Destination, name=WORDS.map(str.strip).filter(bool)) | st.builds(Destination, peer=PEERS),
        min_size=1,
        max_size=3,
        unique_by=lambda destination: str(destination).casefold(),
    ).map(tuple),
    afterwards=st.sampled_from(Afterwards),
    schedule=st.builds(
        Schedule,
        hours=st.sampled_from([None, read_window("20:00-06:00"), read_window("8:00-17:30")]),
        days=st.frozensets(st.integers(0, 6), min_size=1),
    ),
    priority=st.sampled_from(Priority),
    retries=st.integers(0, 1000),
    stops=st.booleans(),
    notes=st.text(max_size=5),
)


@pytest.mark.long
@settings(max_examples=60)
@given(st.lists(RULES, max_size=3, unique_by=lambda rule: rule.key))
def test_rules_that_were_written_are_read_again_as_they_were(rules: list[Rule]) -> None:
    rules = [replace(rule, is_on=rule.is_on and not find_overlap(rules)) for rule in rules]
    whole = RuleSet(rules=tuple(rules), peers=(KnownPeer(name="X", ae_title="X", host="x", port=104),))
    assert read_rules(rules_to_json(whole)) == whole
    for rule in rules:
        check_rule(rule)
        assert describe_rule(rule).endswith(".")


def with_rule(**changes: object) -> str:
    return json.dumps({"dicomdesk_rules": 1, "rules": [{"name": "Nights", "to": "ARCHIVE", **changes}]})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, 'rule 1 ("Nights"): colour: nothing is known of this'),
        ({"to": []}, 'rule 1 ("Nights"): to: it has 1 to 50 peers'),
        ({"to": [{"host": "h", "port": 104}]}, 'rule 1 ("Nights"): to[1].ae_title: it is missing'),
        ({"to": [{**PACS, "port": 0}]}, "to[1]: A port is a number from 1 to 65535"),
        ({"to": ["A", "a"]}, "to[2]: a is there twice"),
        ({"when": {"quiet_s": 0}}, "when.quiet_s: it is no number of seconds above 0"),
        ({"when": {"quiet_s": True}}, "when.quiet_s: it is no number of seconds"),
        ({"when": {"folder": ""}}, "when.folder: a folder is needed"),
        ({"when": {"folder": "in", "quiet_s": 3}}, "when.quiet_s: nothing is known of this"),
        ({"if": {"what": "modality"}}, 'if: it needs "is" or "is_not", one of them'),
        ({"if": {"all": [{"what": "shoe_size", "is": "9"}]}}, "if.all[1].what: shoe_size is neither one of"),
        ({"if": {"all": [{"any": [{"what": "address", "is": "pacs"}]}]}}, "if.all[1].any[1].is: pacs is neither an IP"),
        ({"if": {"what": "modality", "is": [1]}}, "if.is: it is no text"),
        ({"if": {}}, 'if: a condition has "all", "any", "not", or "what"'),
        ({"when": {"folder": "in"}, "if": {"what": "address", "is": "*"}}, "if: files in a folder have no address"),
        ({"hours": "8 to 9"}, "hours: 8 to 9 is no window of time"),
        ({"days": []}, "days: there is none"),
        ({"days": ["monday"]}, "days: they are of mon, tue, wed"),
        ({"afterwards": "burn"}, "afterwards: it is none of leave, move, delete_stored, delete_committed"),
        ({"retries": -1}, "retries: it is from 0 to 1000"),
        ({"on": "yes"}, "on: it is neither true nor false"),
        ({"name": " "}, "name: A name is needed"),
    ],
)
def test_a_mistake_is_told_with_rule_and_field(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_rules(with_rule(**changes))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not JSON (line 1"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "the whole is no object"),
        ("{}", 'it is no file of rules: "dicomdesk_rules"'),
        ('{"dicomdesk_rules": 2, "rules": []}', "it is of version 2, and only version 1 is known here"),
        ('{"dicomdesk_rules": 1}', "rules is no list"),
        ('{"dicomdesk_rules": 1, "rules": [NaN]}', "it is not JSON"),
        ('{"dicomdesk_rules": 1, "rules": [], "peers": [{"name": "X"}]}', "peer 1: ae_title is missing"),
        (
            '{"dicomdesk_rules": 1, "rules": [{"name": "a", "to": "x"}, {"name": "A", "to": "x"}]}',
            "another rule has this",
        ),
    ],
)
def test_what_is_no_file_of_rules_is_told(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_rules(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ({"folder": "/in"}, {"folder": "/in/ct"}, True),
        ({"folder": "/in", "subfolders": False}, {"folder": "/in/ct"}, False),
        ({"folder": "/in", "subfolders": False}, {"folder": "/in"}, True),
        ({"folder": "/in"}, {"folder": "/in"}, False),
        ({"folder": "/in"}, {"folder": "/inbox"}, False),
    ],
)
def test_a_file_is_the_business_of_one_watched_folder(
    first: dict[str, object], second: dict[str, object], overlaps: bool
) -> None:
    rules = [{"name": name, "to": "X", "when": when} for name, when in (("A", first), ("B", second))]
    for is_on in (True, False):
        text = json.dumps({"dicomdesk_rules": 1, "rules": [rules[0], {**rules[1], "on": is_on}]})
        if overlaps and is_on:
            with pytest.raises(SettingsError, match=r"when\.folder: .* watches the"):
                read_rules(text)
        else:
            assert len(read_rules(text).rules) == 2


@pytest.mark.parametrize(
    ("when", "received", "is_refused"),
    [
        ({"folder": "/in"}, "/in", True),
        ({"folder": "/in/"}, "/in/", True),
        ({"folder": "/in", "subfolders": False}, "/in", True),
        ({"folder": "/in/ct"}, "/in", True),
        ({"folder": "/"}, "/in", True),
        ({"folder": "/data"}, "/data/in", True),
        ({"folder": "/data", "subfolders": False}, "/data/in", False),
        ({"folder": "/in"}, "/inbox", False),
        ({"folder": "/in"}, "", False),
        ({"study-quiet": True}, "/in", False),
    ],
)
def test_a_folder_that_is_received_into_is_not_watched(
    when: dict[str, object], received: str, is_refused: bool
) -> None:
    plain = {"name": "A", "to": "X"} | ({} if "study-quiet" in when else {"when": when})
    rules = read_rules(json.dumps({"dicomdesk_rules": 1, "rules": [plain]})).rules
    told = find_reception(rules, received)
    assert bool(told) is is_refused
    assert not is_refused or told.startswith('rule "A": when.folder: instances are received into this folder')
    assert not find_reception([replace(rule, is_on=False) for rule in rules], received)


def test_the_file_is_named_and_folders_are_relative_to_it(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(with_rule(when={"folder": "in"}))
    assert load_rules(file).rules[0].trigger == FilesAtRest(folder=str(tmp_path / "in"))
    file.write_text(with_rule(to=[]))
    with pytest.raises(SettingsError) as caught:
        load_rules(file)
    assert str(caught.value) == f'{file}: rule 1 ("Nights"): to: it has 1 to 50 peers'
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="it is not UTF-8"):
        load_rules(file)
    with pytest.raises(FileNotFoundError):
        load_rules(tmp_path / "none.json")
    with pytest.raises(SettingsError, match="The rules cannot be read"):
        load_rules(tmp_path)


def test_a_file_that_was_saved_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    rules = read_rules(with_rule())
    save_rules(file, rules)
    assert load_rules(file) == rules
    assert file.stat().st_mode & 0o077 == 0
