"""Selections start from the index of the best key, however many instances there are."""

from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, and_, event

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.matching.query_plan import _plan
from dicomdesk.archive.tables.schema import instance, series, study
from dicomdesk.archive.tables.selections import STORED, area_condition, whole_area_condition
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID
from tests.helpers.archives.index_entries import AREA, study_query


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(sqlite_url(tmp_path / "index.sqlite"))


def steps(index: Index, statement: object) -> list[str]:
    with index._database.reading() as connection:
        compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]  # a selection
        values = tuple(compiled.construct_params()[name] for name in compiled.positiontup)
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
        found = [row[3] for row in rows]
    index.close()
    return found


@pytest.mark.parametrize(
    ("keys", "level", "start"),
    [
        ({"study": "1.2"}, "STUDY", "study USING INDEX sqlite_autoindex_study_1"),
        ({"accession": "A"}, "STUDY", "study USING INDEX study_by_accession"),
        ({"accession": "A*"}, "STUDY", "study USING INDEX study_by_accession"),
        ({"study_id": "A"}, "STUDY", "study USING INDEX study_by_id"),
        ({"date": "20200101-"}, "STUDY", "study USING INDEX study_by_date"),
        ({"patient": "P"}, "STUDY", "study USING INDEX study_by_patient_id"),
        ({"name": "SMI*"}, "STUDY", "study USING INDEX study_by_name"),
        ({"name": "*SMI*"}, "STUDY", "study USING INDEX study_"),
        ({"study": "1.2", "series": ""}, "SERIES", "study USING COVERING INDEX sqlite_autoindex_study_1"),
    ],
)
def test_queries_start_from_the_index_of_their_rarest_key(
    index: Index, keys: dict[str, str], level: str, start: str
) -> None:
    query = study_query({"study": "", "patient": "", **keys} if level == "STUDY" else keys, level=level)
    plan = _plan(query, AREA, index._database.dialect).statement
    assert start in steps(index, plan)[0]


@pytest.mark.parametrize(
    ("tag", "condition", "start"),
    [
        (STUDY_INSTANCE_UID, study.c.study_instance_uid == "1", "study USING"),
        (SERIES_INSTANCE_UID, series.c.series_instance_uid == "1", "series USING INDEX series_by_uid"),
        (SOP_INSTANCE_UID, instance.c.sop_instance_uid == "1", "instance USING INDEX instance_by_uid"),
    ],
)
def test_instances_are_found_by_their_rarest_key(
    index: Index, tag: int, condition: ColumnElement[bool], start: str
) -> None:
    statement = STORED.where(and_(area_condition(AREA, frozenset({tag})), condition, instance.c.key + 0 > -1))
    assert start in steps(index, statement.order_by(instance.c.key + 0))[0]


def test_all_instances_come_in_the_order_of_their_table(index: Index) -> None:
    statement = STORED.where(whole_area_condition(AREA), instance.c.key > 5).order_by(instance.c.key).limit(10)
    found = steps(index, statement)
    assert "instance USING INTEGER PRIMARY KEY" in found[0]
    assert not any("B-TREE" in step for step in found)


def test_instances_in_conflict_have_an_index_of_their_own(index: Index) -> None:
    statements: list[str] = []
    event.listen(
        index._database._engine,
        "before_cursor_execute",
        lambda _c, _cursor, sql, values, *_: statements.append(sql),
    )
    list(index.conflicts(AREA))
    assert any('"conflict" != 0' in sql for sql in statements)
