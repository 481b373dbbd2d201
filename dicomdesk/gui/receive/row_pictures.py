"""Which file's picture stands for a row: that of an instance, or of the first image of a series or a study."""

from PySide6.QtGui import QPixmap

from dicomdesk.gui.models.received_nodes import ReceivedInstance, ReceivedSeries, ReceivedStudy
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.receive.picture_delegate import Painted
from dicomdesk.gui.receive.thumbnails import Picture, Thumbnails

__all__ = ["RowPictures"]

_MOST_TRIED = 4
"""Series of a study of which a picture is asked for, where the first ones have none."""
_MOST_KNOWN_FIRST = 20_000


class RowPictures:
    """Finds pictures of rows; asking costs nothing where it is known. For the Qt thread."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        self.thumbnails = thumbnails
        self._first: dict[ReceivedSeries, str] = {}

    def painted(self, node: Node) -> Painted:
        """Return what a row shows."""
        picture = self.find(node)
        return (picture.small if picture is not None else None), _word_of(node)

    def large(self, node: Node) -> tuple[QPixmap | None, str, str]:
        """Return what the details show: a picture, a word that stands for it, and why there is none."""
        picture = self.find(node, is_large=True)
        pixmap = (picture.large or picture.small) if picture is not None else None
        return pixmap, _word_of(node), picture.reason if picture is not None else ""

    def find(self, node: Node, *, is_large: bool = False) -> Picture | None:
        """Return what is known of the picture of a row; what is not known is asked for."""
        if isinstance(node, ReceivedInstance):
            return self.thumbnails.find(node.file.path, is_large=is_large)
        if isinstance(node, ReceivedSeries):
            return self.thumbnails.find(self._first_path(node), is_large=is_large)
        if not isinstance(node, ReceivedStudy):
            return None
        found = None
        for series in list(node.series.values())[:_MOST_TRIED]:
            found = self.find(series, is_large=is_large)
            if found is None or found.small is not None:
                break
        return found

    def forget(self) -> None:
        """Files have gone: the first of a series may be another."""
        self._first.clear()

    def _first_path(self, series: ReceivedSeries) -> str:
        known = self._first.get(series, "")
        if not known:
            if len(self._first) > _MOST_KNOWN_FIRST:
                self._first.clear()
            known = self._first[series] = series.first_path()
        return known


def _word_of(node: Node) -> str:
    if isinstance(node, ReceivedStudy):
        return node.words.modality_text()[:2]
    if isinstance(node, ReceivedSeries):
        return node.words.modality[:2]
    return node.parent.words.modality[:2] if isinstance(node.parent, ReceivedSeries) else ""
