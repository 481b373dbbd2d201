"""The tray and what happens behind it: a desktop that has one, and one that has none."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from dicomdesk.gui.frame.tray import drawn_icon, look_of
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.theme import Theme, Tone

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the desktop has a tray; tests change it."""
    found = [True]
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: found[0])
    return found


@pytest.mark.parametrize(
    ("figures", "is_sending", "tone", "words"),
    [
        (Figures(), False, None, "dicomdesk"),
        (Figures(listening_as="WS1:11112"), False, Tone.GOOD, "dicomdesk, listening as WS1:11112"),
        (Figures(listening_as="WS1:1", queue=1200), True, Tone.ACTIVE, "listening as WS1:1, sending, 1,200 left"),
        (Figures(problems=1), True, Tone.BAD, "1 problem"),
        (Figures(problems=2), False, Tone.BAD, "2 problems"),
    ],
)
def test_it_says_what_goes_on_in_words_and_colour(
    figures: Figures, is_sending: bool, tone: Tone | None, words: str
) -> None:
    found_tone, found_words = look_of(figures, is_sending=is_sending)
    assert found_tone is tone
    assert found_words.endswith(words)


def test_states_have_different_icons(theme: Theme) -> None:
    images = [drawn_icon(theme, tone).pixmap(22).toImage() for tone in (None, Tone.GOOD, Tone.ACTIVE, Tone.BAD)]
    assert all(one != other for number, one in enumerate(images) for other in images[:number])


def test_the_icon_goes_and_comes_as_preferred(window: MainWindow, desktop: list[bool]) -> None:
    window.background.begin()
    tray = window.background.tray
    assert tray.is_there
    window._prefer(Preferences(has_tray=False))
    assert not tray.is_there
    window._prefer(Preferences(has_tray=True))
    assert tray.is_there
    words = [action.text().replace("&", "") for action in tray._menu.actions() if action.text()] if tray._menu else []
    assert words[0] == "Show or hide the window"
    assert words[-1] == "Quit"
    assert "Start or stop listening" in words
