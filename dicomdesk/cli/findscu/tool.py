"""The tool ``findscu``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.findscu.options import TOOL, Extraction, FindOptions, read_options
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.identity import with_identity
from dicomdesk.cli.options.shared import check_port
from dicomdesk.cli.options.tls import TlsRole, list_ciphers
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.query.inputs import Identifiers
    from dicomdesk.engine.query.query import QueryOutcome
    from dicomdesk.engine.query.request import QueryRequest

_LOGGER = "dcmtk.apps.findscu"
_MOST_WAITING = 4000
"""Responses that wait to be shown or written; then the peer waits."""
_MODELS = {"patient": "patient-root", "study": "study-root", "psonly": "patient-study-only", "worklist": "worklist"}


def run(line: CommandLine, log: Log) -> int:
    """Ask what the command line says; returns the exit code."""
    options = read_options(line)
    tool = log.logger(_LOGGER)
    if options.extraction is not Extraction.NONE and not Path(options.output_folder or ".").is_dir():
        tool.fatal("specified output directory does not exist")
        return int(ExitCode.COMMAND_LINE_SYNTAX)
    if options.tls is not None:
        from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - start-up time

        tls = prepare_tls(options.tls, line, tool, TlsRole.REQUESTOR)
        if tls is None:
            return int(ExitCode.FAILED)
        options = replace(options, peer=replace(options.peer, tls=tls))
    try:
        association = with_identity(options.association, options.identity, tool)
    except SettingsError as error:
        tool.fatal(printable(str(error)))
        return int(ExitCode.FAILED)
    return _find(replace(options, association=association), log)


def _find(options: FindOptions, log: Log) -> int:
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - as above
    from dicomdesk.cli.query.inputs import make_identifiers  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.engine  # noqa: F401, PLC0415 - as above
        from dicomdesk.cli.findscu.lines import FindLines, exit_code  # noqa: PLC0415 - as above
        from dicomdesk.cli.findscu.responses import Responses  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    show_library_records(log)
    identifiers = make_identifiers(options.files, options.keys)
    aborts_at_end = options.aborts_at_end or identifiers.fault is not None
    lines = FindLines(log, options, identifiers)
    responses = Responses(lines, log, options, identifiers)
    watch = JobWatch(
        responses,
        log.logger(_LOGGER),
        progress_word="querying" if options.shows_progress else "",
        most_waiting=_MOST_WAITING,
    )

    def conclude(result: "QueryOutcome") -> int:
        responses.end()
        lines.show_end(result, aborts_at_end=aborts_at_end)
        code = exit_code(result, watch.last_signal)
        return code or int(ExitCode.CANNOT_WRITE_REPORT_FILE if responses.is_lost else ExitCode.SUCCESS)

    return watch.carry_out(_request(options, identifiers, aborts_at_end=aborts_at_end), conclude)


def _request(options: FindOptions, identifiers: "Identifiers", *, aborts_at_end: bool) -> "QueryRequest":
    from dicomdesk.dicom.documents.data_set import write_data_set  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.query.request import Identifier, QueryModel, QueryRequest  # noqa: PLC0415 - as above

    return QueryRequest(
        peer=options.peer,
        identifiers=tuple(
            Identifier(data_set=write_data_set(data_set, has_only_old_vrs=options.has_only_old_vrs))
            for data_set in identifiers.data_sets
        ),
        association=options.association,
        model=QueryModel(_MODELS[options.model]),
        transfer_syntaxes=options.transfer_syntaxes,
        compression_level=options.compression_level,
        repeats=options.repeats,
        cancel_after=options.cancel_after,
        limit=options.limit,
        splits_dates=options.splits_dates,
        aborts_at_end=aborts_at_end,
    )


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_port)
