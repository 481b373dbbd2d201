"""``archive show``."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, PLACE, SELECTION, read_place, read_selected
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Tool, group
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.details import Details
    from dicomdesk.cli.output.json_lines import Value

_OBJECT_KEYS = (
    "``area``, ``level`` (patient, study, series, instance), ``values`` (as of archive list, with all attributes), "
    "``below`` (the values of each that belongs to it), ``files``, ``file_bytes``, ``missing`` (paths without file), "
    "``senders`` (how many files by AE title), ``checksums`` (by path), ``conflicts``, ``hold`` (since, by, why, or "
    "null), ``corrections`` (id, kind, when, user, reason)"
)

TOOL = Tool(
    name="archive show",
    description="Show all that is known of a patient, study, series or instance",
    parameters=SELECTION,
    groups=(GENERAL, PLACE, group("output options", JSON)),
    notes=(
        (
            "Shown are all attributes of the index, what belongs to it, its files with sizes and senders, and whether "
            "it is on hold, was corrected or is in conflict. The exit code is 80 where nothing matches."
        ),
    ),
    examples=(
        ("Show a study, then one of its instances.", "archive show study 1.2.3", "archive show instance 1.2.3.4.5"),
        ("Show a patient for a script.", "archive show --json patient 4711"),
    ),
    objects=(("details", _OBJECT_KEYS),),
)


def run(line: CommandLine, log: Log) -> int:
    """Show what is selected; returns the exit code."""
    selection, place = read_selected(line.parameters), read_place(line)
    if not selection.restricts:
        raise CommandLineError("A key is needed that says what is to be shown; archive list shows all")
    from dicomdesk.archive.administration.details import find_details  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ())

    def work(logger: Logger) -> int:
        count = 0
        with opened_areas(place) as areas:
            for opened in areas:
                for details in find_details(opened, selection):
                    count += 1
                    if output.is_json:
                        output.tell("details", _fields(details), "")
                    elif not write_stdout("".join(f"{text}\n" for text in _lines(details))):
                        return int(ExitCode.CANNOT_WRITE_REPORT_FILE)
        if not count:
            logger.write_failure("nothing matches")
        return output.exit_code(ExitCode.SUCCESS if count else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


def _fields(details: "Details") -> "dict[str, Value]":
    listed = details.listed
    return {
        "area": listed.area,
        "level": _word(details),
        "values": dict(listed.values),
        "below": [dict(one.values) for one in details.below],
        "files": details.files,
        "file_bytes": details.file_bytes,
        "missing": details.missing,
        "senders": details.senders,
        "checksums": details.checksums,
        "conflicts": details.conflicts,
        "hold": None if details.hold is None else asdict(details.hold),
        "corrections": [
            {
                "id": record.origin.correction_id,
                "kind": record.origin.kind.value,
                "when": record.origin.when.isoformat(),
                "user": record.origin.user,
                "reason": record.origin.reason,
            }
            for record in details.corrections
        ],
    }


def _lines(details: "Details") -> Iterator[str]:
    from dicomdesk.cli.archive.rows import shown_value  # noqa: PLC0415 - start-up time

    listed = details.listed
    yield f"{_word(details)} in {printable(listed.area)}"
    for name, value in listed.values.items():
        text = shown_value(name, value)
        if text:
            yield f"  {name}: {printable(text)}"
    yield f"  files: {details.files}, {size_text(details.file_bytes)}"
    for path in details.missing:
        yield f"  missing: {printable(path)}"
    for sender, count in details.senders.items():
        yield f"  sent by: {printable(sender) or '(not said)'} ({count_text(count, 'file')})"
    for path, checksum in details.checksums.items():
        yield f"  checksum: {printable(checksum)} of {printable(path)}"
    if details.conflicts:
        yield f"  conflicts: {details.conflicts}"
    if details.hold is not None:
        yield printable(f"  on hold: since {details.hold.since} by {details.hold.by}: {details.hold.why}")
    for record in details.corrections:
        origin = record.origin
        when = origin.when.astimezone().isoformat(timespec="seconds")
        yield printable(
            f"  corrected: {origin.correction_id} ({origin.kind.value}) {when} {origin.user} {origin.reason}"
        )
    for one in details.below:
        texts = (shown_value(name, value) for name, value in one.values.items())
        yield printable("  - " + "  ".join(text for text in texts if text))


def _word(details: "Details") -> str:
    level = details.listed.level.value.lower()
    return "instance" if level == "image" else level


PROGRAM = Program(tool=TOOL, run=run)
