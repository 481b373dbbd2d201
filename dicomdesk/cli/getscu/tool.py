"""The tool ``getscu``."""

from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.getscu.options import TLS_ROLE, TOOL, GetOptions, read_options
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.output.explaining import folder_trouble, hold_words
from dicomdesk.cli.program import Program
from dicomdesk.cli.query.options import MODEL_NAMES
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.query.inputs import Identifiers
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
    from dicomdesk.engine.retrieve.request import RetrieveRequest

_LOGGER = "dcmtk.apps.getscu"


def run(line: CommandLine, log: Log) -> int:
    """Fetch what the command line says; returns the exit code."""
    options = read_options(line)
    tool = log.logger(_LOGGER)
    if not options.storage.folder.is_dir():
        hold_words(tool, folder_trouble(options.storage.folder))
        tool.fatal("specified output directory does not exist")
        return int(ExitCode.FAILED)
    from dicomdesk.cli.query.frame import with_security  # noqa: PLC0415 - start-up time

    secured = with_security(options, line, tool, TLS_ROLE)
    if secured is None:
        return int(ExitCode.FAILED)
    if secured.list_choice is not None:
        from dicomdesk.cli.query.list_run import ListTool, run_list  # noqa: PLC0415 - as above
        from dicomdesk.cli.retrieving.journaling import list_watcher  # noqa: PLC0415 - as above

        list_tool = ListTool(
            name=TOOL.name, no_association=ExitCode.FAILED, watcher=list_watcher(secured.extras.journal)
        )
        return run_list(list_tool, secured, log, _request)
    return _get(secured, log)


def _get(options: GetOptions, log: Log) -> int:
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.query.frame import read_queries  # noqa: PLC0415 - as above
    from dicomdesk.cli.retrieving.output import make_output, write_report  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.retrieve.retrieve  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.getscu.lines import GetLines, exit_code  # noqa: PLC0415 - as above

    identifiers, options = read_queries(options, log, passes_over=True)
    lines = GetLines(log, options, identifiers)
    output, tool = make_output(options.extras.form), log.logger(_LOGGER)
    watch = JobWatch(lines, tool, json=output, progress_word="retrieving" if options.shows_progress else "")

    def conclude(result: "RetrieveOutcome") -> int:
        lines.show_end(result, aborts_at_end=options.aborts_at_end)
        if output is not None:
            output.end(result)
        report_code = write_report(options, options.extras, result, tool)
        return exit_code(result, identifiers, watch.last_signal) or report_code

    if not options.extras.journal:
        return watch.carry_out(_request(options, identifiers), conclude)
    from dicomdesk.cli.retrieving.journaling import fetch_kept  # noqa: PLC0415 - only where asked for

    return fetch_kept(options.extras.journal, watch, _request(options, identifiers), conclude, tool)


def _request(options: GetOptions, identifiers: "Identifiers") -> "RetrieveRequest":
    from dicomdesk.dicom.documents.data_set import write_data_set  # noqa: PLC0415 - start-up time
    from dicomdesk.dicom.query.query import Model  # noqa: PLC0415 - as above
    from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES  # noqa: PLC0415 - as above
    from dicomdesk.engine.query.request import Identifier  # noqa: PLC0415 - as above
    from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest  # noqa: PLC0415 - as above

    return RetrieveRequest(
        peer=options.peer,
        identifiers=tuple(Identifier(data_set=write_data_set(data_set)) for data_set in identifiers.data_sets),
        method=RetrieveMethod.GET,
        association=options.association,
        model=Model(MODEL_NAMES[options.model]),
        storage=options.storage,
        transfer_syntaxes=options.transfer_syntaxes,
        storage_transfer_syntaxes=options.storage_transfer_syntaxes,
        takes_compressed=options.accepts_all,
        storage_sop_classes=()
        if options.extras.compares
        else tuple(entry.uid for entry in STORAGE_SOP_CLASSES if entry.is_retrieved),
        repeats=options.repeats,
        aborts_at_end=options.aborts_at_end,
        limit=options.extras.limit,
        asks_first=options.extras.compares,
        explains=options.extras.compares,
        tells_unasked=options.extras.tells_unasked,
        resumes=options.extras.resumes,
        parallel=options.extras.parallel,
    )


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers})
