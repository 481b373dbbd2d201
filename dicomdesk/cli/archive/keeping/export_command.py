"""``archive export``."""

from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.place import GENERAL, PLACE, SELECTION, read_place, read_selected
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dicomdesk.archive.administration.keeping.exporting import ExportItem, ExportResult
    from dicomdesk.archive.audit.messages import AuditMessage
    from dicomdesk.archive.index_entries import StoredInstance
    from dicomdesk.cli.archive.rows import RowOutput
    from dicomdesk.cli.output.json_lines import Fields

TOOL = Tool(
    name="archive export",
    description="Write studies to a folder or ZIP archive with a DICOMDIR",
    parameters=(
        Parameter(name="target", text="new or empty folder, or new file whose name ends in .zip"),
        *SELECTION,
    ),
    groups=(
        GENERAL,
        PLACE,
        group("export options", option("--zip", "write a ZIP archive, whatever it is called")),
        group("output options", JSON, *AUDIT_OPTIONS),
    ),
    notes=(
        (
            "The files are copied as they are stored, under names that any medium takes, and the DICOMDIR lists them. "
            "Instances for which it can have no record lie in the folder OTHER. Keys that its records have to have and "
            "an instance lacks are invented in the DICOMDIR only: 19000101 as date, NOID-... as Patient ID."
        ),
        (
            "The target appears when all is written, or not at all. An instance whose file is gone or not as long as "
            "the index says is left out, told with the reason, and the exit code is 80, as it is where nothing matches."
        ),
    ),
    examples=(
        (
            "Write a study for a CD, then one to be mailed.",
            "archive export cd study 1.2.3",
            "archive export a.zip 1.2.3",
        ),
        ("Write all of a patient.", "archive export --json patient-4711 patient 4711"),
    ),
    objects=(
        ("export-failed", "``area``, ``sop_instance_uid``, ``path``, ``reason``"),
        ("progress", "``items_done``, ``items_total``, ``bytes_done``; once a second"),
        ("exported", "``target``, ``instances``, ``bytes``, ``unlisted`` (in OTHER), ``failed``; the last"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Export what is selected; returns the exit code."""
    name, *words = line.parameters
    selection, place, audit = read_selected(words), read_place(line), read_audit(line)
    if not selection.restricts:
        raise CommandLineError("An export needs a key that says what; the whole archive is saved by archive backup")
    target = Path(name).absolute()
    from dicomdesk.archive.administration.keeping.exporting import export_instances, find_export  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - as above
    from dicomdesk.archive.audit.changes import opened_trail  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.progress import ItemProgress  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ())

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas, opened_trail(audit) as trail:
            items = find_export(areas, selection)
            if not items:
                logger.write_failure("nothing matches: nothing was written")
                return int(ExitCode.NOT_ALL_RIGHT)
            progress = ItemProgress(output, "exported", len(items))
            is_zip = line.has("--zip") or target.suffix.lower() == ".zip"
            result = export_instances(items, target, is_zip=is_zip, progressed=progress.add)
            progress.clear()
            trail.tell(_messages(items, result))
            return _show(result, output, logger)

    return carry_out(log, work)


def _messages(items: "Sequence[ExportItem]", result: "ExportResult") -> "Iterator[AuditMessage]":
    """Yield what the audit trail is told of an export."""
    from dicomdesk.archive.audit.changes import export_messages  # noqa: PLC0415 - start-up time

    failed = {id(failure.item) for failure in result.failures}
    written: dict[str, list[StoredInstance]] = {}
    for item in items:
        if id(item) not in failed:
            written.setdefault(item.opened.name, []).append(item.instance)
    for area, instances in written.items():
        yield from export_messages(
            instances, area=area, user=who_asks(), target=result.target, description="archive export"
        )


def _show(result: "ExportResult", output: "RowOutput", logger: Logger) -> int:
    for failure in result.failures:
        instance, area = failure.item.instance, failure.item.opened.name
        logger.error(printable(f"{area}: {instance.path} is not in the export: {failure.reason}"))
        if output.is_json:
            row = {"area": area, "sop_instance_uid": instance.sop_instance_uid, "path": instance.path}
            output.tell("export-failed", {**row, "reason": printable(failure.reason)}, "")
    if result.unlisted:
        logger.warn(f"{count_text(result.unlisted, 'instance')} in OTHER, which the DICOMDIR cannot list")
    where = f"written to {result.target}" if result.exported else "written"
    text = f"{count_text(result.exported, 'instance')} {where}, {size_text(result.size_bytes)}"
    fields: Fields = {
        "target": str(result.target),
        "instances": result.exported,
        "bytes": result.size_bytes,
        "unlisted": result.unlisted,
        "failed": len(result.failures),
    }
    output.tell("exported", fields, text)
    return output.exit_code(ExitCode.NOT_ALL_RIGHT if result.failures else ExitCode.SUCCESS)


PROGRAM = Program(tool=TOOL, run=run)
