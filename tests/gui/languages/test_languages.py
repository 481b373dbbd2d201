"""German and French: texts, plurals and numbers, in the files and in the window."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from dicomdesk.gui import wording
from dicomdesk.gui.frame.views import KEYS
from dicomdesk.gui.help.help_dialog import help_page
from dicomdesk.gui.languages.choosing import LANGUAGES, speak, system_language, unspeak
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.preferences.preferences import preferences_of
from dicomdesk.gui.theme import Theme
from tests.helpers.window.inspection import cut_texts
from tests.helpers.window.stage import Stage

PROJECT = Path(__file__).resolve().parents[3]
FOLDER = PROJECT / "resources" / "translations"
LEAST_SHARE = 0.97
"""Of the texts in the sources: what was added since ``packaging/translations`` ran the last time is said in English."""
_PLACE = re.compile(r"\{+\w*\}+")

Texts = dict[tuple[str, str], str]


def translations(language: str) -> Texts:
    root = ElementTree.parse(FOLDER / f"{language}.ts").getroot()
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message.findtext("translation") or ""
        for context in root.iter("context")
        for message in context.iter("message")
    }


@pytest.fixture(scope="module")
def sources() -> set[tuple[str, str]]:
    """Context and text of all that goes through tr()."""
    command = [sys.executable, "-m", "translating", "--list"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "packaging")}
    listed = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60).stdout
    return {(context, text) for context, text, _module in json.loads(listed)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_goes_through_tr_is_translated(language: str, sources: set[tuple[str, str]]) -> None:
    found = translations(language)
    assert not [text for text, said in found.items() if not said], "run packaging/translations, and add what it lacks"
    lacking = sources - found.keys()
    assert len(sources) > 1500
    assert len(lacking) <= (1 - LEAST_SHARE) * len(sources), sorted(lacking)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_loses_or_invents_what_is_filled_in(language: str) -> None:
    wrong = [
        (text, said)
        for (_, text), said in translations(language).items()
        if sorted(_PLACE.findall(text)) != sorted(_PLACE.findall(said))
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_window_loads_says_what_the_file_says(language: str, qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(FOLDER / f"{language}.qm"))
    found = translations(language)
    wrong = [key for key, said in found.items() if said and translator.translate(*key) != said]
    assert not wrong, "run packaging/translations"


@pytest.fixture
def spoken(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    loaded = speak(qapp, request.param)
    assert loaded
    yield request.param
    unspeak(qapp, loaded)


@pytest.mark.parametrize("spoken", LANGUAGES, indirect=True)
def test_menus_of_a_language_take_no_key_of_another_menu_or_button(spoken: str, window: MainWindow) -> None:
    titles = [action.text() for action in window.menu_bar.actions()]
    keys = [QKeySequence.mnemonic(title).toString() for title in titles]
    taken = [key for key in keys if key]
    assert len(taken) == len(set(taken))
    assert set(taken) <= {f"Alt+{letter}" for letter in "FEVTOH"}, "these are free in all views"
    assert titles[0].replace("&", "") == {"de": "Datei", "fr": "Fichier"}[spoken]
    headings = help_page(spoken).read_text(encoding="utf-8")
    assert not [name.word for name in window.commands.names if f"\n## {name.word}\n" not in headings]
    assert window.commands.names[0].word == {"de": "Senden", "fr": "Envoyer"}[spoken]


@pytest.mark.parametrize(
    ("spoken", "counts"),
    [
        ("de", ["0 Instanzen", "1 Instanz", "12.400 Instanzen"]),
        ("fr", ["0 instance", "1 instance", "12\u202f400 instances"]),
    ],
    indirect=["spoken"],
)
def test_plurals_and_numbers_are_those_of_the_language(spoken: str, counts: list[str]) -> None:
    assert [wording.instances_text(count) for count in (0, 1, 12400)] == counts


def test_english_is_spoken_where_nothing_else_is_known(qapp: QApplication) -> None:
    assert speak(qapp, "xx") == []
    assert wording.instances_text(12400) == "12,400 instances"
    assert system_language() in {"", *LANGUAGES}
    assert preferences_of({"language": "a language that is none"}).language == preferences_of({}).language


@pytest.mark.long
@pytest.mark.parametrize("spoken", LANGUAGES, indirect=True)
def test_no_word_of_the_window_is_cut_in_another_language(
    spoken: str, qapp: QApplication, theme: Theme, loop: asyncio.AbstractEventLoop
) -> None:
    stage = Stage(qapp, theme, loop)
    stage.show((1024, 700))
    cut: dict[str, list[str]] = {}
    for key in KEYS:
        stage.window.open_view(key)
        stage.settle()
        if found := list(cut_texts(stage.window)):
            cut[key] = found
    stage.close()
    assert not cut
