"""``archive trail``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.mending.correcting import RECORD_KEYS, describe_record, record_lines
from dicomdesk.cli.archive.place import GENERAL, OUTPUT, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.corrections.record import CorrectionRecord
    from dicomdesk.cli.output.json_lines import Fields

_COLUMNS = ("id", "kind", "when", "user", "host", "instances", "reason", "undoes", "undone_by")

TOOL = Tool(
    name="archive trail",
    description="Show which corrections were made",
    parameters=(Parameter(name="correction", text="only this one, with all that it changed", is_optional=True),),
    groups=(GENERAL, PLACE, OUTPUT),
    notes=("The oldest comes first. The trail is in the folder of the area, .dicomdesk/corrections.jsonl.",),
    examples=(("Show who corrected what.", "archive trail", "archive trail 20261130-101500-a1b2c3"),),
    objects=(("correction", f"{RECORD_KEYS}; ``undone_by`` (the correction that took this one back, or empty)"),),
)


def run(line: CommandLine, log: Log) -> int:
    """Show the trail; returns the exit code."""
    name = line.parameters[0] if line.parameters else ""
    place = read_place(line)
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above
    from dicomdesk.cli.query.options import Form  # noqa: PLC0415 - as above

    form = read_form(line)

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas:
            found = [one for opened in areas for one in _records(str(opened.area.folder), opened.name)]
            chosen = [(fields, record) for fields, record in found if name in {"", record.origin.correction_id}]
            output = RowOutput(form, ("area", *_COLUMNS) if len(areas) > 1 else _COLUMNS)
            code = output.take_all(("correction", fields) for fields, _record in chosen)
        if name and not chosen:
            logger.error("there is no correction of this name")
            return int(ExitCode.NOT_ALL_RIGHT)
        if name and form is Form.TABLE:
            write_stdout("".join(f"{text}\n" for _fields, record in chosen for text in record_lines(record)))
        return code

    return carry_out(log, work)


def _records(folder: str, area: str) -> "Iterator[tuple[Fields, CorrectionRecord]]":
    from dicomdesk.archive.corrections.trail import Trail  # noqa: PLC0415 - start-up time

    trail = Trail.of_folder(folder)
    undone = trail.undone()
    for record in trail.records():
        yield describe_record(area, record, undone.get(record.origin.correction_id, "")), record


PROGRAM = Program(tool=TOOL, run=run)
