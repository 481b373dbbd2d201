"""An outline without Qt, for tests of the lists of plain values."""

from collections.abc import Sequence

from dicomdesk.gui.outline.model import Node


class PlainOutline:
    """Keeps rows as a model does, and remembers what was touched."""

    def __init__(self) -> None:
        self.root = Node()
        self.touched: list[Node] = []

    def insert(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        owner = parent or self.root
        for node in nodes:
            node.parent = owner
            node.row = len(owner.children)
            owner.children.append(node)

    def remove(self, node: Node) -> None:
        owner = node.parent or self.root
        owner.children.remove(node)

    def arrange(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        owner = parent or self.root
        assert {*owner.children} == {*nodes}
        owner.children[:] = nodes

    def replace(self, nodes: Sequence[Node]) -> None:
        self.root.children[:] = nodes

    def touch(self, node: Node) -> None:
        self.touched.append(node)
