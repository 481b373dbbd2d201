"""Panel of a pre-flight: a heading, reason and advice, and a row for each group."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy

from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.models.forecast_nodes import WHY, ForecastNode, PathNode
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panels.heading import Heading, PlainLabel, loud_or_plain
from dicomdesk.gui.theme import GRID, MARGIN, Theme
from dicomdesk.gui.wording import plain_tip


class PreflightPanel(Band):
    """Shows one pre-flight, live."""

    closed = Signal()
    stop_wanted = Signal()
    again_wanted = Signal()
    decompression_wanted = Signal()
    """Allow lossy images to be decompressed, and look again."""

    def __init__(self, theme: Theme, model: OutlineModel) -> None:
        super().__init__(theme)
        self._details = Details(title="")
        self._is_running = False
        self.view = OutlineView(theme, model, stretched=WHY)
        self._heading = Heading(theme, self)
        self._text = PlainLabel()
        self._lay_out()
        self.view.node_selected.connect(self._on_selected)
        theme.changed.connect(self._draw)

    def show_details(self, details: Details, *, is_running: bool) -> None:
        """Say what there is to say of the whole."""
        if (details, is_running) != (self._details, self._is_running):
            self._details, self._is_running = details, is_running
            self._draw()

    def title(self) -> str:
        """The heading."""
        return self._heading.title()

    def text(self) -> str:
        """The text below the heading: of the chosen group, or of the whole."""
        return self._text.text()

    def _lay_out(self) -> None:
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2)
        self.view.setAccessibleName(self.tr("How everything would go"))
        theme = self._theme
        self.decompress = plain_button(
            theme, self.tr("Allow decompression"), "convert", self.decompression_wanted.emit,
            self.tr("Let lossy images be decompressed, and check again"),
        )  # fmt: skip
        self.again = plain_button(theme, "", "retry", self.again_wanted.emit, self.tr("Check again"))
        self.stop = plain_button(theme, self.tr("Stop"), "stop", self.stop_wanted.emit)
        self.copy_button = plain_button(theme, "", "copy", self._on_copy, self.tr("Copy all as text"))
        self.close_button = plain_button(theme, "", "close", self.closed.emit, self.tr("Close (Escape)"))
        self.close_button.setShortcut("Escape")
        for button in (self.decompress, self.again, self.stop, self.copy_button, self.close_button):
            self._heading.addWidget(button)
        top = column_of(self._heading, self._text, margins=(MARGIN, 10, MARGIN, GRID), spacing=6)
        column_of(top, (self.view, 1), inside=self)

    def _draw(self) -> None:
        details = self._details
        self._heading.say(details.title, details.icon, details.tone, loud_or_plain(details.tone))
        group = self._chosen_group()
        text = (group.explanation() if group else "") or details.text
        self._text.setText(text)
        self._text.setToolTip(plain_tip(text))
        self.setAccessibleDescription(text)
        self.stop.setVisible(self._is_running)
        self.again.setVisible(not self._is_running)
        self.copy_button.setEnabled(not self._is_running)
        self.decompress.setVisible(not self._is_running and self._can_decompress(group))

    def _can_decompress(self, group: ForecastNode | None) -> bool:
        """Whether decompression would help the chosen group, or any where none is chosen."""
        groups = [group] if group else self._groups()
        return any(found.needs_lossy_decompression for found in groups)

    def _groups(self) -> list[ForecastNode]:
        source = self.view.outline()
        return [node for node in source.root.children if isinstance(node, ForecastNode)]

    def _chosen_group(self) -> ForecastNode | None:
        node: Node | None = self.view.selected_node()
        node = node.parent if isinstance(node, PathNode) else node
        return node if isinstance(node, ForecastNode) else None

    def _on_selected(self, _node: object) -> None:
        self._draw()

    def _on_copy(self) -> None:
        lines = [self._details.title, self._details.text]
        for node in self._groups():
            lines.append("\t".join(node.text(column) for column in range(WHY)))
            lines += [f"\t{text}" for text in (node.explanation(), *node.group.paths) if text]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")
