"""The tool ``storescu``."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.shared import check_port
from dicomdesk.cli.options.tls import TlsRole, list_ciphers
from dicomdesk.cli.program import Program
from dicomdesk.cli.storescu.options import TOOL, StoreOptions, read_options
from dicomdesk.errors import ProfileError, SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Log
from dicomdesk.settings import ProfileSelection

if TYPE_CHECKING:
    from dicomdesk.cli.storescu.lines import StoreLines
    from dicomdesk.engine.delivery.delivery import SendResult


def run(line: CommandLine, log: Log) -> int:
    """Send what the command line says; returns the exit code."""
    try:
        options = read_options(line, _check_profile)
    except ProfileError as error:
        tool, text = log.logger("dcmtk.apps.storescu"), printable(str(error))
        tool.error(f"reading config file: {text}")
        if error.line is not None:
            tool.warn(f"{printable(error.file)}, line {error.line}: {text}")
        return int(ExitCode.FAILED)
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time

    load_environment_dictionaries(log)
    prepared = _with_tls(options, line, log)
    if prepared is None:
        return int(ExitCode.FAILED)
    try:
        prepared = _with_identity(prepared, log)
    except SettingsError as error:
        log.logger("dcmtk.apps.storescu").error(printable(str(error)))
        return int(ExitCode.FAILED)
    return _check(prepared, log) if prepared.is_check else _send(prepared, log)


def _check(options: StoreOptions, log: Log) -> int:
    """Show how sending would go; returns the exit code."""
    from dicomdesk.cli.output.check_lines import run_check  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.delivery.delivery import SendFailure  # noqa: PLC0415 - as above

    return run_check(
        options.request,
        log,
        TOOL.name,
        dict.fromkeys(SendFailure, int(ExitCode.FAILED)),
        writes_json=options.writes_json,
        shows_progress=options.shows_progress,
    )


def _check_profile(selection: ProfileSelection) -> None:
    from dicomdesk.engine.security.settings_check import check_profile_file  # noqa: PLC0415 - start-up time

    check_profile_file(selection.file)


def _with_tls(options: StoreOptions, line: CommandLine, log: Log) -> StoreOptions | None:
    """The options with TLS settings that can be used; None where they cannot, which is then written."""
    request = options.request
    if request.peer.tls is None:
        return options
    from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - start-up time

    tls = prepare_tls(request.peer.tls, line, log.logger("dcmtk.apps.storescu"), TlsRole.REQUESTOR)
    if tls is None:
        return None
    return replace(options, request=replace(request, peer=replace(request.peer, tls=tls)))


def _with_identity(options: StoreOptions, log: Log) -> StoreOptions:
    """The options with the user identity in the request, files read; raises SettingsError."""
    if options.identity is None:
        return options
    from dicomdesk.cli.options.identity import load_identity  # noqa: PLC0415 - start-up time

    identity, remark = load_identity(options.identity)
    if remark:
        log.logger("dcmtk.apps.storescu").info(remark)
    association = replace(options.request.association, user_identity=identity)
    return replace(options, request=replace(options.request, association=association))


def _send(options: StoreOptions, log: Log) -> int:
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch, json_reporter  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.storescu.lines import StoreLines, store_words  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.send_exactly.exact_send  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked

    show_library_records(log)
    lines = StoreLines(log, options.request, shows_contexts=options.shows_contexts, shows_dots=not options.writes_json)
    watch = JobWatch(
        lines,
        log.logger("dcmtk.apps.storescu"),
        json=json_reporter(is_wanted=options.writes_json, words=store_words(options.request)),
        progress_word="sending" if options.shows_progress else "",
    )
    return watch.carry_out(
        options.request,
        lambda result: _conclude(options, result, lines, log, watch.last_signal),
    )


def _conclude(options: StoreOptions, result: "SendResult", lines: "StoreLines", log: Log, last_signal: int) -> int:
    """Write the last lines and the report; returns the exit code."""
    from dicomdesk.cli.storescu.outcome import StoreOutcome  # noqa: PLC0415 - start-up time

    outcome = StoreOutcome(options, result, log)
    outcome.show_failure()
    if not outcome.is_end_told:
        lines.show_last()
    is_report_written = outcome.write_report()
    if is_report_written:
        outcome.show_summary()
    return outcome.exit_code(last_signal=last_signal, is_report_written=is_report_written)


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_port)
