"""The page of keys: every command with its keys, which can be others; what cannot work is refused and said."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QKeySequenceEdit, QTableWidget, QTableWidgetItem

from dicomdesk.gui.commands.command import keys_text
from dicomdesk.gui.commands.keyboard import Binding, Keyboard
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.settings.pages import Page
from dicomdesk.gui.theme import GRID, ROW_HEIGHT, Theme, Tone
from dicomdesk.gui.window_state import WindowState

WHERE, COMMAND, KEYS = range(3)


class KeyboardPage(Page):
    """Lists commands. What is pressed in the field below becomes the keys of the one that is selected, at once here,
    and in the window when the settings are saved.
    """

    def __init__(self, theme: Theme, keyboard: Keyboard, places: Mapping[str, str]) -> None:
        """``places`` has the words of views by their keys."""
        super().__init__()
        self.title = self.tr("Keyboard")
        self._trial = keyboard.trial()
        self._bindings: list[Binding] = list(keyboard.bindings())
        self._first = {each.name: each.keys for each in self._bindings}
        self.search = search_field(theme, self.tr("Search commands"))
        self.table = QTableWidget(len(self._bindings), 3)
        self.table.setHorizontalHeaderLabels([self.tr("Where"), self.tr("Command"), self.tr("Keys")])
        self.table.setAccessibleName(self.tr("Commands and their keys"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.horizontalHeader().setSectionResizeMode(COMMAND, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for row, each in enumerate(self._bindings):
            for column, text in ((WHERE, places.get(each.place, self.tr("Window"))), (COMMAND, each.word), (KEYS, "")):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setAccessibleName(self.tr("Keys of the command: press them here"))
        self.message = MessageLine(theme)
        self.none = plain_button(theme, self.tr("No keys"), "clear", self._on_none)
        self.usual = plain_button(theme, self.tr("As usual"), "retry", self._on_usual)
        self.reset = plain_button(theme, self.tr("All as usual"), "retry", self._on_reset)
        buttons = row_of((self.keys, 1), self.none, self.usual, self.reset)
        column_of(self.search, (self.table, 1), buttons, self.message, inside=self, spacing=GRID)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.keys.editingFinished.connect(self._on_keys)
        self.search.textChanged.connect(self._on_search)
        self._show_keys()
        self.table.selectRow(0)

    def chosen(self) -> dict[str, str]:
        """Return the keys that are others than when the page was opened, by the names of the commands."""
        return {name: keys for name, keys in self._trial.keys().items() if keys != self._first[name]}

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        return state, preferences  # the keyboard keeps its keys

    def select(self, name: str) -> None:
        """Select a command by its name."""
        self.table.selectRow([each.name for each in self._bindings].index(name))

    def press(self, keys: str) -> None:
        """Give the command that is selected other keys, as if they were pressed; "" for none."""
        binding = self._selected()
        if binding is None:
            return
        problem = self._trial.set_keys(binding.name, keys)
        self.message.say(problem, "failed", Tone.BAD)
        self._show_keys()
        self._show_selected()

    def _selected(self) -> Binding | None:
        row = self.table.currentRow()
        return self._bindings[row] if 0 <= row < len(self._bindings) else None

    def _show_keys(self) -> None:
        keys = self._trial.keys()
        for row, each in enumerate(self._bindings):
            item = self.table.item(row, KEYS)
            if item is not None:
                item.setText(keys_text(QKeySequence(keys[each.name])))
                font = item.font()
                font.setBold(keys[each.name] != each.first_keys)
                item.setFont(font)
        self.table.resizeColumnToContents(WHERE)
        self.table.resizeColumnToContents(KEYS)

    def _show_selected(self) -> None:
        binding = self._selected()
        if binding is not None:
            self.keys.setKeySequence(QKeySequence(self._trial.keys()[binding.name]))

    def _on_selected(self) -> None:
        self.message.say("")
        self._show_selected()

    def _on_keys(self) -> None:
        binding, keys = self._selected(), self.keys.keySequence().toString()
        if binding is not None and keys and keys != self._trial.keys()[binding.name]:
            self.press(keys)

    def _on_none(self) -> None:
        self.press("")

    def _on_usual(self) -> None:
        binding = self._selected()
        if binding is not None:
            self.press(binding.first_keys)

    def _on_reset(self) -> None:
        self._trial.reset()
        self.message.say("")
        self._show_keys()
        self._show_selected()

    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.table.rowCount()):
            items = [self.table.item(row, column) for column in (WHERE, COMMAND, KEYS)]
            told = " ".join(item.text() for item in items if item is not None).casefold()
            self.table.setRowHidden(row, not all(word in told for word in words))
