"""Entries for the index of the archive, and queries as a peer encodes them."""

from collections.abc import Mapping

from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.matching.query_reader import DEFAULT_RULES, IdentifierRules, read_find_query
from dicomdesk.dicom.query.query import Model, Query
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder

AREA = "ARCHIVE"

TAGS = {
    "charset": 0x00080005,
    "image_type": 0x00080008,
    "class_uid": 0x00080016,
    "instance": 0x00080018,
    "date": 0x00080020,
    "time": 0x00080030,
    "accession": 0x00080050,
    "level": 0x00080052,
    "modality": 0x00080060,
    "modalities": 0x00080061,
    "classes": 0x00080062,
    "referrer": 0x00080090,
    "description": 0x00081030,
    "readers": 0x00081060,
    "name": 0x00100010,
    "patient": 0x00100020,
    "issuer": 0x00100021,
    "birth_date": 0x00100030,
    "other_ids": 0x00101000,
    "other_names": 0x00101001,
    "study": 0x0020000D,
    "series": 0x0020000E,
    "study_id": 0x00200010,
    "series_number": 0x00200011,
    "number": 0x00200013,
    "patient_studies": 0x00201200,
    "patient_series": 0x00201202,
    "patient_instances": 0x00201204,
    "study_instances": 0x00201208,
    "rows": 0x00280010,
}


def index_entry(area: str = AREA, size: int = 100, path: str = "", received: float = 0.0, **values: str) -> IndexEntry:
    """An entry of a CT image; values by the names of ``TAGS``."""
    known = {"class_uid": CT_IMAGE, "instance": "1.2.3.4", "study": "1.2", "series": "1.2.3", "patient": "P1"} | values
    return IndexEntry(
        area=area,
        path=path or f"{known['study']}/{known['instance']}",
        size_bytes=size,
        transfer_syntax_uid=EXPLICIT,
        character_set="ISO_IR 192",
        values={TAGS[name]: value for name, value in known.items() if value},
        received=received,
    )


def identifier(level: str, keys: Mapping[str, str] | None = None, syntax: str = IMPLICIT) -> bytes:
    """An encoded identifier; keys by the names of ``TAGS``, in UTF-8."""
    builder = Builder(syntax)
    values = {TAGS["charset"]: "ISO_IR 192", TAGS["level"]: level}
    values |= {TAGS[name]: value for name, value in (keys or {}).items()}
    vrs = {TAGS["study"]: "UI", TAGS["series"]: "UI", TAGS["instance"]: "UI", TAGS["name"]: "PN"}
    return b"".join(builder.element(tag, vrs.get(tag, "LO"), value) for tag, value in sorted(values.items()))


def study_query(
    keys: Mapping[str, str],
    *,
    level: str = "STUDY",
    model: Model = Model.STUDY_ROOT,
    rules: IdentifierRules = DEFAULT_RULES,
) -> Query:
    """A query as it arrives."""
    return read_find_query(identifier(level, keys), IMPLICIT, model, rules)
