"""What can be measured of how the window looks: contrast of texts as they are drawn, and what of them is cut."""

from collections import Counter
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.theme import contrast

Control = QAbstractButton | QLineEdit | QComboBox | QAbstractItemView | QPlainTextEdit | QAbstractSpinBox
TEXT_CONTRAST = 4.5
_EDGES_OF_FIELD = 18
"""Padding and frame, pixels."""
_FINE = 2
"""Pixels drawn for each that is shown: the inside of letters has their colour then, not that of an edge."""
_FEWEST_PIXELS = 6
"""Of a colour that counts as one of the text's."""


def controls_of(window: QWidget) -> list[Control]:
    """Return everything visible that can be used, but parts of Qt's own controls."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, Control)
        and widget.isVisible()
        and not isinstance(widget.parentWidget(), QLineEdit | QComboBox | QAbstractSpinBox | QAbstractItemView)
        and not widget.objectName().startswith("qt_")
    ]


def said(widget: QWidget) -> str:
    """Return what a screen reader is told a control is called."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return "" if interface is None else interface.text(QAccessible.Text.Name)


def in_focus_chain(window: QWidget) -> set[QWidget]:
    """Return all that Tab leads to."""
    found: set[QWidget] = set()
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window and widget not in found:
        found.add(widget)
        widget = widget.nextInFocusChain()
    return {each for each in found if each.focusPolicy() & Qt.FocusPolicy.TabFocus}


def alternatives_of(control: Control) -> set[QWidget]:
    """Return the others of a group of which one is chosen: Tab leads to that one, and arrows to the others."""
    group = control.group() if isinstance(control, QAbstractButton) else None
    return set(group.buttons()) if group is not None and group.exclusive() else set()


# Contrast.


def drawn(window: QWidget) -> QImage:
    """Return the window as it is drawn, finely."""
    image = QImage(window.size() * _FINE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_FINE)
    window.render(image)
    return image


def pale_texts(window: QWidget) -> list[str]:
    """Return the texts of what is enabled whose contrast is too low, each with its contrast."""
    image, found = drawn(window), []
    for what, place in _texts(window):
        ratio = _contrast_in(image, place)
        if ratio < TEXT_CONTRAST:
            found.append(f"{what}: {ratio:.2f}")
    return found


def _contrast_in(image: QImage, place: QRect) -> float:
    """The greatest contrast with what there is most of; a place without anything in it passes."""
    cut = image.copy(QRect(place.topLeft() * _FINE, place.size() * _FINE)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = Counter(memoryview(cut.constBits()).cast("B").cast("I"))
    colours = [f"#{pixel & 0xFFFFFF:06X}" for pixel, count in pixels.most_common() if count >= _FEWEST_PIXELS]
    if len(colours) < 2:
        return TEXT_CONTRAST
    return max(contrast(colours[0], colour) for colour in colours[1:])


def _texts(window: QWidget) -> Iterator[tuple[str, QRect]]:
    whole = window.rect()
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not widget.isEnabled():
            continue
        text = _text_of(widget)
        place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        if text.strip() and _is_seen(widget, window):
            yield f"{type(widget).__name__} {text[:40]!r}", place.adjusted(3, 3, -3, -3).intersected(whole)
        if isinstance(widget, OutlineView):
            yield from _cells(widget, window)


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QLineEdit):
        return widget.text() or widget.placeholderText()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _cells(view: OutlineView, window: QWidget) -> Iterator[tuple[str, QRect]]:
    index, room = view.indexAt(QPoint(2, 2)), view.viewport().rect()
    while index.isValid():
        for column in range(view.model().columnCount()):
            cell = index.siblingAtColumn(column)
            text, place = str(cell.data() or ""), view.visualRect(cell)
            if text and not view.isColumnHidden(column) and room.contains(place):
                moved = QRect(view.viewport().mapTo(window, place.topLeft()), place.size())
                yield f"{type(view).__name__} {text[:40]!r}", moved.adjusted(3, 3, -3, -3)
        index = view.indexBelow(index)
        if not room.intersects(view.visualRect(index)):
            break


def _is_seen(widget: QWidget, window: QWidget) -> bool:
    """Whether nothing that scrolls has moved it out of sight."""
    return QRect(QPoint(0, 0), widget.size()).adjusted(4, 4, -4, -4).isEmpty() or (
        widget.visibleRegion().boundingRect() == widget.rect() and widget.window() is window
    )


# Cuts.


def cut_texts(window: QWidget) -> Iterator[str]:
    """Yield what of the words of the window is cut, squeezed, or covered by what is beside it."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if lacking := _lacking(widget):
            yield f"{type(widget).__name__} {_text_of(widget)[:40]!r} lacks {lacking} pixels"
        yield from _squeezed(widget)
        if isinstance(widget, OutlineView):
            yield from _cut_titles(widget)


def _lacking(widget: QWidget) -> int:
    """How many pixels the text of a label, button or combo lacks; 0 where it is whole or says itself that it is cut."""
    if isinstance(widget, QLabel) and widget.text() and widget.pixmap().isNull() and not widget.wordWrap():
        is_free = widget.sizePolicy().horizontalPolicy() is widget.sizePolicy().Policy.Ignored
        return 0 if is_free else max(widget.sizeHint().width() - widget.width(), 0)
    if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
        is_free = widget.sizePolicy().verticalPolicy() is widget.sizePolicy().Policy.Ignored
        return 0 if is_free else max(widget.heightForWidth(widget.width()) - widget.height(), 0)
    if isinstance(widget.parentWidget(), QLineEdit):
        return 0  # Qt's own button that clears it
    if isinstance(widget, QAbstractButton | QComboBox):
        wanted = widget.sizeHint()
        is_narrow = isinstance(widget, QPushButton) and not widget.text()
        return 0 if is_narrow else max(wanted.width() - widget.width(), wanted.height() - widget.height(), 0)
    if isinstance(widget, QLineEdit) and widget.placeholderText() and not widget.text():
        words = widget.fontMetrics().horizontalAdvance(widget.placeholderText())
        return max(words + (_EDGES_OF_FIELD if isinstance(widget, Field) else 0) - widget.width(), 0)
    return 0


def _squeezed(widget: QWidget) -> Iterator[str]:
    """Controls within a widget that lie over one another, or reach out of it."""
    if isinstance(widget, QAbstractScrollArea | QComboBox | QLineEdit | QAbstractSpinBox):
        return
    children = [
        child
        for child in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if child.isVisible() and not child.isWindow() and isinstance(child, Control | QLabel)
    ]
    for number, child in enumerate(children):
        if not widget.rect().contains(child.geometry()):
            yield f"{_text_of(child)!r} reaches out of {type(widget).__name__}"
        for other in children[number + 1 :]:
            if child.geometry().intersects(other.geometry()):
                yield f"{_text_of(child)!r} and {_text_of(other)!r} lie over one another"


def _cut_titles(view: OutlineView) -> Iterator[str]:
    header = view.header()
    if header.isHidden():
        return
    for column in range(header.count()):
        title = str(view.model().headerData(column, Qt.Orientation.Horizontal) or "")
        wanted = view.header().fontMetrics().horizontalAdvance(title)
        if not view.isColumnHidden(column) and header.sectionSize(column) < wanted:
            yield f"the title {title!r} of a column"
    last = max((header.sectionViewportPosition(n) + header.sectionSize(n) for n in range(header.count())), default=0)
    if last > view.viewport().width() + 1:
        yield f"{last - view.viewport().width()} pixels of the columns of {view.accessibleName()!r}"
