"""Works off the list that a command line names, with the settings of its tool."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.query.options import MODEL_NAMES, QueryOptions
from dicomdesk.errors import DataError, ListStateError, LocalError, ReportError, SettingsError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Level, Log, Logger
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.cli.output.job_watch import JobWatch
    from dicomdesk.cli.query.inputs import Identifiers
    from dicomdesk.cli.query.list_options import ListChoice
    from dicomdesk.dicom.lists.entries import ListEntries
    from dicomdesk.engine.lists.facts import ListFact
    from dicomdesk.engine.lists.request import ListRequest
    from dicomdesk.engine.lists.results import ListOutcome
    from dicomdesk.engine.query.request import Identifier
    from dicomdesk.engine.retrieve.request import RetrieveRequest

__all__ = ["ListTool", "run_list"]

OptionsT = TypeVar("OptionsT", bound=QueryOptions)
FetchMaker = Callable[[OptionsT, "Identifiers"], "RetrieveRequest"]
ListWatcher = Callable[["JobWatch[ListFact]", "ListRequest", "Callable[[ListOutcome], int]", Logger], int]
"""Carries out a list job, shown by its watch and concluded by the function; tells more to the logger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTool:
    """The tool that works off the list."""

    name: str
    no_association: ExitCode
    """Its exit code where there was no association."""
    watcher: "ListWatcher | None" = None
    """In the place of ``JobWatch.carry_out``."""


def run_list(tool: ListTool, options: OptionsT, log: Log, make_fetch: "FetchMaker[OptionsT] | None" = None) -> int:
    """Ask for each line, fetch what is found where ``make_fetch`` says how; returns the exit code."""
    from dicomdesk.cli.query.frame import read_queries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.query.inputs import Identifiers  # noqa: PLC0415 - as above

    choice = options.list_choice
    assert choice is not None
    main = log.logger(f"dcmtk.apps.{tool.name}")
    keyed, _ = read_queries(options, log)
    if options.keys and keyed.fault is not None:
        main.fatal(keyed.fault.text or keyed.fault.condition)
        return int(ExitCode.FAILED)
    entries = _read_list(choice, main)
    if entries is None:
        return int(ExitCode.INVALID_INPUT_FILE)
    fetch = make_fetch(options, Identifiers(data_sets=())) if make_fetch is not None else None
    try:
        return _carry_out(tool, options, log, entries, _request(options, choice, entries, keyed, fetch))
    except ListStateError as error:
        main.fatal(printable(str(error)))
        return int(ExitCode.INVALID_INPUT_FILE)


def _read_list(choice: "ListChoice", main: Logger) -> "ListEntries | None":
    """The lines of the list; None where it cannot be read, which is then said."""
    from dicomdesk.dicom.lists.columns import find_columns  # noqa: PLC0415 - start-up time
    from dicomdesk.dicom.lists.entries import read_entries  # noqa: PLC0415 - as above
    from dicomdesk.dicom.lists.table import read_table  # noqa: PLC0415 - as above

    try:
        rows = read_table(choice.file, sheet=choice.sheet).rows
        columns = find_columns(rows, columns=choice.columns, keys=choice.keys, has_header=choice.has_header)
        entries = read_entries(rows, columns, fill_to=choice.fill_to)
    except (DataError, SettingsError) as error:
        main.fatal(printable(str(error)))
        return None
    if not entries.entries:
        main.fatal("The list has a header, and no line")
        return None
    for warning in entries.warnings:
        main.warn(warning)
    if entries.lost_zeros_to:
        main.warn(f"--list-zeros {entries.lost_zeros_to} puts zeros before them")
    main.info(f"{rows.description}: {count_text(len(entries.entries), 'line')}, {columns.text}")
    return entries


def _request(
    options: QueryOptions,
    choice: "ListChoice",
    entries: "ListEntries",
    keyed: "Identifiers",
    fetch: "RetrieveRequest | None",
) -> "ListRequest":
    from dicomdesk.dicom.query.query import Model  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.lists.request import ListRequest  # noqa: PLC0415 - as above
    from dicomdesk.engine.query.request import QueryModel  # noqa: PLC0415 - as above

    model = MODEL_NAMES[options.model] if choice.has_model else "study-root"
    if fetch is not None:
        fetch = replace(
            fetch,
            model=Model(model),
            storage_sop_classes=(),
            takes_compressed=True,
            proposes_find=False,
            explains=True,
            retries=1,
            repeats=1,
            at_once=0,  # lines at once are the bound
            aborts_at_end=False,
        )
    return ListRequest(
        peer=options.peer,
        entries=entries.entries,
        association=options.association,
        model=QueryModel(model),
        further=_further(keyed) if options.keys else _further(None),
        transfer_syntaxes=options.transfer_syntaxes,
        fetch=fetch,
        takes_all=choice.takes_all,
        parallel=choice.parallel,
        pause_s=choice.pause_s,
        window=choice.window,
        state_file=choice.state_file,
    )


def _further(keyed: "Identifiers | None") -> "Identifier":
    from dicomdesk.dicom.documents.data_set import write_data_set  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.query.request import Identifier  # noqa: PLC0415 - as above

    return Identifier(data_set=write_data_set(keyed.data_sets[0])) if keyed is not None else Identifier()


def _carry_out(tool: ListTool, options: QueryOptions, log: Log, entries: "ListEntries", request: "ListRequest") -> int:
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - start-up time

    with lean_imports():
        import dicomdesk.engine.lists.list_job  # noqa: F401, PLC0415 - as above; the engine imports it when it is asked
        from dicomdesk.cli.query.list_json import ListJsonReporter  # noqa: PLC0415 - as above
        from dicomdesk.cli.query.list_lines import ListLines  # noqa: PLC0415 - as above

    choice = options.list_choice
    assert choice is not None
    main = log.logger(f"dcmtk.apps.{tool.name}")
    told = main.with_level(Level.INFO) if choice.is_loud else main
    lines = ListLines(log, tool.name, options.peer, options.association, entries.entries, told)
    json = ListJsonReporter(entries.entries) if choice.writes_json else None
    watch = JobWatch(lines, main, json=json, progress_word="working" if options.shows_progress else "", verb="stopping")

    def conclude(result: "ListOutcome") -> int:
        told.info(result.text)
        if json is not None:
            json.end(result)
        code = _exit_code(tool, result, watch.last_signal)
        try:
            _write_report(choice, entries, result)
        except ReportError as error:
            main.error(printable(str(error)))
            return code or int(ExitCode.CANNOT_WRITE_REPORT_FILE)
        return code

    if tool.watcher is not None:
        return tool.watcher(watch, request, conclude, main)
    return watch.carry_out(request, conclude)


def _write_report(choice: "ListChoice", entries: "ListEntries", result: "ListOutcome") -> None:
    if choice.report_file:
        from dicomdesk.engine.lists.report import write_list_report  # noqa: PLC0415 - only where asked for

        write_list_report(choice.report_file, entries.columns.names, entries.entries, result.results)


def _exit_code(tool: ListTool, result: "ListOutcome", last_signal: int) -> int:
    from dicomdesk.engine.events import JobOutcome  # noqa: PLC0415 - start-up time

    if result.outcome is JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    if result.error is not None:
        return int(ExitCode.FAILED if isinstance(result.error, LocalError) else tool.no_association)
    return int(ExitCode.SUCCESS if result.is_all_well else ExitCode.NOT_ALL_RIGHT)
