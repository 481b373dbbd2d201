"""Imports that are as quick after Qt as before it."""

import sys

_FEATURE = "shibokensupport.feature"
_USES = "_mod_uses_pyside"


def quicken_imports() -> None:
    """Have PySide6 take each module for one that may use it, instead of reading the source of each to find that out.

    PySide6 6.6 to 6.11 looks in this way for modules that may want names or properties in another style (``from
    __feature__ import``), which nobody here does, and keeps the text of all of them. Where another version has no such
    look, nothing is changed.
    """
    feature = sys.modules.get(_FEATURE)
    if feature is not None and hasattr(feature, _USES):
        setattr(feature, _USES, lambda _module: True)
