"""Start-up without the libraries that a tool does not need.

pydicom imports numpy, its pixel handlers, decoders and encoders and its examples as soon as it is imported. The tools
use it, through pynetdicom, for identifiers only, and decode pixels without it: half of the time in which pynetdicom is
imported goes into what is never used. All of it can be used as ever afterwards: what is left out is loaded when it is
touched.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

_NOT_NEEDED = ("requests", "tqdm", "numpy", "PIL", "gdcm", "pylibjpeg", "libjpeg", "openjpeg", "rle", "jpeg_ls")
_HANDLERS = ("numpy", "rle", "pillow", "jpeg_ls", "gdcm", "pylibjpeg")
_LATE: dict[str, tuple[str, ...]] = {
    "urllib.request": (),
    "pydicom.examples": (),
    "pydicom.pixel_data_handlers": (),
    **{f"pydicom.pixel_data_handlers.{name}_handler": () for name in _HANDLERS},
    "pydicom.pixels": ("compress", "convert_color_space", "decompress", "pixel_array"),
    "pydicom.pixels.utils": (
        "get_image_pixel_ids",
        "iter_pixels",
        "pixel_array",
        "reshape_pixel_array",
        "set_pixel_data",
    ),
    "pydicom.waveforms": (),
    "pydicom.waveforms.numpy_handler": (),
}
"""Modules, and the functions of each that other modules of pydicom take by name at once."""


@contextmanager
def lean_imports() -> Iterator[None]:
    """Let pydicom, where it is imported for the first time in this block, find no numpy and leave pixels for later.

    For the main thread of a tool at its start, while no other thread imports anything.
    """
    if "pydicom" in sys.modules:
        yield
        return
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # documented: makes an import raise ModuleNotFoundError
    late = {name: _LateModule(name) for name in _LATE if name not in sys.modules}
    sys.modules.update(late)
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what was imported stays, and need not be looked through
        if collects:
            gc.enable()
        for name in hidden:
            del sys.modules[name]
        for name, module in late.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
                package, _, attribute = name.rpartition(".")
                if package in sys.modules and not hasattr(sys.modules[package], attribute):
                    setattr(sys.modules[package], attribute, module)


class _LateModule(ModuleType):
    """Stands for a module until something of it is used; imports find the real one once the block is over."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []  # a package, for what imports from it in the block

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _LATE[self.__name__]:
            return _late_function(self.__name__, name)
        if f"{self.__name__}.{name}" in _LATE:
            return sys.modules.get(f"{self.__name__}.{name}") or _LateModule(f"{self.__name__}.{name}")
        if sys.modules.get(self.__name__) is self:  # another version takes more than is listed
            _forget_late_modules()
        return getattr(import_module(self.__name__), name)


def _forget_late_modules() -> None:
    for name in _LATE:
        if isinstance(sys.modules.get(name), _LateModule):
            del sys.modules[name]


def _late_function(module: str, name: str) -> Callable[..., object]:
    def call(*values: object, **named: object) -> object:
        function: Callable[..., object] = getattr(import_module(module), name)
        return function(*values, **named)

    call.__name__ = call.__qualname__ = name
    return call
