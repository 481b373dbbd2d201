"""The log that ``--quiet``, ``--verbose``, ``--debug``, ``--log-level`` and ``--log-config`` ask for."""

from dicomdesk.cli.options.grammar import CommandLine, CommandLineError
from dicomdesk.logs import Level, Log, console_log, find_level

_LOUDNESS = {"--quiet": Level.FATAL, "--verbose": Level.INFO, "--very-verbose": Level.INFO, "--debug": Level.DEBUG}
_LOUDNESS_WORDS = "--verbose, --debug or --quiet"


def open_log(line: CommandLine, application: str) -> Log:
    """Open the log that a command line asks for; raises CommandLineError."""
    log = _open_log(line, application)
    log.explains = not line.has("--terse")
    return log


def _open_log(line: CommandLine, application: str) -> Log:
    loudness = line.last_of(*_LOUDNESS)
    has_level = line.has("--log-level")
    if has_level:
        line.check_conflict("--log-level", _LOUDNESS_WORDS, is_given=bool(loudness))
        level = find_level(line.text("--log-level"))
        if level is None:
            raise CommandLineError("Invalid log level for --log-level option")
    else:
        level = _LOUDNESS.get(loudness, Level.WARN)
    if not line.has("--log-config"):
        return console_log(level)
    line.check_conflict("--log-config", "--log-level", is_given=has_level)
    line.check_conflict("--log-config", _LOUDNESS_WORDS, is_given=bool(loudness))
    from dicomdesk.cli.log.configuration import load_log  # noqa: PLC0415 - only where asked for: start-up time

    return load_log(line.text("--log-config"), application=application)
