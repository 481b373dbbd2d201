"""Having Qt, and numbers, speak a language."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from dicomdesk import paths
from dicomdesk.gui import wording

LANGUAGES = {"de": "Deutsch", "fr": "Français"}
"""Beside English, as they call themselves."""
_FOLDER = "translations"


def system_language() -> str:
    """Return the language of the user's system, "" for one that is not among ``LANGUAGES``."""
    return next((name[:2] for name in QLocale.system().uiLanguages() if name[:2] in LANGUAGES), "")


def speak(application: QCoreApplication, language: str) -> list[QTranslator]:
    """Speak a language from now on: one of ``LANGUAGES``, "" for that of the system; anything else is English.

    Returns what was loaded. Reads the disk: before there is a window.
    """
    language = language or system_language()
    if language not in LANGUAGES:
        wording.speak("en")
        return []
    QLocale.setDefault(QLocale(language))
    wording.speak(language)
    own = str(paths.resources_folder() / _FOLDER / f"{language}.qm")
    of_qt = f"{QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)}/qtbase_{language}.qm"
    loaded = []
    for file in (of_qt, own):
        translator = QTranslator(application)
        if translator.load(file):
            application.installTranslator(translator)
            loaded.append(translator)
    return loaded


def unspeak(application: QCoreApplication, loaded: list[QTranslator]) -> None:
    """Speak English again."""
    for translator in loaded:
        application.removeTranslator(translator)
    QLocale.setDefault(QLocale.system())
    wording.speak("en")
