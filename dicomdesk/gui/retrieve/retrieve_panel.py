"""The panel of one retrieve: figures, causes with what to do next, the card for the peer's administrator, buttons."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button, set_words
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.panels.details import Action
from dicomdesk.gui.panels.heading import Heading, PlainLabel, loud_or_plain
from dicomdesk.gui.retrieve.words import Told
from dicomdesk.gui.theme import CORNER, GRID, MARGIN, Theme, bold_font

_NOTHING = Told(title="")


class RetrievePanel(Band):
    """Shows one ``Told`` with its buttons; the same again costs nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._told = _NOTHING
        self._actions: tuple[Action, ...] = ()
        self._lines: list[PlainLabel] = []
        self._report: Callable[[], str] | None = None
        self._heading = Heading(theme, self)
        self.copy = plain_button(theme, "", "copy", self._on_copy, self.tr("Copy all of this as text"))
        self._heading.addWidget(self.copy)
        self._body = QWidget()
        self._blocks = QVBoxLayout(self._body)
        self._blocks.setContentsMargins(0, 0, GRID, 0)
        self._blocks.setSpacing(6)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        self._buttons = row_of()
        column_of(
            self._heading, (self._scroll, 1), self._buttons, inside=self, margins=(MARGIN, 10, MARGIN, 10), spacing=6
        )
        theme.changed.connect(self._draw)

    def show_told(self, told: Told, actions: Sequence[Action] = (), report: Callable[[], str] | None = None) -> None:
        """Say something else; ``report`` makes what the button copies, None for nothing."""
        self._report = report
        self.copy.setVisible(report is not None)
        words = [action.word for action in actions]
        if told == self._told and words == [action.word for action in self._actions]:
            self._actions = tuple(actions)
            return
        is_same_work = told.subject == self._told.subject
        if words == [action.word for action in self._actions] and self._show_other_lines(told):
            self._actions = tuple(actions)
            return
        self._told, self._actions = told, tuple(actions)
        place = self._scroll.verticalScrollBar().value()
        self._draw()
        self._scroll.verticalScrollBar().setValue(place if is_same_work else 0)

    def _show_other_lines(self, told: Told) -> bool:
        """Whether only what the lines say is different, which is shown then: that is often so while it goes on."""
        if replace(told, lines=()) != replace(self._told, lines=()) or len(told.lines) != len(self._lines):
            return False
        self._told = told
        for label, line in zip(self._lines, told.lines, strict=True):
            if label.text() != line:
                label.setText(line)
        return True

    def told(self) -> Told:
        """What is said now."""
        return self._told

    def buttons(self) -> list[QPushButton]:
        """The buttons of the actions, in their order."""
        items = [self._buttons.itemAt(number) for number in range(self._buttons.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, QPushButton)]

    def words(self) -> list[str]:
        """All sentences that are shown, from the top down."""
        return [label.text() for label in self._body.findChildren(PlainLabel)]

    def _draw(self) -> None:
        told = self._told
        self._heading.say(told.title, told.icon, told.tone, loud_or_plain(told.tone))
        _clear(self._blocks)
        if told.subject:
            self._add(told.subject, self._theme.tokens.text)
        for one in told.diagnoses:
            self._add_diagnosis(one)
        self._lines = [self._add(line, self._theme.tokens.muted) for line in told.lines]
        self._blocks.addStretch(1)
        self.setAccessibleDescription(" ".join(self.words()))
        self._draw_buttons()

    def _add(self, text: str, colour: str, *, is_bold: bool = False) -> PlainLabel:
        label = PlainLabel()
        label.setText(text)
        label.setWordWrap(True)
        label.setStyleSheet(f"color: {colour};")
        policy = label.sizePolicy()  # with its height for a width
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        label.setSizePolicy(policy)
        if is_bold:
            label.setFont(bold_font(self.font()))
        self._blocks.addWidget(label)
        return label

    def _add_diagnosis(self, one: Diagnosis) -> None:
        self._add(wording.sentence(one.text), self._theme.tokens.text, is_bold=True)
        if one.card:  # before the advice, which speaks of it: it has to be seen where room is short
            self._blocks.addWidget(CardBox(self._theme, one.card))
        self._add(wording.sentence(one.advice), self._theme.tokens.text)

    def _draw_buttons(self) -> None:
        _clear(self._buttons)
        for number, action in enumerate(self._actions):
            button = QPushButton()
            set_words(button, action.word)
            if action.icon:
                button.setIcon(self._theme.icon(action.icon))
            button.clicked.connect(lambda _=False, number=number: self._actions[number].run())
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)

    def _on_copy(self) -> None:
        if self._report is not None:
            QGuiApplication.clipboard().setText(self._report())


class CardBox(QFrame):
    """What the administrator of the peer has to enter, in even columns, with a button that copies it."""

    def __init__(self, theme: Theme, card: str) -> None:
        super().__init__()
        self._theme = theme
        self.card = card
        text = PlainLabel()
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setText(card)
        self.copy = plain_button(theme, self.tr("Copy"), "copy", self._on_copy, self.tr("Copy these lines"))
        aligned = Qt.AlignmentFlag.AlignTop
        line = row_of(text, 1, inside=self, margins=(12, 8, 8, 8))
        line.addWidget(self.copy, 0, aligned)
        self.setAccessibleName(card)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tokens.border), 1))
        painter.setBrush(QColor(self._theme.tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.card)


def _clear(layout: QBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
