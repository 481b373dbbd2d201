"""Conditions of a rule."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.rules.conditions import (
    NOBODY,
    Criterion,
    Group,
    Sender,
    check_pattern,
    find_subject,
    matches_pattern,
    wanted_tags,
)
from dicomdesk.errors import SettingsError

MODALITY = 0x00080060
LETTERS = st.text(alphabet="ab?*A", max_size=8)


def make_criterion(name: str, *patterns: str, is_negated: bool = False) -> Criterion:
    subject = find_subject(name)
    assert subject is not None
    return Criterion(subject=subject, patterns=patterns, is_negated=is_negated)


@given(LETTERS, st.text(alphabet="abA", max_size=10))
def test_a_pattern_means_what_the_shell_means_by_it_in_any_case(pattern: str, value: str) -> None:
    assert matches_pattern(pattern, value) == fnmatch.fnmatchcase(value.casefold(), pattern.casefold())


def test_a_pattern_of_many_stars_ends_soon() -> None:
    assert not matches_pattern("*a" * 500 + "b", "a" * 4096)


def test_one_of_several_values_is_enough() -> None:
    test = make_criterion("ImageType", "AXIAL")
    assert test.is_met({0x00080008: ("ORIGINAL", "PRIMARY", "AXIAL")}, NOBODY)
    assert not make_criterion("ImageType", "AXIAL", is_negated=True).is_met({0x00080008: ("X", "AXIAL")}, NOBODY)


def test_what_is_absent_is_the_empty_text() -> None:
    assert make_criterion("modality", "*").is_met({}, NOBODY)
    assert make_criterion("modality", "").is_met({}, NOBODY)
    assert not make_criterion("modality", "?*").is_met({}, NOBODY)
    assert make_criterion("modality", "CT", is_negated=True).is_met({}, NOBODY)


@pytest.mark.parametrize(
    ("address", "pattern", "is_met"),
    [
        ("10.1.2.3", "10.1.0.0/16", True),
        ("10.2.2.3", "10.1.0.0/16", False),
        ("::ffff:10.1.2.3", "10.1.0.0/16", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.*", True),
        ("fe80::1%eth0", "fe80::/10", True),
        ("", "10.0.0.0/8", False),
        ("no address", "10.0.0.0/8", False),
    ],
)
def test_addresses_are_of_networks(address: str, pattern: str, is_met: bool) -> None:
    assert make_criterion("address", pattern).is_met({}, Sender(address=address)) == is_met


def test_a_sop_class_goes_by_its_name_too() -> None:
    attributes = {0x00080016: ("1.2.840.10008.5.1.4.1.1.2",)}
    assert make_criterion("sop_class", "CTImageStorage").is_met(attributes, NOBODY)
    assert make_criterion("sop_class", "*.4.1.1.2").is_met(attributes, NOBODY)


def test_groups_take_all_or_any_or_neither() -> None:
    ct, mine = make_criterion("modality", "CT"), make_criterion("calling_ae_title", "CT1")
    here = {MODALITY: ("CT",)}
    assert not Group(members=(ct, mine)).is_met(here, Sender("CT2"))
    assert Group(members=(ct, mine), takes_any=True).is_met(here, Sender("CT2"))
    assert not Group(members=(ct, mine), takes_any=True, is_negated=True).is_met(here, Sender("CT2"))
    assert Group().is_met({}, NOBODY)
    assert str(Group(members=(ct, mine))) == "modality is CT and calling AE title is CT1"


def test_subjects_are_names_keywords_and_tags() -> None:
    assert [find_subject(name).tag for name in ("ProtocolName", "0018,1030", "(0018,1030)")] == [0x00181030] * 3  # type: ignore[union-attr]  # they are known
    assert find_subject("NoSuchThing") is None
    assert find_subject("0002,0010") is None
    assert find_subject("7fe0,0010") is None
    assert wanted_tags([Group(members=(make_criterion("modality", "CT"), make_criterion("address", "10.0.0.1")))]) == {
        MODALITY
    }


def test_patterns_that_can_match_nothing_are_refused() -> None:
    subject = make_criterion("address", "*").subject
    with pytest.raises(SettingsError, match="neither an IP address nor a network"):
        check_pattern(subject, "pacs.example")
    with pytest.raises(SettingsError, match="more than 1024"):
        check_pattern(subject, "*" * 1025)
