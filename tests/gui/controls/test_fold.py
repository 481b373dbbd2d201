from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.fold import Fold, open_one_at_a_time
from dicomdesk.gui.theme import Theme


def test_one_fold_is_open_at_a_time_and_says_what_is_in_it(theme: Theme, qtbot: QtBot) -> None:
    folds = [Fold(theme, word, QLabel(word)) for word in ("Encryption", "User identity")]
    open_one_at_a_time(*folds)
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for fold in folds:
        layout.addWidget(fold)
    window.show()
    first, second = folds
    first.heading.show_summary("TLS 1.3")
    assert first.heading.summary() == "TLS 1.3"
    assert first.heading.accessibleName() == "Encryption: TLS 1.3"
    assert first.heading.accessibleDescription() == "folded"
    QTest.keyClick(first.heading, Qt.Key.Key_Space)
    assert first.is_open()
    assert first.content.isVisible()
    assert first.heading.accessibleDescription() == "open"
    second.open()
    assert [fold.is_open() for fold in folds] == [False, True]
    assert not first.content.isVisible()
    assert not window.grab().isNull()
