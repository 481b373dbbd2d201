"""The tool ``movescu``."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.movescu.options import TLS_ROLE, TOOL, MoveOptions, read_options
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.shared import check_port
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.output.explaining import folder_trouble, hold_words
from dicomdesk.cli.program import Program
from dicomdesk.cli.query.options import MODEL_NAMES
from dicomdesk.errors import LocalError, StorageError
from dicomdesk.human import printable
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.query.inputs import Identifiers
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
    from dicomdesk.engine.retrieve.request import RetrieveRequest

_LOGGER = "dcmtk.apps.movescu"


def run(line: CommandLine, log: Log) -> int:
    """Have sent what the command line says; returns the exit code."""
    options = read_options(line)
    tool = log.logger(_LOGGER)
    if options.listener is not None and not options.listener.storage.folder.is_dir():
        hold_words(tool, folder_trouble(options.listener.storage.folder))
        tool.fatal("specified output directory does not exist")
        return int(ExitCode.INVALID_OUTPUT_DIRECTORY)
    from dicomdesk.cli.query.frame import with_security  # noqa: PLC0415 - start-up time

    secured = with_security(options, line, tool, TLS_ROLE)
    if secured is None:
        return int(ExitCode.FAILED)
    secured = _with_listener_tls(secured)
    try:
        if secured.list_choice is not None:
            from dicomdesk.cli.query.list_run import ListTool, run_list  # noqa: PLC0415 - as above
            from dicomdesk.cli.retrieving.journaling import list_watcher  # noqa: PLC0415 - as above

            no_association = ExitCode.CANNOT_NEGOTIATE_ASSOCIATION
            watcher = list_watcher(secured.extras.journal)
            list_tool = ListTool(name=TOOL.name, no_association=no_association, watcher=watcher)
            return run_list(list_tool, secured, log, _request)
        return _move(secured, log)
    except StorageError as error:
        tool.fatal(printable(str(error)))
        return int(ExitCode.INVALID_OUTPUT_DIRECTORY)
    except LocalError as error:
        cause = error.__cause__
        words = os.strerror(cause.errno or 0) if isinstance(cause, OSError) else printable(str(error))
        hold_words(tool, str(error))
        tool.fatal(f"cannot create network: 0006:031c TCP Initialization Error: {words}")
        return int(ExitCode.CANNOT_INITIALIZE_NETWORK)


def _with_listener_tls(options: MoveOptions) -> MoveOptions:
    """Its listener takes TLS where that is asked for, as it was made ready for the peer."""
    listener, tls = options.listener, options.peer.tls
    if listener is None or tls is None or not options.listener_has_tls:
        return options
    acceptance = replace(listener.acceptance, tls=replace(tls, checks_host_name=False))
    return replace(options, listener=replace(listener, acceptance=acceptance))


def _move(options: MoveOptions, log: Log) -> int:
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.query.frame import read_queries  # noqa: PLC0415 - as above
    from dicomdesk.cli.retrieving.output import make_output, write_report  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.retrieve.retrieve  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.movescu.lines import MoveLines, exit_code  # noqa: PLC0415 - as above

    identifiers, options = read_queries(options, log)
    lines = MoveLines(log, options, identifiers)
    output, tool = make_output(options.extras.form), log.logger(_LOGGER)
    watch = JobWatch(lines, tool, json=output, progress_word="retrieving" if options.shows_progress else "")

    def conclude(result: "RetrieveOutcome") -> int:
        lines.show_end(result, aborts_at_end=options.aborts_at_end)
        if output is not None:
            output.end(result)
        report_code = write_report(options, options.extras, result, tool)
        code = exit_code(result, watch.last_signal, is_any_context_accepted=lines.is_any_context_accepted)
        return code or report_code

    if not options.extras.journal:
        return watch.carry_out(_request(options, identifiers), conclude)
    from dicomdesk.cli.retrieving.journaling import fetch_kept  # noqa: PLC0415 - only where asked for

    return fetch_kept(options.extras.journal, watch, _request(options, identifiers), conclude, tool)


def _request(options: MoveOptions, identifiers: "Identifiers") -> "RetrieveRequest":
    from dicomdesk.dicom.documents.data_set import write_data_set  # noqa: PLC0415 - start-up time
    from dicomdesk.dicom.query.query import Model  # noqa: PLC0415 - as above
    from dicomdesk.engine.query.request import Identifier  # noqa: PLC0415 - as above
    from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest  # noqa: PLC0415 - as above

    return RetrieveRequest(
        peer=options.peer,
        identifiers=tuple(
            Identifier(data_set=write_data_set(data_set, has_only_old_vrs=not options.storing_format.allows_new_vrs))
            for data_set in identifiers.data_sets
        ),
        method=RetrieveMethod.MOVE,
        association=options.association,
        model=Model(MODEL_NAMES[options.model]),
        destination=options.destination,
        listener=options.listener,
        transfer_syntaxes=options.transfer_syntaxes,
        compression_level=options.storing_format.compression_level,
        proposes_find=True,
        repeats=options.repeats,
        cancel_after=options.cancel_after,
        takes_pending_data_sets=options.takes_pending_data_sets,
        aborts_at_end=options.aborts_at_end,
        limit=options.extras.limit,
        asks_first=options.extras.compares,
        explains=options.extras.compares,
        tells_unasked=options.extras.tells_unasked,
        resumes=options.extras.resumes,
        parallel=options.extras.parallel,
    )


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_port)
