"""How the window looks, as far as it can be measured: each property over all views at once."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.frame.views import KEYS
from dicomdesk.gui.theme import Theme
from tests.helpers.window.inspection import alternatives_of, controls_of, cut_texts, in_focus_chain, pale_texts, said
from tests.helpers.window.query_scenes import query_three_levels
from tests.helpers.window.rule_scenes import rules_usual
from tests.helpers.window.screens import screen_of
from tests.helpers.window.sending_scenes import selected_problem
from tests.helpers.window.stage import Stage

pytestmark = pytest.mark.long

SMALL = (960, 540)
"""A full HD screen at 200 %."""
DEADLINE_S = 120.0


@pytest.fixture
def stage(qapp: QApplication, theme: Theme, loop: asyncio.AbstractEventLoop) -> Iterator[Stage]:
    """A window in which much goes on, in all views."""
    found = Stage(qapp, theme, loop)
    found.show((1024, 700))
    selected_problem(found)
    query_three_levels(found)
    rules_usual(found)
    yield found
    found.close()
    theme.follow(Qt.ColorScheme.Light)


def each_view(stage: Stage) -> Iterator[str]:
    for key in KEYS:
        stage.window.open_view(key)
        stage.settle()
        yield key


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(stage: Stage, scheme: Qt.ColorScheme) -> None:
    stage.theme.follow(scheme)
    assert not {key: pale for key in each_view(stage) if (pale := pale_texts(stage.window))}


@pytest.mark.parametrize("size", [(1024, 700), SMALL], ids=["small", "enlarged"])
def test_no_word_of_the_window_is_cut(stage: Stage, size: tuple[int, int]) -> None:
    stage.show(size)
    assert not {key: cut for key in each_view(stage) if (cut := list(cut_texts(stage.window)))}


def test_everything_is_reached_by_keyboard_and_has_a_name(stage: Stage) -> None:
    for key in each_view(stage):
        reached, controls = in_focus_chain(stage.window), controls_of(stage.window)
        assert len(controls) > 10
        lost = [each for each in controls if each.isEnabled() and not reached & ({each} | alternatives_of(each))]
        assert not [(key, type(each), said(each)) for each in lost]
        assert not [(key, type(each), each.toolTip()) for each in controls if not said(each).strip()]


def test_every_dialog_fits_a_small_screen_and_cuts_no_word() -> None:
    with screen_of(*SMALL) as environment:
        command = [sys.executable, "-m", "tests.helpers.window.small_screen"]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=DEADLINE_S)
    assert run.stdout == "all were shown\n", run.stderr
