"""Tables of the index.

A patient has studies, a study has series, a series has instances; a study is one of its UID and its patient. ``area``
names the storage area, so that several archive application entities can share one database without seeing each other's
studies. Counts are kept by whoever adds and removes, in the same transaction. Text that is absent is "", never NULL.

Person names have columns ``..._alphabetic``, ``..._ideographic``, ``..._phonetic`` (the patient's) or ``..._folded``
(all others), times and date times ``..._sort``: see ``folding``.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)

from dicomdesk.archive.contents.contents import SCHEMA_VERSION, content_columns, content_row
from dicomdesk.archive.contents.rows import search_columns
from dicomdesk.dicom.query.attributes import Level, Source, attributes_of, stored_attributes

VERSION: Final = SCHEMA_VERSION

metadata: Final = MetaData()
_partial_indexes: Final[list[tuple[Index, TextClause]]] = []
"""Those of few rows, and of which."""

_Text = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, so that ranges find prefixes."""
_Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives numbers to INTEGER keys only."""


def _text(name: str) -> Column[str]:
    return Column(name, _Text, nullable=False, server_default="")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _columns(level: Level) -> list[Column[str] | Column[int]]:
    columns: list[Column[str] | Column[int]] = []
    for attribute in stored_attributes(level):
        columns += [_text(attribute.column), *(_text(name) for name in search_columns(attribute))]
    return [*columns, *_counts(level)]


def _counts(level: Level) -> list[Column[int]]:
    return [_number(found.column) for found in attributes_of(level) if found.source is Source.COUNT]


def _content_columns(level: Level) -> list[Column[str]]:
    """What entities of a level show, and what instances carry of it: see ``contents``."""
    names = dict.fromkeys(content_columns(level))
    names |= dict.fromkeys(name for name in content_row(level, ("",) * len(names)))
    return [_text(name) for name in names]


def _face_table(name: str, owner: str, key: str, level: Level, *indexes: Index) -> Table:
    return Table(
        name,
        metadata,
        Column(owner, _Key, ForeignKey(key), primary_key=True),
        Column("number", _Key, primary_key=True, autoincrement=False),
        _number("instance_count"),
        *_content_columns(level),
        *indexes,
    )


def _partial(name: str, *columns: str) -> Index:
    """An index of the few rows where the last column is not 0."""
    found = text(f'"{columns[-1]}" <> 0')
    index = Index(name, *columns[:-1], sqlite_where=found)
    _partial_indexes.append((index, found))
    return index


settings: Final = Table("settings", metadata, Column("name", _Text, primary_key=True), _text("value"))
"""What the database says of itself: the schema's version, and which areas are to be indexed again (``doubt``)."""

# Keys of patients, studies and series are never given again: writers remember them.

patient: Final = Table(
    "patient",
    metadata,
    Column("key", _Key, primary_key=True),
    _text("area"),
    _text("identity"),
    *_columns(Level.PATIENT),
    _text("character_set"),
    _number("varies"),
    UniqueConstraint("area", "identity"),
    Index("patient_by_id", "area", "patient_id"),
    Index("patient_by_name", "area", "name_alphabetic"),
    _partial("patient_that_varies", "key", "varies"),
    sqlite_autoincrement=True,
)
"""``identity`` is ``rows.patient_identity``. Shown is what most of the patient's studies show; ``varies`` is 1
where one shows, or an instance carries, something else."""

study: Final = Table(
    "study",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("patient_key", _Key, ForeignKey("patient.key"), nullable=False),
    _text("area"),
    _text("study_instance_uid"),
    *_content_columns(Level.STUDY),
    *_counts(Level.STUDY),
    _text("modalities"),
    _text("sop_classes"),
    _number("bytes"),
    _number("last_received"),
    _number("conflict"),
    _number("faces"),
    _number("revision"),
    UniqueConstraint("area", "study_instance_uid", "patient_key"),
    Index("study_of_patient", "patient_key"),
    Index("study_by_name", "area", "name_alphabetic"),
    Index("study_by_patient_id", "area", "patient_id"),
    Index("study_by_date", "area", "study_date", "study_time_sort"),
    Index("study_by_accession", "area", "accession_number"),
    Index("study_by_id", "area", "study_id"),
    Index("study_by_age", "area", "last_received"),
    _partial("study_in_conflict", "key", "conflict"),
    sqlite_autoincrement=True,
)
"""One Study Instance UID under two patients is two studies. A study shows what most of its instances carry, of its
patient too; ``faces`` is 0 where they carry the same, else they are in ``study_face``. ``conflict`` holds bits of
``index_entries.Conflict``. ``revision`` changes with whatever writers remember of a study and its series.
``last_received`` is in microseconds since 1970, like ``received`` of instances."""

study_face: Final = _face_table(
    "study_face",
    "study_key",
    "study.key",
    Level.STUDY,
    Index("face_by_name", "name_alphabetic"),
    Index("face_by_patient_id", "patient_id"),
    Index("face_by_accession", "accession_number"),
    Index("face_by_date", "study_date"),
)
"""What instances of a study carry, where that is not the same; and how many carry it. ``study_face`` of an instance is
the number of its own."""

study_class: Final = Table(
    "study_class",
    metadata,
    Column("study_key", _Key, ForeignKey("study.key"), primary_key=True),
    Column("sop_class_uid", _Text, primary_key=True),
)
"""The SOP classes that instances of a study have: those that it lists in ``sop_classes``."""

series: Final = Table(
    "series",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("study_key", _Key, ForeignKey("study.key"), nullable=False),
    _text("series_instance_uid"),
    *_content_columns(Level.SERIES),
    *_counts(Level.SERIES),
    _number("faces"),
    UniqueConstraint("study_key", "series_instance_uid"),
    Index("series_by_uid", "series_instance_uid"),
    Index("series_by_modality", "study_key", "modality"),
    sqlite_autoincrement=True,
)

series_face: Final = _face_table("series_face", "series_key", "series.key", Level.SERIES)
"""As ``study_face``."""

instance: Final = Table(
    "instance",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("series_key", _Key, ForeignKey("series.key"), nullable=False),
    *_columns(Level.IMAGE),
    _text("transfer_syntax_uid"),
    _text("path"),
    _number("bytes"),
    _text("checksum"),
    _number("received"),
    _number("conflict"),
    _number("study_face"),
    _number("series_face"),
    UniqueConstraint("series_key", "sop_instance_uid"),
    Index("instance_by_uid", "sop_instance_uid"),
    _partial("instance_in_conflict", "key", "conflict"),
)
"""``path`` is relative to the area's folder; ``checksum`` is "ALGORITHM:HEX", or "" where it is not known; ``conflict``
holds bits of ``index_entries.Conflict``."""

sequence_item: Final = Table(
    "sequence_item",
    metadata,
    Column("key", _Key, primary_key=True),
    _number("sequence"),
    _number("owner"),
    _number("item"),
    _number("tag"),
    _text("value"),
    Index("item_of_owner", "sequence", "owner", "item"),
    Index("item_by_value", "sequence", "tag", "value"),
)
"""One value in an item of a sequence; ``owner`` is the key of the study, series or instance that has it."""

lease: Final = Table("lease", metadata, Column("name", _Text, primary_key=True), _text("owner"), _number("until"))
"""Work that one of several processes does at a time: ``until`` is in microseconds since 1970."""

TABLES: Final = {Level.PATIENT: patient, Level.STUDY: study, Level.SERIES: series, Level.IMAGE: instance}


def create_tables(connection: Connection) -> None:
    """Make the tables that are not there; the caller commits."""
    if connection.dialect.name == "postgresql":  # told here, for that imports all drivers of PostgreSQL
        for index, found in _partial_indexes:
            index.dialect_options["postgresql"]["where"] = found
    metadata.create_all(connection)
