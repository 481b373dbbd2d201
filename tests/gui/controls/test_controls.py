"""The small controls, a test or two for each."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.controls.fold import Fold, open_one_at_a_time
from dicomdesk.gui.controls.form import Form, quiet_label
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.controls.painted_button import PaintedButton
from dicomdesk.gui.controls.scroll_box import ScrollBox
from dicomdesk.gui.theme import DARK, LIGHT, Theme, Tokens, Tone


def test_tick_is_seen_in_both_themes(theme: Theme, qtbot: QtBot) -> None:
    box = CheckBox(theme, "Send at once", is_checked=False)
    qtbot.addWidget(box)
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        theme.follow(scheme)
        box.setChecked(False)
        empty = box.grab().toImage()
        QTest.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked()
        assert box.grab().toImage() != empty
    theme.follow(Qt.ColorScheme.Light)


def test_first_word_is_chosen_at_first(theme: Theme, qtbot: QtBot) -> None:
    combo = Combo(theme, ["Everything", "Echo only"])
    qtbot.addWidget(combo)
    assert combo.currentText() == "Everything"
    assert combo.count() == 2
    assert not combo.grab().isNull()


def test_empty_view_invites_the_first_action(theme: Theme, qtbot: QtBot) -> None:
    state = EmptyState(theme, "send", takes_drops=True)
    qtbot.addWidget(state)
    pressed: list[bool] = []
    button = QPushButton("Add")
    button.clicked.connect(lambda: pressed.append(True))
    state.set_words("Drop studies here", "Files and folders.")
    state.set_buttons([button])
    state.set_option(CheckBox(theme, "At once", is_checked=False))
    state.resize(600, 400)
    state.show()
    assert button.isVisible()
    button.click()
    assert pressed == [True]
    assert state.accessibleName() == "Drop studies here"
    assert not state.grab().isNull()


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


def test_fields_stand_in_one_column(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    fields = [QLineEdit(), QLineEdit()]
    form.add("Short", fields[0])
    form.add("A rather long word", fields[1])
    form.resize(500, 120)
    form.show()
    assert fields[0].x() == fields[1].x()
    form.show_row(fields[1], is_shown=False)
    labels = [label for label in form.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in labels] == ["Short"]
    form.enable_row(fields[0], is_enabled=False)
    assert not fields[0].isEnabled()
    assert quiet_label("<b>plain</b>").wordWrap()


def test_sentence_is_shown_without_a_jump(theme: Theme, qtbot: QtBot) -> None:
    line = MessageLine(theme)
    qtbot.addWidget(line)
    line.resize(300, line.sizeHint().height())
    height = line.sizeHint().height()
    line.say("The private key does not belong to the certificate, which is a long sentence.", "failed", Tone.BAD)
    assert line.sizeHint().height() == height
    assert (line.text()[:15], line.tone()) == ("The private key", Tone.BAD)
    assert line.accessibleName() == line.text()
    line.say("<img src=x>")
    assert "&lt;img" in line._words.toolTip()
    line.say("")
    assert not line.grab().isNull()


class Filled(PaintedButton):
    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        painter.fillRect(self.rect(), QColor(tokens.accent if self.isChecked() else tokens.track))


def test_a_button_paints_itself_in_the_theme_as_it_is(qtbot: QtBot, theme: Theme) -> None:
    button = Filled(theme, "Word")
    qtbot.addWidget(button)
    button.resize(20, 20)
    assert button.text() == "Word"
    assert button.grab().toImage().pixelColor(10, 10) == QColor(LIGHT.track)
    button.click()
    assert button.isChecked()
    theme.tokens = DARK
    assert button.grab().toImage().pixelColor(10, 10) == QColor(DARK.accent)


def test_box_is_as_high_as_its_content_and_no_higher_than_the_screen(qtbot: QtBot) -> None:
    box = ScrollBox(400)
    qtbot.addWidget(box)
    part = QLabel("x")
    part.setFixedHeight(120)
    box.add(part)
    box.show()
    grown: list[bool] = []
    box.grown.connect(lambda: grown.append(True))
    low = box.sizeHint().height()
    assert 120 <= low < 200
    assert box.sizeHint().width() == 400
    part.setFixedHeight(20_000)
    qtbot.waitUntil(lambda: bool(grown))
    assert low < box.sizeHint().height() < 20_000
