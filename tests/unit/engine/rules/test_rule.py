"""A rule says itself in one sentence."""

from dataclasses import replace

from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.rules.conditions import SUBJECTS, Criterion, Group
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
from dicomdesk.engine.rules.schedule import Schedule

PACS = KnownPeer(name="plain", ae_title="PACS", host="pacs.example", port=104)
NIGHTS = Rule(
    name="Nights",
    trigger=QuietStudy(quiet_s=120),
    condition=Group(
        members=(
            Criterion(subject=SUBJECTS["modality"], patterns=("CT", "MR")),
            Criterion(subject=SUBJECTS["calling_ae_title"], patterns=("TEST*",), is_negated=True),
        )
    ),
    destinations=(Destination(name="ARCHIVE"), Destination(peer=PACS)),
    schedule=Schedule(hours=read_window("20:00-06:00"), days=frozenset(range(5))),
    stops=True,
)


def test_a_rule_for_nights_says_itself() -> None:
    assert describe_rule(NIGHTS) == (
        "When a study in which modality is CT or MR and calling AE title is not TEST* has been quiet for 2 minutes, "
        "send the study to ARCHIVE and PACS@pacs.example:104 between 20:00 and 06:00 on Mondays to Fridays, "
        "and no rule below sees it."
    )


def test_a_rule_for_a_folder_says_itself() -> None:
    rule = Rule(
        name="Folder",
        trigger=FilesAtRest(folder="/in", rest_s=1),
        destinations=(Destination(name="ARCHIVE"),),
        scope=Scope.MATCHING,
        priority=Priority.HIGH,
        afterwards=Afterwards.MOVE,
    )
    assert describe_rule(rule) == (
        "When files in /in and its subfolders have not changed for 1 second, send what matches to ARCHIVE, before what "
        'else waits, then move its files into the folder "sent".'
    )
    assert describe_rule(Rule(name="New")) == (
        "When any study has been quiet for 30 seconds, send the study to nowhere yet."
    )


def test_rules_are_found_by_their_names_whatever_the_case() -> None:
    rules = RuleSet(rules=(NIGHTS, replace(NIGHTS, name="Days")))
    assert rules.find(" days ") is rules.rules[1]
    assert rules.find("weeks") is None
