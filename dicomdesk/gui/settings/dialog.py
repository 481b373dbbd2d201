"""The settings of the program: pages beside a list of their titles."""

from collections.abc import Mapping

from PySide6.QtWidgets import QDialog, QFrame, QListWidget, QScrollArea, QStackedWidget, QWidget

from dicomdesk.gui.commands.keyboard import Keyboard
from dicomdesk.gui.controls.buttons import save_box
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.layouts import CONTENTS_SPACING, DIALOG_MARGINS, column_of, resize_on_screen, row_of
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.settings.keyboard_page import KeyboardPage
from dicomdesk.gui.settings.pages import AppearancePage, GeneralPage, LogPage, NetworkPage, Page, StoragePage
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme, Tone
from dicomdesk.gui.window_state import WindowState
from dicomdesk.records import dataclass

_SIZE = (860, 560)
_LIST_WIDTH = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the settings are about."""

    state: WindowState
    preferences: Preferences


class SettingsDialog(QDialog):
    """Asks for settings; accepted when all fields are well. Not modal."""

    def __init__(
        self, theme: Theme, tasks: Tasks, kept: Kept, keyboard: Keyboard, places: Mapping[str, str], parent: QWidget
    ) -> None:
        """``places`` has the words of views by their keys."""
        super().__init__(parent)
        self._kept = kept
        self.setWindowTitle(self.tr("Settings"))
        self.setModal(False)
        state, preferences = kept.state, kept.preferences
        self.general = GeneralPage(theme, state, preferences)
        self.appearance = AppearancePage(theme, state, preferences)
        self.network = NetworkPage(state, preferences)
        self.storage = StoragePage(theme, tasks, state)
        self.log = LogPage(theme, preferences)
        self.keyboard = KeyboardPage(theme, keyboard, places)
        self.pages: tuple[Page, ...] = (
            self.general,
            self.appearance,
            self.network,
            self.storage,
            self.log,
            self.keyboard,
        )
        self.titles = QListWidget()
        self.titles.setAccessibleName(self.tr("Pages of the settings"))
        self.titles.setFixedWidth(_LIST_WIDTH)
        self.titles.setSpacing(CONTENTS_SPACING)
        self.stack = QStackedWidget()
        for page in self.pages:
            self.titles.addItem(page.title)
            self.stack.addWidget(_scrolling(page))
        self.titles.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.titles.setCurrentRow(0)
        self.message = MessageLine(theme)
        buttons = save_box(self._on_save, self.reject)
        inside = row_of(self.titles, (self.stack, 1), spacing=MARGIN)
        column_of((inside, 1), self.message, buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        resize_on_screen(self, *_SIZE)

    def open_page(self, page: Page) -> None:
        """Show a page."""
        self.titles.setCurrentRow(self.pages.index(page))

    def kept(self) -> Kept:
        """Return what is entered."""
        state, preferences = self._kept.state, self._kept.preferences
        for page in self.pages:
            state, preferences = page.changed(state, preferences)
        return Kept(state=state, preferences=preferences)

    def _on_save(self) -> None:
        for page in self.pages:
            wrong = [field for field in page.fields() if field.problem()]
            if wrong:
                self.open_page(page)
                wrong[0].insist()
                self.message.say(wrong[0].problem(), "failed", Tone.BAD)
                return
        self.accept()


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area
