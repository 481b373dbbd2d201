"""Finds the files of a DICOMDIR on disks that show their names in another way (PS3.10 8.5, ISO 9660).

Systems that mount media show names in small letters, with the version behind a semicolon, or with the dot that ends
names without an extension; copies were given the extension ".dcm". Such names are followed where a file ID leads to
nothing otherwise, and to one file only. Nothing outside the folder of the DICOMDIR is ever looked at by an ID.
"""

import os
import re

from dicomdesk.errors import DataError

FILE_ID_LEADS_OUT = "Referenced File ID leads out of the folder of the DICOMDIR"

_VERSION = re.compile(r";[0-9]+$")
_EXTENSION = ".dcm"


class FileNames:
    """Finds the files of one DICOMDIR; each folder is listed once at most, and only where a name is missing."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._listings: dict[str, list[os.DirEntry[str]]] = {}

    def find(self, file_id: str) -> str:
        """Return the path of a file by its ID, components separated by backslashes; the plain one where none is there.

        Raises DataError when the ID leads out of the folder, or to several files.
        """
        # A slash divides too: it cannot be part of a name where the file is opened.
        components = [component.strip() for component in file_id.replace("/", "\\").split("\\")]
        if ".." in components or any(os.path.splitdrive(component)[0] for component in components):
            raise DataError(FILE_ID_LEADS_OUT)
        plain = os.path.join(self._folder, "/".join(components).lstrip("/"))
        if os.path.exists(plain):
            return plain
        path = self._folder
        *folders, name = [component for component in components if component] or [""]
        for component in folders:
            path = self._follow(path, component, is_folder=True)
            if not path:
                return plain
        return self._follow(path, name, is_folder=False) or plain

    def _follow(self, folder: str, name: str, *, is_folder: bool) -> str:
        """Return the path of the one entry whose name is most like this, "" for none."""
        exact = os.path.join(folder, name)
        if os.path.isdir(exact) if is_folder else os.path.isfile(exact):
            return exact
        entries = [entry for entry in self._list(folder) if _is_plain(entry, is_folder=is_folder)]
        for shorten in (str, _without_version, _without_extension)[: 2 if is_folder else 3]:
            wanted = shorten(name).casefold()
            found = [entry.name for entry in entries if shorten(entry.name).casefold() == wanted]
            if len(found) > 1:
                raise DataError(f"Referenced File ID fits several files: {', '.join(sorted(found))}")
            if found:
                return os.path.join(folder, found[0])
        return ""

    def _list(self, folder: str) -> "list[os.DirEntry[str]]":
        if folder not in self._listings:
            try:
                with os.scandir(folder or ".") as listing:
                    self._listings[folder] = list(listing)
            except OSError:
                self._listings[folder] = []
        return self._listings[folder]


def _is_plain(entry: "os.DirEntry[str]", *, is_folder: bool) -> bool:
    """Links may lead anywhere: they are followed only where a file ID names them exactly."""
    try:
        return entry.is_dir(follow_symlinks=False) if is_folder else entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _without_version(name: str) -> str:
    return _VERSION.sub("", name).rstrip(".")


def _without_extension(name: str) -> str:
    shorter = _without_version(name)
    return shorter[: -len(_EXTENSION)] if shorter.casefold().endswith(_EXTENSION) else shorter
