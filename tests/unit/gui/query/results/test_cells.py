from types import MappingProxyType

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.gui.query.results.cells import (
    COLUMNS,
    DATE,
    DESCRIPTION,
    INSTANCES,
    MODALITIES,
    NAME,
    cells_of,
    count_of,
    result_columns,
)


def result(values: dict[int, str]) -> QueryResult:
    return QueryResult(
        values=MappingProxyType(values), items=MappingProxyType({}), level=None, faults=MappingProxyType({})
    )


def test_a_study_is_told_by_patient_date_modalities_and_description() -> None:
    values = {
        0x00100010: "DOE^JANE",
        0x00080020: "20261120",
        0x00080030: "101500.5",
        0x00080061: "CT\\SR",
        0x00081030: "Chest",
        0x00201208: "1200",
    }
    cells = cells_of(Level.STUDY, result(values))
    shown = [cells.texts[column] for column in (NAME, DATE, MODALITIES, DESCRIPTION, INSTANCES)]
    assert shown == ["DOE, JANE", "2026-11-20 10:15", "CT/SR", "Chest", "1,200"]
    assert cells.instances == 1200


@pytest.mark.parametrize(
    ("level", "values", "name", "number"),
    [
        (Level.SERIES, {0x00200011: "12"}, "Series 12", 12),
        (Level.SERIES, {}, "Series", None),
        (Level.IMAGE, {0x00200013: " 7"}, "Instance 7", 7),
        (Level.IMAGE, {0x00200013: "seven"}, "Instance seven", None),
        (Level.PATIENT, {}, "No patient name", None),
    ],
)
def test_rows_have_a_name_whatever_is_missing(
    level: Level, values: dict[int, str], name: str, number: int | None
) -> None:
    cells = cells_of(level, result(values))
    assert (cells.texts[NAME].replace("  ", " "), cells.number) == (name, number)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("text", ["\n\x1b[31m" * 5000, "<b>&amp;", "\u202e" * 300, "9" * 5000])
def test_whatever_a_peer_says_is_bounded_and_of_one_line(level: Level, text: str) -> None:
    tags: tuple[int, ...] = (
        0x00100010,
        0x00100020,
        0x00100030,
        0x00080020,
        0x00080030,
        0x00080050,
        0x00080061,
        0x00080060,
        0x00081030,
    )
    tags += (0x0008103E, 0x00200011, 0x00200013, 0x00201204, 0x00201206, 0x00201208, 0x00201209, 0x00080016)
    cells = cells_of(level, result(dict.fromkeys(tags, text)))
    assert len(cells.texts) == COLUMNS == len(result_columns())
    assert all(shown.isprintable() and len(shown) < 2500 for shown in cells.texts)


def test_only_sensible_counts_are_counts() -> None:
    assert [count_of(text) for text in ("12", " 3 ", "", "-1", "1.5", "٣", "9999999999")] == [12, 3, *[None] * 5]
