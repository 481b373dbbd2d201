"""The tool ``passcode``."""

from pathlib import Path

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import HELP, VERSION
from dicomdesk.cli.output.terminal import ask_secret, has_terminal
from dicomdesk.cli.program import Program
from dicomdesk.errors import LocalError, SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Log

TOOL = Tool(
    name="passcode",
    description="Set the passcode of a user whom dcmrecv serves",
    parameters=(
        Parameter(name="user-file", text="file of users, made where there is none"),
        Parameter(name="user", text="user name"),
    ),
    groups=(
        group("general options", HELP, VERSION),
        group("processing options", option("--remove", "take the user out of the file")),
        group("output options", option("--json", "write a JSON object to stdout where it fails")),
    ),
    notes=(
        (
            "passcode asks for the passcode of a user, twice, and writes its hash into a file that dcmrecv takes with "
            "--user-file. The passcode itself is nowhere written. A user who is in the file already gets the new one. "
            "Where there is no terminal, the passcode is the first line of standard input."
        ),
        "The file is made for its owner alone; one that others can read or change is refused.",
        "A dcmrecv that runs knows a change when it is started again.",
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Write the user's passcode into the file; returns the exit code."""
    file, name = Path(line.parameters[0]), line.parameters[1]
    tool = log.logger("dicomdesk.passcode")
    try:
        _write_user(file, name, removes=line.has("--remove"))
    except (SettingsError, LocalError) as error:
        tool.fatal(printable(str(error)))
        return int(ExitCode.COMMAND_LINE_SYNTAX)
    return int(ExitCode.SUCCESS)


def _write_user(file: Path, name: str, *, removes: bool) -> None:
    from dicomdesk.engine.security.user_file import remove_user, set_passcode  # noqa: PLC0415 - start-up time

    if not removes:
        set_passcode(file, name, _ask(name))
    elif not remove_user(file, name):
        raise SettingsError(f"user '{name}' is not in '{file}'")


def _ask(name: str) -> str:
    passcode = ask_secret(f"Passcode for {printable(name)}: ")
    if not passcode:
        raise SettingsError("No passcode was given")
    if has_terminal() and ask_secret("Once more: ") != passcode:
        raise SettingsError("These are two different passcodes, nothing was written")
    return passcode


PROGRAM = Program(tool=TOOL, run=run)
