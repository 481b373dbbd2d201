"""The log on the disk: one file, and the one before it, each within a bound."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

FILE_NAME, OLD_NAME = "window.log", "window.1.log"
MOST_BYTES = 1_000_000
_OWNER_ONLY = 0o600


def append_lines(folder: Path, lines: Iterable[str]) -> None:
    """Add lines to the log of a folder, which is made; raises OSError. Not for the Qt thread."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size + len(text) > MOST_BYTES:
            os.replace(path, folder / OLD_NAME)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
    try:
        os.write(descriptor, text[-MOST_BYTES:])
    finally:
        os.close(descriptor)


def read_lines(folder: Path) -> list[str]:
    """Return the lines that are kept, oldest first; raises OSError where a file that is there cannot be read."""
    found: list[str] = []
    for name in (OLD_NAME, FILE_NAME):
        with contextlib.suppress(FileNotFoundError):
            found += (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    return found
