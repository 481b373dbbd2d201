"""``archive repair``."""

from collections import Counter
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.program import Program
from dicomdesk.human import printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.keeping.repair import RepairStep
    from dicomdesk.cli.output.json_lines import Fields

TOOL = Tool(
    name="archive repair",
    description="Mend what archive verify finds",
    parameters=(),
    groups=(
        GENERAL,
        PLACE,
        group(
            "repair options",
            option("--deep", "read all files, and set aside those whose", "content is not what was stored"),
            option("--force", "repair also where more than half of the", "files are missing"),
        ),
        group("output options", JSON),
    ),
    notes=(
        (
            "Files that the index does not have are taken into it. Entries whose file is gone are dropped. Files that "
            "are damaged, no instances, or of instances that the index has in another file go into the trash with the "
            "reason, until somebody empties it. Wrong counts are made right. Servers may run meanwhile."
        ),
        (
            "Nothing is changed where more than half of the files are missing: a share is not mounted, more likely; "
            "--force says that it is so. The exit code is 80 where something could not be mended."
        ),
    ),
    examples=(("Look what is wrong, mend it, and look at what was set aside.", "archive repair", "archive trash"),),
    objects=(
        (
            "repaired",
            (
                "``area``, ``kind`` (as of archive verify), ``path``, ``sop_instance_uid``, ``text``, ``deed`` "
                "(adopted, dropped, set-aside, counted, left), ``done`` (in words)"
            ),
        ),
        ("progress", "``items_done``, ``items_total`` (null), ``bytes_done`` (0); once a second"),
        ("repair-ended", "``area``, ``counts`` (by deed)"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Repair the areas; returns the exit code."""
    place = read_place(line)
    from dicomdesk.archive.administration.keeping.removal import settle_trash  # noqa: PLC0415 - as above
    from dicomdesk.archive.administration.keeping.repair import RepairDeed, repair_area  # noqa: PLC0415 - as above
    from dicomdesk.archive.administration.opening import opened_areas, working_on  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.archive.progress import ItemProgress  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ())

    def work(_logger: Logger) -> int:
        done: Counter[RepairDeed] = Counter()
        with opened_areas(place) as areas:
            for opened in areas:
                progress = ItemProgress(output, "files and entries looked at")

                def step(one: "RepairStep", area: str = opened.name, shown: ItemProgress = progress) -> None:
                    shown.clear()
                    output.tell("repaired", _fields(area, one), f"{area}: {one.finding}: {one.text}")

                with working_on(opened) as keeper:
                    settle_trash(keeper)
                    counts = repair_area(
                        opened, keeper, step, progress.reach, is_deep=line.has("--deep"), forces=line.has("--force")
                    )
                progress.clear()
                done += counts
                words = ", ".join(f"{count} {deed.value}" for deed, count in counts.items()) or "nothing to be mended"
                fields: Fields = {"area": opened.name, "counts": {deed.value: count for deed, count in counts.items()}}
                output.tell("repair-ended", fields, f"{opened.name}: {words}")
        return output.exit_code(ExitCode.NOT_ALL_RIGHT if done[RepairDeed.LEFT] else ExitCode.SUCCESS)

    return carry_out(log, work)


def _fields(area: str, step: "RepairStep") -> "Fields":
    finding = step.finding
    return {
        "area": area,
        "kind": finding.kind.value,
        "path": finding.path,
        "sop_instance_uid": printable(finding.sop_instance_uid),
        "text": printable(str(finding)),
        "deed": step.deed.value,
        "done": printable(step.text),
    }


PROGRAM = Program(tool=TOOL, run=run)
