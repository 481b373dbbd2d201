"""Matching in SQL against the same rules in plain Python (PS3.4 C.2.2.2), on both databases."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.matching.query_reader import IdentifierRules, read_find_query
from dicomdesk.dicom.query.attributes import ATTRIBUTES
from dicomdesk.dicom.query.query import Model
from tests.helpers.archives import matching_oracle as oracle
from tests.helpers.archives.index_entries import AREA, TAGS, index_entry, study_query
from tests.helpers.archives.postgresql import PostgresqlServer
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder

NAMES = (
    *("Doe^Jane", "DOE^JOHN^^^", "Doe", "doe^", "Smith^Anna=山田^花子", "Müller^Jörg", "Muller^Jorg", "MÜLLER"),
    *("D%e_^!", ""),
    *("Yamada^Tarou=山田^太郎=やまだ^たろう", "Łukasz^Ørsted", "[Doe]^x", "=王^小東", "O'Neil^A", "Smi^th^van der"),
)  # fmt: skip
TEXTS = ("A1", "a1", "A12", "A%2", "A_2", "A[1]", "", "B 1", "x\\y", "A1\\B2")
DATES = ("20200101", "20200229", "20200301", "", "19991231", "2020.03.02")
TIMES = ("10", "1011", "101112", "101112.5", "", "235959.999999", "000000")
VRS = {
    "name": "PN",
    "accession": "SH",
    "date": "DA",
    "time": "TM",
    "referrer": "PN",
    "other_ids": "LO",
    "readers": "PN",
}


def entries() -> list[IndexEntry]:
    columns = zip(
        itertools.cycle(NAMES),
        itertools.cycle(TEXTS),
        itertools.cycle(DATES),
        itertools.cycle(TIMES),
        range(80),
        strict=False,
    )
    return [
        index_entry(
            instance=f"1.2.{number}.1", series=f"1.2.{number}.0", study=f"1.2.{number}", patient=f"P{number}",
            name=person, accession=text.split("\\")[0], date=date, time=moment, modality=("CT", "MR", "")[number % 3],
            referrer=NAMES[-1 - number % len(NAMES)].replace("\\", ""), other_ids=TEXTS[number * 7 % len(TEXTS)],
            readers=f"{NAMES[number * 3 % len(NAMES)]}\\{NAMES[number * 5 % len(NAMES)]}".strip("\\"),
            series_number=str(number % 4).zfill(number % 3 + 1),
        )
        for person, text, date, moment, number in columns
    ]  # fmt: skip


ENTRIES = entries()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    if request.param == "sqlite":
        url = sqlite_url(Path(tmp_path_factory.mktemp("index"), "index.sqlite"))
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        url = server.new_database()
    opened = Index(url)
    opened.add(ENTRIES)
    yield opened
    opened.close()


def found(index: Index, keys: dict[str, str]) -> list[str]:
    return sorted(match.values[TAGS["study"]] for match in index.find(study_query({"study": "", **keys}), AREA))


def expected(keys: dict[str, str]) -> list[str]:
    return sorted(
        entry.values[TAGS["study"]]
        for entry in ENTRIES
        if all(
            oracle.attribute(VRS[name], value_of(entry, name), wanted.strip(" "))
            for name, wanted in keys.items()
            if wanted.strip(" ")
        )
    )


def value_of(entry: IndexEntry, name: str) -> str:
    value = entry.values.get(TAGS[name], "")
    return value.replace(".", "") if name == "date" else value


def patterns(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Values, their beginnings, and these with wildcards put in."""
    pieces = st.sampled_from([*values, "*", "?", "^", "=", "D", "m", "%", "_", "[", "]", "A", "山", "ü", "\\"])
    whole = st.lists(pieces, min_size=1, max_size=4).map("".join)
    tails = st.sampled_from(["", "*", "?*", "*?", "^*", "*^*", "^*^"])
    cut = st.builds(lambda value, end, tail: value[:end] + tail, st.sampled_from(values), st.integers(0, 8), tails)
    return st.one_of(st.sampled_from(values), whole, cut)


def ranges(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    plain = st.sampled_from([value.replace(".", "") if len(value) == 10 else value for value in values])
    return st.one_of(
        plain, st.builds(lambda first, last: f"{first}-{last}", plain, plain), st.just("*"), st.just("2020*")
    )


KEYS = st.fixed_dictionaries(
    {},
    optional={
        "name": patterns(NAMES),
        "accession": patterns(TEXTS),
        "date": ranges(DATES),
        "time": ranges(TIMES),
        "referrer": patterns(NAMES),
        "other_ids": patterns(TEXTS),
        "readers": patterns(NAMES),
    },
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(keys=KEYS)
@example(keys={"name": "DOE^*"})
@example(keys={"name": "doe"})
@example(keys={"name": "=山田*"})
@example(keys={"name": "m?ller*"})
@example(keys={"accession": "A[1]"})
@example(keys={"accession": "A%2\\B 1"})
@example(keys={"time": "10"})
@example(keys={"time": "1011-"})
@example(keys={"date": "-20200229"})
@example(keys={"other_ids": "B2"})
@example(keys={"readers": "*^ta*"})
def test_sql_and_plain_python_find_the_same(index: Index, keys: dict[str, str]) -> None:
    assert found(index, keys) == expected(keys)


CHARACTER_SETS = {
    b"": "",
    b"ISO_IR 100": "latin-1",
    b"ISO_IR 192": "utf-8",
    b"GB18030": "gb18030",
    b"\\ISO 2022 IR 87": "",
    b"BOGUS": "",
}
"""What keys are said to be in; and the codec, where that is all there is to it."""
PIECES = st.sampled_from(
    [b"\x1b", b"\x1b$B;3ED\x1b(B", b"\x1b(B", b"\0", b"*", b"?", b"\\", b"=", b"^", b" ", b"Doe", b"A", b"M\xfcller"]
)
RAW = st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=5).map(b"".join)


def raw_query(tag: int, value: bytes, character_set: bytes) -> bytes:
    builder = Builder(IMPLICIT)
    values = {0x00080005: character_set, TAGS["level"]: b"STUDY ", TAGS["study"]: b"", tag: value}
    return b"".join(builder.element(one, "LO", values[one]) for one in sorted(values))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(["name", "accession", "referrer", "other_ids", "readers"]),
    value=RAW,
    term=st.sampled_from(list(CHARACTER_SETS)),
)
@example(name="name", value=b"\x1b", term=b"")
@example(name="name", value=b"\x1b(B", term=b"\\ISO 2022 IR 87")
@example(name="accession", value=b"\0*\0", term=b"ISO_IR 192")
@example(name="accession", value=b"A\0*", term=b"")
@example(name="readers", value=b"*\xff", term=b"BOGUS")
@example(name="name", value=b"\t", term=b"")
def test_bytes_match_no_more_than_what_they_are_decoded_to(index: Index, name: str, value: bytes, term: bytes) -> None:
    query = read_find_query(raw_query(TAGS[name], value, term), IMPLICIT, Model.STUDY_ROOT)
    (key,) = (one for one in query.keys if one.attribute.tag == TAGS[name])
    matches = sorted(match.values[TAGS["study"]] for match in index.find(query, AREA))
    if key.is_undecodable:
        assert matches == []
        assert query.warning
        return
    if VRS[name] != "PN" or key.value.isascii():  # of the letters of the world each side folds its own
        assert matches == expected({name: key.value})
    # Everything matches what is blank only, or a pattern that says so.
    codec = CHARACTER_SETS[term]
    if codec and b"\x1b" not in value:
        whole = value.decode(codec)
        assert [one.strip(" ") for one in key.value.split("\\")] == [one.strip(" \0") for one in whole.split("\\")]


def test_the_largest_query_is_answered(index: Index) -> None:
    """All keys at once, each with as many values and wildcards as it may have."""
    values = {
        b"PN": ["ä^^^^^*"] * 100,
        b"UI": [f"1.2.{number}" for number in range(5000)],
        b"DA": ["20200101-20200229"] * 50,
        b"TM": ["10-11"] * 100,
        b"DT": ["2020-2021"] * 100,
        b"US": ["1"] * 100,
    }
    for level in ("STUDY", "SERIES", "IMAGE"):
        builder = Builder(EXPLICIT)
        elements = {0x00080005: builder.element(0x00080005, "CS", "ISO_IR 192")}
        elements[TAGS["level"]] = builder.element(TAGS["level"], "CS", level)
        for attribute in ATTRIBUTES:
            texts = values.get(attribute.vr, ["a*b*?d"] * 100)
            vr = attribute.vr.decode()
            value: bytes = bytes(200) if vr == "US" else "\\".join(texts).encode()
            elements[attribute.tag] = builder.element(attribute.tag, "UT" if vr != "US" else vr, value)
            if attribute.item_tags:
                item = b"".join(builder.element(tag, "UT", "\\".join(["a*b*?d"] * 100)) for tag in attribute.item_tags)
                elements[attribute.tag] = builder.sequence(attribute.tag, builder.item(item))
        data = b"".join(elements[tag] for tag in sorted(elements))
        query = read_find_query(data, EXPLICIT, Model.STUDY_ROOT, IdentifierRules(is_relational=True))
        assert list(index.find(query, AREA)) == []


def numbers(index: Index, keys: dict[str, str], rules: IdentifierRules | None = None, level: str = "STUDY") -> int:
    query = study_query(keys, level=level, rules=rules or IdentifierRules())
    return len(list(index.find(query, AREA)))


def test_a_date_and_a_time_are_one_range_only_when_negotiated(index: Index) -> None:
    keys = {"study": "", "date": "20200101-20200229", "time": "101112-1011"}
    apart, together = numbers(index, keys), numbers(index, keys, IdentifierRules(combines_date_and_time=True))
    inside = [
        entry
        for entry in ENTRIES
        if (value_of(entry, "date"), "101112") >= ("20200101", "")
        and ("20200101", "101112.000000")
        <= (value_of(entry, "date"), (oracle.span("TM", value_of(entry, "time")) or ("", ""))[0])
        <= ("20200229", "101159.999999")
    ]
    assert together == len(inside) > 0
    assert apart != together


def test_modalities_and_numbers_match(index: Index) -> None:
    assert numbers(index, {"study": "", "modalities": "MR"}) == 27
    assert numbers(index, {"study": "", "modalities": "M*\\CT"}) == 54
    assert numbers(index, {"study": "", "study_instances": "1"}) == 80
    assert numbers(index, {"study": "", "study_instances": "x"}) == 0
    relational = IdentifierRules(is_relational=True)
    assert numbers(index, {"series": "", "series_number": "2"}, relational, "SERIES") == 20
    assert numbers(index, {"series": "", "series_number": "+002"}, relational, "SERIES") == 20


def test_keys_of_levels_above_match_in_all_queries(index: Index) -> None:
    keys = {"study": "1.2.3", "series": "", "accession": "nothing such"}
    assert numbers(index, keys, level="SERIES") == 0
    assert numbers(index, {**keys, "accession": ""}, level="SERIES") == 1
    assert numbers(index, keys, IdentifierRules(is_relational=True), "SERIES") == 0
    assert numbers(index, {"instance": "1.2.7.1"}, IdentifierRules(is_relational=True), "IMAGE") == 1


def test_patients_are_found_in_the_patient_root(index: Index) -> None:
    query = study_query({"patient": "P7", "name": ""}, level="PATIENT", model=Model.PATIENT_ROOT)
    (match,) = index.find(query, AREA)
    assert match.values[TAGS["name"]] == NAMES[7]
    query = study_query({"patient": "P7", "study": ""}, model=Model.PATIENT_ROOT)
    assert len(list(index.find(query, AREA))) == 1


def test_another_area_has_none_of_it(index: Index) -> None:
    assert list(index.find(study_query({"study": ""}), "OTHER")) == []


@pytest.mark.parametrize("value", ["*a" * 500, "?" * 1000, "*" * 1024, "^*" * 500, "=" * 1000, "%" * 1000, "-" * 1000])
def test_hostile_patterns_end_soon(index: Index, value: str) -> None:
    start = time.monotonic()
    for name in ("name", "accession", "date", "time", "readers", "other_ids"):
        list(index.find(study_query({"study": "", name: value}), AREA))
    assert time.monotonic() - start < 60
