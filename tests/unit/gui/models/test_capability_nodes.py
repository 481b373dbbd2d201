from dicomdesk.engine.check_findings import ServiceGroup
from dicomdesk.engine.events import CapabilityFound
from dicomdesk.gui.models.capability_nodes import (
    NAME,
    SYNTAXES,
    CapabilityTree,
    ServiceNode,
    SopClassNode,
    capability_columns,
    matches,
    service_word,
)
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline


def tree() -> tuple[CapabilityTree, list[ServiceNode]]:
    made = CapabilityTree(PlainOutline())
    for event in scenes.capabilities_found() * 2:
        assert isinstance(event, CapabilityFound)
        made.add(event.capability)
    return made, made.services


def test_sop_classes_stand_below_their_service_once() -> None:
    made, services = tree()
    assert len(made) == 6
    assert [service.text(NAME) for service in services] == ["Verification", "Storage", "Query and retrieve"]
    assert [service.text(SYNTAXES) for service in services] == ["1 SOP class", "4 SOP classes", "1 SOP class"]


def test_sop_class_opens_to_its_transfer_syntaxes() -> None:
    _, (_, storage, _) = tree()
    node = storage.children[0]
    assert isinstance(node, SopClassNode)
    assert node.text(NAME) == "CT Image Storage"
    assert node.text(SYNTAXES) == "Little Endian Implicit and 3 more"
    assert node.unfetched() == 4
    assert next(row.text(SYNTAXES) for row in node.fetch(9)) == scenes.IMPLICIT


def test_search_finds_names_encodings_and_uids() -> None:
    _, services = tree()
    assert [matches(service, ["jpeg", "2000"]) for service in services] == [False, True, False]
    storage = services[1]
    assert [matches(node, ["ultrasound"]) for node in storage.children] == [False, False, True, False]
    assert matches(storage.children[0], [scenes.CT])
    first = storage.children[0]
    assert isinstance(first, SopClassNode)
    assert all(matches(row, ["x"]) for row in first.fetch(2))


def test_every_service_has_a_word_and_an_order() -> None:
    assert len({service_word(group) for group in ServiceGroup}) == len(ServiceGroup)
    assert ServiceNode(ServiceGroup.STORAGE).sort_value(NAME) == 1.0
    assert len(capability_columns()) == 2
