"""Strip below a list: what happened, why, and what can be done."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from dicomdesk.gui.controls.buttons import plain_button, set_words
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.outline.row_delegate import paint_bar
from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.panels.heading import Heading, PlainLabel
from dicomdesk.gui.theme import MARGIN, Theme, Tone
from dicomdesk.gui.wording import plain_tip
from dicomdesk.records import dataclass

_HEIGHT = 132
_BAR_HEIGHT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button of the strip."""

    word: str
    run: Callable[[], None]
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Content of the strip."""

    title: str
    text: str = ""
    icon: str = "info"
    tone: Tone = Tone.PLAIN
    actions: Sequence[Action] = ()
    can_copy: bool = False
    progress: float | None = None
    """0.0 to 1.0 where something is under way."""


class DetailsStrip(Band):
    """Shows one ``Details``; its height never changes, so that nothing jumps."""

    def __init__(self, theme: Theme, side: QWidget | None = None) -> None:
        """``side`` stands before all that is told, where it is not hidden."""
        super().__init__(theme)
        self._details = Details(title="")
        self._actions: list[Action] = []
        self._drawn: list[tuple[str, str]] = []
        """Words and icons of the buttons that there are."""
        self.setFixedHeight(_HEIGHT)
        self._heading = Heading(theme, self)
        self._text = PlainLabel()
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._bar = _Bar(theme)
        self._buttons = row_of()
        self._line = _ButtonLine(self._buttons)
        self._line.resized.connect(self._fit_buttons)
        self._rest = QMenu(self)
        self._more = plain_button(theme, "", "more", self._open_rest, self.tr("More"))
        self._buttons.addWidget(self._more)
        self._more.hide()
        parts = (self._heading, (self._text, 1), self._bar, self._line)
        before = () if side is None else (side,)
        column = column_of(*parts, spacing=6)
        self._row = row_of(*before, (column, 1), inside=self, margins=(MARGIN, 12, MARGIN, 10), spacing=MARGIN)
        theme.changed.connect(self._draw)

    def put_beside(self, widget: QWidget) -> None:
        """Put a widget at the right edge."""
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)

    def show_details(self, details: Details) -> None:
        """Tell something else; the same again costs nothing."""
        self._bar.show_share(details.progress)
        is_same, self._details = _is_same(details, self._details), details
        self._actions = self._wanted_actions()  # the same words may be of another row
        if not is_same:
            self._draw_words()
            self._draw_buttons()

    def details(self) -> Details:
        """The content that is shown now."""
        return self._details

    def buttons(self) -> list[QPushButton]:
        """The buttons of the actions, in their order."""
        items = [self._buttons.itemAt(number) for number in range(self._buttons.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, QPushButton) and widget is not self._more]

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def _draw(self) -> None:
        """Everything, in the colours of now."""
        self._draw_words()
        self._drawn = []
        self._draw_buttons()

    def _draw_words(self) -> None:
        details = self._details
        self._heading.say(details.title, details.icon, details.tone)
        self._text.setText(details.text)
        self._text.setToolTip(plain_tip(details.text))
        self.setAccessibleDescription(details.text)
        self._bar.show_share(details.progress)

    def _draw_buttons(self) -> None:
        """Make buttons only where there are to be others: figures may change several times a second."""
        self._actions = self._wanted_actions()
        wanted = [(action.word, action.icon) for action in self._actions]
        if wanted == self._drawn:
            return
        self._drawn = wanted
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
            if widget is not None and widget is not self._more:
                widget.deleteLater()
        for number, action in enumerate(self._actions):
            button = QPushButton()
            set_words(button, action.word)
            if action.icon:
                button.setIcon(self._theme.icon(action.icon))
            button.clicked.connect(lambda _=False, number=number: self._actions[number].run())
            self._buttons.addWidget(button)
        self._buttons.addWidget(self._more)
        self._buttons.addStretch(1)
        self._line.setVisible(bool(self._actions))
        self._fit_buttons()

    def _fit_buttons(self) -> None:
        """Show as many buttons as there is room for; the others become entries of a menu."""
        buttons = self.buttons()
        widths = [button.sizeHint().width() + self._buttons.spacing() for button in buttons]
        room = self._line.width() + self._buttons.spacing()
        if sum(widths) > room:
            room -= self._more.sizeHint().width() + self._buttons.spacing()
        fitting = next((number for number in range(len(widths)) if sum(widths[: number + 1]) > room), len(widths))
        for number, button in enumerate(buttons):
            button.setVisible(number < fitting)
        self._more.setVisible(fitting < len(buttons))
        self._rest.clear()
        for number in range(fitting, len(buttons)):
            entry = self._rest.addAction(self._actions[number].word)
            entry.triggered.connect(lambda _=False, number=number: self._actions[number].run())

    def _open_rest(self) -> None:
        self._rest.popup(self._more.mapToGlobal(QPoint(0, -self._rest.sizeHint().height())))

    def _wanted_actions(self) -> list[Action]:
        copy = Action(word=self.tr("Copy details"), run=self._on_copy, icon="copy")
        return [*self._details.actions, *([copy] if self._details.can_copy else [])]

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._details.title}\n{self._details.text}")


class _ButtonLine(QWidget):
    """Buttons side by side; claims no width, and tells when it has another."""

    resized = Signal()

    def __init__(self, buttons: QHBoxLayout) -> None:
        super().__init__()
        self.setLayout(buttons)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()


class _Bar(QWidget):
    """Progress of a whole job."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share: float | None = None
        self.setFixedHeight(_BAR_HEIGHT)

    def show_share(self, share: float | None) -> None:
        if share != self._share:
            self._share = share
            self.setVisible(share is not None)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._share is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QColor(self._theme.tokens.track)
        paint_bar(painter, QRectF(self.rect()), self._share, track, self._theme.colour(Tone.ACTIVE))


def _is_same(one: Details, other: Details) -> bool:
    """Whether two tell the same; what their actions run is not compared, only their words."""
    words = [[action.word for action in details.actions] for details in (one, other)]
    told = [(d.title, d.text, d.icon, d.tone, d.can_copy) for d in (one, other)]
    return words[0] == words[1] and told[0] == told[1]
