from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem

from dicomdesk.dicom.files.element_tree import ElementRow
from dicomdesk.gui.outline.model import Column, Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.receive.element_nodes import ElementNode, element_columns
from dicomdesk.gui.receive.picture_delegate import Painted, PictureDelegate, paint_picture
from dicomdesk.gui.theme import Theme


def drawn(theme: Theme, pixmap: QPixmap | None) -> QImage:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#00FF00"))
    painter = QPainter(image)
    paint_picture(painter, theme, QRect(4, 4, 32, 32), pixmap, "SR")
    painter.end()
    return image


def test_picture_and_what_stands_for_it_fill_the_same_place(theme: Theme) -> None:
    red = QPixmap(32, 32)
    red.fill(QColor("#FF0000"))
    assert drawn(theme, red).pixelColor(20, 20) == QColor("#FF0000")
    nothing = drawn(theme, None)
    assert nothing.pixelColor(20, 6) == QColor(theme.tokens.track)
    for image in (drawn(theme, red), nothing):
        assert image.pixelColor(1, 1) == QColor("#00FF00")


def test_rows_have_room_for_their_pictures(theme: Theme) -> None:
    columns: tuple[Column, ...] = element_columns()
    model = OutlineModel(columns)
    model.insert(None, [ElementNode(ElementRow(0x00100010, "PN", "PatientName", "DOE"))])
    view = OutlineView(theme, model)
    asked: list[Node] = []

    def picture_of(node: Node) -> Painted:
        asked.append(node)
        return None, "CT"

    delegate = PictureDelegate(theme, columns, picture_of)
    view.setItemDelegate(delegate)
    index = view.model().index(0, 0)
    assert delegate.sizeHint(QStyleOptionViewItem(), index).height() >= 40
    view.resize(800, 200)
    view.grab()
    assert asked == [model.root.children[0]]
