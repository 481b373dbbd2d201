"""Start-up without the libraries that a tool does not need.

pydicom imports numpy and every pixel handler that it finds as soon as it is imported. The tools use it, through
pynetdicom, for identifiers only, and decode pixels without it: half of the time in which pynetdicom is imported goes
into what is never used. numpy can be imported as ever afterwards. What pydicom downloads its test files with is loaded
when it is used.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

_NOT_NEEDED = ("requests", "tqdm", "numpy", "PIL", "gdcm", "pylibjpeg", "libjpeg", "openjpeg", "rle", "jpeg_ls")


@contextmanager
def lean_imports() -> Iterator[None]:
    """Let pydicom, where it is imported for the first time in this block, find no numpy and no pixel handlers.

    For the main thread of a tool at its start, while no other thread imports anything.
    """
    _import_later("urllib.request")
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # documented: makes an import raise ModuleNotFoundError
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class _LateModule(ModuleType):
    """Stands for a module until something of it is used."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _import_later(full_name: str) -> None:
    """Put a module in place that is loaded at its first use."""
    if full_name not in sys.modules:
        package, _, name = full_name.rpartition(".")
        module = sys.modules[full_name] = _LateModule(full_name)
        setattr(import_module(package), name, module)
