"""Texts of the window in other languages: found in the sources, kept in resources/translations, compiled for Qt."""
