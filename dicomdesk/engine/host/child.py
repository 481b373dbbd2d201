"""Begins the engine's process: the same program once more, with nothing of its window."""

import os
import subprocess
import sys
from pathlib import Path

import dicomdesk
from dicomdesk.errors import LocalError
from dicomdesk.human import error_text

__all__ = ["WORD", "begin_child", "end_words"]

WORD = "--engine-host"
"""The one argument of the process."""


def begin_child() -> "subprocess.Popen[bytes]":
    """Begin the process, with pipes to it; raises LocalError where that cannot be."""
    try:
        return subprocess.Popen(_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
    except OSError as error:
        raise LocalError(f"No process can be begun for the engine: {error_text(error, names_file=False)}") from error


def end_words(exit_code: int) -> str:
    """Return how a process has ended, such as "killed by signal 9"."""
    return f"killed by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


def _command() -> list[str]:
    if getattr(sys, "frozen", False):  # a program without an interpreter beside it is its own
        return [sys.executable, WORD]
    return [sys.executable, "-P", "-m", "dicomdesk", WORD]


def _environment() -> dict[str, str]:
    """Where this program is found; nothing that is secret."""
    root, known = str(Path(dicomdesk.__file__).parent.parent), os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join([root, known] if known else [root])}
