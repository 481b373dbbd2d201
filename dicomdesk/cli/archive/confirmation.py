"""Confirmation of what cannot be undone by the next command: by ``--yes``, or by somebody at the terminal."""

import getpass
import os
import platform

from dicomdesk.cli.options.grammar import CommandLine, option
from dicomdesk.cli.output.terminal import has_terminal
from dicomdesk.logs import Logger

__all__ = ["YES", "asks_for_confirmation", "confirm", "who_asks"]

YES = option("--yes", "do it without asking, as scripts have to")
_TERMINAL = "/dev/tty"
_AGREEING = frozenset({"y", "yes"})


def asks_for_confirmation(line: CommandLine) -> bool:
    """Whether somebody has to be asked."""
    return not line.has("--yes")


def confirm(line: CommandLine, question: str, logger: Logger) -> bool:
    """Whether it may be done; where it is not, the logger says why.

    Without a terminal nobody can be asked, and it may not.
    """
    if not asks_for_confirmation(line):
        return True
    if not has_terminal():
        logger.fatal("nothing was done: there is no terminal to confirm it on, and --yes is not given")
        return False
    with open(_TERMINAL, "r+b", buffering=0) as terminal:
        terminal.write(f"{question} [y/N] ".encode())
        answer = terminal.readline(64)
    if answer.decode("utf-8", "replace").strip().lower() in _AGREEING:
        return True
    logger.warn("nothing was done")
    return False


def who_asks() -> str:
    """User and machine of this process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid()) if hasattr(os, "getuid") else ""
    return f"{user}@{platform.node()}"
