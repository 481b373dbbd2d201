"""The tool ``route``."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError
from dicomdesk.cli.options.tls import list_ciphers
from dicomdesk.cli.output.explaining import explain_text
from dicomdesk.cli.program import Program
from dicomdesk.cli.route.options import TLS_ROLE, TOOL, RouteOptions, read_options
from dicomdesk.cli.tls_preparation import ask_pass_phrase, show_tls_failure
from dicomdesk.errors import (
    LocalError,
    ProfileError,
    SettingsError,
    StorageError,
    TlsSettingsError,
)
from dicomdesk.human import printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.engine.routing.peer_lookup import PeerLookup
    from dicomdesk.engine.routing.route_job import RouteResult
    from dicomdesk.engine.rules.rule import RuleSet


def run(line: CommandLine, log: Log) -> int:
    """Do what the command line says; returns the exit code."""
    options = read_options(line)
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.engine.rules.rules_file import load_rules  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    show_library_records(log)
    tool = log.logger("dcmtk.apps.route")
    try:
        rules = load_rules(options.rules)
    except FileNotFoundError:
        tool.fatal(f"{printable(str(options.rules))}: there is no such file of rules")
        return int(ExitCode.INVALID_INPUT_FILE)
    except SettingsError as error:
        tool.fatal(printable(str(error)))
        return int(ExitCode.INVALID_INPUT_FILE)
    peers = _peers(options, rules)
    if problem := peers.problem():
        tool.warn(problem)
    if options.lists or options.tests or options.history:
        from dicomdesk.cli.route.answers import Answers  # noqa: PLC0415 - only where asked for: start-up time

        return Answers(options, rules, peers, tool).answer()
    return _carry_out(options, rules, peers, log)


def _peers(options: RouteOptions, rules: "RuleSet") -> "PeerLookup":
    from dicomdesk.engine.peers.book_file import book_file  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.routing.peer_lookup import PeerLookup  # noqa: PLC0415 - as above

    return PeerLookup(rules.peers, options.peers or book_file(), options.calling_ae_title)


def _carry_out(options: RouteOptions, rules: "RuleSet", peers: "PeerLookup", log: Log) -> int:
    from dicomdesk.cli.dcmrecv.lines import ReceiveLines, receive_words  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.journal_notices import close_journal, open_journal, trouble_teller  # noqa: PLC0415 - as above
    from dicomdesk.cli.route.json_lines import RouteJsonReporter  # noqa: PLC0415 - as above
    from dicomdesk.cli.route.lines import RouteLines  # noqa: PLC0415 - as above
    from dicomdesk.engine.outbox.errands import OutboxLimits  # noqa: PLC0415 - as above
    from dicomdesk.engine.routing.station import StationFact, StationRequest  # noqa: PLC0415 - as above

    tool = log.logger("dcmtk.apps.route")
    reception = options.reception
    if not _is_worth_running(options, rules, peers.find, tool):
        return int(ExitCode.INVALID_INPUT_FILE)
    receiving, request = None, None
    if reception is not None:
        request = reception.request
        acceptance = request.acceptance
        if acceptance.tls is not None:
            request = replace(request, acceptance=replace(acceptance, tls=ask_pass_phrase(acceptance.tls, TLS_ROLE)))
        receiving = ReceiveLines(log, max_pdu_bytes=acceptance.max_pdu_bytes, shows_contexts=reception.shows_contexts)
    json = RouteJsonReporter(receive_words) if options.writes_json else None
    watch: JobWatch[StationFact] = JobWatch(RouteLines(log, receiving), tool, json=json, verb="stopping")
    journal = open_journal(str(options.journal), tool, tell=trouble_teller(watch.sink))
    if journal is None:
        return int(ExitCode.CANNOT_USE_JOURNAL)

    def conclude(result: "RouteResult") -> int:
        if result.error is not None:
            tool.fatal(printable(str(result.error)))
            return int(ExitCode.INTERNAL_FAULT)
        return died_of_signal(watch.last_signal) if watch.last_signal else int(ExitCode.SUCCESS)

    station = StationRequest(
        rules=rules,
        journal=journal,
        find_peer=peers.find,
        resolve=peers.resolve,
        receive=request,
        limits=OutboxLimits(peers_at_once=options.peers_at_once),
    )
    try:
        return watch.carry_out(station, conclude)
    except (LocalError, SettingsError) as error:
        return _show_start_failure(error, tool)
    finally:
        close_journal(journal, tool)


def _is_worth_running(
    options: RouteOptions, rules: "RuleSet", find_peer: "Callable[[str], object]", tool: Logger
) -> bool:
    """Say what is wrong between rules and command line; whether there is anything to do."""
    from dicomdesk.engine.rules.rule import FilesAtRest, describe_rule  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.rules.rules_file import find_reception  # noqa: PLC0415 - as above

    going = [rule for rule in rules.rules if rule.is_on]
    if not going:
        tool.fatal(f"{printable(str(options.rules))}: no rule is on, so there is nothing to do")
        return False
    received = "" if options.reception is None else str(options.reception.request.storage.folder)
    if told := find_reception(going, received):
        tool.fatal(f"{printable(str(options.rules))}: {told}")
        return False
    for rule in going:
        tool.info(f"rule {printable(rule.name)}: {printable(describe_rule(rule))}")
        if not isinstance(rule.trigger, FilesAtRest) and options.reception is None:
            tool.warn(f"rule {printable(rule.name)} is about received studies: without --port it has nothing to do")
        for one in rule.destinations:
            if one.peer is None and find_peer(one.name) is None:
                text = f"rule {printable(rule.name)}: there is no peer called {printable(one.name)}"
                tool.warn(text)
                tool.remark(explain_text(text).text)
    return True


def _show_start_failure(error: LocalError | SettingsError, tool: Logger) -> int:
    """Write why it cannot begin; returns the exit code."""
    text = printable(str(error))
    if isinstance(error, StorageError):
        tool.fatal(f"cannot specify output directory: {text}")
        return int(ExitCode.INVALID_OUTPUT_DIRECTORY)
    if isinstance(error, ProfileError):
        tool.fatal(f"cannot load association configuration: {text}")
        return int(ExitCode.INVALID_ASSOCIATION_CONFIGURATION)
    if isinstance(error, TlsSettingsError):
        show_tls_failure(error, tool)
        return int(ExitCode.CANNOT_CREATE_TLS_LAYER)
    if isinstance(error, SettingsError):
        raise CommandLineError(str(error)) from error
    tool.fatal(text)
    return int(ExitCode.CANNOT_START_SCP_AND_LISTEN)


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers})
