"""``archive restore``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.archive.upkeep.backing_up import FINDING_KEYS, BackupDisplay, chosen_backups
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.output.terminal import is_terminal
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.backup.manifest import BackupPlace, Manifest
    from dicomdesk.archive.setup.configuration import Area
    from dicomdesk.archive.setup.settings import ArchiveSettings
    from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter

TOOL = Tool(
    name="archive restore",
    description="Restore a backup into an empty storage area",
    parameters=(Parameter(name="target", text="folder of the backups"),),
    groups=(
        GENERAL,
        PLACE,
        group("backup options", option("--backup", "this one (default: the newest)", argument="[n]ame: string")),
        group("output options", JSON, *AUDIT_OPTIONS),
    ),
    notes=(
        (
            "Each area of the configuration of which there is a backup is restored into its folder; with --folder one "
            "area is, into this folder. A folder that has anything is refused, unless a restore into it was broken "
            "off: that goes on. Every file is compared with its checksum; those that the backup does not have as they "
            "were are told and left out, and the exit code is 80. The index is made from the files as they come."
        ),
        "The archive is started when the command has ended, not before.",
    ),
    examples=(
        (
            "Restore what was lost, or look at an earlier state beside it.",
            "archive restore /mnt/backup",
            "archive restore /mnt/backup --backup 000014-20261130-020000 --folder /srv/earlier",
        ),
    ),
    objects=(
        ("restore-finished", "``area``, ``backup`` (its name), ``folder``, ``files``, ``bytes``, ``damaged``"),
        ("backup-finding", FINDING_KEYS),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Restore; returns the exit code."""
    target, place, audit = Path(line.parameters[0]), read_place(line), read_audit(line)
    from dicomdesk.archive.audit.changes import opened_trail, restore_message  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - start-up time

    json = JsonLinesReporter() if line.has("--json") else None

    def work(logger: Logger) -> int:
        settings = place.settings()
        backups = chosen_backups(target, place.ae_titles, line.text("--backup"))
        pairs = _pairs(settings, backups, is_folder=place.folder is not None)
        is_right = True
        with opened_trail(audit) as trail:
            for area, backup, manifest in pairs:
                display = BackupDisplay(area.ae_title, logger, json, draws=is_terminal())
                is_right &= _restore(settings, area, backup, manifest, display, json)
                words = f"archive restore {manifest.name}"
                trail.tell([restore_message(area=area.ae_title, user=who_asks(), source=target, description=words)])
        return int(ExitCode.SUCCESS if is_right else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


def _pairs(
    settings: "ArchiveSettings", backups: "list[tuple[BackupPlace, Manifest]]", *, is_folder: bool
) -> "list[tuple[Area, BackupPlace, Manifest]]":
    """Return which backup goes into which area; raises SettingsError where that is not clear."""
    areas = settings.configuration.areas
    if is_folder:
        if len(backups) > 1:
            names = ", ".join(place.area for place, _manifest in backups)
            raise SettingsError(f"There are backups of several areas: choose one of {names} with --area")
        ((backup, manifest),) = backups
        return [(replace(areas[0], ae_title=manifest.area), backup, manifest)]
    by_name = {place.area: (place, manifest) for place, manifest in backups}
    pairs = [(area, *by_name[area.ae_title]) for area in areas if area.ae_title in by_name]
    if not pairs:
        raise SettingsError("The configuration names no storage area of which there is a backup")
    return pairs


def _restore(
    settings: "ArchiveSettings",
    area: "Area",
    backup: "BackupPlace",
    manifest: "Manifest",
    display: BackupDisplay,
    json: "JsonLinesReporter | None",
) -> bool:
    from dicomdesk.archive.administration.restoring import restore_area  # noqa: PLC0415 - start-up time

    report = restore_area(settings, area, backup, manifest, display)
    if json is not None:
        fields: Fields = {
            "area": area.ae_title,
            "backup": manifest.name,
            "folder": str(area.folder),
            "files": report.files,
            "bytes": report.size_bytes,
            "damaged": report.damaged,
        }
        json.write([("restore-finished", fields)])
    else:
        write_stdout(
            f"{printable(area.ae_title)}: {count_text(report.files, 'file')} ({size_text(report.size_bytes)}) of "
            f"backup {manifest.name} restored into {printable(str(area.folder))}\n"
        )
    return not report.damaged


PROGRAM = Program(tool=TOOL, run=run)
