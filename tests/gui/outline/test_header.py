from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from dicomdesk.gui.outline.header import OutlineHeader, padded
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.row_delegate import PADDING
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.sending.group_node import SIZE, send_columns
from dicomdesk.gui.theme import MARGIN, Theme


def test_title_always_fits(theme: Theme, qtbot: QtBot) -> None:
    header = OutlineHeader(theme)
    qtbot.addWidget(header)
    assert header.fitting_width("x", 200) >= 200
    assert header.fitting_width("A very long title of a column", 20) > 150


def test_sorted_column_has_an_arrow(theme: Theme, qtbot: QtBot) -> None:
    view = OutlineView(theme, OutlineModel(send_columns()))
    qtbot.addWidget(view)
    view.resize(1100, 200)
    view.show()
    before = view.header().grab().toImage()
    view.sortByColumn(SIZE, Qt.SortOrder.DescendingOrder)
    assert view.header().grab().toImage() != before


def test_content_is_in_line_with_the_margins(theme: Theme, qtbot: QtBot) -> None:
    view = OutlineView(theme, OutlineModel(send_columns()))
    qtbot.addWidget(view)
    rect = QRect(0, 0, 100, 28)
    last = len(send_columns()) - 1
    assert padded(rect, view.header(), 0).left() == MARGIN
    assert padded(rect, view.header(), 1).left() == PADDING
    assert padded(rect, view.header(), last).right() == 99 - MARGIN
