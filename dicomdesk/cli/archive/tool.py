"""The tool ``archive``, which is its commands."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache

import dicomdesk.cli.archive as tool_room
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group
from dicomdesk.cli.options.shared import HELP, VERSION
from dicomdesk.cli.program import Commands, Program
from dicomdesk.logs import Log

_SUFFIX = "_command"

TOOL = Tool(
    name="archive",
    description="Administer an archive",
    parameters=(
        Parameter(name="command", text="what is to be done, see below"),
        Parameter(name="argument", text="see --help of the command", is_repeatable=True, is_optional=True),
    ),
    groups=(group("general options", HELP, VERSION),),
    notes=(
        (
            "archive looks at an archive of dcmqrscp, and works on it, while its servers run or not: they share the "
            "index and the folders. It finds it as they do, by the configuration file (--config) and its storage "
            "areas (--area), or by the folder of one storage area (--folder)."
        ),
        (
            "What a command works on is said as LEVEL KEY=VALUE ...: the level is patient, study, series or instance; "
            "the keys are matched as those of a query, with wildcards and ranges, and keys of higher levels count too. "
            "A value without key is a UID of that level, or a Patient ID."
        ),
        (
            "The exit code is 0 where all was done, 80 where something was not found, not right or not done, 89 where "
            "nobody confirmed what has to be, 10 where the archive cannot be opened, 43 where the output cannot be "
            "written, and 1 where the command line is wrong."
        ),
    ),
)


def run(_line: CommandLine, _log: Log) -> int:
    """Do nothing: there was no command."""
    return int(ExitCode.COMMAND_LINE_SYNTAX)


@cache
def _modules() -> dict[str, str]:
    """Modules of the commands, by the names of the commands."""
    found = {
        name.removesuffix(_SUFFIX).replace("_", "-"): f"{package}.{name}"
        for package in _rooms()
        for name in _names_in(importlib.import_module(package).__path__)
        if name.endswith(_SUFFIX)
    }
    return dict(sorted(found.items()))


def _rooms() -> Iterator[str]:
    for module in pkgutil.iter_modules(tool_room.__path__):
        if module.ispkg:
            yield f"{tool_room.__name__}.{module.name}"


def _names_in(folders: Iterable[str]) -> Iterator[str]:
    return (module.name for module in pkgutil.iter_modules(folders))


def _names() -> tuple[str, ...]:
    return tuple(_modules())


def _load(name: str) -> Program:
    program = importlib.import_module(_modules()[name]).PROGRAM
    if not isinstance(program, Program):
        raise TypeError(f"{_modules()[name]} has no program")
    return program


PROGRAM = Program(tool=TOOL, run=run, commands=Commands(names=_names, load=_load))
