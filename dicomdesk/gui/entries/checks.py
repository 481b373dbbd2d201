"""Checks of typed text: each returns a sentence about what is wrong, "" when all is well."""

import re

from PySide6.QtCore import QCoreApplication

from dicomdesk.engine.peers import validity


def _say(text: str) -> str:
    return QCoreApplication.translate("entries", text)


def _said(problem: str) -> str:
    return _say(problem) if problem else ""


def ae_title_problem(text: str) -> str:
    """Check an AE title."""
    return _said(validity.ae_title_problem(text))


def optional_ae_title_problem(text: str) -> str:
    """Check an AE title that may be left out."""
    return ae_title_problem(text) if text.strip() else ""


def name_problem(text: str) -> str:
    """Check the name of a peer."""
    return _said(validity.name_problem(text))


def group_problem(text: str) -> str:
    """Check the name of a group, which may be left out."""
    return name_problem(text) if text.strip() else ""


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
    return _said(validity.host_problem(text))


def port_problem(text: str) -> str:
    """Check a port number."""
    return _said(validity.port_problem(text))


def folder_problem(text: str) -> str:
    """Check a folder's path, as far as that goes without looking at the disk."""
    if not text.strip():
        return _say("A folder is needed: what is received is stored there.")
    return ""
