"""Starts dicomdesk: the window without arguments, a tool with its name as the first argument.

Called through a link that has a tool's name, it is that tool.
"""

import gc
import os
import signal
import sys
from collections.abc import Sequence

from dicomdesk.own_processes import MODULE_WORD, is_frozen, run_named_module

_OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Python's 700 would look through everything that is imported again and again."""

_PROFILE = "--profile"
_ENGINE_HOST = "--engine-host"
"""What the window begins this program with where its engine is to have a process of its own."""


def main() -> int:
    """Run what the command line of this process says; returns the exit code, or ends the process with it."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    if (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):  # until there is something to be ended in order; a traceback of the imports helps nobody
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:] == [_ENGINE_HOST]:
        from dicomdesk.engine.host.host_process import main as host  # noqa: PLC0415 - as above

        return host()
    if sys.argv[1:2] == [MODULE_WORD] and is_frozen():
        run_named_module(sys.argv[2:])
        return 0
    from dicomdesk.cli.output.standard_streams import open_missing_streams  # noqa: PLC0415 - as above
    from dicomdesk.cli.program import end_process  # noqa: PLC0415 - what takes time comes after the lines above

    open_missing_streams()
    exit_code = run_tool(sys.argv)
    if exit_code is None:
        return run_desk(sys.argv[1:])
    end_process(exit_code)
    return exit_code


def run_tool(argv: Sequence[str]) -> int | None:
    """Run the tool that a command line names; returns its exit code, None where no tool is named."""
    from dicomdesk.cli.catalogue import TOOLS, load_program  # noqa: PLC0415 - as above
    from dicomdesk.cli.program import run_program  # noqa: PLC0415 - as above

    called_as, *arguments = argv
    name = os.path.splitext(os.path.basename(called_as))[0]
    if name not in TOOLS:
        name, *arguments = arguments or ("",)
        if name not in TOOLS:
            return None
    return run_program(load_program(name), arguments)


def run_desk(arguments: Sequence[str]) -> int:
    """Run ``dicomdesk`` itself with these arguments, which name no tool; returns the exit code."""
    from dicomdesk import __version__  # noqa: PLC0415 - as above
    from dicomdesk.cli.catalogue import TOOLS, suggest  # noqa: PLC0415 - as above
    from dicomdesk.cli.exit_codes import ExitCode  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.standard_streams import write_stderr, write_stdout  # noqa: PLC0415 - as above
    from dicomdesk.human import printable  # noqa: PLC0415 - as above

    if arguments and (arguments[0] == _PROFILE or arguments[0].startswith(f"{_PROFILE}=")):
        problem, arguments = _take_profile(arguments)
        if problem:
            write_stderr(f"dicomdesk: {problem}\n")
            return int(ExitCode.COMMAND_LINE_SYNTAX)
    if not arguments:
        return _open_window(())
    name = arguments[0]
    if name in ("-h", "--help"):
        write_stdout(_help_text())
        return int(ExitCode.SUCCESS)
    if name == "--version":
        write_stdout(f"dicomdesk {__version__}\n")
        return int(ExitCode.SUCCESS)
    paths = arguments[1:] if name == "--" else arguments
    missing = next((path for path in paths if not os.path.lexists(path)), None)
    if missing is None:
        return _open_window([os.path.abspath(path) for path in paths])
    if missing is not name:
        write_stderr(f"dicomdesk: there is no file or folder '{printable(missing)}'\n")
        return int(ExitCode.COMMAND_LINE_SYNTAX)
    guesses = suggest(name)
    hint = f"did you mean {' or '.join(guesses)}?" if guesses else f"the tools are: {', '.join(TOOLS)}"
    what = f"unknown option '{name}'" if name.startswith(("-", "+")) else f"'{name}' is neither a tool nor a file here"
    write_stderr(f"dicomdesk: {printable(what)}; {hint}\n")
    return int(ExitCode.COMMAND_LINE_SYNTAX)


def _take_profile(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Take the profile from the front of the arguments; what is wrong with it, "" for nothing, and the others."""
    from dicomdesk.paths import choose_profile  # noqa: PLC0415 - as above

    given = arguments[0].partition("=")[2:] if "=" in arguments[0] else tuple(arguments[1:2])
    rest = arguments[1:] if "=" in arguments[0] else arguments[2:]
    if not given:
        return f"{_PROFILE} needs a name", rest
    try:
        choose_profile(given[0])
    except ValueError as error:
        return str(error), rest
    return "", rest


def _open_window(paths: Sequence[str]) -> int:
    from dicomdesk.gui.app import main as open_window  # noqa: PLC0415 - the tools do without

    return open_window(paths)


def _help_text() -> str:
    from dicomdesk import __version__  # noqa: PLC0415 - as above
    from dicomdesk.cli.catalogue import TOOLS  # noqa: PLC0415 - as above

    tools = "\n".join(f"  {name:<10} {text}" for name, text in TOOLS.items())
    return (
        f"dicomdesk {__version__}: moves DICOM between machines\n\n"
        "usage: dicomdesk [FILE...]      opens the window, and adds files, folders, DICOMDIRs and\n"
        "                                ZIP archives to what it sends; the window that is open takes them\n"
        "       dicomdesk --profile NAME [FILE...]\n"
        "                                the same with settings, queue and window of their own\n"
        "       dicomdesk TOOL [...]     runs a tool; TOOL --help explains it\n"
        "       dicomdesk --version\n\n"
        f"tools:\n{tools}\n\n"
        "Called through a link that has a tool's name, dicomdesk is that tool.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
