"""``archive check-backup``."""

from pathlib import Path

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, OUTPUT
from dicomdesk.cli.archive.upkeep.backing_up import FINDING_KEYS, BackupDisplay, chosen_backups
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.output.terminal import is_terminal
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log, Logger

_COLUMNS = ("area", "backup", "when", "host", "files", "bytes")

TOOL = Tool(
    name="archive check-backup",
    description="Look whether a backup is whole, or which backups there are",
    parameters=(Parameter(name="target", text="folder of the backups"),),
    groups=(
        GENERAL,
        group(
            "backup options",
            option("--area", "only of this storage area (repeatable)", argument="[a]etitle: string"),
            option("--backup", "this one (default: the newest)", argument="[n]ame: string"),
            option("--sizes-only", "compare sizes, and do not read the files"),
            option("--list", "show which backups there are, and check none"),
        ),
        OUTPUT,
    ),
    notes=(
        (
            "Every file is read and compared with the checksum of its manifest. The exit code is 80 where one is "
            "missing or not what it was, 10 where there is no backup, or one of a newer version."
        ),
    ),
    examples=(
        (
            "Look which backups there are, and whether the newest is good.",
            "archive check-backup /mnt/backup --list",
            "archive check-backup /mnt/backup",
        ),
    ),
    objects=(
        (
            "backup",
            (
                "``area``, ``backup`` (its name), ``when`` (ISO 8601 with offset), ``host``, ``files``, ``bytes``, "
                "``damaged`` (of what was checked, not with ``--list``)"
            ),
        ),
        ("backup-finding", FINDING_KEYS),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Check, or list; returns the exit code."""
    target, areas, name = Path(line.parameters[0]), line.every_text("--area"), line.text("--backup")
    is_list = line.has("--list")
    from dicomdesk.archive.backup.manifest import BackupPlace  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.backup.restore import check_backup  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - as above
    from dicomdesk.cli.query.options import Form  # noqa: PLC0415 - as above

    form = read_form(line)
    json = JsonLinesReporter() if form is Form.JSON else None

    def work(logger: Logger) -> int:
        chosen = chosen_backups(target, areas, name)
        if is_list:
            chosen = [
                (place, one)
                for place in BackupPlace.all_in(target)
                if not areas or place.area in areas
                for one in place.manifests()
            ]
        output = RowOutput(form, _COLUMNS if is_list else (*_COLUMNS, "damaged"))
        damaged = 0
        for place, manifest in chosen:
            files, size = manifest.counts()
            row: dict[str, str | int] = {
                "area": manifest.area,
                "backup": manifest.name,
                "when": manifest.when,
                "host": manifest.host,
                "files": files,
                "bytes": size,
            }
            if not is_list:
                display = BackupDisplay(manifest.area, logger, json, draws=is_terminal())
                checked = check_backup(place, manifest, display, is_quick=line.has("--sizes-only"))
                damaged += checked.damaged
                row["damaged"] = checked.damaged
            output.take("backup", row)
        code = output.end()
        return int(ExitCode.NOT_ALL_RIGHT) if damaged else code

    return carry_out(log, work)


PROGRAM = Program(tool=TOOL, run=run)
