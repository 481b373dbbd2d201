"""The tool ``storescu``."""

from dataclasses import replace

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.identity import with_identity
from dicomdesk.cli.options.shared import check_port
from dicomdesk.cli.options.tls import TlsRole, list_ciphers
from dicomdesk.cli.program import Program
from dicomdesk.cli.storescu.options import TOOL, read_options
from dicomdesk.errors import ProfileError, SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Log
from dicomdesk.settings import ProfileSelection


def run(line: CommandLine, log: Log) -> int:
    """Send the files of the command line; returns the exit code."""
    try:
        options = read_options(line, _check_profile)
    except ProfileError as error:
        tool, text = log.logger("dcmtk.apps.storescu"), printable(str(error))
        tool.error(f"reading config file: {text}")
        if error.line is not None:
            tool.warn(f"{printable(error.file)}, line {error.line}: {text}")
        return int(ExitCode.FAILED)
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.storescu.lines import StoreLines, store_words  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.send_exactly.exact_send  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.sender.delivery import deliver, with_tls  # noqa: PLC0415 - as above
        from dicomdesk.cli.storescu.outcome import StoreOutcome  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    secured = with_tls(options, line, log, TlsRole.REQUESTOR)
    if secured is None:
        return int(ExitCode.FAILED)
    request = secured.request
    try:
        association = with_identity(request.association, secured.identity, log.logger("dcmtk.apps.storescu"))
    except SettingsError as error:
        log.logger("dcmtk.apps.storescu").error(printable(str(error)))
        return int(ExitCode.FAILED)
    request = replace(request, association=association)
    prepared = replace(secured, request=request)
    if prepared.is_check:
        from dicomdesk.cli.sender.preflight import run_check  # noqa: PLC0415 - as above
        from dicomdesk.engine.delivery.delivery import SendFailure  # noqa: PLC0415 - as above

        return run_check(prepared, log, dict.fromkeys(SendFailure, int(ExitCode.FAILED)))
    show_library_records(log)
    shows_dots = not prepared.writes_json
    lines = StoreLines(log, request, shows_contexts=prepared.shows_contexts, shows_dots=shows_dots)
    words = store_words(request)
    return deliver(prepared, log, lines, lambda result, ledger: StoreOutcome(prepared, result, log, ledger), words)


def _check_profile(selection: ProfileSelection) -> None:
    from dicomdesk.engine.security.settings_check import check_profile_file  # noqa: PLC0415 - start-up time

    check_profile_file(selection.file)


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_port)
