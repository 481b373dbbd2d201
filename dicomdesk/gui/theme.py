"""Colours, fonts and measures of the window; light and dark follow the system, unless the user has chosen."""

import string
from dataclasses import asdict
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication

from dicomdesk.gui.assets import Assets, IconPainter
from dicomdesk.records import dataclass

ROW_HEIGHT = 28
HEADER_HEIGHT = 28
GRID = 8
MARGIN = 16
CORNER = 6
SIDEBAR_WIDTH = 188
ROW_ICON = 16
SIDEBAR_ICON = 18
BODY_POINTS = 10


class Appearance(Enum):
    """What the user has chosen; the value is what the window's state has."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Tone(Enum):
    """Meaning of a colour; the value is the token's name."""

    PLAIN = "text"
    QUIET = "muted"
    ACTIVE = "accent"
    GOOD = "stored"
    WARNING = "warning"
    BAD = "failed"
    ON_ACCENT = "on_accent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The colours of one theme. Text colours reach 4.5 to 1 on background, surface and selection."""

    background: str
    surface: str
    border: str
    track: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    stored: str
    warning: str
    failed: str
    handle: str
    """Of scroll bars."""


LIGHT = Tokens(
    background="#F5F7F9",
    surface="#FFFFFF",
    border="#DDE3E9",
    track="#E6EBF0",
    text="#1B2733",
    muted="#566575",
    disabled="#94A1AE",
    accent="#0B6E99",
    accent_hover="#095B80",
    on_accent="#FFFFFF",
    selection="#E3F1F8",
    stored="#17703F",
    warning="#855600",
    failed="#B3261E",
    handle="#C3CCD5",
)

DARK = Tokens(
    background="#14191F",
    surface="#1B222A",
    border="#2C3640",
    track="#2C3640",
    text="#E6EDF3",
    muted="#9AA9B8",
    disabled="#5E6C7A",
    accent="#5BB8E0",
    accent_hover="#7CC8E8",
    on_accent="#08202C",
    selection="#22384A",
    stored="#4CC38A",
    warning="#E3B341",
    failed="#FF8A80",
    handle="#3C4853",
)


def title_font(font: QFont) -> QFont:
    """The font of a title among words in ``font``."""
    title = QFont(font)
    title.setPointSizeF(title.pointSizeF() + 1)
    title.setBold(True)
    return title


def bold_font(font: QFont) -> QFont:
    """The same font, a little bolder."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette that makes Fusion draw in the theme's colours."""
    palette = QPalette()
    role = QPalette.ColorRole
    for colour_role, colour in (
        (role.Window, tokens.background),
        (role.WindowText, tokens.text),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.background),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Button, tokens.surface),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.failed),
        (role.Highlight, tokens.selection),
        (role.HighlightedText, tokens.text),
        (role.Accent, tokens.accent),
        (role.Link, tokens.accent),
        (role.ToolTipBase, tokens.surface),
        (role.ToolTipText, tokens.text),
        (role.Light, tokens.surface),
        (role.Midlight, tokens.track),
        (role.Mid, tokens.border),
        (role.Dark, tokens.border),
        (role.Shadow, tokens.border),
    ):
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(tokens.disabled))
    return palette


_SCHEMES = {Appearance.LIGHT: Qt.ColorScheme.Light, Appearance.DARK: Qt.ColorScheme.Dark}


class Theme(QObject):
    """The theme in use: colours, fonts and icons. ``changed`` tells of another choice between light and dark, whether
    the system's or the user's.
    """

    changed = Signal()

    def __init__(self, application: QApplication, assets: Assets) -> None:
        super().__init__(application)
        self._application = application
        self._assets = assets
        self._painter = IconPainter(assets)
        self.tokens = LIGHT
        self._colours: dict[Tone, QColor] = {}
        self.appearance = Appearance.SYSTEM
        """What the user has chosen."""
        application.setStyle("Fusion")
        font = application.font()
        if 0 < font.pointSizeF() < BODY_POINTS:
            font.setPointSizeF(BODY_POINTS)
        font.setFeature(QFont.Tag("tnum"), 1)
        application.setFont(font)
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._on_system)
        application.screenAdded.connect(lambda _screen: self.changed.emit())  # it may want finer icons
        self.follow(hints.colorScheme())

    def choose(self, appearance: Appearance) -> None:
        """Take the colours that the user wants, or those of the system."""
        if appearance is not self.appearance:
            self.appearance = appearance
            self._on_system(self._application.styleHints().colorScheme())

    def _on_system(self, scheme: Qt.ColorScheme) -> None:
        self.follow(_SCHEMES.get(self.appearance, scheme))

    def follow(self, scheme: Qt.ColorScheme) -> None:
        """Take the colours of ``scheme``; unknown is light."""
        self.tokens = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        self._colours.clear()
        self._application.setPalette(palette_of(self.tokens))
        style_sheet = string.Template(self._assets.style_sheet)
        self._application.setStyleSheet(style_sheet.substitute(asdict(self.tokens)))
        self.changed.emit()

    def colour(self, tone: Tone) -> QColor:
        """Return the colour of a tone."""
        found = self._colours.get(tone)
        if found is None:
            found = self._colours[tone] = QColor(getattr(self.tokens, tone.value))
        return found

    def pixmap(self, name: str, tone: Tone, size: int = ROW_ICON, pixel_ratio: float = 1.0) -> QPixmap:
        """Return an icon's drawing in a tone."""
        return self._painter.pixmap(name, self.colour(tone), size, pixel_ratio)

    def icon(self, name: str, tone: Tone = Tone.PLAIN) -> QIcon:
        """Return an icon in a tone, greyed where disabled."""
        return self._painter.icon(name, self.colour(tone), QColor(self.tokens.disabled))

    def keep_icon(self, button: QAbstractButton, name: str, tone: Tone = Tone.PLAIN) -> None:
        """Give a button an icon that follows the theme; a second call for the same button replaces the first."""
        button.setProperty("icon_name", name)
        button.setProperty("icon_tone", tone.value)
        if not button.property("icon_follows"):
            button.setProperty("icon_follows", True)  # noqa: FBT003 - Qt's own signature
            draw = lambda: self._draw_icon(button)  # noqa: E731 - needed twice
            self.changed.connect(draw)
            button.destroyed.connect(lambda: self.changed.disconnect(draw))
        self._draw_icon(button)

    def _draw_icon(self, button: QAbstractButton) -> None:
        tone = Tone(button.property("icon_tone"))
        button.setIcon(self.icon(button.property("icon_name"), tone))
