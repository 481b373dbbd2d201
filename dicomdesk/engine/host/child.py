"""Begins the engine's process: the same program once more, with nothing of its window."""

import subprocess
import sys

from dicomdesk.errors import LocalError
from dicomdesk.human import error_text
from dicomdesk.own_processes import is_frozen, module_command, module_environment

__all__ = ["WORD", "begin_child", "end_words"]

WORD = "--engine-host"
"""The one argument of the process."""
_ARENAS = "2"
"""In which the C library keeps memory: else each of its many threads has one, of which most is empty."""


def begin_child() -> "subprocess.Popen[bytes]":
    """Begin the process, with pipes to it; raises LocalError where that cannot be."""
    try:
        return subprocess.Popen(_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=module_environment())
    except OSError as error:
        raise LocalError(f"No process can be begun for the engine: {error_text(error, names_file=False)}") from error


def end_words(exit_code: int) -> str:
    """Return how a process has ended, such as "killed by signal 9"."""
    return f"killed by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


def _command() -> list[str]:
    if is_frozen():  # a program without an interpreter beside it is its own
        return [sys.executable, WORD]
    return module_command("dicomdesk", WORD)
