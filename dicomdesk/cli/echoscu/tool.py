"""The tool ``echoscu``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.echoscu.options import TOOL, EchoOptions, check_port, read_options
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import TlsRole, list_ciphers
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.program import Program
from dicomdesk.human import printable
from dicomdesk.logs import Log
from dicomdesk.settings import Peer, TlsFileFormat, TlsSettings

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckResult
    from dicomdesk.engine.check.echo import EchoResult


def run(line: CommandLine, log: Log) -> int:
    """Send C-ECHO requests, diagnose, or check a certificate, as the command line says; returns the exit code."""
    options = read_options(line)
    tls = options.tls
    if tls is not None:
        from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - start-up time

        tls = prepare_tls(tls, line, log.logger("dcmtk.apps.echoscu"), TlsRole.REQUESTOR)
        if tls is None:
            return int(ExitCode.FAILED)
    if options.peer is None:
        return _check_certificate(options, tls, log)
    peer = replace(options.peer, tls=tls)
    return _diagnose(options, peer, log) if options.diagnoses else _ask(options, peer, log)


def _ask(options: EchoOptions, peer: Peer, log: Log) -> int:
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch, json_reporter  # noqa: PLC0415 - start-up time

    with lean_imports():
        import dicomdesk.engine.check.echo  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.echoscu.lines import EchoLines, echo_words, exit_code  # noqa: PLC0415 - as above
        from dicomdesk.engine.check.requests import EchoRequest  # noqa: PLC0415 - as above

    show_library_records(log)
    lines = EchoLines(log, peer, options.association)
    watch = JobWatch(
        lines, log.logger("dcmtk.apps.echoscu"), json=json_reporter(is_wanted=options.writes_json, words=echo_words)
    )
    request = EchoRequest(
        peer=peer,
        association=options.association,
        contexts=options.contexts,
        transfer_syntaxes=options.transfer_syntaxes,
        repeats=options.repeats,
        aborts_at_end=options.aborts_at_end,
    )

    def conclude(result: "EchoResult") -> int:
        lines.show_end(result, aborts_at_end=options.aborts_at_end)
        return exit_code(result, watch.last_signal, writes_json=options.writes_json)

    return watch.carry_out(request, conclude)


def _diagnose(options: EchoOptions, peer: Peer, log: Log) -> int:
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch, json_reporter  # noqa: PLC0415 - start-up time

    with lean_imports():
        import dicomdesk.engine.check.check  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.echoscu.diagnosis_lines import DiagnosisLines, exit_code  # noqa: PLC0415 - as above
        from dicomdesk.engine.check.requests import CheckRequest  # noqa: PLC0415 - as above

    show_library_records(log)
    lines = DiagnosisLines(is_shown=not options.writes_json)
    watch = JobWatch(lines, log.logger("dcmtk.apps.echoscu"), json=json_reporter(is_wanted=options.writes_json))

    def conclude(result: "CheckResult") -> int:
        lines.show_capabilities(result.capabilities)
        return exit_code(result, watch.last_signal)

    return watch.carry_out(CheckRequest(peer=peer, association=options.association), conclude)


def _check_certificate(options: EchoOptions, tls: TlsSettings | None, log: Log) -> int:
    """Answer ``--verify-cert`` or ``--is-root-cert``; nobody is called."""
    is_fine, text = (_verify if options.certificate_to_check else _find_root)(options, tls, log)
    write_stdout(f"{text}\n")
    return int(ExitCode.SUCCESS if is_fine else ExitCode.INVALID_INPUT_FILE)


def _verify(options: EchoOptions, tls: TlsSettings | None, log: Log) -> tuple[bool, str]:
    from dicomdesk.engine.security import certificate_check as check  # noqa: PLC0415 - start-up time

    file = options.certificate_to_check
    failed = f"Verification of certificate '{file}' failed."
    if tls is None:  # nothing is trusted then
        return False, failed
    tool = log.logger("dcmtk.apps.echoscu")
    try:
        problem = check.verify_certificate(Path(file), tls)
    except check.UnreadableCertificateError as error:
        tool.error(printable(str(error)))
        return False, failed
    if problem:
        tool.error(f"certificate verification failed: {problem}")
    return (False, failed) if problem else (True, f"Verification of certificate '{file}' passed.")


def _find_root(options: EchoOptions, tls: TlsSettings | None, log: Log) -> tuple[bool, str]:
    from dicomdesk.engine.security import certificate_check as check  # noqa: PLC0415 - start-up time

    file = options.root_to_check
    try:
        is_root = check.is_root_certificate(Path(file), tls.file_format if tls is not None else TlsFileFormat.PEM)
    except check.UnreadableCertificateError:
        log.logger("dcmtk.apps.echoscu").error(f"Cannot read certificate file '{file}'")
        is_root = False
    return is_root, f"Certificate '{file}' is {'' if is_root else 'not '}a valid, self-signed root CA."


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_port)
