"""``archive stats``."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Tool, group
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.figures import AreaFigures, Part
    from dicomdesk.cli.output.json_lines import Value

_LONGEST_FORECAST_DAYS = 3650

TOOL = Tool(
    name="archive stats",
    description="Show how much an archive holds, and how it grows",
    parameters=(),
    groups=(GENERAL, PLACE, group("output options", JSON)),
    notes=(
        (
            "Shown are patients, studies, series, instances and bytes of each storage area, by modality and by the "
            "month in which a study came; what came in the last 30 days, and when the disk is full if that goes on; "
            "the size of the index, what is in the trash, on hold and in conflict. Sizes are those of the files."
        ),
    ),
    examples=(("Show the figures, then those for a monitor.", "archive stats", "archive stats --json"),),
    objects=(
        (
            "area-figures",
            (
                "``area``, ``patients``, ``studies``, ``series``, ``instances``, ``bytes``, ``modalities`` and "
                "``months`` (by name: studies, instances, size_bytes), ``last_30_days`` (the same), ``index_bytes`` "
                "(null where it is in a database), ``free_bytes``, ``full_in_days`` (or null), ``trash_entries``, "
                "``trash_bytes``, ``holds``, ``conflicts``"
            ),
        ),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Show the figures of the areas; returns the exit code."""
    place = read_place(line)
    from dicomdesk.archive.administration.figures import figures_of  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ())

    def work(_logger: Logger) -> int:
        with opened_areas(place) as areas:
            for opened in areas:
                figures = figures_of(opened, time.time())
                lines = _lines(opened.name, figures)
                output.tell("area-figures", {"area": opened.name, **_fields(figures)}, next(lines))
                for text in () if output.is_json else lines:
                    output.tell("", {}, text)
        return output.exit_code(ExitCode.SUCCESS)

    return carry_out(log, work)


def _fields(figures: "AreaFigures") -> "dict[str, Value]":
    totals = figures.totals
    return {
        "patients": totals.patients,
        "studies": totals.studies,
        "series": totals.series,
        "instances": totals.instances,
        "bytes": totals.size_bytes,
        "modalities": {name: asdict(part) for name, part in figures.by_modality.items()},
        "months": {name: asdict(part) for name, part in figures.by_month.items()},
        "last_30_days": asdict(figures.last_30_days),
        "index_bytes": figures.index_bytes,
        "free_bytes": figures.free_bytes,
        "full_in_days": None if figures.full_in_days is None else round(figures.full_in_days, 1),
        "trash_entries": figures.trash_entries,
        "trash_bytes": figures.trash_bytes,
        "holds": figures.holds,
        "conflicts": figures.conflicts,
    }


def _lines(area: str, figures: "AreaFigures") -> Iterator[str]:
    totals = figures.totals
    studies = count_text(totals.studies, "study", "studies")
    yield (
        f"{printable(area)}: {count_text(totals.patients, 'patient')}, {studies}, "
        f"{totals.series} series, {count_text(totals.instances, 'instance')}, {size_text(totals.size_bytes)}"
    )
    for name, part in figures.by_modality.items():
        yield f"  {printable(name) or '(none)'}: {_part_text(part)}"
    for name, part in figures.by_month.items():
        yield f"  {name}: {_part_text(part)}"
    yield f"  last 30 days: {_part_text(figures.last_30_days)}"
    days = figures.full_in_days
    full = f", full in {days:.0f} days if that goes on" if days is not None and days < _LONGEST_FORECAST_DAYS else ""
    yield f"  disk: {size_text(figures.free_bytes)} free{full}"
    if figures.index_bytes is not None:
        each = f", {figures.index_bytes // totals.instances} bytes an instance" if totals.instances else ""
        yield f"  index: {size_text(figures.index_bytes)}{each}"
    yield f"  trash: {count_text(figures.trash_entries, 'entry', 'entries')}, {size_text(figures.trash_bytes)}"
    on_hold = count_text(figures.holds, "study", "studies")
    yield f"  on hold: {on_hold}; {count_text(figures.conflicts, 'conflict')}"


def _part_text(part: "Part") -> str:
    studies = count_text(part.studies, "study", "studies")
    return f"{studies}, {count_text(part.instances, 'instance')}, {size_text(part.size_bytes)}"


PROGRAM = Program(tool=TOOL, run=run)
