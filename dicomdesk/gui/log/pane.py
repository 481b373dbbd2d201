"""The log at the foot of the window: level, words to look for, copy, save."""

import logging
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.log.ring import LEVELS, MOST_LINES, Line, LogRing, line_text
from dicomdesk.gui.questions.file_dialogs import ask_new_file
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, MARGIN, Theme

_LEAST_HEIGHT = 130


class LogPane(QWidget):
    """Shows the lines of a ring that pass level and words; brought up to date by ``refresh``. For the Qt thread."""

    close_wanted = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, ring: LogRing) -> None:
        super().__init__()
        self._tasks = tasks
        self._ring = ring
        self._seen = 0
        words = [self.tr("Everything"), self.tr("Information"), self.tr("Warnings"), self.tr("Errors")]
        self.level = Combo(theme, words)
        self.level.setAccessibleName(self.tr("Least level of the lines"))
        self.level.setCurrentIndex(0)
        self.search = search_field(theme, self.tr("Search the log"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setMaximumBlockCount(MOST_LINES)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Log"))
        fixed = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        fixed.setPointSizeF(max(self.font().pointSizeF() - 1, 1))
        self.text.setFont(fixed)
        self.copy_button = plain_button(theme, self.tr("Copy"), "copy", self._on_copy)
        self.save_button = plain_button(theme, self.tr("Save…"), "disk", self._on_save)
        close = plain_button(theme, "", "close", self.close_wanted.emit, self.tr("Close the log"))
        bar = row_of(self.level, (self.search, 1), 1, self.copy_button, self.save_button, close)
        column_of(bar, (self.text, 1), inside=self, margins=(MARGIN, GRID, MARGIN, GRID), spacing=GRID)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.level.currentIndexChanged.connect(lambda _number: self._show_anew())
        self.search.textChanged.connect(lambda _text: self._show_anew())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show what was written since the last time; costs nothing where nothing was, or nobody looks."""
        if not self.isVisible() or self._seen == self._ring.written:
            return
        self._seen, new = self._ring.since(self._seen)
        shown = [line_text(line) for line in new if self._passes(line)]
        if shown:
            bar = self.text.verticalScrollBar()
            is_at_end = bar.value() >= bar.maximum() - 1
            self.text.appendPlainText("\n".join(shown))
            if is_at_end:
                bar.setValue(bar.maximum())

    def _passes(self, line: Line) -> bool:
        least = logging.getLevelNamesMapping()[LEVELS[self.level.currentIndex()]]
        words = self.search.text().casefold().split()
        told = line_text(line).casefold() if words else ""
        return line.level >= least and all(word in told for word in words)

    def _show_anew(self) -> None:
        self._seen = 0
        self.text.clear()
        self.refresh()

    def _on_copy(self) -> None:
        """What is selected, or all that is shown."""
        chosen = self.text.textCursor().selectedText().replace("\u2029", "\n")
        QGuiApplication.clipboard().setText(chosen or self.text.toPlainText())

    def _on_save(self) -> None:
        self._tasks.start(self._save(), owner=self)

    async def _save(self) -> None:
        path = await ask_new_file(self._tasks, self, self.tr("Save the log as"), "dicomdesk.log")
        if path:
            text = self.text.toPlainText()
            await self._tasks.run(lambda: Path(path).write_text(f"{text}\n", encoding="utf-8"))
