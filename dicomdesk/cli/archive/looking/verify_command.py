"""``archive verify``."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.file_check import Finding
    from dicomdesk.cli.output.json_lines import Fields

TOOL = Tool(
    name="archive verify",
    description="Compare the files of an archive with its index",
    parameters=(),
    groups=(
        GENERAL,
        PLACE,
        group("verifying options", option("--deep", "compare the contents of files too, by their checksums")),
        group("output options", JSON),
    ),
    notes=(
        (
            "verify tells each file that the index does not have, each entry whose file is gone or of another size, "
            "and each count of the index that is wrong; nothing is changed, and servers may run. The exit code is 80 "
            "where something is wrong. archive repair mends it."
        ),
        (
            "With --deep each file is read and compared with the checksum that was taken while it was stored: a file "
            "that was changed at equal size, or decayed on the disk, is damaged. Files whose checksum is not known, "
            "from before there were any, are counted and are no fault."
        ),
        (
            "With --deep the content of each file is compared with the checksum that was taken when it was stored, at "
            "the speed of the disk. Conflicts are counted and are no fault: archive list conflicts shows them."
        ),
    ),
    examples=(
        ("Look whether all is right.", "archive verify"),
        ("Look for files that have decayed on the disk.", "archive verify --deep"),
        ("Look at one storage area, for a monitor.", "archive verify --area ARCHIVE --json"),
    ),
    objects=(
        (
            "finding",
            (
                "``area``, ``kind`` (missing, unindexed, different, damaged, wrong-count, damaged-index, older-index; "
                "conflict, which is no fault), ``path``, ``sop_instance_uid``, ``text``"
            ),
        ),
        ("progress", "``items_done``, ``items_total`` (null), ``bytes_done`` (0); once a second"),
        ("verified", "``area``, ``is_right``, ``counts`` (files, entries, and what is wrong by its kind)"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Verify the areas; returns the exit code."""
    place = read_place(line)
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.file_check import check_area  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.progress import ItemProgress  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ())

    def work(logger: Logger) -> int:
        is_right = True
        with opened_areas(place) as areas:
            for opened in areas:
                progress = ItemProgress(output, "files and entries looked at")

                def tell(finding: "Finding", area: str = opened.name, shown: ItemProgress = progress) -> None:
                    shown.clear()
                    if not output.is_json:
                        logger.warn(printable(f"{area}: {finding}"))
                        return
                    output.tell("finding", _fields(area, finding), "")

                report = check_area(opened.settings, opened.area, tell, progress.reach, is_deep=line.has("--deep"))
                progress.clear()
                is_right &= report.is_right
                counts = asdict(report)
                wrong = {name: count for name, count in counts.items() if count and name not in _NO_FAULT}
                text = f"{opened.name}: {count_text(report.files, 'file')}, "
                text += ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in wrong.items()) or "all right"
                text += f"; {count_text(report.conflicts, 'conflict')}" if report.conflicts else ""
                fields: Fields = {"area": opened.name, "is_right": report.is_right, "counts": counts}
                output.tell("verified", fields, text)
        return output.exit_code(ExitCode.SUCCESS if is_right else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


def _fields(area: str, finding: "Finding") -> "Fields":
    return {
        "area": area,
        "kind": finding.kind.value,
        "path": finding.path,
        "sop_instance_uid": printable(finding.sop_instance_uid),
        "text": printable(str(finding)),
    }


_NO_FAULT = frozenset({"files", "entries", "conflicts", "unknown"})
PROGRAM = Program(tool=TOOL, run=run)
