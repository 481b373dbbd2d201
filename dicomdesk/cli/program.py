"""Programs: a tool's command line in, its exit code out.

The order is that of the DCMTK tools: lexical errors first, then the options that stand alone, then ``--arguments``,
then whatever the tool checks in its own order. With ``--quiet`` errors stay unsaid
that are found when the log is open.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.log.options import open_log
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Tool, parse
from dicomdesk.cli.options.shared import is_quiet
from dicomdesk.cli.options.usage import error_text, header, identifier, usage_text, version_text
from dicomdesk.cli.output.explaining import explain_text
from dicomdesk.cli.output.standard_streams import (
    Written,
    forget_written,
    make_output_tolerant,
    write_stderr,
    write_stdout,
    written_stdout,
)
from dicomdesk.human import printable
from dicomdesk.logs import Explanation, Level, Log, prefixed_lines
from dicomdesk.records import dataclass

_SIGINT = 2
_ALIKE = 0.7
"""How much an option has to resemble what was written for being meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Commands of a tool: the word behind the tool's name says which."""

    names: Callable[[], Sequence[str]]
    """In the order shown."""
    load: Callable[[str], "Program"]
    """Load the one of a name; only its own module is imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A tool, or a command of a tool, with the function that runs it."""

    tool: Tool
    run: Callable[[CommandLine, Log], int]
    """Checks the command line (raises CommandLineError), does the work, returns the exit code."""
    commands: Commands | None = None
    """Of a tool that does nothing itself."""
    answers: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """What options that stand alone print below the header, besides ``--help`` and ``--version``."""
    check_first: Callable[[CommandLine], None] | None = None
    """Checks parameters before the log is opened, so that ``--quiet`` does not hide it; raises CommandLineError."""


def run_program(program: Program, tokens: Sequence[str]) -> int:
    """Run a tool with these arguments, its name not among them; returns the exit code."""
    make_output_tolerant(sys.stdout, sys.stderr)
    forget_written()
    try:
        return _run(program, tokens)
    except KeyboardInterrupt as interrupt:
        return died_of_signal(getattr(interrupt, "number", _SIGINT))


def end_process(exit_code: int) -> None:
    """End the process without taking the interpreter apart, which takes longer than sending a file.

    For the end of a tool, when its threads have ended and its files are closed, or are not waited for.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more, it is full or closed: that was told
            stream.flush()
    os._exit(exit_code)


def find_command(program: Program, tokens: Sequence[str]) -> tuple[Program, Sequence[str]]:
    """The command that is meant, with what follows its name; the tool itself where no command is named.

    Raises CommandLineError for a command that is not known.
    """
    commands = program.commands
    if commands is None or not tokens or tokens[0].startswith(("-", "+", "@")):
        return program, tokens
    name, *rest = tokens
    if name in commands.names():
        return commands.load(name), rest
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake: start-up time

    guesses = get_close_matches(name.lower(), commands.names(), n=3)
    hint = f"did you mean {' or '.join(guesses)}?" if guesses else f"the commands are: {', '.join(commands.names())}"
    raise CommandLineError(f"Unknown command {name}; {hint}")


def _run(program: Program, tokens: Sequence[str]) -> int:
    try:
        program, tokens = find_command(program, tokens)
    except CommandLineError as error:
        return _refuse(program.tool, error, tokens)
    tool = program.tool
    try:
        line = parse(tool, tokens)
    except CommandLineError as error:
        return _refuse(tool, error, tokens)
    answer = _find_answer(program, line)
    if answer is not None:
        write_stdout(answer)
        return int(ExitCode.SUCCESS)
    if program.check_first is not None:
        try:
            program.check_first(line)
        except CommandLineError as error:
            return _refuse(tool, error, tokens)
    if line.has("--arguments"):
        words = "".join(f"'{printable(argument)}' " for argument in line.arguments if argument)
        text = f"calling '{tool.name}' with {len(line.arguments)} arguments: {words}\n"
        write_stderr(prefixed_lines(Level.INFO, text))
    try:
        log = open_log(line, tool.name)
    except CommandLineError as error:
        return _refuse(tool, error, tokens)
    log.explainer = explain_text
    try:
        return _run_logged(program, line, log)
    except CommandLineError as error:
        return _refuse(tool, error, tokens, is_quiet=is_quiet(line))


def _run_logged(program: Program, line: CommandLine, log: Log) -> int:
    logger = log.logger(f"dcmtk.apps.{program.tool.name.replace(' ', '.')}")
    logger.debug(f"{identifier(program.tool)}\n")
    try:
        if line.has("--verbose-pc"):
            is_verbose = logger.is_enabled(Level.INFO)
            line.check_dependency("--verbose-pc", "verbose mode", is_met=is_verbose)
        exit_code = int(program.run(line, log))
    finally:
        log.close()
    is_untold = not exit_code and bool(log.first_failure[0]) and written_stdout() is Written.NOTHING
    if (is_untold or 0 < exit_code < died_of_signal(0)) and line.has("--json"):
        _write_exit(exit_code, *log.first_failure)
    return exit_code


def _find_answer(program: Program, line: CommandLine) -> str | None:
    """Find the text to print on stdout instead of working, None when there is work to do."""
    tool = program.tool
    if line.has("--help") or (not line.arguments and tool.mandatory_parameters):
        return usage_text(tool, commands=command_words(program))
    if line.has("--version"):
        return version_text(tool)
    for long, answer in program.answers.items():
        if line.has(long):
            return f"{header(tool)}\n{answer()}"
    return None


def command_words(program: Program) -> dict[str, str]:
    """The commands of a tool with a few words on each; all of them are loaded for it."""
    commands = program.commands
    return {} if commands is None else {name: commands.load(name).tool.description for name in commands.names()}


def _refuse(tool: Tool, error: CommandLineError, tokens: Sequence[str], *, is_quiet: bool = False) -> int:
    text, exit_code = printable(str(error)), int(ExitCode.COMMAND_LINE_SYNTAX)
    if not is_quiet:
        write_stderr(error_text(tool, text))
        words = explain_text(f"error: {text}").text
        if words and "--terse" not in tokens:
            write_stderr(prefixed_lines(Level.WARN, f"  {_guess(tool, text)}{words}"))
    if "--json" in tokens:
        _write_exit(exit_code, f"error: {text}")
    return exit_code


def _guess(tool: Tool, text: str) -> str:
    """The option that was meant instead of one that is not known, as far as can be guessed."""
    unknown = text.removeprefix("Unknown option ")
    if unknown == text:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake: start-up time

    names = [option.long for option in tool.options() if not option.is_hidden]
    guesses = get_close_matches(unknown, names, n=2, cutoff=_ALIKE)
    return f"Did you mean {' or '.join(guesses)}? " if guesses else ""


def _write_exit(exit_code: int, error: str, explanation: Explanation | None = None) -> None:
    """Tell whoever reads JSON Lines of a failure: after events, or where there is nothing at all."""
    if written_stdout() is not Written.TEXT:
        from dicomdesk.cli.output.json_lines import write_exit  # noqa: PLC0415 - only where asked for: start-up time

        write_exit(exit_code, error, explanation or explain_text(error))
