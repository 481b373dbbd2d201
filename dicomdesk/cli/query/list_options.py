"""The options with which findscu, getscu and movescu work off a list, and how they are read."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, OptionGroup, group, option
from dicomdesk.cli.query.inputs import check_files
from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.lists.window import TimeWindow

__all__ = ["LIST_NOTE", "ListChoice", "list_group", "read_list_choice"]

_MOST_AT_ONCE = 32
_LONGEST_PAUSE_S = 86_400
_MOST_DIGITS = 64
_ANSWERS = {"yes": True, "no": False}

LIST_NOTE = (
    "With --list each line of a file becomes a query, and with getscu and movescu a retrieve of what was found, "
    "without what is in the output directory already. The file is CSV or other delimited text in any encoding, an "
    ".ods spreadsheet, or .xlsx where openpyxl is installed (the extra spreadsheets); .xls is not read. Which column "
    "is meant is found out from the header, else from the values; --list-column and --list-key tell. Several studies "
    "for one accession number are ambiguous, and are fetched with --list-take-all only. Further keys may be given "
    "with --key. --list-report writes a CSV file with one line for each line of the list; --json writes what has come "
    "of each line to standard output, as JSON Lines. With --list-state what has come of each line is kept: after any "
    "end, the same command goes on, and tries again what had failed. The model is Study Root unless another is given. "
    "The exit code is 0 where each line was found, or fetched, and 80 where not; 22 where the list or its state "
    "cannot be used, 43 where the report cannot be written."
)


def list_group(*, fetches: bool) -> OptionGroup:
    """The options; some are only for tools that fetch."""
    return group(
        "lists",
        option(
            "--list",
            "ask for each line of a CSV file or spreadsheet" + ("," if fetches else ""),
            *(("and fetch what is found",) if fetches else ()),
            argument="[f]ilename: string",
        ),
        option(
            "--list-column",
            "the column meant: a name, number or letter",
            "(repeatable)",
            argument="[c]olumn: string (default: found out)",
        ),
        option(
            "--list-key",
            "what the column holds, such as AccessionNumber,",
            "PatientID, StudyInstanceUID (repeatable)",
            argument="[k]ey: string (default: found out)",
        ),
        option(
            "--list-header",
            "whether the first line names the columns",
            argument="[a]nswer: yes or no (default: found out)",
        ),
        option("--list-sheet", "sheet of a spreadsheet", argument="[n]ame: string (default: the first)"),
        option(
            "--list-zeros",
            "fill numbers up with zeros to n digits, where a",
            "spreadsheet has dropped them",
            argument="[n]umber: integer",
        ),
        *((option("--list-take-all", "fetch all studies also where a line means one"),) if fetches else ()),
        option("--list-report", "write a line for each line of the list as CSV", argument="[f]ilename: string"),
        option(
            "--list-state",
            "keep in f what has come of each line, and go on",
            "from there",
            argument="[f]ilename: string",
        ),
        option("--list-pause", "wait between lines", argument="[s]econds: number (default: 0)"),
        option("--list-parallel", "lines at once", argument="[n]umber: integer (default: 1)"),
        option(
            "--list-window",
            "begin lines only at these times of the day",
            argument='[t]imes: string ("20:00-06:00")',
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChoice:
    """What the command line says of a list."""

    file: str
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    has_header: bool | None = None
    sheet: str = ""
    fill_to: int = 0
    takes_all: bool = False
    report_file: str = ""
    state_file: Path | None = None
    pause_s: float = 0.0
    parallel: int = 1
    window: "TimeWindow | None" = None
    writes_json: bool = False
    """Whether what comes of each line is written to stdout."""
    has_model: bool = False
    """Whether a model was given."""
    is_loud: bool = False
    """Whether what comes of each line is logged though nobody has said how loud the log is."""


_DEPENDENT = (
    *("--list-column", "--list-key", "--list-header", "--list-sheet", "--list-zeros", "--list-take-all"),
    *("--list-report", "--list-state", "--list-pause", "--list-parallel", "--list-window"),
)
_CONFLICTING = (
    *("--repeat", "--cancel", "--abort", "--limit", "--split-dates", "--worklist"),
    *("--extract", "--extract-xml", "--extract-xml-single", "--table", "--csv"),
)


def read_list_choice(line: CommandLine) -> ListChoice | None:
    """What is to be done with a list, None where there is none; raises CommandLineError."""
    if not line.has("--list"):
        for long in _DEPENDENT:
            if line.has(long):
                line.check_dependency(long, "--list", is_met=False)
        return None
    for long in _CONFLICTING:
        line.check_conflict("--list", long, is_given=line.has(long))
    if len(line.parameters) > 2:
        raise CommandLineError("query files are not taken with --list")
    file = line.text("--list")
    check_files((file,))
    state_file, report_file = line.text("--list-state"), line.text("--list-report")
    for long, other in (("--list-report", file), ("--list-state", file), ("--list-report", state_file)):
        if other and line.has(long) and _is_same_file(line.text(long), other):
            raise CommandLineError(f"{long} would overwrite {other}")
    header = line.choice("--list-header", tuple(_ANSWERS), "") if line.has("--list-header") else ""
    return ListChoice(
        file=file,
        columns=line.every_text("--list-column"),
        keys=line.every_text("--list-key"),
        has_header=_ANSWERS.get(header),
        sheet=line.text("--list-sheet"),
        fill_to=line.integer("--list-zeros", 1, _MOST_DIGITS) or 0,
        takes_all=line.has("--list-take-all"),
        report_file=report_file,
        state_file=Path(state_file) if state_file else None,
        pause_s=_read_pause(line),
        parallel=line.integer("--list-parallel", 1, _MOST_AT_ONCE) or 1,
        window=_read_window(line),
        writes_json=line.has("--json"),
        is_loud=not line.has("--json")
        and not any(line.has(long) for long in ("--quiet", "--verbose", "--debug", "--log-level")),
        has_model=any(line.has(f"--{name}") for name in ("patient", "study", "psonly")),
    )


def _is_same_file(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _read_pause(line: CommandLine) -> float:
    text = line.text("--list-pause")
    if not text:
        return 0.0
    try:
        pause_s = float(text)
    except ValueError:
        pause_s = -1.0
    if not 0 <= pause_s <= _LONGEST_PAUSE_S:
        raise CommandLineError(f"Invalid value for option --list-pause ({text})")
    return pause_s


def _read_window(line: CommandLine) -> "TimeWindow | None":
    text = line.text("--list-window")
    if not text:
        return None
    from dicomdesk.engine.lists.window import read_window  # noqa: PLC0415 - start-up time

    try:
        return read_window(text)
    except SettingsError as error:
        raise CommandLineError(str(error)) from error
