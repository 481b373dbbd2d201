from types import MappingProxyType

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.results.cells import INSTANCES, NAME, PEER, cells_of
from dicomdesk.gui.query.results.result_nodes import Below, NoteNode, Place, ResultNode, found_entity
from dicomdesk.gui.query.results.result_tree import ResultTree
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.window.outlines import PlainOutline

STUDY_UID, PATIENT_ID, PATIENT_NAME, STUDY_INSTANCES = 0x0020000D, 0x00100020, 0x00100010, 0x00201208


def asked(name: str) -> AskedPeer:
    return AskedPeer(peer=Peer(host="127.0.0.1", port=104, ae_title=name), association=AssociationSettings())


def result(**values: str) -> QueryResult:
    tags = {"study": STUDY_UID, "patient": PATIENT_ID, "name": PATIENT_NAME, "instances": STUDY_INSTANCES}
    found = {tags[word]: value for word, value in values.items()}
    return QueryResult(
        values=MappingProxyType(found), items=MappingProxyType({}), level=None, faults=MappingProxyType({})
    )


def place(peer: AskedPeer, found: QueryResult, level: Level) -> Place:
    return Place(peer, found, cells_of(level, found), repr(found.values).encode(), "")


def add(tree: ResultTree, peer: AskedPeer, *results: QueryResult, level: Level = Level.STUDY) -> int:
    return tree.add(None, level, QueryModel.STUDY_ROOT, [place(peer, each, level) for each in results])


def shown(outline: PlainOutline) -> list[ResultNode]:
    return [node for node in outline.root.children if isinstance(node, ResultNode)]


def test_a_study_at_two_peers_is_shown_once_with_both() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    one, other = asked("ONE"), asked("OTHER")
    assert add(tree, one, result(study="1.2", instances="10"), result(study="1.3")) == 0
    assert add(tree, other, result(study="1.2", instances="12")) == 0
    study = shown(outline)[0]
    assert (study.text(PEER), study.text(INSTANCES), len(tree)) == ("ONE, OTHER", "12", 2)
    assert study.tip(PEER) == "ONE: 10 instances\nOTHER: 12 instances"
    places = found_entity(study).places
    assert [(place.asked, place.instances) for place in places] == [(one, 10), (other, 12)]


def test_a_study_that_a_peer_names_twice_is_shown_once() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    peer = asked("ONE")
    assert add(tree, peer, result(study="1.2"), result(study="1.2")) == 1
    assert [node.text(PEER) for node in shown(outline)] == ["ONE"]


def test_answers_without_a_uid_are_rows_that_cannot_be_opened() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    assert add(tree, asked("ONE"), result(name="A"), result(name="B")) == 0
    assert len(shown(outline)) == 2
    assert {node.below for node in shown(outline)} == {Below.NOTHING}


def test_patients_of_one_id_and_different_names_are_not_one() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    first, second, third = (result(patient="1", name=name) for name in ("Doe^Jane", "Roe^Rick", "DOE^JANE"))
    add(tree, asked("ONE"), first, level=Level.PATIENT)
    add(tree, asked("OTHER"), second, third, level=Level.PATIENT)
    assert [node.text(PEER) for node in shown(outline)] == ["ONE, OTHER", "OTHER"]


def test_foreign_text_is_of_one_line_and_bounded() -> None:
    node = ResultNode(
        Level.STUDY, QueryModel.STUDY_ROOT, place(asked("ONE"), result(name="A\n\x1b[31m" * 900), Level.STUDY)
    )
    assert node.text(NAME).isprintable()
    assert len(node.text(NAME)) < 2000


def test_a_note_stands_below_a_row_until_its_content_has_come() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    add(tree, asked("ONE"), result(study="1.2"))
    (study,) = shown(outline)
    tree.begin(study, "Asking ONE")
    assert [node.text(NAME) for node in study.children] == ["Asking ONE"]
    tree.end(study, NoteNode("Nothing"))
    assert [node.text(NAME) for node in study.children] == ["Nothing"]
    assert study.below is Below.KNOWN


def test_what_comes_when_the_same_is_asked_again_is_marked_as_new_and_what_is_gone_goes() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    peer = asked("ONE")
    add(tree, peer, result(study="1.2", instances="1"), result(study="1.3", name="Roe^Rick"))
    tree.begin_round()
    assert add(tree, peer, result(study="1.4", name="Poe^Edgar"), result(study="1.2", instances="5")) == 0
    assert tree.end_round() == 1
    rows = {node.result.value(STUDY_UID): node for node in shown(outline)}
    assert set(rows) == {"1.2", "1.4"}
    assert (rows["1.2"].text(INSTANCES), rows["1.2"].is_new) == ("5", False)
    assert rows["1.4"].text(NAME) == "New Poe, Edgar"
    tree.begin_round()
    add(tree, peer, result(study="1.4", name="Poe^Edgar"))
    assert tree.end_round() == 0
    assert [node.text(NAME) for node in shown(outline)] == ["Poe, Edgar"]


def test_a_name_is_shown_with_what_tells_people_of_one_name_apart() -> None:
    values = {PATIENT_NAME: "Doe^Jane", 0x00100030: "19501231", 0x00100040: "F"}
    found = QueryResult(
        values=MappingProxyType(values), items=MappingProxyType({}), level=None, faults=MappingProxyType({})
    )
    node = ResultNode(Level.STUDY, QueryModel.STUDY_ROOT, place(asked("ONE"), found, Level.STUDY))
    assert [part.text for part in node.parts(NAME) or ()] == ["Doe, Jane", "1950-12-31 F"]


def test_many_peers_of_a_study_are_named_in_its_tip() -> None:
    outline = PlainOutline()
    tree = ResultTree(outline)
    for name in ("ONE", "TWO", "THREE"):
        add(tree, asked(name), result(study="1.2"))
    (study,) = shown(outline)
    assert (study.text(PEER), study.peers_text) == ("ONE +2", "ONE, TWO, THREE")
    assert study.tip(PEER) == "ONE\nTWO\nTHREE"
