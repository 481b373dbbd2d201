"""The list of what has come: filters, the warning of a full disk, rows with pictures, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.models.received_nodes import ARRIVED, ReceivedStudy
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.receive.disk_warning import DiskWarning
from dicomdesk.gui.receive.picture_delegate import PictureDelegate
from dicomdesk.gui.receive.row_actions import RowActions
from dicomdesk.gui.receive.row_pictures import RowPictures
from dicomdesk.gui.receive.thumbnails import Thumbnails
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

__all__ = ["ReceivedList", "accepts"]

ALL, ARRIVING, RECEIVED, PROBLEMS = range(4)
_LEAST_TITLE = 320


class ReceivedList(QWidget):
    """Shows the studies of a model. ``filters`` stand above it, in the view's header."""

    pictures_changed = Signal()
    """Another picture is known."""

    def __init__(
        self, theme: Theme, tasks: Tasks, model: OutlineModel, studies: ReceivedStudies, peers: PeerStore
    ) -> None:
        super().__init__()
        self._studies = studies
        self._model = model
        self.view = OutlineView(theme, model, selects_many=True, least_width=_LEAST_TITLE)
        self.view.setAccessibleName(self.tr("Received studies"))
        self.view.sortByColumn(ARRIVED, Qt.SortOrder.DescendingOrder)
        self.view.setExpandsOnDoubleClick(False)
        self.pictures = RowPictures(Thumbnails(tasks, self))
        self.view.setItemDelegate(PictureDelegate(theme, model.columns, self.pictures.painted))
        self.actions_of_rows = RowActions(theme, tasks, studies, self.view, peers)
        self.warning = DiskWarning(theme)
        self.filters = FilterBar(
            theme,
            [
                (self.tr("All"), Tone.PLAIN),
                (self.tr("Arriving"), Tone.PLAIN),
                (self.tr("Received"), Tone.PLAIN),
                (self.tr("With problems"), Tone.BAD),
            ],
            self.tr("Search patient, study, UID"),
        )
        self.empty = EmptyState(theme, "receive")
        self.area = QStackedWidget()
        self.area.addWidget(self.empty)
        self.area.addWidget(self.view)
        column_of(self.warning, (self.area, 1), inside=self)
        self.filters.changed.connect(self._on_filter)
        self.actions_of_rows.files_gone.connect(self._on_files_gone)
        self.pictures.thumbnails.changed.connect(self._on_picture)

    def end(self) -> None:
        """Draw no more pictures."""
        self.pictures.thumbnails.end()

    def show_counts(self) -> None:
        """Show how many studies each filter lets through, and whether there are any."""
        studies = self._studies
        total, arriving = len(studies), studies.arriving
        self.filters.set_counts([total, arriving, total - arriving, studies.troubled])
        self.area.setCurrentIndex(1 if total else 0)
        self.filters.setVisible(bool(total))

    def show_later_rows(self) -> None:
        """Make rows of instances that came to a series which is open."""
        for study in list(self._studies.moving):
            for series in study.series.values():
                if series.children and series.unfetched() and self.view.is_open(series):
                    self._model.fetchMore(self._model.index_of(series))

    def _on_files_gone(self, paths: list[str]) -> None:
        for path in paths:
            self.pictures.thumbnails.forget(path)
        self.pictures.forget()

    def _on_picture(self) -> None:
        self.view.viewport().update()
        self.pictures_changed.emit()

    def _on_filter(self) -> None:
        chip, words = self.filters.chip, self.filters.words()
        self.view.set_filter(None if self.filters.is_open() else lambda node: accepts(node, chip, words))


def accepts(node: Node, chip: int, words: list[str]) -> bool:
    """Whether a row passes a filter; what is below a study goes with it."""
    if not isinstance(node, ReceivedStudy):
        return True
    passes_chip = (
        True,
        node.is_open,
        node.state in {ItemState.STORED, ItemState.REFUSED, ItemState.WARNING},
        node.has_trouble,
    )[chip]
    return passes_chip and all(word in node.words.search_text for word in words)
