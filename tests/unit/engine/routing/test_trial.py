"""Rules are tried on what is here."""

from pathlib import Path

import pytest

from dicomdesk.engine.routing import trial
from dicomdesk.engine.routing.trial import find_unmet, try_rules
from dicomdesk.engine.rules.candidates import read_candidate
from dicomdesk.engine.rules.conditions import NOBODY, SUBJECTS, Criterion, Group
from dicomdesk.engine.rules.deciding import Target, Verdict
from dicomdesk.engine.rules.rule import Destination
from tests.helpers.jobs.routing import CT1, folder_rule, make_rule, write_instance


def find_target(destination: Destination) -> Target:
    return Target(key=destination.name, ae_title=destination.name, is_known=destination.name != "NOBODY")


def test_each_rule_says_what_it_would_do_and_why_not(tmp_path: Path) -> None:
    paths = [write_instance(tmp_path / "1"), write_instance(tmp_path / "2", uid="1.2.2", modality="SR")]
    rules = [
        make_rule("mr", "A", modality="MR"),
        make_rule("all", "A", "NOBODY", "CT1", stops=True),
        make_rule("below", "B"),
        folder_rule("folder", tmp_path / "elsewhere", "B"),
        make_rule("off", "B", is_on=False),
    ]
    tried = try_rules(rules, [(str(path), CT1) for path in paths], find_target=find_target)
    (study,) = tried.studies
    assert (study.instances, study.description) == (2, "CT SR")
    assert [(line.rule, line.destination, line.verdict, line.reason) for line in study.lines] == [
        ("mr", "", Verdict.NO_MATCH, "does not match: modality is MR"),
        ("all", "A", Verdict.SENT, ""),
        ("all", "NOBODY", Verdict.SENT, 'would wait: no peer is called "NOBODY"'),
        ("all", "CT1", Verdict.TO_SENDER, "not sent back to CT1, who has sent it: 2 instances"),
        ("below", "", Verdict.TAKEN, "a rule above takes 2 instances and lets no rule below see them"),
        ("folder", "B", Verdict.SENT, ""),
    ]


def test_files_that_are_none_are_told_and_many_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("no DICOM")
    assert [path for path, _reason in _try(tmp_path / "a").unusable] == [str(tmp_path / "a")]
    assert not _try().is_cut
    monkeypatch.setattr(trial, "MOST_FILES", 0)
    assert _try(tmp_path / "a").is_cut


def _try(*paths: Path) -> trial.Trial:
    return try_rules([make_rule("r", "A")], [(str(path), NOBODY) for path in paths], find_target=find_target)


def test_what_is_not_met_is_found_in_groups(tmp_path: Path) -> None:
    candidate = read_candidate(str(write_instance(tmp_path / "1")), frozenset({0x00080060}))
    ct, mr = (Criterion(subject=SUBJECTS["modality"], patterns=(each,)) for each in ("CT", "MR"))
    sender = Criterion(subject=SUBJECTS["calling_ae_title"], patterns=("X",))
    assert list(find_unmet(Group(members=(ct, Group(members=(mr, sender), takes_any=True))), candidate)) == [mr, sender]
    assert list(find_unmet(Group(members=(ct,), is_negated=True), candidate)) == []
    assert list(find_unmet(ct, candidate)) == []
