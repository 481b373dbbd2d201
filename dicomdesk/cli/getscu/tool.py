"""The tool ``getscu``."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.getscu.options import TLS_ROLE, TOOL, GetOptions, read_options
from dicomdesk.cli.lean_imports import lean_imports
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.identity import with_identity
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.query.inputs import Identifiers
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
    from dicomdesk.engine.retrieve.request import RetrieveRequest

_LOGGER = "dcmtk.apps.getscu"
_MODELS = {"patient": "patient-root", "study": "study-root", "psonly": "patient-study-only"}


def run(line: CommandLine, log: Log) -> int:
    """Fetch what the command line says; returns the exit code."""
    options = read_options(line)
    tool = log.logger(_LOGGER)
    if not options.storage.folder.is_dir():
        tool.fatal("specified output directory does not exist")
        return int(ExitCode.FAILED)
    if options.tls is not None:
        from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - start-up time

        tls = prepare_tls(options.tls, line, tool, TLS_ROLE)
        if tls is None:
            return int(ExitCode.FAILED)
        options = replace(options, peer=replace(options.peer, tls=tls))
    try:
        association = with_identity(options.association, options.identity, tool)
    except SettingsError as error:
        tool.fatal(printable(str(error)))
        return int(ExitCode.FAILED)
    options = replace(options, association=association)
    return _get(options, log)


def _get(options: GetOptions, log: Log) -> int:
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - as above
    from dicomdesk.cli.query.inputs import make_identifiers  # noqa: PLC0415 - as above

    with lean_imports():
        import dicomdesk.engine.engine  # noqa: F401, PLC0415 - as above
        from dicomdesk.cli.getscu.lines import GetLines, exit_code  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    show_library_records(log)
    identifiers = make_identifiers(options.files, options.keys, passes_over=True)
    aborts_at_end = options.aborts_at_end or identifiers.fault is not None
    lines = GetLines(log, options, identifiers)
    watch = JobWatch(lines, log.logger(_LOGGER), progress_word="retrieving" if options.shows_progress else "")

    def conclude(result: "RetrieveOutcome") -> int:
        lines.show_end(result, aborts_at_end=aborts_at_end)
        return exit_code(result, identifiers, watch.last_signal)

    return watch.carry_out(_request(options, identifiers, aborts_at_end=aborts_at_end), conclude)


def _request(options: GetOptions, identifiers: "Identifiers", *, aborts_at_end: bool) -> "RetrieveRequest":
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
        model=Model(_MODELS[options.model]),
        storage=options.storage,
        transfer_syntaxes=options.transfer_syntaxes,
        storage_transfer_syntaxes=options.storage_transfer_syntaxes,
        storage_sop_classes=tuple(entry.uid for entry in STORAGE_SOP_CLASSES if entry.is_retrieved),
        repeats=options.repeats,
        aborts_at_end=aborts_at_end,
    )


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers})
