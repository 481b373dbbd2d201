"""What an import would do, before it is done: each peer of the file, and each mistake with its line."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from dicomdesk import human
from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.exchange import ImportAction, ImportPlan, ImportRow, ReadPeers, plan_import
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import without_icons
from dicomdesk.gui.controls.form import Form, quiet_label
from dicomdesk.gui.dialogs.peer import GroupField
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, resize_on_screen
from dicomdesk.gui.outline.model import Column, Mark, Node, OutlineModel, Part, Weight, joined
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.panels.heading import Heading
from dicomdesk.gui.peers.choice_nodes import address_text
from dicomdesk.gui.theme import GRID, Theme, Tone

_LINE, _ACTION, _PEER, _REASON = range(4)
_SIZE = (1000, 600)
_ACTIONS = (ImportAction.ADD, ImportAction.CHANGE, ImportAction.SKIP)


def _say(text: str) -> str:
    return QCoreApplication.translate("import_dialog", text)


class ImportDialog(QDialog):
    """Shows a plan; accepted when it is to be done. ``plan`` has it then."""

    def __init__(
        self, theme: Theme, book: AddressBook, read: ReadPeers, source: str, parent: QWidget | None = None
    ) -> None:
        """``source`` is the file, in words."""
        super().__init__(parent)
        self._theme = theme
        self._book = book
        self._read = read
        self.plan = ImportPlan()
        self.setWindowTitle(self.tr("Import peers"))
        resize_on_screen(self, *_SIZE)
        self._heading = Heading(theme, self)
        self._source = quiet_label(source)
        self._remarks = quiet_label(" ".join(read.remarks))
        self._remarks.setVisible(bool(read.remarks))
        self.group = GroupField(self.tr("Group for peers whose file has none"), "", self.tr("none"))
        self.group.set_groups([group for group in book.groups() if group])
        form = Form()
        form.add(self.tr("Put them into group"), self.group)
        self._model = OutlineModel(self._columns(), self)
        self.view = OutlineView(theme, self._model, stretched=_REASON)
        self.view.setAccessibleName(self.tr("What becomes of each peer"))
        self.view.setRootIsDecorated(False)
        words = [self.tr("All"), self.tr("To be added"), self.tr("To be changed"), self.tr("Left out")]
        self.filters = FilterBar(theme, [(word, Tone.PLAIN) for word in words], self.tr("Search name, address, reason"))
        self.why = quiet_label("")
        self.why.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows = ((self.view, 1), self.why)
        parts = (self._heading, self._source, self._remarks, form, self.filters, *rows, self._make_buttons())
        column_of(*parts, inside=self, margins=DIALOG_MARGINS, spacing=GRID)
        self.filters.changed.connect(self._on_filter)
        self.view.node_selected.connect(self._show_why)
        self.group.checked.connect(self._show_plan)
        theme.changed.connect(self._draw_heading)
        self._show_plan()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def title(self) -> str:
        """The heading."""
        return self._heading.title()

    def texts(self) -> list[list[str]]:
        """What the rows say."""
        return [[node.text(column) for column in range(4)] for node in self._model.root.children]

    def _columns(self) -> Sequence[Column]:
        return (
            Column(title=self.tr("Line"), width=64, is_number=True),
            Column(title=self.tr("What becomes of it"), width=150),
            Column(title=self.tr("Peer"), width=300),
            Column(title=self.tr("Why"), width=260),
        )

    def _make_buttons(self) -> QDialogButtonBox:
        standard = QDialogButtonBox.StandardButton
        box = QDialogButtonBox(standard.Ok | standard.Cancel)
        without_icons(box)
        self.ok = box.button(standard.Ok)
        self.ok.setProperty("primary", True)  # noqa: FBT003 - Qt's own signature
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        return box

    def _show_plan(self) -> None:
        group = "" if self.group.problem() else self.group.value()
        self.plan = plan_import(self._book, self._read, group)
        self._model.clear()
        self._model.insert(None, [_PlanRow(row) for row in self.plan.rows])
        counts = [self.plan.count(action) for action in _ACTIONS]
        self.filters.set_counts([sum(counts), *counts])
        taken = counts[0] + counts[1]
        self.ok.setEnabled(taken > 0 and not self.group.problem())
        word = wording.plural(taken, self.tr("Import {count} peer"), self.tr("Import {count} peers"))
        self.ok.setText(word if taken else self.tr("Nothing to import"))
        self._draw_heading()

    def _show_why(self, node: Node | None) -> None:
        """Show the whole reason of a row, which may be longer than its column."""
        self.why.setText(f"{node.text(_PEER)}  {node.text(_REASON)}".strip() if node is not None else "")

    def _draw_heading(self) -> None:
        counts = {action: wording.count_text(self.plan.count(action)) for action in _ACTIONS}
        text = self.tr("{added} will be added, {changed} changed, {left} left out").format(
            added=counts[ImportAction.ADD], changed=counts[ImportAction.CHANGE], left=counts[ImportAction.SKIP]
        )
        has_mistakes = bool(self._read.mistakes)
        tone = Tone.WARNING if has_mistakes else Tone.ACTIVE
        self._heading.say(text, "warning" if has_mistakes else "peers", tone, Tone.PLAIN)

    def _on_filter(self) -> None:
        chip, words = self.filters.chip, self.filters.words()

        def accepts(node: Node) -> bool:
            if not isinstance(node, _PlanRow):
                return True
            return (not chip or node.plan.action is _ACTIONS[chip - 1]) and all(word in node.folded for word in words)

        self.view.set_filter(None if self.filters.is_open() else accepts)


class _PlanRow(Node):
    """A peer of the file, or a mistake."""

    __slots__ = ("folded", "plan")

    def __init__(self, plan: ImportRow) -> None:
        super().__init__()
        self.plan = plan
        self.folded = " ".join(self.text(column) for column in (_ACTION, _PEER, _REASON)).casefold()

    def text(self, column: int) -> str:
        if column == _LINE:
            return str(self.plan.line) if self.plan.line else ""
        if column == _ACTION:
            return _action_mark(self.plan.action).word
        if column == _REASON:
            return human.printable(self.plan.reason)
        return joined(self.parts(column) or ())

    def sort_value(self, column: int) -> str | float:
        return float(self.plan.line) if column == _LINE else self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        peer = self.plan.peer
        if column != _PEER:
            return None
        if peer is None:
            return (Part(human.printable(self.plan.name)),)
        return (Part(peer.name, Weight.STRONG), Part(f"{peer.ae_title}@{address_text(peer)}", Weight.QUIET))

    def mark(self, column: int) -> Mark | None:
        return _action_mark(self.plan.action) if column == _ACTION else None

    def tip(self, column: int) -> str:
        return self.text(column) if column in {_PEER, _REASON} else ""


def _action_mark(action: ImportAction) -> Mark:
    return {
        ImportAction.ADD: Mark("add", _say("Added"), Tone.GOOD),
        ImportAction.CHANGE: Mark("edit", _say("Changed"), Tone.ACTIVE),
        ImportAction.SKIP: Mark("skipped", _say("Left out"), Tone.QUIET),
    }[action]
