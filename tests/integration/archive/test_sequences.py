"""Sequences in queries (PS3.4 C.2.2.2.6): which items come back, and what of them, against plain Python."""

import random
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.matching.query_reader import read_find_query
from dicomdesk.archive.services.find_responses import (
    ResponseEncoder,
    ResponseFormat,
    pending_status,
)
from dicomdesk.archive.setup.configuration import CharacterSetRule
from dicomdesk.dicom.query.query import Model, Query
from dicomdesk.network.status import Status
from tests.helpers.archives import matching_oracle as oracle
from tests.helpers.archives.index_entries import AREA, index_entry
from tests.helpers.archives.postgresql import PostgresqlServer
from tests.helpers.data.datasets import EXPLICIT, Builder

REQUEST, TITLE = 0x00400275, 0x0040A043
ACCESSION, STUDY, DESCRIPTION, STEP_DESCRIPTION, STEP, PROCEDURE = (
    *(0x00080050, 0x0020000D, 0x00321060, 0x00400007, 0x00400009, 0x00401001),
)  # fmt: skip
SERIES_UID = 0x0020000E
VRS = {ACCESSION: "SH", STUDY: "UI", DESCRIPTION: "LO", STEP_DESCRIPTION: "LO", STEP: "SH", PROCEDURE: "SH"}
VALUES = {
    ACCESSION: ("A1", "A2", "a1", ""),
    STUDY: ("1.2.1", "1.2.2", ""),
    DESCRIPTION: ("Schädel", "Knie", ""),
    STEP_DESCRIPTION: ("x", "山田", ""),
    STEP: ("S1", "S2", "S[1]", "S_1", "S%1", "", ""),
    PROCEDURE: ("P1", "P2", "", ""),
}
NESTED, PRIVATE = 0x00321064, 0x00091010


def stored_items() -> list[list[dict[int, str]]]:
    """Of sixty series: no items to four."""
    choice = random.Random(17)
    return [
        [{tag: choice.choice(values) for tag, values in VALUES.items()} for _ in range(choice.randrange(5))]
        for _ in range(60)
    ]


STORED = stored_items()


def entry(number: int, items: list[dict[int, str]]) -> IndexEntry:
    plain = index_entry(instance=f"1.2.3.{number}", series=f"1.2.3.{number}.1")
    return IndexEntry(
        area=plain.area, path=plain.path, size_bytes=1, transfer_syntax_uid="", character_set="ISO_IR 192",
        values=plain.values, items={REQUEST: tuple(items)},
    )  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    if request.param == "sqlite":
        url = sqlite_url(Path(tmp_path_factory.mktemp("index"), "index.sqlite"))
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        url = server.new_database()
    opened = Index(url)
    opened.add([entry(number, items) for number, items in enumerate(STORED)])
    yield opened
    opened.close()


def query(*items: bytes, tag: int = REQUEST, is_defined: bool = True, level: str = "SERIES") -> Query:
    """One that has items in a sequence."""
    builder = Builder(EXPLICIT)
    elements = {
        0x00080005: builder.element(0x00080005, "CS", "ISO_IR 192"),
        0x00080052: builder.element(0x00080052, "CS", level),
        STUDY: builder.element(STUDY, "UI", "1.2"),
        SERIES_UID: builder.element(SERIES_UID, "UI", ""),
        tag: builder.sequence(tag, *items, is_defined=is_defined),
    }
    return read_find_query(b"".join(elements[one] for one in sorted(elements)), EXPLICIT, Model.STUDY_ROOT)


def item(keys: Mapping[int, str], *more: bytes, is_defined: bool = True) -> bytes:
    builder = Builder(EXPLICIT)
    elements = [builder.element(tag, VRS.get(tag, "LO"), value) for tag, value in sorted(keys.items())]
    return builder.item(b"".join([*elements, *more]), is_defined=is_defined)


def answers(index: Index, asked: Query) -> dict[str, Dataset]:
    """Responses as the peer reads them, by Series Instance UID."""
    rule = CharacterSetRule()
    encoder = ResponseEncoder(
        asked, ResponseFormat(transfer_syntax_uid=EXPLICIT, retrieve_ae_title="A", character_set=rule)
    )
    found = [pydicom.dcmread(BytesIO(encoder.encode(match)), force=True) for match in index.find(asked, AREA)]
    return {str(response.SeriesInstanceUID): response for response in found}


def returned(response: Dataset) -> list[dict[int, str]]:
    return [{int(element.tag): str(element.value) for element in one} for one in response[REQUEST].value or ()]


def expected(keys: Mapping[int, str]) -> dict[str, list[dict[int, str]]]:
    wanted = {tag: (VRS[tag], value) for tag, value in keys.items()}
    found = {f"1.2.3.{number}.1": oracle.items(items, wanted) for number, items in enumerate(STORED)}
    return {uid: items for uid, items in found.items() if items is not None}


def patterns(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    pieces = st.sampled_from([*values, "*", "?", "S", "1", "[", "%", "_", "\\", "ä"])
    return st.one_of(st.sampled_from(values), st.lists(pieces, min_size=1, max_size=4).map("".join), st.just("*"))


KEYS = st.fixed_dictionaries({}, optional={tag: patterns(values) for tag, values in VALUES.items()})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(keys=KEYS, is_defined=st.booleans())
@example(keys={}, is_defined=True)
@example(keys={STEP: "*"}, is_defined=True)
@example(keys={STEP: "*\\S1"}, is_defined=True)
@example(keys={STEP: "S1", PROCEDURE: ""}, is_defined=True)
@example(keys={STEP: "S[1]", PROCEDURE: "P?"}, is_defined=False)
@example(keys={STUDY: "1.2.1\\1.2.2", DESCRIPTION: "Sch*"}, is_defined=True)
@example(keys={STUDY: "*"}, is_defined=True)
def test_only_items_that_match_come_back_with_what_was_asked_for(
    index: Index, keys: dict[int, str], *, is_defined: bool
) -> None:
    asked = query(item(keys, is_defined=is_defined), is_defined=is_defined)
    assert not asked.unsupported_tags
    assert {uid: returned(response) for uid, response in answers(index, asked).items()} == expected(keys)


def test_a_key_without_items_or_with_an_empty_one_gets_all_that_is_kept(index: Index) -> None:
    wanted = expected({})
    for items in ((), (item({}),), (item({}, is_defined=False),)):
        for is_defined in (True, False):
            found = answers(index, query(*items, is_defined=is_defined))
            assert {uid: returned(response) for uid, response in found.items()} == wanted
    assert any(len(items) > 1 for items in wanted.values())


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(Builder(EXPLICIT).element(0x00400A07, "CS", "X"), id="an attribute that is not kept"),
        pytest.param(Builder(EXPLICIT).element(0x00400A07, "CS", ""), id="one without a value"),
        pytest.param(Builder(EXPLICIT).element(0x00401400, "LT", "*"), id="one with a star"),
        pytest.param(Builder(EXPLICIT).sequence(0x00401012), id="a sequence without items"),
        pytest.param(
            Builder(EXPLICIT).sequence(0x00401012, item({STEP: "S2", PROCEDURE: "P2"})), id="a sequence in the item"
        ),
    ],
)
def test_what_is_not_supported_in_an_item_is_told_and_does_not_change_the_rest(index: Index, more: bytes) -> None:
    asked = query(item({STEP: "S1"}, more))
    assert asked.unsupported_tags
    found = answers(index, asked)
    assert {uid: returned(response) for uid, response in found.items()} == expected({STEP: "S1"})
    alone = query(item({}, more))
    assert alone.unsupported_tags
    assert all(returned(response) == [] for response in answers(index, alone).values())


def test_a_nested_sequence_is_no_item_of_the_outer_one(index: Index) -> None:
    """What stands in it neither restricts nor is asked for."""
    builder = Builder(EXPLICIT)
    nested = builder.sequence(NESTED, item({PROCEDURE: "nothing such"}), item({STEP: "S1"}), is_defined=False)
    asked = query(
        item({STEP: "S2"}, is_defined=False).replace(
            builder.element(STEP, "SH", "S2"), nested + builder.element(STEP, "SH", "S2")
        )
    )
    assert asked.unsupported_tags == (NESTED,)
    assert {uid: returned(response) for uid, response in answers(index, asked).items()} == expected({STEP: "S2"})


def test_a_key_of_several_items_is_none_that_is_supported(index: Index) -> None:
    for items in ((item({STEP: "S1"}), item({STEP: "S2"})), (item({STEP: "S1"}), item({}))):
        asked = query(*items)
        assert asked.unsupported_tags == (REQUEST,)
        found = answers(index, asked)
        assert len(found) == len(STORED)
        assert not any(REQUEST in response for response in found.values())


def test_an_item_has_its_own_character_set(index: Index) -> None:
    builder = Builder(EXPLICIT)
    own = builder.element(0x00080005, "CS", "ISO_IR 100") + builder.element(
        DESCRIPTION, "LO", "Schädel".encode("latin-1")
    )
    asked = query(builder.item(own))
    assert not asked.unsupported_tags
    assert {uid: returned(response) for uid, response in answers(index, asked).items()} == expected(
        {DESCRIPTION: "Schädel"}
    )


def test_what_was_not_asked_for_does_not_choose_the_character_set(index: Index) -> None:
    asked = query(item({STEP: "S1"}))
    rule = CharacterSetRule(term="ISO_IR 6", overrides=True, aborts=True)
    encoder = ResponseEncoder(
        asked, ResponseFormat(transfer_syntax_uid=EXPLICIT, retrieve_ae_title="A", character_set=rule)
    )
    matches = list(index.find(asked, AREA))
    assert any(not text.isascii() for match in matches for one in match.items[REQUEST] for text in one.values())
    for match in matches:
        encoder.encode(match)


def test_statuses_tell_of_what_is_not_supported() -> None:
    assert pending_status(query(item({STEP: "S1"}))) == Status.PENDING
    assert pending_status(query(item({PRIVATE: "x"}))) == Status.PENDING_WITH_UNSUPPORTED_KEYS
    assert pending_status(query(item({STEP: "S1", PRIVATE: ""}))) == Status.PENDING_WITH_UNSUPPORTED_KEYS
