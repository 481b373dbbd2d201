"""The tool ``dcmrecv``."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.dcmrecv.options import TLS_ROLE, TOOL, ReceiveOptions, read_options
from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.output.explaining import folder_trouble, hold_words
from dicomdesk.cli.program import Program
from dicomdesk.cli.tls_preparation import ask_pass_phrase, show_tls_failure, show_tls_notes
from dicomdesk.errors import (
    DicomdeskError,
    LocalError,
    PortInUseError,
    ProfileError,
    SettingsError,
    StorageError,
    TlsSettingsError,
)
from dicomdesk.human import printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.cli.output.job_watch import JobWatch
    from dicomdesk.engine.events import Event
    from dicomdesk.engine.receive.receive import ReceiveResult
    from dicomdesk.engine.receive.request import Acceptance


def run(line: CommandLine, log: Log) -> int:
    """Receive as the command line says, until a signal comes; returns the exit code."""
    options = read_options(line)
    from dicomdesk.cli.dcmrecv.lines import ReceiveLines, receive_words  # noqa: PLC0415 - as above
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch, json_reporter  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    show_library_records(log)
    tool = log.logger("dcmtk.apps.dcmrecv")
    tool.info("configuring service class provider ...")
    acceptance = options.request.acceptance
    if acceptance.profile is None and not acceptance.accept_all:
        tool.warn("no configuration file specified, SCP will only support the Verification SOP Class")
    lines = ReceiveLines(log, max_pdu_bytes=acceptance.max_pdu_bytes, shows_contexts=options.shows_contexts)
    if acceptance.tls is not None:
        acceptance = replace(acceptance, tls=ask_pass_phrase(acceptance.tls, TLS_ROLE))
    request = replace(
        options.request,
        acceptance=_with_users(acceptance, options.user_file, tool),
        report_stored=lines.shows_stored or options.writes_json,
    )
    options = replace(options, request=request)
    reporter = json_reporter(is_wanted=options.writes_json, words=receive_words)
    watch = JobWatch(lines, tool, json=reporter)
    watch.due_s = lines.due_s
    return _receive(options, line, watch, log)


def _receive(options: ReceiveOptions, line: CommandLine, watch: "JobWatch[Event]", log: Log) -> int:
    def show_notes(_job: object) -> None:
        if options.request.acceptance.tls is not None:
            show_tls_notes(options.request.acceptance.tls, line, log.logger("dcmtk.apps.dcmrecv"), TLS_ROLE)

    def conclude(result: "ReceiveResult") -> int:
        if result.error is not None:
            log.logger("dcmtk.apps.dcmrecv").fatal(printable(str(result.error)))
            return int(ExitCode.INTERNAL_FAULT)
        return died_of_signal(watch.last_signal) if watch.last_signal else int(ExitCode.SUCCESS)

    try:
        if options.has_unnamed_profile_file:
            raise ProfileError("Invalid filename")
        return watch.carry_out(options.request, conclude, begun=show_notes)
    except (LocalError, SettingsError) as error:
        return _show_start_failure(error, options, log)


def _with_users(acceptance: "Acceptance", user_file: Path | None, tool: Logger) -> "Acceptance":
    """Add the users of the file to the access rules, if there is one."""
    if user_file is None:
        return acceptance
    from dicomdesk.engine.security.user_file import read_user_file  # noqa: PLC0415 - only where it is asked for: start-up time

    try:
        users = read_user_file(user_file)
    except SettingsError as error:
        raise CommandLineError(str(error)) from error
    if acceptance.tls is None:
        tool.warn("without --enable-tls peers send their passcodes unencrypted")
    return replace(acceptance, access=replace(acceptance.access, user_pass_codes=users))


def _show_start_failure(error: DicomdeskError, options: ReceiveOptions, log: Log) -> int:
    """Write why receiving cannot begin; returns the exit code."""
    tool, network = log.logger("dcmtk.apps.dcmrecv"), log.logger("dcmtk.dcmnet")
    text = printable(str(error))
    if isinstance(error, StorageError):
        hold_words(tool, folder_trouble(options.request.storage.folder, text))
        tool.fatal(f"cannot specify output directory: {text}")
        return int(ExitCode.INVALID_OUTPUT_DIRECTORY)
    if isinstance(error, ProfileError):
        if error.explanation:
            network.error(printable(error.explanation))
        tool.fatal(f"cannot load association configuration: {text}")
        if error.line is not None:
            tool.warn(f"{printable(error.file)}, line {error.line}: {text}")
        return int(ExitCode.INVALID_ASSOCIATION_CONFIGURATION)
    if isinstance(error, TlsSettingsError):
        show_tls_failure(error, tool)
        return int(ExitCode.CANNOT_CREATE_TLS_LAYER)
    if isinstance(error, SettingsError):
        raise CommandLineError(str(error)) from error
    tool.info("starting service class provider and listening ...")
    port = options.request.port
    if _is_privilege_missing(error):
        network.error(f"No privileges to open this network port ({port})")
        text = "Insufficient port privileges"
    elif isinstance(error, PortInUseError) and isinstance(error.__cause__, OSError):
        text = f"TCP Initialization Error: {os.strerror(error.__cause__.errno or 0)}"
    tool.fatal(f"cannot start SCP and listen on port {port}: {text}")
    return int(ExitCode.CANNOT_START_SCP_AND_LISTEN)


def _is_privilege_missing(error: DicomdeskError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.EACCES, errno.EPERM)


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers})
