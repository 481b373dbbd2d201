"""The tool ``dcmsend``."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.dcmsend.options import TLS_ROLE, TOOL, SendOptions, read_options
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.dcmsend.lines import SendLines
    from dicomdesk.engine.delivery.delivery import SendResult


def run(line: CommandLine, log: Log) -> int:
    """Send what the command line says; returns the exit code."""
    options = read_options(line)
    from dicomdesk.cli.dcmsend.lines import SendLines, send_words  # noqa: PLC0415 - as above
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch, json_reporter  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.send.planned_send  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked to send

    load_environment_dictionaries(log)
    show_library_records(log)
    prepared = _with_tls(options, line, log)
    if prepared is None:
        return int(ExitCode.CANNOT_CREATE_TLS_LAYER)
    options = prepared
    if options.is_check:
        return _check(options, log)
    lines = SendLines(log, options.request, shows_contexts=options.shows_contexts)
    watch = JobWatch(
        lines,
        log.logger("dcmtk.apps.dcmsend"),
        json=json_reporter(is_wanted=options.writes_json, words=send_words),
        progress_word="sending" if options.shows_progress else "",
    )
    return watch.carry_out(
        options.request,
        lambda result: _conclude(options, result, lines, log, watch.last_signal),
    )


def _check(options: SendOptions, log: Log) -> int:
    """Show how sending would go; returns the exit code."""
    from dicomdesk.cli.dcmsend.outcome import EXIT_CODES  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.check_lines import run_check  # noqa: PLC0415 - start-up time

    return run_check(
        options.request,
        log,
        TOOL.name,
        {failure: int(code) for failure, code in EXIT_CODES.items()},
        writes_json=options.writes_json,
        shows_progress=options.shows_progress,
    )


def _with_tls(options: SendOptions, line: CommandLine, log: Log) -> SendOptions | None:
    """The options with TLS settings that can be used; None where they cannot, which is then written."""
    request = options.request
    if request.peer.tls is None:
        return options
    from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - start-up time

    tls = prepare_tls(request.peer.tls, line, log.logger("dcmtk.apps.dcmsend"), TLS_ROLE)
    if tls is None:
        return None
    return replace(options, request=replace(request, peer=replace(request.peer, tls=tls)))


def _conclude(options: SendOptions, result: "SendResult", lines: "SendLines", log: Log, last_signal: int) -> int:
    """Write the last lines and the report; returns the exit code."""
    from dicomdesk.cli.dcmsend.outcome import SendOutcome  # noqa: PLC0415 - start-up time

    outcome = SendOutcome(options, result, log)
    outcome.show_failure()
    lines.show_last()
    is_report_written = outcome.write_report()
    if is_report_written:
        outcome.show_summary()
    return outcome.exit_code(last_signal=last_signal, is_report_written=is_report_written)


def list_decoders() -> str:
    """The answer to ``--list-decoders``."""
    from dicomdesk.cli.decoders import decoder_lines  # noqa: PLC0415 - only where asked for: start-up time

    return "\n".join(decoder_lines()) + "\n"


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-decoders": list_decoders, "--list-ciphers": list_ciphers})
