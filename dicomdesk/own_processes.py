"""Processes of this program that run one of its modules, by the interpreter beside it or by a frozen program itself."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

MODULE_WORD = "--module"
"""First argument of a frozen program that is to run the module named by the second."""

_PACKAGE = __name__.partition(".")[0]
_ROOT = Path(__file__).resolve().parent.parent


def is_frozen() -> bool:
    """Whether this program is one that carries its interpreter, as a package for people without Python does."""
    return bool(getattr(sys, "frozen", False))


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of this package, as ``python -m`` does."""
    if is_frozen():
        return [sys.executable, MODULE_WORD, module, *arguments]
    return [sys.executable, "-P", "-m", module, *arguments]


def module_environment() -> Mapping[str, str]:
    """Return the environment in which such a process finds this package, wherever it was started."""
    known = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), known] if known else [str(_ROOT)])}


def run_named_module(arguments: list[str]) -> None:
    """Run what ``module_command`` asked a frozen program for; ValueError for a module that is not of this package."""
    import runpy  # noqa: PLC0415 - only in a frozen program

    module, *rest = arguments or [""]
    if not module.startswith(f"{_PACKAGE}."):
        raise ValueError(f"{module} is not a module of this program")
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=False)
