"""Which identifiers are answered, and with which status the others are refused (PS3.4 C.4)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.matching.query_reader import (
    DEFAULT_RULES,
    IdentifierError,
    IdentifierRules,
    read_find_query,
    read_retrieve_query,
)
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.query import Model, Query
from tests.helpers.archives.index_entries import TAGS, identifier
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder

PATIENT_ROOT, STUDY_ROOT, PATIENT_STUDY_ONLY = Model.PATIENT_ROOT, Model.STUDY_ROOT, Model.PATIENT_STUDY_ONLY
STRICT = IdentifierRules(is_strict=True)
RELATIONAL = IdentifierRules(is_relational=True)
LENIENT = IdentifierRules()


def query(level: str, keys: dict[str, str], model: Model = STUDY_ROOT, rules: IdentifierRules = LENIENT) -> Query:
    return read_find_query(identifier(level, keys), IMPLICIT, model, rules)


def status(level: str, keys: dict[str, str], model: Model, rules: IdentifierRules) -> int:
    refusal = None
    try:
        query(level, keys, model, rules)
    except IdentifierError as error:
        refusal = error
    assert refusal is None or 0 < len(refusal.comment) <= 64
    return refusal.status if refusal else 0


@pytest.mark.parametrize(
    ("level", "keys", "model", "lenient", "strict"),
    [
        ("", {"study": ""}, STUDY_ROOT, 0xA900, 0xA900),
        ("WORLD", {"study": ""}, STUDY_ROOT, 0xC000, 0xC000),
        ("STUDY\\SERIES", {"study": ""}, STUDY_ROOT, 0xA900, 0xA900),
        ("study", {"study": ""}, STUDY_ROOT, 0, 0),
        ("STUDYX", {"study": ""}, STUDY_ROOT, 0, 0),
        ("PATIENT", {"patient": ""}, STUDY_ROOT, 0xC000, 0xA900),
        ("PATIENT", {"patient": ""}, PATIENT_ROOT, 0, 0),
        ("SERIES", {"patient": "1", "study": "1", "series": ""}, PATIENT_STUDY_ONLY, 0, 0xA900),
        ("SERIES", {"series": ""}, STUDY_ROOT, 0xC000, 0xA900),
        ("STUDY", {"study": ""}, PATIENT_ROOT, 0xC000, 0xA900),
        ("SERIES", {"study": "", "series": ""}, STUDY_ROOT, 0, 0xA900),
        ("STUDY", {"patient": "P*", "study": ""}, PATIENT_ROOT, 0, 0),
        ("SERIES", {"study": "1", "series": "", "accession": "A"}, STUDY_ROOT, 0, 0xA900),
        ("STUDY", {"study": "", "modality": "CT"}, STUDY_ROOT, 0, 0xA900),
        ("STUDY", {"study": "", "name": "A"}, STUDY_ROOT, 0, 0),
        ("SERIES", {"study": "1", "series": "", "name": "A"}, STUDY_ROOT, 0, 0xA900),
        ("STUDY", {"name": "A"}, STUDY_ROOT, 0, 0xA900),
        ("STUDY", {}, STUDY_ROOT, 0, 0xA900),
        ("STUDY", {"accession": "x" * 5000}, STUDY_ROOT, 0xA900, 0xA900),
        ("STUDY", {"accession": "x\\" * 200}, STUDY_ROOT, 0xA900, 0xA900),
        ("STUDY", {"study": "1.2\\" * 10_000}, STUDY_ROOT, 0, 0),
        ("STUDY", {"study": "1.2\\" * 100_000}, STUDY_ROOT, 0xA900, 0xA900),
        ("STUDY", {"name": "\x1b" * 1_000_000}, STUDY_ROOT, 0xA900, 0xA900),
        ("STUDY", {"name": "\x1b", "study": ""}, STUDY_ROOT, 0, 0),
        ("STUDY", {"accession": "*" * 1_000_000}, STUDY_ROOT, 0xA900, 0xA900),
        ("SERIES", {"study": "1.2", "series": "", "name": "x" * 2000}, STUDY_ROOT, 0xA900, 0xA900),
        ("STUDY", {"name": "ä" * 1024, "study": ""}, STUDY_ROOT, 0, 0),
    ],
)
def test_find_identifiers_are_answered_or_refused(
    level: str, keys: dict[str, str], model: Model, lenient: int, strict: int
) -> None:
    assert status(level, keys, model, LENIENT) == lenient
    assert status(level, keys, model, STRICT) == strict


def test_the_offending_element_is_named() -> None:
    with pytest.raises(IdentifierError) as caught:
        query("SERIES", {"series": ""})
    assert caught.value.offending_tags == (TAGS["study"],)


def test_what_is_too_long_is_said_with_the_bound() -> None:
    for key, words in (("accession", "1024 characters or 100 values"), ("study", "100000 values")):
        with pytest.raises(IdentifierError) as caught:
            query("STUDY", {key: "1.2\\" * 100_000})
        assert words in caught.value.comment
        assert caught.value.offending_tags == (TAGS[key],)


def test_a_key_that_cannot_be_decoded_restricts_and_is_named() -> None:
    found = query("STUDY", {"study": "", "name": "Doe\0*", "accession": "A"})
    assert found.restricting_tags == {TAGS["name"], TAGS["accession"]}
    assert [key.attribute.tag for key in found.keys if key.matches_nothing] == [TAGS["name"]]
    assert found.warning == "Cannot be decoded, nothing matches: PatientName"
    above = query("SERIES", {"study": "1.2", "series": "", "name": "Doe\0*"})
    assert above.restricting_tags == {TAGS["study"], TAGS["name"]}
    assert above.warning == found.warning


def test_a_retrieval_by_what_cannot_be_decoded_is_none_by_the_rest() -> None:
    found = retrieval("STUDY", {"study": "1.2\x1b", "accession": "A"})
    assert any(key.matches_nothing for key in found.keys)
    assert retrieval("STUDY", {"study": "1.2\x1b"}).warning
    with pytest.raises(IdentifierError) as caught:
        retrieval("SERIES", {"study": "1.2\\" * 100_000, "series": "1.2"})
    assert (caught.value.status, caught.value.offending_tags) == (0xA900, (TAGS["study"],))


def test_sequences_and_values_in_each_others_place_are_refused() -> None:
    builder = Builder(EXPLICIT)
    item = builder.item(builder.element(0x00400009, "SH", "A"))
    level = builder.element(0x00080052, "CS", "SERIES")
    study = builder.element(0x0020000D, "UI", "1.2")
    for wrong, tag, comment in (
        (builder.sequence(0x00100010, item), 0x00100010, "PatientName is a sequence"),
        (builder.sequence(0x0020000D, item), 0x0020000D, "StudyInstanceUID is a sequence"),
        (builder.element(0x00400275, "LO", "*"), 0x00400275, "RequestAttributesSequence is no sequence"),
    ):
        with pytest.raises(IdentifierError) as caught:
            read_find_query(level + study + wrong, EXPLICIT, STUDY_ROOT)
        assert (caught.value.status, caught.value.comment) == (0xA900, comment)
        assert caught.value.offending_tags == (tag,)
    with pytest.raises(IdentifierError) as caught:
        read_retrieve_query(level + study + builder.sequence(0x0020000E, item), EXPLICIT, STUDY_ROOT)
    assert caught.value.offending_tags == (0x0020000E,)


def test_keys_above_match_as_those_of_the_level() -> None:
    keys = {"study": "1.2", "series": "", "accession": "A", "name": "B"}
    for rules in (DEFAULT_RULES, RELATIONAL):
        found = query("SERIES", keys, rules=rules)
        assert {key.attribute.tag for key in found.keys if key.restricts} == {
            TAGS["study"],
            TAGS["accession"],
            TAGS["name"],
        }
        assert found.is_relational is rules.is_relational


def test_a_relational_query_needs_no_keys_above() -> None:
    assert query("IMAGE", {"instance": "1.2"}, rules=RELATIONAL).level is Level.IMAGE


@pytest.mark.parametrize(
    ("level", "keys", "model"),
    [
        ("STUDY", {"study": "", "name": "Doe*"}, PATIENT_ROOT),
        ("SERIES", {"series": "", "patient": "P1"}, STUDY_ROOT),
        ("IMAGE", {"instance": "", "study": "1.2"}, STUDY_ROOT),
        ("SERIES", {"series": "1.2.3"}, PATIENT_ROOT),
    ],
)
def test_what_lacks_a_unique_key_above_is_answered_where_that_is_wished(
    level: str, keys: dict[str, str], model: Model
) -> None:
    assert status(level, keys, model, LENIENT) == 0xC000
    found = query(level, keys, model, IdentifierRules(is_lenient=True))
    assert {key.attribute.tag for key in found.keys} == {TAGS[name] for name in keys}
    assert found == replace(query(level, keys, model, RELATIONAL), is_relational=False)


def test_patients_are_attributes_of_studies_in_the_study_root() -> None:
    found = query("STUDY", {"study": "", "name": "A", "patient": "1"})
    assert found.restricting_tags == {TAGS["name"], TAGS["patient"]}


def test_what_is_not_supported_is_told() -> None:
    builder = Builder(EXPLICIT)
    data = b"".join(
        [
            builder.element(0x00080000, "UL", 4),
            builder.element(0x00080052, "CS", "STUDY"),
            builder.element(0x00080056, "CS", ""),
            builder.element(0x00080201, "SH", "+0100"),
            builder.element(0x00091001, "LO", ""),
            builder.element(0x0020000D, "UI", ""),
            builder.element(0x00200011, "IS", "1"),
            builder.sequence(0x00081111),
        ]
    )
    found = read_find_query(data, EXPLICIT, STUDY_ROOT)
    assert set(found.unsupported_tags) == {0x00091001, 0x00200011, 0x00081111}
    assert found.wants_availability
    assert found.timezone_offset == "+0100"


def test_what_is_not_supported_in_an_item_is_told() -> None:
    builder = Builder(EXPLICIT)
    inner = [
        builder.element(0x00080000, "UL", 4),
        builder.element(0x00080005, "CS", "ISO_IR 192"),
        builder.element(0x00091001, "LO", "private"),
        builder.sequence(0x00321064, builder.item(builder.element(0x00080100, "SH", "C"))),
        builder.element(0x00400009, "SH", "S1"),
        builder.element(0x0040A043, "LO", "of another sequence"),
    ]
    head = builder.element(0x00080052, "CS", "SERIES") + builder.element(0x0020000D, "UI", "1.2")
    found = read_find_query(head + builder.sequence(0x00400275, builder.item(b"".join(inner))), EXPLICIT, STUDY_ROOT)
    assert found.unsupported_tags == (0x00091001, 0x00321064, 0x0040A043)
    (key,) = (key for key in found.keys if key.attribute.tag == 0x00400275)
    assert [(item.tag, item.value) for item in key.items] == [(0x00400009, "S1")]
    assert not key.wants_whole_items
    for items in ((), (builder.item(),), (builder.item(inner[0] + inner[1]),)):
        (*_, key) = read_find_query(head + builder.sequence(0x00400275, *items), EXPLICIT, STUDY_ROOT).keys
        assert key.wants_whole_items
        assert key.items == ()


def retrieval(level: str, keys: dict[str, str], model: Model = STUDY_ROOT, rules: IdentifierRules = LENIENT) -> Query:
    return read_retrieve_query(identifier(level, keys), IMPLICIT, model, rules)


@pytest.mark.parametrize(
    ("level", "keys", "model"),
    [
        ("STUDY", {"study": ""}, STUDY_ROOT),
        ("STUDY", {}, STUDY_ROOT),
        ("STUDY", {"accession": "*"}, STUDY_ROOT),
        ("SERIES", {"accession": "A"}, STUDY_ROOT),
        ("PATIENT", {"patient": "*"}, PATIENT_ROOT),
        ("PATIENT", {"patient": "?*"}, PATIENT_ROOT),
        ("PATIENT", {"patient": "?* *"}, PATIENT_ROOT),
        ("PATIENT", {"patient": "P\\\\*"}, PATIENT_ROOT),
        ("PATIENT", {"name": "*^?*=*"}, PATIENT_ROOT),
        ("STUDY", {"study": "\\\\"}, STUDY_ROOT),
        ("", {"study": "1.2"}, STUDY_ROOT),
    ],
)
def test_nobody_retrieves_everything_by_mistake(level: str, keys: dict[str, str], model: Model) -> None:
    for rules in (LENIENT, STRICT):
        with pytest.raises(IdentifierError) as caught:
            retrieval(level, keys, model, rules)
        assert caught.value.status == 0xA900


def test_unique_keys_of_the_level_and_above_are_retrieved_by() -> None:
    keys = {"patient": "P", "study": "1", "series": "2", "instance": "3", "accession": "A"}
    assert [key.value for key in retrieval("SERIES", keys).keys] == ["1", "2"]
    assert [key.value for key in retrieval("SERIES", keys, PATIENT_ROOT).keys] == ["P", "1", "2"]
    assert [key.value for key in retrieval("SERIES", {"study": "1"}).keys] == ["1"]


def test_required_keys_of_the_level_are_retrieved_by_too() -> None:
    keys = {"patient": "P", "name": "N", "study": "1", "accession": "A", "modality": "CT", "description": "D"}
    assert {key.value for key in retrieval("STUDY", keys).keys} == {"P", "N", "1", "A"}
    assert {key.value for key in retrieval("STUDY", keys, PATIENT_ROOT).keys} == {"P", "1", "A"}
    assert {key.value for key in retrieval("SERIES", keys).keys} == {"1", "CT"}
    with pytest.raises(IdentifierError):
        retrieval("STUDY", keys, STUDY_ROOT, STRICT)


@pytest.mark.parametrize(
    ("keys", "is_right"),
    [
        ({"study": "1", "series": "2"}, True),
        ({"series": "2"}, False),
        ({"study": "", "series": "2"}, False),
        ({"study": "1", "series": ""}, False),
        ({"study": "1", "series": "2", "accession": ""}, False),
        ({"study": "1", "series": "2", "patient": "P"}, False),
    ],
)
def test_strict_retrievals_have_the_unique_keys_and_nothing_else(keys: dict[str, str], is_right: bool) -> None:
    if is_right:
        retrieval("SERIES", keys, STUDY_ROOT, STRICT)
        return
    with pytest.raises(IdentifierError) as caught:
        retrieval("SERIES", keys, STUDY_ROOT, STRICT)
    assert caught.value.status == 0xA900


def test_bytes_that_are_no_identifier_cannot_be_processed() -> None:
    with pytest.raises(IdentifierError) as caught:
        read_find_query(b"\x08\0\x52\0CS\xff\xffSTUDY", EXPLICIT, STUDY_ROOT)
    assert caught.value.status == 0xC000


@given(st.binary(max_size=120), st.sampled_from(list(Model)), st.booleans())
def test_hostile_identifiers_are_queries_or_refused(tail: bytes, model: Model, is_strict: bool) -> None:
    data = identifier("STUDY", {"study": "", "patient": ""}) + tail
    for read in (read_find_query, read_retrieve_query):
        statuses = [0xA900, 0xC000]
        try:
            read(data, IMPLICIT, model, IdentifierRules(is_strict=is_strict))
        except IdentifierError as error:
            statuses.remove(error.status)
