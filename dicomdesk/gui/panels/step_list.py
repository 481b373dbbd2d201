"""List of the steps of a check, one below the other: icon, name, state, time, and findings."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from dicomdesk.engine.check_findings import CheckStage
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.models.check_steps import StepLook, stage_word, waiting_look
from dicomdesk.gui.theme import GRID, SIDEBAR_ICON, Theme, Tone, bold_font

_MOST_LINES = 4
_NAME_WIDTH = 132
_STATE_WIDTH = 84


class _Sentence(QLabel):
    """Label that wraps and claims one line at least, where QLabel claims the height at its narrowest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())


class StepRow(QFrame):
    """One step."""

    def __init__(self, theme: Theme, look: StepLook) -> None:
        super().__init__()
        self._theme = theme
        self.look = look
        self._icon = QLabel()
        self._icon.setFixedSize(SIDEBAR_ICON, SIDEBAR_ICON)
        self._name = QLabel(stage_word(look.stage))
        self._name.setFont(bold_font(self.font()))
        self._state = QLabel()
        self._time = QLabel()
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._lines = [_Sentence() for _ in range(_MOST_LINES)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, GRID, 0, GRID)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(1, _NAME_WIDTH)
        grid.setColumnMinimumWidth(2, _STATE_WIDTH)
        grid.setColumnStretch(3, 1)
        for column, label in ((0, self._icon), (1, self._name), (2, self._state), (4, self._time)):
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignTop)
        for row, label in enumerate(self._lines):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setVisible(row == 0)
            grid.addWidget(label, row, 3, Qt.AlignmentFlag.AlignTop)
        theme.changed.connect(self._draw)
        self._draw()

    def show_look(self, look: StepLook) -> None:
        """Show another look; the same again costs nothing."""
        if look != self.look:
            self.look = look
            self._draw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.tokens.border))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())

    def _draw(self) -> None:
        look = self.look
        colour = self._theme.colour(look.mark.tone).name()
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap(look.mark.icon, look.mark.tone, SIDEBAR_ICON, ratio))
        self._state.setText(look.mark.word)
        self._state.setStyleSheet(f"color: {colour};")
        self._time.setText(look.time)
        self._time.setStyleSheet(f"color: {self._theme.tokens.muted};")
        for number, label in enumerate(self._lines):
            has_line = number < len(look.lines)
            label.setVisible(has_line or number == 0)
            text, tone = look.lines[number] if has_line else ("", Tone.PLAIN)
            label.setText(text)
            if has_line:
                label.setStyleSheet(f"color: {self._theme.colour(tone).name()};")
        words = (stage_word(look.stage), look.mark.word, look.time, *(text for text, _ in look.lines))
        self.setAccessibleName(". ".join(word for word in words if word))


class StepList(QWidget):
    """All steps of a connection check."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: dict[CheckStage, StepRow] = {}
        self._layout = column_of(inside=self)

    def show_stages(self, stages: Sequence[CheckStage]) -> None:
        """Show these steps, none of them begun."""
        for row in self.rows.values():
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {stage: StepRow(self._theme, waiting_look(stage)) for stage in stages}
        for row in self.rows.values():
            self._layout.addWidget(row)

    def show_look(self, look: StepLook) -> None:
        """Show how a step looks now."""
        if look.stage in self.rows:
            self.rows[look.stage].show_look(look)
