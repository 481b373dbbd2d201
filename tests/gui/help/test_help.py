from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk import __version__
from dicomdesk.gui.frame.views import KEYS
from dicomdesk.gui.help.about import AboutDialog, versions
from dicomdesk.gui.help.help_dialog import HelpDialog, help_page
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.theme import Theme


def test_what_the_program_is_made_of_can_be_copied(theme: Theme, qtbot: QtBot) -> None:
    dialog = AboutDialog(theme)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "Not for clinical diagnosis" in dialog.warning.text()
    (copy,) = (each for each in dialog.findChildren(QPushButton) if "Copy" in each.text())
    copy.click()
    told = QGuiApplication.clipboard().text()
    assert f"dicomdesk {__version__}" in told
    assert {"dicomdesk", "Python", "Qt", "pynetdicom", "pydicom", "System"} <= set(versions())


def test_the_help_page_has_a_part_for_every_view_and_opens_there(window: MainWindow, qtbot: QtBot) -> None:
    page = HelpDialog()
    qtbot.addWidget(page)
    titles = [page.headings.item(row).text() for row in range(page.headings.count())]
    words = [name.word for name in window.commands.names]
    assert len(words) == len(KEYS)
    assert set(words) <= set(titles)
    for word in words:
        page.open_at(word)
        item = page.headings.currentItem()
        assert item is not None
        assert item.text() == word
    page.open_at("Rules")
    assert page.page.verticalScrollBar().value() > 0


def test_a_language_without_a_page_has_the_english_one() -> None:
    assert help_page("xx") == help_page("en")
