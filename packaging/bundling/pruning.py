"""Leaves out of a one-folder program plugins of Qt without use, and the libraries that only they need."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import PurePath

Entry = tuple[str, str, str]
"""Name in the folder, path on this machine, kind; as PyInstaller has them."""

UNUSED = (
    "plugins/platformthemes/libqgtk3",  # all of GTK, for its file dialog; the portal's is there without
    "plugins/egldeviceintegrations/",  # screens without a desktop
    "plugins/platforms/libqeglfs",
    "plugins/platforms/libqlinuxfb",
    "plugins/platforms/libqvnc",
    "plugins/platforms/libqvkkhrdisplay",
    "plugins/networkinformation/",
    "plugins/tls/",  # Qt's own; TLS is Python's here
    "plugins/generic/",
    "plugins/imageformats/libqtiff",
    "plugins/imageformats/libqwebp",
    "plugins/imageformats/libqpdf",
    "Qt6Pdf",
    "Qt6VirtualKeyboard",
    "Qt6Qml",
    "Qt6Quick",
)


def pruned(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without unused ones, and on Linux without libraries that nothing of the rest asks for."""
    kept = [entry for entry in entries if not any(part in PurePath(entry[0]).as_posix() for part in UNUSED)]
    return _without_unneeded(kept) if sys.platform == "linux" else kept


def _without_unneeded(entries: list[Entry]) -> list[Entry]:
    """Keep what is no mere library, and the libraries that what is kept links with."""
    needs = {entry[0]: _needed_by(entry[1]) for entry in entries}
    by_name: dict[str, list[Entry]] = {}  # of a name there may be the library and a link to it
    for entry in entries:
        by_name.setdefault(PurePath(entry[0]).name, []).append(entry)
    waiting = [entry for entry in entries if not _is_mere_library(entry[0])]
    kept: dict[str, Entry] = {}
    while waiting:
        entry = waiting.pop()
        if entry[0] not in kept:
            kept[entry[0]] = entry
            waiting += [found for name in needs[entry[0]] for found in by_name.get(name, ())]
    return [entry for entry in entries if entry[0] in kept]


def _is_mere_library(name: str) -> bool:
    """Whether it stands at the top of the folder as a shared library, where those stand that others ask for."""
    path = PurePath(name)
    return (
        path.name.startswith("lib")
        and ".so" in path.name
        and "libpython" not in path.name
        and "plugins" not in path.parts
    )


def _needed_by(path: str) -> list[str]:
    """Names of the shared libraries that a file asks for; none for what is no such file."""
    done = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=False)
    return re.findall(r"^\s+NEEDED\s+(\S+)$", done.stdout, re.MULTILINE)
