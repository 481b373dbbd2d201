from PySide6.QtWidgets import QApplication

from dicomdesk.gui.panels.filter_bar import FilterBar
from dicomdesk.gui.theme import Theme, Tone


def test_chip_and_words_are_told_as_they_change(qapp: QApplication, theme: Theme) -> None:
    bar = FilterBar(theme, [("All", Tone.PLAIN), ("Bad", Tone.BAD)], "Search")
    changes: list[tuple[int, list[str]]] = []
    bar.changed.connect(lambda: changes.append((bar.chip, bar.words())))
    assert bar.is_open()
    bar.chips.choose(1)
    bar.search.setText("  Doe  CT ")
    assert changes == [(1, []), (1, ["doe", "ct"])]
    assert not bar.is_open()
    bar.chips.choose(0)
    bar.search.clear()
    assert bar.is_open()
