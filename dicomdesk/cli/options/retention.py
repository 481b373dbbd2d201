"""Options that say what an archive keeps, instead of its configuration."""

from typing import TYPE_CHECKING

from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, option
from dicomdesk.errors import SettingsError

if TYPE_CHECKING:
    from dicomdesk.archive.setup.retention_rules import RetentionRule

__all__ = ["RETENTION_OPTIONS", "read_retention"]

RETENTION_OPTIONS = (
    option(
        "--keep-days",
        "remove studies when n days have passed since",
        "something last came to them",
        argument="[n]umber: integer",
    ),
    option(
        "--keep-free",
        "remove those that have waited longest, until so",
        "much of the disk is free",
        argument="[s]ize: string (20gb, 10%)",
    ),
)


def read_retention(line: CommandLine) -> "RetentionRule | None":
    """Read the rule for all areas, None where none is given; raises CommandLineError."""
    days = line.integer("--keep-days", 1, 100_000)
    if days is None and not line.has("--keep-free"):
        return None
    from dicomdesk.archive.setup.retention_rules import RetentionRule, read_free_space  # noqa: PLC0415 - start-up time

    try:
        free = read_free_space(line.text("--keep-free")) if line.has("--keep-free") else None
    except SettingsError as error:
        raise CommandLineError(f"Invalid value for option --keep-free: {error}") from error
    return RetentionRule(keep_days=days, keep_free=free)
