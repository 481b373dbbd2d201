"""Options of several commands: where the archive is, what is meant, how rows are written; and how they are read."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, group, option
from dicomdesk.errors import SettingsError

if TYPE_CHECKING:
    from dicomdesk.archive.administration.place import ArchivePlace
    from dicomdesk.archive.administration.selection import Selection

__all__ = ["GENERAL", "OUTPUT", "PLACE", "SELECTION", "read_place", "read_selected"]

GENERAL = shared.general_options(own=())
PLACE = group(
    "archive options",
    option(
        "-c --config",
        "the archive of this configuration file",
        "(default: that of dcmqrscp)",
        argument="[f]ilename: string",
    ),
    option("--folder", "the storage area in this folder instead", argument="[f]older: string"),
    option("--area", "only this storage area (repeatable)", argument="[a]etitle: string"),
    option(
        "--database",
        "the index is in this database instead of",
        "what the configuration says",
        argument="[u]rl: string",
        is_secret=True,
    ),
)
OUTPUT = group("output options", shared.JSON, option("--csv", "write rows as comma-separated values"))
"""Of commands that show rows."""
SELECTION = (
    Parameter(name="level", text="patient, study, series or instance, or their plurals"),
    Parameter(
        name="key=value", text="what they have to match, or a UID or Patient ID", is_repeatable=True, is_optional=True
    ),
)
_DCMTK_FILE = Path("/etc/dcmtk/dcmqrscp.cfg")


def read_place(line: CommandLine) -> "ArchivePlace":
    """Read where the archive is; raises CommandLineError."""
    from dicomdesk.archive.administration.place import ArchivePlace  # noqa: PLC0415 - start-up time

    if line.has("--folder"):
        line.check_conflict("--folder", "--config", is_given=line.has("--config"))
    return ArchivePlace(
        configuration_file=None if line.has("--folder") else _configuration_file(line),
        folder=Path(line.text("--folder")) if line.has("--folder") else None,
        database_url=line.text("--database"),
        ae_titles=line.every_text("--area"),
    )


def read_selected(words: Sequence[str]) -> "Selection":
    """Read a selection from parameters; raises CommandLineError."""
    from dicomdesk.archive.administration.selection import read_selection  # noqa: PLC0415 - start-up time

    try:
        return read_selection(words)
    except SettingsError as error:
        raise CommandLineError(str(error)) from error


def _configuration_file(line: CommandLine) -> Path:
    """The configuration file: the one named, that of the machine, or else the one that is shipped."""
    from dicomdesk.paths import resources_folder  # noqa: PLC0415 - start-up time

    if line.has("--config"):
        return Path(line.text("--config"))
    return _DCMTK_FILE if _DCMTK_FILE.exists() else resources_folder() / _DCMTK_FILE.name
