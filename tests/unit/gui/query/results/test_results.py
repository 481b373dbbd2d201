"""Whatever peers answer, and in whatever order it is sorted, filtered and asked again: what is shown is what came."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.asking import Asking, Question
from dicomdesk.gui.query.results.cells import COLUMNS, NAME
from dicomdesk.gui.query.results.export import csv_text, json_text
from dicomdesk.gui.query.results.matches import read_match
from dicomdesk.gui.query.results.result_nodes import Place, ResultNode, found_entity
from dicomdesk.gui.query.results.result_tree import ResultTree
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder
from tests.helpers.window.outlines import PlainOutline

PEERS = [
    AskedPeer(peer=Peer(host="h", port=104, ae_title=name), association=AssociationSettings()) for name in ("A", "B")
]
TAGS = {
    0x00080005: "CS",
    0x00080020: "DA",
    0x00080030: "TM",
    0x00080052: "CS",
    0x00080061: "CS",
    0x00081030: "LO",
    0x00100010: "PN",
    0x00100020: "LO",
    0x0020000D: "UI",
    0x00201206: "IS",
    0x00201208: "IS",
}
ELEMENTS = st.dictionaries(st.sampled_from(sorted(TAGS)), st.binary(max_size=40))
SMALL = st.integers(0, 12)


def asking(peer: AskedPeer, level: Level, model: QueryModel) -> Asking:
    return Asking(question=Question(identifier=Identifier(), level=level, model=model), asked=peer)


def encoded(elements: dict[int, bytes], syntax: str) -> bytes:
    build = Builder(syntax)
    return b"".join(build.element(tag, TAGS[tag], value) for tag, value in sorted(elements.items()))


def place_of(
    peer: AskedPeer,
    data: bytes,
    level: Level,
    syntax: str = EXPLICIT,
    model: QueryModel = QueryModel.STUDY_ROOT,
) -> Place | None:
    match = read_match(asking(peer, level, model), QueryAnswered("q", 1, 0, 1, 1, 1, 0xFF00, data, syntax))
    if match.result is None or match.cells is None:
        return None
    return Place(peer, match.result, match.cells, data, syntax)


def containing(wanted: str) -> Callable[[ResultNode], bool]:
    return lambda node: wanted in node.text(NAME)


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(
    elements=ELEMENTS,
    tail=st.binary(max_size=12),
    level=st.sampled_from(list(Level)),
    syntax=st.sampled_from([EXPLICIT, IMPLICIT]),
    model=st.sampled_from([QueryModel.STUDY_ROOT, QueryModel.WORKLIST]),
)
def test_any_answer_is_a_row_that_can_be_shown_and_exported_or_is_none(
    elements: dict[int, bytes], tail: bytes, level: Level, syntax: str, model: QueryModel
) -> None:
    place = place_of(PEERS[0], encoded(elements, syntax) + tail, level, syntax, model)
    if place is None:
        return
    node = ResultNode(level, model, place)
    shown = [node.text(column) for column in range(COLUMNS)]
    assert all(text.isprintable() and len(text) < 3000 for text in shown)
    assert shown[NAME]
    assert [type(node.sort_value(column)) for column in range(COLUMNS)]
    assert found_entity(node).places[0].asked is PEERS[0]
    rows = list(csv.DictReader(io.StringIO(csv_text([node]).removeprefix("\ufeff"))))
    assert len(rows) == 1
    assert not any(value.startswith(("=", "+", "-", "@")) for value in rows[0].values())
    assert isinstance(json.loads(json_text([node])), list)


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@given(
    answers=st.lists(st.tuples(st.booleans(), SMALL, SMALL), max_size=60),
    steps=st.lists(st.tuples(st.sampled_from(["sort", "filter", "all", "more", "settle"]), SMALL), max_size=8),
)
def test_what_is_listed_is_what_came_once_each_sorted_and_filtered(
    answers: list[tuple[bool, int, int]], steps: list[tuple[str, int]]
) -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    tree.sort(NAME)
    column, is_descending, wanted = NAME, False, ""
    for number, (is_second, uid, name) in enumerate(answers):
        data = encoded({0x0020000D: b"1.2.%d" % uid, 0x00100010: b"N%d" % name}, EXPLICIT)
        place = place_of(PEERS[is_second], data, Level.STUDY)
        assert place is not None
        tree.add(None, Level.STUDY, QueryModel.STUDY_ROOT, [place])
        if number >= len(steps):
            continue
        word, value = steps[number]
        if word == "sort":
            column, is_descending = value % COLUMNS, value % 2 == 0
            tree.sort(column, is_descending=is_descending)
        elif word == "filter":
            wanted = str(value) if value % 3 else ""
            tree.filter(containing(wanted) if wanted else None)
        elif word == "more":
            tree.show_more()
        else:
            tree.settle()
    tree.show()
    nodes = [node for node in outline.root.children if isinstance(node, ResultNode)]
    named = {uid: name for _, uid, name in reversed(answers)}
    uids = [node.unique_value(Level.STUDY) for node in nodes]
    assert sorted(uids) == sorted(f"1.2.{uid}" for uid, name in named.items() if wanted in f"N{name}")
    assert len(tree) == len(named)
    keys = [node.sort_value(column) for node in nodes]
    assert keys == sorted(keys, reverse=is_descending)
    for node in nodes:
        uid = int(node.unique_value(Level.STUDY).rpartition(".")[2])
        peers = {PEERS[is_second].word for is_second, other, _ in answers if other == uid}
        assert {place.asked.word for place in node.places} == peers
