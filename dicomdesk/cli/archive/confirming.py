"""Confirmation of commands that change an archive: ``--dry-run`` shows, ``--yes`` or an answer on the terminal does."""

import sys

from dicomdesk.cli.options.grammar import CommandLine, OptionGroup, group, option
from dicomdesk.cli.output.standard_streams import write_stderr
from dicomdesk.logs import Logger

__all__ = ["CONFIRMING", "is_confirmed"]

CONFIRMING: OptionGroup = group(
    "confirmation options",
    option("--dry-run", "show what would be changed, and change nothing"),
    option("--yes", "change it without asking; without a terminal", "nothing is changed otherwise"),
)


def is_confirmed(line: CommandLine, question: str, logger: Logger) -> bool:
    """Whether it is to be done; the question is put to whom sits at a terminal."""
    if line.has("--yes"):
        return True
    if not sys.stdin.isatty():
        logger.error("nothing was changed: --yes confirms it where nobody can be asked")
        return False
    write_stderr(f"{question} [y/N] ")
    if sys.stdin.readline().strip().lower() in {"y", "yes"}:
        return True
    logger.warn("nothing was changed")
    return False
