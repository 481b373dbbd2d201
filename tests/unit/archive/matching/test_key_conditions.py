import pytest
from sqlalchemy.dialects import sqlite

from dicomdesk.archive.matching.key_conditions import (
    combined_condition,
    count_condition,
    listed,
    moment_range,
    needs_comparison,
    number_forms,
    text_condition,
)
from dicomdesk.archive.tables.schema import study
from dicomdesk.dicom.query.attributes import find_attribute

SQLITE = sqlite.dialect()


@pytest.mark.parametrize(
    ("vr", "value", "wanted"),
    [
        (b"DA", "20200101", ("20200101", "20200101")),
        (b"DA", "2020.01.01", ("20200101", "20200101")),
        (b"DA", "20200101-", ("20200101", "")),
        (b"DA", "-20200101", ("", "20200101")),
        (b"DA", "20200101 - 20200131", ("20200101", "20200131")),
        (b"DA", "-", None),
        (b"DA", "2020*", None),
        (b"DA", "2020", None),
        (b"TM", "10-11", ("100000.000000", "115959.999999")),
        (b"DT", "2020-2021", ("20200101000000.000000", "20211231235959.999999")),
        (b"DT", "20200101-0500", ("20200101050000.000000", "20200102045959.999999")),
        (b"DT", "20200101-0500-", ("20200101050000.000000", "")),
        (b"DT", "2020-0500-20210101-0500", ("20200101050000.000000", "20210102045959.999999")),
    ],
)
def test_ranges_of_moments(vr: bytes, value: str, wanted: tuple[str, str] | None) -> None:
    assert moment_range(vr, value) == wanted


def test_all_ways_to_write_a_number() -> None:
    assert {"7", "07", "+7", "000000000007"} <= set(number_forms("07"))
    assert {"-7", "-07"} <= set(number_forms("-7"))
    assert number_forms("seven") == ["seven"]
    assert len(number_forms("9" * 12)) == 1
    assert number_forms("9" * 5000) == ["9" * 5000]


def test_a_count_that_is_no_number_is_never_reached() -> None:
    assert str(count_condition("x", study.c.instance_count)) == "false"
    assert "=" in str(count_condition("12", study.c.instance_count))


def test_empty_values_of_a_list_do_not_count() -> None:
    assert listed("\\a\\\\b") == ["a", "b"]
    assert str(text_condition(b"LO", "\\", study.c.study_id, SQLITE)) == "true"


def test_only_what_has_several_values_or_hidden_groups_is_compared_once_more() -> None:
    compared = {tag for tag in (0x00100010, 0x00080090, 0x00101000, 0x00080061, 0x00080050) if needs(tag)}
    assert compared == {0x00080090, 0x00101000}


def needs(tag: int) -> bool:
    attribute = find_attribute(tag)
    assert attribute is not None
    return needs_comparison(attribute)


def test_a_date_and_time_that_are_no_ranges_are_not_combined() -> None:
    date = find_attribute(0x00080020)
    assert date is not None
    assert combined_condition(date, "2020*", "10", study) is None
    assert combined_condition(date, "20200101-", "10-", study) is not None
