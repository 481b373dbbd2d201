"""Keeps libraries that a tool does not need out of its start-up.

pydicom imports numpy and every pixel handler that it finds as soon as it is imported. The tools use it, through
pynetdicom, for identifiers only, and decode pixels without it: half of the time in which pynetdicom is imported goes
into what is never used. numpy can be imported as ever afterwards.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NOT_NEEDED = ("numpy", "PIL", "gdcm", "pylibjpeg", "libjpeg", "openjpeg", "rle", "jpeg_ls")


@contextmanager
def lean_imports() -> Iterator[None]:
    """Let pydicom, where it is imported for the first time in this block, find no numpy and no pixel handlers.

    For the main thread of a tool at its start, while no other thread imports anything.
    """
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # documented: makes an import raise ModuleNotFoundError
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
