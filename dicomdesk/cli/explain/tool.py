"""The tool ``explain``."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import HELP, VERSION
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.program import Program
from dicomdesk.human import printable
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.engine.explain.recognition import Sighting

__all__ = ["PROGRAM", "TOOL"]

_STANDARD_INPUT = "-"
_LARGEST_BYTES = 64 << 20
_NOT_KNOWN = "nothing in it is known: give a status (A700), a rejection (1/1/7), or the line of a log as it is"

TOOL = Tool(
    name="explain",
    description="Say what a status, a rejection, or a line of a log means, and what to do",
    parameters=(
        Parameter(
            name="text",
            text="what was said, or a file that has it (a log, a report), or - for stdin",
            is_repeatable=True,
        ),
    ),
    groups=(
        group("general options", HELP, VERSION),
        group(
            "processing options",
            option("--service", "what a status answers (default: what the words say)", argument="[n]ame: C-STORE, ..."),
        ),
        group("output options", option("--json", "write one JSON object a line")),
    ),
    notes=(
        (
            "explain knows the statuses of the standard by service (A700, 0xa700, A700H), the numbers of a rejection "
            "(result/source/reason: 1/1/7), and the words by which these tools and DCMTK's tell of a failure. Several "
            "words are one text. A file is looked through line by line; what occurs in several lines is explained once."
        ),
        "The exit code is 0 where something was explained, and 80 where nothing is known.",
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Explain what is given; returns the exit code."""
    tool = log.logger("dicomdesk.explain")
    service = _service(line)
    is_any = False
    for name, text in _inputs(line.parameters):
        from dicomdesk.engine.explain.recognition import explain_lines  # noqa: PLC0415 - start-up time

        sightings = explain_lines(text.splitlines(), service)
        is_any = is_any or bool(sightings)
        rows = _as_json(name, sightings) if line.has("--json") else _as_text(name, sightings)
        if not write_stdout("".join(rows)):
            return int(ExitCode.CANNOT_WRITE_REPORT_FILE)
        if not sightings:
            tool.write_failure(f"{printable(name)}: {_NOT_KNOWN}" if name else _NOT_KNOWN)
    return int(ExitCode.SUCCESS if is_any else ExitCode.NOT_ALL_RIGHT)


def _service(line: CommandLine) -> str:
    """ "" where the words are to tell."""
    from dicomdesk.engine.explain.status_table import SERVICES  # noqa: PLC0415 - start-up time

    return line.choice("--service", SERVICES, "") if line.has("--service") else ""


def _inputs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is to be looked through, each with the name of its file, "" for words of the command line."""
    if list(words) == [_STANDARD_INPUT]:
        yield "stdin", sys.stdin.read(_LARGEST_BYTES)
    elif all(Path(word).is_file() for word in words):
        for word in words:
            yield word, _read(word)
    else:
        yield "", " ".join(words)


def _read(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return file.read(_LARGEST_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise CommandLineError(f"{name}: {error.strerror}") from error


def _as_text(name: str, sightings: Iterable["Sighting"]) -> Iterator[str]:
    for sighting in sightings:
        failure, lines = sighting.failure, sighting.lines
        if name:
            yield (
                f"{printable(name)}, line {lines[0]}"
                + (f" and {len(lines) - 1} more" if len(lines) > 1 else "")
                + ":\n"
            )
        yield f"{failure.sentence}\n"
        yield f"  Cause: {failure.cause}\n"
        if failure.advice:
            yield f"  Next:  {failure.advice}\n"


def _as_json(name: str, sightings: Iterable["Sighting"]) -> Iterator[str]:
    for sighting in sightings:
        failure = sighting.failure
        told = {
            "key": failure.key,
            "area": failure.area.name.lower(),
            "text": failure.sentence,
            "cause": failure.cause,
            "advice": failure.advice,
            "file": printable(name),
            "lines": list(sighting.lines),
        }
        yield json.dumps(told) + "\n"


PROGRAM = Program(tool=TOOL, run=run)
