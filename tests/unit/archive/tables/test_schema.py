from sqlalchemy import make_url
from sqlalchemy.schema import CreateTable

from dicomdesk.archive.contents.rows import search_columns
from dicomdesk.archive.tables.schema import TABLES, metadata, patient
from dicomdesk.dicom.query.attributes import ATTRIBUTES, Source


def test_each_attribute_has_its_columns_at_its_level() -> None:
    for attribute in ATTRIBUTES:
        if attribute.source in {Source.ITEMS, Source.SUM}:
            continue
        columns = TABLES[attribute.level].c
        assert attribute.column in columns
        if attribute.source is Source.COLUMN:
            assert all(name in columns for name in search_columns(attribute))


def test_text_is_compared_byte_by_byte_on_postgresql() -> None:
    assert 'patient_id TEXT COLLATE "C"' in str(
        CreateTable(patient).compile(dialect=make_url("postgresql://").get_dialect()())
    )
    assert "COLLATE" not in str(CreateTable(patient).compile(dialect=make_url("sqlite://").get_dialect()()))


def test_keys_that_writers_remember_are_never_given_again() -> None:
    for name in ("patient", "study", "series"):
        assert "AUTOINCREMENT" in str(
            CreateTable(metadata.tables[name]).compile(dialect=make_url("sqlite://").get_dialect()())
        )


def test_nothing_is_null() -> None:
    assert all(not column.nullable for table in metadata.tables.values() for column in table.columns)
