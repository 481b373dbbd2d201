"""``archive backup``."""

from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.archive.upkeep.backing_up import FINDING_KEYS, BackupDisplay
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.output.terminal import is_terminal
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.backup.backup import BackupReport
    from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter

TOOL = Tool(
    name="archive backup",
    description="Back up an archive while it is served",
    parameters=(Parameter(name="target", text="folder of the backups, on another disk"),),
    groups=(
        GENERAL,
        PLACE,
        group(
            "backup options",
            option(
                "--keep",
                "remove all but the n newest backups of each",
                "area afterwards (default: none)",
                argument="[n]umber: integer",
            ),
        ),
        group("output options", JSON, *AUDIT_OPTIONS),
    ),
    notes=(
        (
            "A backup is what the index had at one moment, with all the files that belong to it. The archive is served "
            "meanwhile. Files that an earlier backup in the same target has are not copied again, so that a daily "
            "backup takes as long as a day's images. Trail of corrections and holds are backed up as well; what is in "
            "the trash is not."
        ),
        (
            "The backup is there, whole, when the command has ended, and not before: a full disk, a signal or a loss "
            "of power leave the earlier ones as they were. Files that the archive does not have as its index says are "
            "told, and the exit code is 80; those that are missing or cut are left out."
        ),
    ),
    examples=(
        (
            "Back up every night, and keep a fortnight; look whether a backup is good, and restore it.",
            "archive backup /mnt/backup --keep 14",
            "archive check-backup /mnt/backup",
            "archive restore /mnt/backup --folder /srv/restored",
        ),
    ),
    objects=(
        (
            "backup-finished",
            (
                "``area``, ``backup`` (its name), ``files``, ``bytes``, ``copied`` and ``copied_bytes`` (what no "
                "earlier one has), ``damaged`` (files that were told), ``removed`` (names of older backups)"
            ),
        ),
        ("backup-finding", FINDING_KEYS),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Back up; returns the exit code."""
    target, place, keep = Path(line.parameters[0]), read_place(line), line.integer("--keep", 1)
    audit = read_audit(line)
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.changes import backup_message, opened_trail  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - as above

    json = JsonLinesReporter() if line.has("--json") else None

    def work(logger: Logger) -> int:
        is_right = True
        with opened_areas(place) as areas, opened_trail(audit) as trail:
            for opened in areas:
                report = _back_up(opened, target, keep, logger, json)
                is_right &= not report.damaged
                words = f"archive backup {report.name}, {count_text(report.files, 'file')}"
                trail.tell([backup_message(area=opened.name, user=who_asks(), target=target, description=words)])
        return int(ExitCode.SUCCESS if is_right else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


def _back_up(
    opened: "OpenedArea", target: Path, keep: int | None, logger: Logger, json: "JsonLinesReporter | None"
) -> "BackupReport":
    from dicomdesk.archive.backup.backup import back_up, prune  # noqa: PLC0415 - start-up time

    display = BackupDisplay(opened.name, logger, json, draws=is_terminal())
    report = back_up(opened.name, opened.area.folder, opened.index, target, display)
    removed = [] if keep is None else prune(target, opened.name, keep)
    if json is not None:
        fields: Fields = {
            "area": opened.name,
            "backup": report.name,
            "files": report.files,
            "bytes": report.size_bytes,
            "copied": report.copied,
            "copied_bytes": report.copied_bytes,
            "damaged": report.damaged,
            "removed": list(removed),
        }
        json.write([("backup-finished", fields)])
    else:
        gone = f", {count_text(len(removed), 'older backup')} removed" if removed else ""
        write_stdout(
            f"{printable(opened.name)}: backup {report.name} of {count_text(report.files, 'file')} "
            f"({size_text(report.size_bytes)}), {report.copied} copied ({size_text(report.copied_bytes)}){gone}\n"
        )
    return report


PROGRAM = Program(tool=TOOL, run=run)
