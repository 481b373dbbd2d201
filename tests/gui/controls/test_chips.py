from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.chips import Chip, ChipRow
from dicomdesk.gui.theme import Theme, Tone


def test_one_chip_is_chosen_and_named_with_its_count(theme: Theme, qtbot: QtBot) -> None:
    row = ChipRow(theme, [("All", Tone.PLAIN), ("Failed", Tone.BAD)])
    qtbot.addWidget(row)
    row.show()
    chosen: list[int] = []
    row.chosen.connect(chosen.append)
    row.set_counts([812, 4])
    chips = row.findChildren(Chip)
    assert [chip.accessibleName() for chip in chips] == ["All: 812", "Failed: 4"]
    assert [chip.isChecked() for chip in chips] == [True, False]
    row.choose(1)
    assert [chip.isChecked() for chip in chips] == [False, True]
    QTest.keyClick(chips[0], Qt.Key.Key_Space)
    assert chosen == [1, 0]


def test_chip_is_as_wide_as_its_count_needs(theme: Theme, qtbot: QtBot) -> None:
    chip = Chip(theme, "All")
    qtbot.addWidget(chip)
    narrow = chip.sizeHint().width()
    chip.set_count(100_000)
    assert chip.sizeHint().width() > narrow
    assert not chip.grab().isNull()


def test_where_room_is_short_empty_chips_give_way_and_then_what_is_beside_the_words(theme: Theme, qtbot: QtBot) -> None:
    row = ChipRow(theme, [("All", Tone.PLAIN), ("Stored", Tone.GOOD), ("Refused", Tone.BAD), ("Failed", Tone.BAD)])
    qtbot.addWidget(row)
    row.set_counts([812, 812, 0, 0])
    row.choose(3)
    all_, stored, refused, failed = row.findChildren(Chip)
    whole = row.sizeHint().width()
    row.fit(whole)
    assert not any(chip.isHidden() for chip in (all_, stored, refused, failed))
    row.fit(whole - 1)
    assert [chip.isHidden() for chip in (all_, stored, refused, failed)] == [False, False, True, False]
    assert stored.sizeHint().width() == stored.usual_width()
    row.fit(1)
    assert [chip.isHidden() for chip in (all_, stored, refused, failed)] == [False, False, True, False]
    assert stored.sizeHint().width() < stored.usual_width()
    row.fit(whole)
    assert row.sizeHint().width() == whole
