"""The tool ``dcmsend``."""

from dicomdesk.cli.dcmsend.options import TLS_ROLE, TOOL, read_options
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log


def run(line: CommandLine, log: Log) -> int:
    """Send the files of the command line; returns the exit code."""
    options = read_options(line)
    from dicomdesk.cli.dcmsend.lines import SendLines, send_words  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - as above
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.send.planned_send  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked to send
        from dicomdesk.cli.dcmsend.outcome import EXIT_CODES, SendOutcome  # noqa: PLC0415 - as above
        from dicomdesk.cli.sender.delivery import deliver, with_tls  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    show_library_records(log)
    prepared = with_tls(options, line, log, TLS_ROLE)
    if prepared is None:
        return int(ExitCode.CANNOT_CREATE_TLS_LAYER)
    if prepared.is_check:
        from dicomdesk.cli.sender.preflight import run_check  # noqa: PLC0415 - as above

        return run_check(prepared, log, EXIT_CODES)
    lines = SendLines(log, prepared.request, shows_contexts=prepared.shows_contexts)
    if prepared.journal:
        from dicomdesk.cli.sender.journaling import deliver_kept  # noqa: PLC0415 - as above

        carry_out = deliver_kept
    else:
        carry_out = deliver
    return carry_out(
        prepared, log, lines, lambda result, ledger: SendOutcome(prepared, result, log, ledger), send_words
    )


def list_decoders() -> str:
    """The answer to ``--list-decoders``."""
    from dicomdesk.cli.decoders import decoder_lines  # noqa: PLC0415 - only where asked for: start-up time

    return "\n".join(decoder_lines()) + "\n"


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-decoders": list_decoders, "--list-ciphers": list_ciphers})
