from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.peers.choice_nodes import NAME, ChoiceTree, GroupChoiceNode, choice_columns
from tests.helpers.peers.known_peers import FULL, named
from tests.helpers.window.outlines import PlainOutline

PEERS = (named("Desk"), FULL, named("Old", "Radiology", 2))


def test_rows_stand_below_their_groups() -> None:
    outline = PlainOutline()
    tree = ChoiceTree(outline, PEERS, None)
    assert len(choice_columns()) == 1
    assert [group.text(NAME) for group in tree.groups] == ["Radiology   2"]
    assert tree.rows[1].text(NAME) == "Main archive   PACS@pacs.example:2762"
    assert tree.rows[1].tip(NAME) == FULL.notes
    assert all(row.mark(NAME) is None for row in tree.rows)


def test_group_is_ticked_when_all_of_it_is() -> None:
    tree = ChoiceTree(PlainOutline(), PEERS, frozenset({"main archive"}))
    (group,) = tree.groups
    assert group.is_chosen is False
    tree.toggle(tree.rows[2])
    assert group.is_chosen is True
    assert [peer.name for peer in tree.chosen()] == ["Main archive", "Old"]
    mark = group.mark(NAME)
    assert mark is not None
    assert mark.icon == "box-checked"


def test_group_ticks_only_what_passes_the_search() -> None:
    tree = ChoiceTree(PlainOutline(), PEERS, frozenset())
    tree.search(["old"])
    assert tree.first_hit() is tree.rows[2]
    tree.toggle(tree.groups[0])
    assert [peer.name for peer in tree.chosen()] == ["Old"]
    assert isinstance(tree.groups[0], GroupChoiceNode)
    assert isinstance(tree.groups[0], Node)
