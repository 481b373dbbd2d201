"""What is done with the Archive view in tests, as its users do it."""

from collections.abc import Callable

from dicomdesk.gui.archive.cells import NAME
from dicomdesk.gui.archive.dialogs.plan_dialog import PlanDialog
from dicomdesk.gui.archive.nodes import EntryNode
from dicomdesk.gui.archive.pane import ArchivePane
from dicomdesk.gui.theme import Tone
from tests.gui.answers import wait_for

WaitUntil = Callable[[Callable[[], bool]], None]


def names(pane: ArchivePane) -> list[str]:
    return [node.text(NAME) for node in pane.model.root.children]


def search(pane: ArchivePane, text: str, wait_until: WaitUntil) -> list[str]:
    pane.filters.search.setText(text)
    wait_until(lambda: not pane.found.is_asking)
    return names(pane)


def row(pane: ArchivePane, name: str) -> EntryNode:
    return next(n for n in pane.model.root.children if isinstance(n, EntryNode) and n.text(NAME) == name)


def opened(pane: ArchivePane, node: EntryNode, wait_until: WaitUntil) -> list[EntryNode]:
    pane.list.expand_node(node)
    wait_until(lambda: node.is_known)
    return [child for child in node.children if isinstance(child, EntryNode)]


def select(pane: ArchivePane, *wanted: str) -> list[EntryNode]:
    nodes = [row(pane, name) for name in wanted]
    pane.list.select_nodes(nodes)
    return nodes


def planned(wait_until: WaitUntil) -> PlanDialog:
    """The dialog, when it shows what would change."""
    dialog = wait_for(PlanDialog, wait_until)
    if dialog.look.isVisible():
        dialog.look.click()
    wait_until(lambda: dialog.confirm.isEnabled() or (bool(dialog.message.text()) and not dialog._is_looking))
    return dialog


def told(pane: ArchivePane, wait_until: WaitUntil, words: str) -> None:
    wait_until(lambda: pane._notice is not None and words in f"{pane._notice.title} {pane._notice.text}")


def tone(pane: ArchivePane) -> Tone:
    return pane.details.details().tone
