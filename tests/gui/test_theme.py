from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from dicomdesk.gui.theme import BODY_POINTS, DARK, LIGHT, Theme, Tokens, Tone, contrast, palette_of


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    list(product(["text", "muted", "accent", "stored", "warning", "failed"], ["surface", "background", "selection"])),
)
def test_text_can_be_read(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_primary_button_can_be_read(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent_hover) >= 4.5
    assert palette_of(tokens).highlight().color().name().upper() == tokens.selection


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


def test_theme_follows_the_system(theme: Theme, qapp: QApplication) -> None:
    told: list[str] = []
    theme.changed.connect(lambda: told.append(theme.tokens.surface))
    theme.follow(Qt.ColorScheme.Dark)
    assert qapp.palette().window().color().name().upper() == DARK.background
    theme.follow(Qt.ColorScheme.Unknown)
    assert told == [DARK.surface, LIGHT.surface]
    assert "$" not in qapp.styleSheet()


def test_body_font_is_not_too_small(theme: Theme, qapp: QApplication) -> None:
    assert qapp.font().pointSizeF() >= BODY_POINTS


def test_icons_of_buttons_follow_the_theme(theme: Theme) -> None:
    button = QPushButton()
    theme.keep_icon(button, "send", Tone.PLAIN)
    before = button.icon().pixmap(16).toImage()
    theme.follow(Qt.ColorScheme.Dark)
    assert button.icon().pixmap(16).toImage() != before
    theme.follow(Qt.ColorScheme.Light)
    button.deleteLater()
