"""The tool ``findscu``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.findscu.options import TOOL, Extraction, FindOptions, read_options
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.shared import check_port
from dicomdesk.cli.options.tls import TlsRole, list_ciphers
from dicomdesk.cli.output.explaining import folder_trouble, hold_words
from dicomdesk.cli.program import Program
from dicomdesk.cli.query.options import MODEL_NAMES
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.query.inputs import Identifiers
    from dicomdesk.engine.query.query import QueryOutcome
    from dicomdesk.engine.query.request import QueryRequest

_LOGGER = "dcmtk.apps.findscu"
_MOST_WAITING = 500
"""Responses that wait to be shown or written; then the peer waits."""


_TURN_S = 0.05


def run(line: CommandLine, log: Log) -> int:
    """Ask what the command line says; returns the exit code."""
    options = read_options(line)
    tool = log.logger(_LOGGER)
    if options.extraction is not Extraction.NONE and not Path(options.output_folder or ".").is_dir():
        hold_words(tool, folder_trouble(Path(options.output_folder or ".")))
        tool.fatal("specified output directory does not exist")
        return int(ExitCode.COMMAND_LINE_SYNTAX)
    from dicomdesk.cli.query.frame import with_security  # noqa: PLC0415 - start-up time

    secured = with_security(options, line, tool, TlsRole.REQUESTOR)
    if secured is None:
        return int(ExitCode.FAILED)
    if secured.list_choice is not None:
        from dicomdesk.cli.query.list_run import ListTool, run_list  # noqa: PLC0415 - as above

        return run_list(ListTool(name=TOOL.name, no_association=ExitCode.NO_ASSOCIATION), secured, log)
    return _find(secured, log)


def _find(options: FindOptions, log: Log) -> int:
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.query.frame import read_queries  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.query.query  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.findscu.lines import FindLines, exit_code  # noqa: PLC0415 - as above
        from dicomdesk.cli.findscu.responses import Responses  # noqa: PLC0415 - as above

    identifiers, options = read_queries(options, log)
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
        lines.show_end(result, aborts_at_end=options.aborts_at_end)
        code = exit_code(result, watch.last_signal)
        return code or int(ExitCode.CANNOT_WRITE_REPORT_FILE if responses.is_lost else ExitCode.SUCCESS)

    with _long_turns(is_wanted=options.extraction is not Extraction.NONE):
        return watch.carry_out(_request(options, identifiers, reports_matches=responses.wants_matches), conclude)


@contextmanager
def _long_turns(*, is_wanted: bool) -> Iterator[None]:
    """Let a thread that writes files go on while another one could read: changing over costs more than waiting."""
    before = sys.getswitchinterval()
    if is_wanted:
        sys.setswitchinterval(_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _request(options: FindOptions, identifiers: "Identifiers", *, reports_matches: bool = True) -> "QueryRequest":
    from dicomdesk.dicom.documents.data_set import write_data_set  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.query.request import Identifier, QueryModel, QueryRequest  # noqa: PLC0415 - as above

    return QueryRequest(
        peer=options.peer,
        identifiers=tuple(
            Identifier(data_set=write_data_set(data_set, has_only_old_vrs=options.has_only_old_vrs))
            for data_set in identifiers.data_sets
        ),
        association=options.association,
        model=QueryModel(MODEL_NAMES[options.model]),
        transfer_syntaxes=options.transfer_syntaxes,
        compression_level=options.compression_level,
        repeats=options.repeats,
        cancel_after=options.cancel_after,
        limit=options.limit,
        splits_dates=options.splits_dates,
        reports_matches=reports_matches,
        aborts_at_end=options.aborts_at_end,
    )


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers}, check_first=check_port)
