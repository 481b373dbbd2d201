"""Checks of typed text: each returns a sentence about what is wrong, "" when all is well."""

import re

from PySide6.QtCore import QCoreApplication

LONGEST_AE_TITLE = 16
"""PS3.5 6.2, value representation AE."""


def _say(text: str) -> str:
    return QCoreApplication.translate("entries", text)


def ae_title_problem(text: str) -> str:
    """Check an AE title (PS3.5 6.2: 1 to 16 printable ASCII characters, no backslash)."""
    title = text.strip(" ")
    if not title:
        return _say("An AE title is needed: the peer knows applications by it.")
    if len(title) > LONGEST_AE_TITLE:
        return _say("An AE title has at most 16 characters.")
    if "\\" in title or not title.isascii() or not title.isprintable():
        return _say("An AE title takes plain letters, digits and signs only, no accents and no backslash.")
    return ""


def split_list(text: str) -> tuple[str, ...]:
    """Return the words of a list that is separated by commas, semicolons or line ends."""
    words = (word.strip() for word in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(word for word in words if word))


def ae_titles_problem(text: str) -> str:
    """Check a list of AE titles; an empty list is well."""
    for title in split_list(text):
        if problem := ae_title_problem(title):
            return f"{title}: {problem}"
    return ""


def host_problem(text: str) -> str:
    """Check a host name or address."""
    host = text.strip()
    if not host:
        return _say("A host is needed: a name such as pacs.example, or an address.")
    if any(character.isspace() for character in host) or "/" in host or "@" in host:
        return _say("A host is a name or an address only, without spaces, slashes or @.")
    return ""


def port_problem(text: str) -> str:
    """Check a port number."""
    number = text.strip()
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 65535):
        return _say("A port is a number from 1 to 65535; 104 and 11112 are usual.")
    return ""


def folder_problem(text: str) -> str:
    """Check a folder's path, as far as that goes without looking at the disk."""
    if not text.strip():
        return _say("A folder is needed: what is received is stored there.")
    return ""
