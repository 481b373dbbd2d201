"""Tables of the index.

A patient has studies, a study has series, a series has instances. ``area`` names the storage area, so that several
archive application entities can share one database without seeing each other's studies. Counts are kept by whoever adds
and removes, in the same transaction. Text that is absent is "", never NULL.

Person names have columns ``..._alphabetic``, ``..._ideographic``, ``..._phonetic`` (the patient's) or ``..._folded``
(all others), times and date times ``..._sort``: see ``folding``.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint, text

from dicomdesk.dicom.query.attributes import Attribute, Level, Source, attributes_of, stored_attributes

VERSION: Final = 4
"""Version of this schema; ``migrations`` brings older ones to it."""

LONGEST_TEXT: Final = 512
"""Characters of a value that are kept: more than any VR but texts may have, fewer than a database's index can hold."""
LONGEST_PROSE: Final = 10240
"""The same for the VRs of texts, which are in no index."""

metadata: Final = MetaData()

_Text = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, so that ranges find prefixes."""
_Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives numbers to INTEGER keys only."""


def _text(name: str) -> Column[str]:
    return Column(name, _Text, nullable=False, server_default="")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def search_columns(attribute: Attribute) -> tuple[str, ...]:
    """Names of the columns beside that of the attribute itself."""
    if attribute.column == "patient_name":
        return ("name_alphabetic", "name_ideographic", "name_phonetic")
    if attribute.vr == b"PN":
        return (attribute.column + "_folded",)
    return (attribute.column + "_sort",) if attribute.vr in {b"TM", b"DT"} else ()


def _columns(level: Level) -> list[Column[str] | Column[int]]:
    columns: list[Column[str] | Column[int]] = []
    for attribute in stored_attributes(level):
        columns += [_text(attribute.column), *(_text(name) for name in search_columns(attribute))]
    columns += [_number(found.column) for found in attributes_of(level) if found.source is Source.COUNT]
    return columns


settings: Final = Table("settings", metadata, Column("name", _Text, primary_key=True), _text("value"))
"""What the database says of itself: the schema's version."""

# Keys of patients, studies and series are never given again: writers remember them.

patient: Final = Table(
    "patient",
    metadata,
    Column("key", _Key, primary_key=True),
    _text("area"),
    _text("identity"),
    *_columns(Level.PATIENT),
    _text("character_set"),
    UniqueConstraint("area", "identity"),
    Index("patient_by_id", "area", "patient_id"),
    Index("patient_by_name", "area", "name_alphabetic"),
    sqlite_autoincrement=True,
)
"""``identity`` is ``rows.patient_identity``: two patients may have one Patient ID."""

study: Final = Table(
    "study",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("patient_key", _Key, ForeignKey("patient.key"), nullable=False),
    _text("area"),
    *_columns(Level.STUDY),
    _text("modalities"),
    _text("sop_classes"),
    _text("character_set"),
    _number("bytes"),
    _number("last_received"),
    UniqueConstraint("area", "study_instance_uid"),
    Index("study_of_patient", "patient_key"),
    Index("study_by_date", "area", "study_date", "study_time_sort"),
    Index("study_by_accession", "area", "accession_number"),
    Index("study_by_id", "area", "study_id"),
    Index("study_by_age", "area", "last_received"),
    sqlite_autoincrement=True,
)
"""``last_received`` is in microseconds since 1970, like ``received`` of instances."""

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
    *_columns(Level.SERIES),
    _text("character_set"),
    UniqueConstraint("study_key", "series_instance_uid"),
    Index("series_by_uid", "series_instance_uid"),
    Index("series_by_modality", "study_key", "modality"),
    sqlite_autoincrement=True,
)

instance: Final = Table(
    "instance",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("series_key", _Key, ForeignKey("series.key"), nullable=False),
    *_columns(Level.IMAGE),
    _text("transfer_syntax_uid"),
    _text("path"),
    _number("bytes"),
    _number("received"),
    _number("conflict"),
    UniqueConstraint("series_key", "sop_instance_uid"),
    Index("instance_by_uid", "sop_instance_uid"),
    Index(
        "instance_in_conflict", "key", sqlite_where=text('"conflict" <> 0'), postgresql_where=text('"conflict" <> 0')
    ),
)
"""``path`` is relative to the area's folder; ``conflict`` holds bits of ``index_entries.Conflict``."""

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

TABLES: Final = {Level.PATIENT: patient, Level.STUDY: study, Level.SERIES: series, Level.IMAGE: instance}
