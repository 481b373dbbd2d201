"""The tool ``dcmqrscp``."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.dcmqrscp.options import TLS_ROLE, TOOL, check_parameters
from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.output.explaining import explain_text, hold_words
from dicomdesk.cli.output.standard_streams import write_stderr
from dicomdesk.cli.program import Program
from dicomdesk.cli.tls_preparation import ask_pass_phrase, show_tls_failure, show_tls_notes
from dicomdesk.errors import (
    ConfigurationError,
    DicomdeskError,
    IndexDamagedError,
    IndexUnusableError,
    LocalError,
    PortInUseError,
    ProfileError,
    SettingsError,
    TlsSettingsError,
)
from dicomdesk.human import printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.setup.configuration import ArchiveConfiguration
    from dicomdesk.archive.setup.profiles import ArchiveProfiles
    from dicomdesk.archive.setup.settings import ArchiveSettings
    from dicomdesk.cli.dcmqrscp.settings import ArchiveOptions, ProfileNames
    from dicomdesk.cli.output.repeated_causes import RepeatedCauses
    from dicomdesk.engine.events import Notice
    from dicomdesk.engine.job import Job
    from dicomdesk.engine.journal.journal import Journal
    from dicomdesk.engine.receive.listening_job import ReceiveResult

_LOGGER = "dcmtk.apps.dcmqrscp"


def run(line: CommandLine, log: Log) -> int:
    """Serve as the command line says, until a signal comes or a peer asks for the end; returns the exit code."""
    from dicomdesk.archive.setup.profiles import load_archive_profiles  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.dcmqrscp.settings import read_options  # noqa: PLC0415 - as above
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - as above
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.repeated_causes import RepeatedCauses  # noqa: PLC0415 - as above

    tool = log.logger(_LOGGER)
    profiles: ArchiveProfiles = (None, None)

    def load_profiles(names: "ProfileNames") -> None:
        nonlocal profiles
        profiles = load_archive_profiles(names.file, names.incoming, names.outgoing)

    try:
        options = read_options(line, load_profiles)
    except ProfileError as error:
        tool.fatal(printable(str(error)))
        if error.line is not None:
            tool.warn(f"{printable(error.file)}, line {error.line}")
        return int(ExitCode.COMMAND_LINE_SYNTAX)
    load_environment_dictionaries(log)
    causes = RepeatedCauses()
    show_library_records(log, causes)
    try:
        configuration = _read_configuration(options, tool)
        if configuration is None:
            return int(ExitCode.ARCHIVE_CANNOT_START)
        if options.reindexes or options.verifies or options.leaves_out:
            return _run_upkeep(options, configuration, tool)
        settings = _with_secrets(options.settings_for(configuration), options, tool)
        return _serve(line, (log, causes), options, settings, profiles)
    except TlsSettingsError as error:
        show_tls_failure(error, tool)
    except (LocalError, SettingsError) as error:
        if isinstance(error, PortInUseError):
            hold_words(tool, str(error))
        elif isinstance(error, IndexDamagedError | IndexUnusableError):
            hold_words(tool, f"The archive of {options.configuration_file}: {error}")
        tool.fatal(_start_failure(error))
    return int(ExitCode.ARCHIVE_CANNOT_START)


def _read_configuration(options: "ArchiveOptions", tool: Logger) -> "ArchiveConfiguration | None":
    """Read the configuration file, None where it is wrong; all its mistakes are written then."""
    from dicomdesk.archive.setup.configuration import read_configuration  # noqa: PLC0415 - start-up time

    path = options.configuration_file
    if path is None:
        tool.fatal("cannot access : No such file or directory")
        return None
    try:
        configuration = read_configuration(path)
    except ConfigurationError as error:
        name = printable(str(path))
        problems = [f"CONFIG Error: {printable(problem)}!" for problem in error.problems]
        problems.append(f'CONFIG Error: Reading configuration file "{name}" with errors!')
        write_stderr("\n".join(problems) + "\n")
        tool.note_failure("; ".join(problems))
        tool.fatal(f"bad config file: {name}")
        return None
    for warning in configuration.warnings:
        tool.warn(printable(warning))
        tool.remark(explain_text(warning).text)
    return configuration


def _run_upkeep(options: "ArchiveOptions", configuration: "ArchiveConfiguration", tool: Logger) -> int:
    """Reindex, verify or leave out instead of serving."""
    from dicomdesk.archive.setup.accounts import find_account  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.dcmqrscp.upkeep import Upkeep, run_upkeep  # noqa: PLC0415 - as above

    find_account(configuration.user_name, configuration.group_name).become()
    settings = options.settings_for(configuration)
    upkeep = Upkeep.VERIFY_DEEP if options.verifies_contents else Upkeep.VERIFY
    if options.reindexes or options.leaves_out:
        upkeep = Upkeep.REINDEX if options.reindexes else Upkeep.LEAVE_OUT
    return run_upkeep(settings, options.areas, tool, upkeep, writes_json=options.writes_json)


def _with_secrets(settings: "ArchiveSettings", options: "ArchiveOptions", tool: Logger) -> "ArchiveSettings":
    """Complete the settings by the users of the file, and by a pass phrase that is asked for."""
    if settings.tls is not None:
        tls = ask_pass_phrase(settings.tls, TLS_ROLE)
        destination = None if settings.destination_tls is None else tls
        settings = replace(settings, tls=tls, destination_tls=destination)
    if options.user_file is None:
        return settings
    from dicomdesk.engine.security.user_file import read_user_file  # noqa: PLC0415 - only where it is asked for: start-up time

    users = read_user_file(options.user_file)
    if settings.tls is None:
        tool.warn("without --enable-tls peers send their passcodes unencrypted")
    return replace(settings, access=replace(settings.access, user_pass_codes=users))


def _serve(
    line: CommandLine,
    logs: "tuple[Log, RepeatedCauses]",
    options: "ArchiveOptions",
    settings: "ArchiveSettings",
    profiles: "ArchiveProfiles",
) -> int:
    with lean_imports():
        from dicomdesk.archive.serve import ServeJob, ServeRequest  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.setup.configuration import read_configuration  # noqa: PLC0415 - as above
    from dicomdesk.cli.dcmqrscp.json_lines import ArchiveJsonReporter  # noqa: PLC0415 - as above
    from dicomdesk.cli.dcmqrscp.lines import ArchiveLines  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - as above

    log, causes = logs
    tool = log.logger(_LOGGER)
    max_pdu_bytes = settings.max_pdu_bytes or settings.configuration.max_pdu_bytes
    lines = ArchiveLines(log, max_pdu_bytes=max_pdu_bytes, shows_contexts=options.shows_contexts, causes=causes)
    json = ArchiveJsonReporter(shows_identifiers=options.json_has_identifiers) if options.writes_json else None
    watch = JobWatch(lines, tool, json=json, verb="ending")
    watch.due_s = lines.due_s

    path = Path(os.path.abspath(options.configuration_file or ""))
    reload: Callable[[], None] = _nothing

    def hang_up() -> None:
        reload()

    if not any(map(os.isatty, range(3))):  # one that was started by hand ends with its terminal
        watch.on_hang_up(hang_up)

    def show_begun(job: "Job[ReceiveResult]") -> None:
        assert isinstance(job, ServeJob)
        nonlocal reload
        reload = job.take_reloads(path, lambda: read_configuration(path))
        if json is not None:
            json.show([_warning(job.id, text) for text in settings.configuration.warnings])
        if job.metrics_port:
            tool.info(f"metrics at http://127.0.0.1:{job.metrics_port}/metrics")
        if settings.tls is not None:
            show_tls_notes(settings.tls, line, tool, TLS_ROLE)

    def conclude(result: "ReceiveResult") -> int:
        if result.error is not None:
            tool.fatal(printable(str(result.error)))
            return int(ExitCode.INTERNAL_FAULT)
        return died_of_signal(watch.last_signal) if watch.last_signal else int(ExitCode.SUCCESS)

    with _moves_journal(options, settings, tool, watch.sink) as journal:
        if journal is None and options.moves_journal:
            return int(ExitCode.CANNOT_USE_JOURNAL)
        request = ServeRequest(
            settings=settings,
            profiles=profiles,
            journal=journal,
            metrics_port=options.metrics_port,
            audit=options.audit,
            bound=_prepare_moves,
        )
        return watch.carry_out(request, conclude, begun=show_begun)


@contextmanager
def _moves_journal(
    options: "ArchiveOptions", settings: "ArchiveSettings", tool: Logger, sink: "Callable[[Notice], None]"
) -> "Iterator[Journal | None]":
    """Inside, the journal of failed moves is open; None where there is none, or it cannot be used, which is written."""
    if not options.moves_journal:
        yield None
        return
    from dicomdesk.archive.setup.accounts import find_account  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.output.journal_notices import close_journal, open_journal, trouble_teller  # noqa: PLC0415

    configuration = settings.configuration
    with find_account(configuration.user_name, configuration.group_name).acting():
        journal = open_journal(options.moves_journal, tool, tell=trouble_teller(sink))
    try:
        yield journal
    finally:
        if journal is not None:
            close_journal(journal, tool)


def _prepare_moves() -> None:
    """Load what C-MOVE needs, while first peers wait for a moment: nobody has to wait for it then."""
    from dicomdesk.archive.serve import load_requestor  # noqa: PLC0415 - start-up time

    with lean_imports():
        load_requestor()


def _warning(job_id: str, text: str) -> "Notice":
    from dicomdesk.engine.events import Notice, NoticeLevel  # noqa: PLC0415 - start-up time

    return Notice(job_id=job_id, level=NoticeLevel.WARNING, text=text)


def _nothing() -> None:
    """Do nothing: it does not serve yet."""


def _start_failure(error: DicomdeskError) -> str:
    """Message for an archive that cannot start, in DCMTK's words where it has some."""
    cause = error.__cause__
    if isinstance(cause, PermissionError) and isinstance(error, PortInUseError):
        return "cannot listen on this port, insufficient privileges"
    if isinstance(error, PortInUseError) and isinstance(cause, OSError):
        reason = os.strerror(cause.errno or errno.EADDRINUSE)
        return f"cannot initialize network: 0006:031c TCP Initialization Error: {reason}"
    if isinstance(error, IndexDamagedError):
        return f"{printable(str(error))}: run dcmqrscp --reindex with this configuration"
    return printable(str(error))


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_parameters)
