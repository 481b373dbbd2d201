import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.contents.folded_names import (
    date_time_span,
    fold,
    fold_name,
    is_date,
    name_groups,
    sortable_date,
    sortable_date_time,
    sortable_time,
    time_span,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Doe^Jane", "DOE^JANE"),
        ("Müller", "MULLER"),
        ("Łukasz Ørsted", "LUKASZ ORSTED"),
        ("Straße", "STRASSE"),
        ("がらす", "がらす"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("홍길동", "홍길동"),
        ("ИВАН", "ИВАН"),
        ("иван", "ИВАН"),
    ],
)
def test_fold_takes_case_and_accents_away_and_no_more(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_name_groups_are_three_without_empty_components_at_their_ends() -> None:
    assert name_groups("Doe^Jane^^^=山田^花子= ") == ("DOE^JANE", "山田^花子", "")
    assert name_groups("a=b=c=d") == ("A", "B", "C")
    assert fold_name(" Doe ^ Jane ^") == "DOE^JANE"


def test_dates_of_either_form_sort_alike() -> None:
    assert sortable_date("2020.01.31") == sortable_date("20200131") == "20200131"
    assert sortable_date("unknown") == "unknown"
    assert is_date("20200131")
    assert not is_date("2020")


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("10", "100000.000000", "105959.999999"),
        ("1011", "101100.000000", "101159.999999"),
        ("10:11:12", "101112.000000", "101112.999999"),
        ("101112.5", "101112.500000", "101112.599999"),
        ("101112.123456", "101112.123456", "101112.123456"),
    ],
)
def test_a_time_means_all_moments_of_its_precision(value: str, first: str, last: str) -> None:
    assert time_span(value) == (first, last)
    assert sortable_time(value) == first


@pytest.mark.parametrize("value", ["", "1", "abc", "10111", "1011121", "10-11"])
def test_what_is_no_time_has_no_span(value: str) -> None:
    assert time_span(value) is None
    assert sortable_time(value) == ""


@pytest.mark.parametrize(
    ("value", "offset", "first", "last"),
    [
        ("2020", "", "20200101000000.000000", "20201231235959.999999"),
        ("202002", "", "20200201000000.000000", "20200229235959.999999"),
        ("190002", "", "19000201000000.000000", "19000228235959.999999"),
        ("20200131", "", "20200131000000.000000", "20200131235959.999999"),
        ("20200131101112.5", "", "20200131101112.500000", "20200131101112.599999"),
        ("20200101003000+0100", "", "20191231233000.000000", "20191231233000.999999"),
        ("20200101003000", "-0130", "20200101020000.000000", "20200101020000.999999"),
        ("20200101003000+0000", "-0130", "20200101003000.000000", "20200101003000.999999"),
    ],
)
def test_a_date_time_means_all_moments_of_its_precision_in_utc(value: str, offset: str, first: str, last: str) -> None:
    assert date_time_span(value, offset) == (first, last)
    assert sortable_date_time(value, offset) == first


def test_a_date_time_at_the_end_of_the_calendar_stays_as_it_is() -> None:
    assert sortable_date_time("00010101000000+1400") == "00010101000000.000000"
    assert sortable_date_time("20209999") == "20209999000000.000000"
    assert sortable_date_time("yesterday") == ""


@given(st.text(alphabet="0123456789.:+-", max_size=30), st.text(alphabet="0123456789+-", max_size=6))
def test_hostile_moments_never_raise(value: str, offset: str) -> None:
    time_span(value)
    date_time_span(value, offset)
