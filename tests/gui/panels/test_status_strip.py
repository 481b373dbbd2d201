from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.panels.status_strip import Figures, StatusStrip
from dicomdesk.gui.theme import Theme


def texts(strip: StatusStrip) -> list[str]:
    return [label.text() for label in strip.findChildren(QLabel) if label.text()]


def test_all_figures_are_shown(theme: Theme, qtbot: QtBot) -> None:
    strip = StatusStrip(theme)
    qtbot.addWidget(strip)
    strip.show()
    assert texts(strip)[:2] == ["Not listening", "0 associations"]
    strip.show_figures(
        Figures(
            listening_as="WS1:11112",
            associations=1,
            up_bytes_per_s=41e6,
            down_bytes_per_s=0,
            queue=1242,
            free_bytes=81_000_000_000,
            problems=10,
        )
    )
    assert texts(strip) == [
        "Listening as WS1:11112",
        "1 association",
        "Up 41 MB/s",
        "Down 0 B/s",
        "Queue 1,242",
        "81 GB free",
    ]
    (problems,) = strip.findChildren(QPushButton)
    assert problems.text() == "10 problems"
    wanted: list[bool] = []
    strip.problems_wanted.connect(lambda: wanted.append(True))
    problems.click()
    assert wanted == [True]


def test_no_problems_need_no_button(theme: Theme, qtbot: QtBot) -> None:
    strip = StatusStrip(theme)
    qtbot.addWidget(strip)
    strip.show()
    (problems,) = strip.findChildren(QPushButton)
    assert not problems.isVisible()
    assert not strip.grab().isNull()
