from dicomdesk.engine.events import Event, ItemOutcome
from dicomdesk.gui.models.association_log import AssociationLog, AssociationRecord
from dicomdesk.gui.models.negotiation_nodes import (
    ABSTRACT_SYNTAX,
    CONTEXT_ID,
    MESSAGE,
    MESSAGE_REASON,
    MESSAGE_STATE,
    REASON,
    RESULT,
    ROLE,
    STATUS,
    TRANSFER_SYNTAX,
    MessageNode,
    context_columns,
    context_nodes,
    message_columns,
)
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline


def record_of(events: list[Event]) -> AssociationRecord:
    outline = PlainOutline()
    log = AssociationLog(outline)
    for event in events:
        log.apply(event, 1.0)
    record = outline.root.children[0]
    assert isinstance(record, AssociationRecord)
    return record


def test_refused_contexts_come_first_with_their_reasons() -> None:
    nodes = context_nodes(record_of(scenes.outgoing(1)))
    assert [node.text(CONTEXT_ID) for node in nodes] == ["7", "9", "1", "3", "5"]
    refused = nodes[0]
    assert refused.text(ABSTRACT_SYNTAX) == "Secondary Capture Image"
    assert refused.text(RESULT) == "Encoding not taken"
    assert "JPEG 2000" in refused.text(REASON)
    assert nodes[2].text(TRANSFER_SYNTAX) == "Little Endian Explicit"


def test_context_opens_to_what_was_proposed() -> None:
    node = context_nodes(record_of(scenes.outgoing(1)))[2]
    assert node.unfetched() == 2
    proposals = node.fetch(100)
    assert [proposal.text(RESULT) for proposal in proposals] == ["Chosen", "Proposed"]


def test_contexts_of_a_rejected_association_were_not_negotiated() -> None:
    (node,) = context_nodes(record_of(scenes.rejected("e", 1)))
    assert node.text(RESULT) == "Not negotiated"
    assert node.text(REASON) == "There was no association."


def test_contexts_that_are_asked_for_wait_for_an_answer() -> None:
    node = context_nodes(record_of(scenes.outgoing(1)[:1]))[0]
    assert node.text(REASON) == "Not answered yet."
    assert "and 1 more" in node.text(TRANSFER_SYNTAX)


def test_message_tells_what_the_peer_said() -> None:
    header = scenes.header(scenes.JANE, ("1", "", "CT"), 1)
    refusal = scenes.finished(header, 0, ItemOutcome.REFUSED, status=0xA700, reason="Out of\nresources")
    record = record_of([*scenes.outgoing(1), refusal])
    node = MessageNode(record.messages[0])
    assert [node.text(c) for c in (MESSAGE, MESSAGE_STATE, STATUS, MESSAGE_REASON)] == [
        "C-STORE of CT Image",
        "Refused",
        "A700",
        "Out of\\nresources",
    ]
    for column in range(len(message_columns())):
        assert isinstance(node.sort_value(column), str | float)


def test_sort_values_of_a_column_have_one_type() -> None:
    nodes = context_nodes(record_of(scenes.outgoing(1)))
    every = [*nodes, *nodes[2].fetch(9)]
    for column in range(len(context_columns())):
        assert len({type(node.sort_value(column)) for node in every}) == 1


def test_roles_are_shown_as_proposed_and_as_accepted() -> None:
    nodes = {node.text(CONTEXT_ID): node for node in context_nodes(record_of(scenes.secured(scenes.outgoing(1))))}
    assert [nodes[number].text(ROLE) for number in ("1", "3", "5")] == ["SCU/SCP", "SCU/SCP → SCU", "SCU"]
    assert nodes["3"].tip(ROLE) == "Proposed: the requestor is SCU/SCP. Accepted: SCU."
    assert nodes["5"].tip(ROLE).startswith("No roles were proposed")
