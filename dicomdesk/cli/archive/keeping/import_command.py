"""``archive import``."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.explaining import explain_text
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError, StorageError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import UNEXPLAINED, Log, Logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dicomdesk.archive.administration.keeping.importing import ImportedItem
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.audit.messages import AuditMessage
    from dicomdesk.cli.archive.progress import ItemProgress
    from dicomdesk.cli.archive.rows import RowOutput

TOOL = Tool(
    name="archive import",
    description="Take files, folders, DICOMDIRs and ZIP archives into an archive",
    parameters=(Parameter(name="input", text="file, folder, DICOMDIR or ZIP archive", is_repeatable=True),),
    groups=(
        GENERAL,
        PLACE,
        group(
            "import options",
            option("--bare-data-sets", "take files without file meta information,", "too"),
            option("--show-skipped", "show also what is no instance, with the", "reason"),
        ),
        group("output options", JSON, *AUDIT_OPTIONS),
    ),
    notes=(
        (
            "What is found is stored as if a peer had sent it: the same checks, the same names, index and quota, while "
            "the server runs or not. The originals are only read. Folders are looked through with all below them."
        ),
        (
            "What is no instance is passed over. What is damaged, or would be refused, is told with the reason, and "
            "the exit code is 80 then. An import that was ended is simply done again: what is stored is stored in the "
            "same place again."
        ),
        "Where the configuration has several storage areas, --area says which.",
    ),
    examples=(
        (
            "Take a folder into the archive while its server runs.",
            "archive import --config /etc/dcmtk/dcmqrscp.cfg --area ARCHIVE studies",
        ),
        (
            "Take a CD and a ZIP archive, with a line of JSON for each file.",
            "archive import --json /media/cdrom/DICOMDIR study.zip",
        ),
    ),
    objects=(
        (
            "imported",
            (
                "``area``, ``name``, ``outcome`` (stored, stored-again, refused, skipped, failed), ``reason``, "
                "``sop_instance_uid``, ``study_instance_uid``, ``bytes``, ``path`` (below the folder of the area), "
                '``cause``, ``advice`` (both "" but for what is refused or failed)'
            ),
        ),
        ("progress", "``items_done``, ``items_total`` (null), ``bytes_done``; once a second"),
        ("import-ended", "``area``, ``counts`` (by outcome), ``error``; the last"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Import what is named; returns the exit code."""
    place, audit = read_place(line), read_audit(line)
    from dicomdesk.archive.administration.opening import opened_areas, working_on  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.changes import opened_trail  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.progress import ItemProgress  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ())

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas, opened_trail(audit) as trail:
            if len(areas) > 1:
                raise SettingsError(f"Choose one area by --area: {', '.join(opened.name for opened in areas)}")
            (opened,) = areas
            with working_on(opened) as keeper:
                from dicomdesk.archive.administration.keeping.importing import import_inputs  # noqa: PLC0415 - start-up time

                items = import_inputs(keeper, line.parameters, takes_bare_data_sets=line.has("--bare-data-sets"))
                shown = _Shown(opened, output, ItemProgress(output, "files looked at"), logger)
                stored: list[ImportedItem] = []
                error = ""
                try:
                    for item in items:
                        shown.take(item, is_shown=line.has("--show-skipped"))
                        if item.path and audit is not None:
                            stored.append(item)
                except StorageError as failed:
                    error = str(failed)
                    logger.fatal(printable(error))
                finally:  # also what was stored before a signal
                    trail.tell(_messages(opened, line.parameters, stored))
                return shown.end(error)

    return carry_out(log, work)


def _messages(
    opened: "OpenedArea", inputs: "Sequence[str]", stored: "Sequence[ImportedItem]"
) -> "Iterator[AuditMessage]":
    """Yield what the audit trail is told: what came from each input, study by study."""
    from dicomdesk.archive.audit.changes import import_messages  # noqa: PLC0415 - start-up time

    came: dict[str, dict[str, str]] = {}
    for item in stored:
        source = next((one for one in inputs if item.name.startswith(one)), item.name)
        came.setdefault(source, {})[item.path] = item.sop_instance_uid
    for source, paths in came.items():
        found = opened.index.find_instances(opened.name, sop_instance_uids=list(dict.fromkeys(paths.values())))
        yield from import_messages(
            [one for one in found if one.path in paths],
            area=opened.name,
            user=who_asks(),
            source=Path(source),
            description="archive import",
        )


class _Shown:
    """What is shown of an import."""

    def __init__(self, opened: "OpenedArea", output: "RowOutput", progress: "ItemProgress", logger: Logger) -> None:
        self._name = opened.name
        self._output = output
        self._progress = progress
        self._logger = logger
        self._counts: Counter[str] = Counter()
        self._is_missed = False

    def take(self, item: "ImportedItem", *, is_shown: bool) -> None:
        self._counts[item.outcome.value] += 1
        self._is_missed |= item.is_missed
        self._progress.add(item.size_bytes)
        if self._output.is_json:
            self._output.tell("imported", self._fields(item), "")
        if item.is_missed or (is_shown and item.outcome.value == "skipped"):
            self._progress.clear()
            text = printable(f"{item.name}: {item.outcome.value}: {item.reason}")
            (self._logger.error if item.is_missed else self._logger.warn)(text)
        elif item.reason and item.outcome.value != "skipped":
            self._progress.clear()
            self._logger.warn(printable(f"{item.name}: {item.reason}"))

    def end(self, error: str) -> int:
        self._progress.clear()
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._counts.items()))
        text = f"{self._name}: {count_text(self._counts.total(), 'file')} looked at" + (f": {counts}" if counts else "")
        self._output.tell("import-ended", {"area": self._name, "counts": dict(self._counts), "error": error}, text)
        return self._output.exit_code(ExitCode.NOT_ALL_RIGHT if error or self._is_missed else ExitCode.SUCCESS)

    def _fields(self, item: "ImportedItem") -> "dict[str, str | int]":
        cause, advice = explain_text(item.reason) if item.is_missed else UNEXPLAINED
        return {
            "area": self._name,
            "name": printable(item.name),
            "outcome": item.outcome.value,
            "reason": printable(item.reason),
            "sop_instance_uid": printable(item.sop_instance_uid),
            "study_instance_uid": printable(item.study_instance_uid),
            "bytes": item.size_bytes,
            "path": item.path,
            "cause": cause,
            "advice": advice,
        }


PROGRAM = Program(tool=TOOL, run=run)
