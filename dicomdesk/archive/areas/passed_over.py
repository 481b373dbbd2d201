"""What lies in the folder of a storage area and is no instance by its place or name: an index is not made of it."""

import os
from collections.abc import Callable, Iterator
from typing import Final

from dicomdesk.archive.areas.storage_area import STATE_FOLDER

__all__ = ["passed_over"]

_OWN: Final = frozenset({STATE_FOLDER, "index.dat"})
"""Ours, and the index of DCMTK's archive."""
_UNFINISHED: Final = ".dicomdesk-"
_EXTENSION: Final = ".dcm"
_HEX: Final = frozenset("0123456789abcdef")
_FOLDER_EXPECTED: Final = "it lies where folders are expected"
_NOT_NAMED: Final = "its name does not end with .dcm"


def passed_over(root: str) -> Iterator[tuple[str, str]]:
    """Yield relative paths, of files and of whole folders, with the reason; folders that vanish meanwhile are none."""
    for entry in _entries(root):
        name = entry.name
        if name in _OWN or name.startswith(_UNFINISHED):
            continue
        if not entry.is_dir(follow_symlinks=False):
            if not (name.endswith(_EXTENSION) and entry.is_file() and not name.startswith(".")):
                yield name, _NOT_NAMED if entry.is_file() else "it is neither file nor folder"
        elif len(name) == 2 and _HEX.issuperset(name):
            yield from _below(entry, name, lambda study, path: _below(study, path, _in_series))
        else:
            yield name, "it is no folder of an archive"


def _below(
    folder: "os.DirEntry[str]", path: str, look: Callable[["os.DirEntry[str]", str], Iterator[tuple[str, str]]]
) -> Iterator[tuple[str, str]]:
    """What is passed over in the folders of a folder; files lie too high there."""
    for entry in _entries(folder.path):
        own = f"{path}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from look(entry, own)
        else:
            yield own, _FOLDER_EXPECTED


def _in_series(folder: "os.DirEntry[str]", path: str) -> Iterator[tuple[str, str]]:
    for entry in _entries(folder.path):
        own = f"{path}/{entry.name}"
        if not entry.name.endswith(_EXTENSION):
            yield own, _NOT_NAMED
        elif entry.is_dir():
            yield own, "it is a folder"


def _entries(path: str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
