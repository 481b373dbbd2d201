"""The tool ``resume``."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import TlsRole
from dicomdesk.cli.program import Program
from dicomdesk.cli.resume.options import TOOL, Deed, ResumeOptions, read_options
from dicomdesk.cli.tls_preparation import ask_pass_phrase
from dicomdesk.errors import JournalError, LocalError, SettingsError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Level, Log, Logger

if TYPE_CHECKING:
    from dicomdesk.engine.journal.records import SettingValue
    from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
    from dicomdesk.engine.outbox.errands import Destination
    from dicomdesk.engine.resume.facts import ResumeFact
    from dicomdesk.engine.resume.resume_job import ResumeResult
    from dicomdesk.settings import TlsSettings

_TLS_ROLE = TlsRole.REQUESTOR_EXTENSION


def run(line: CommandLine, log: Log) -> int:
    """Take up the journal of the command line, or show it; returns the exit code."""
    options = read_options(line)
    from dicomdesk.cli.dictionaries import load_environment_dictionaries  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - as above
    from dicomdesk.engine.journal.sqlite_journal import SqliteJournal  # noqa: PLC0415 - as above

    load_environment_dictionaries(log)
    show_library_records(log)
    logger = log.logger("dcmtk.apps.resume")
    try:
        journal = SqliteJournal(options.journal, is_made=False)
    except JournalError as error:
        logger.fatal(printable(str(error)))
        return int(ExitCode.CANNOT_USE_JOURNAL)
    try:
        return _do(journal, options, logger)
    except (LocalError, SettingsError) as error:
        logger.fatal(printable(str(error)))
        return int(ExitCode.CANNOT_USE_JOURNAL)
    finally:
        journal.close()


def _do(journal: "SqliteJournal", options: ResumeOptions, logger: Logger) -> int:
    from dicomdesk.cli.resume import answers  # noqa: PLC0415 - start-up time

    if strangers := options.errand_ids - {errand.id for errand in journal.errands()}:
        numbers = ", ".join(map(str, sorted(strangers)))
        logger.error(f"The journal {printable(options.journal)} has no errand {numbers}")
        return int(ExitCode.NOT_ALL_STORED)
    match options.deed:
        case Deed.LIST:
            return answers.show_list(journal, options, logger)
        case Deed.HISTORY:
            return answers.show_history(journal, options, logger)
        case Deed.FORGET:
            return answers.forget(journal, options, logger)
        case Deed.RESUME:
            return _resume(journal, options, logger)


def _resume(journal: "SqliteJournal", options: ResumeOptions, logger: Logger) -> int:
    from dicomdesk.cli.output.job_watch import JobWatch  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.resume.json_lines import ResumeJsonReporter  # noqa: PLC0415 - as above
    from dicomdesk.cli.resume.lines import ResumeLines  # noqa: PLC0415 - as above
    from dicomdesk.engine.resume.resume_job import ResumeRequest  # noqa: PLC0415 - as above

    reporter = ResumeJsonReporter() if options.writes_json else None
    word = "sending" if options.shows_progress else ""
    watch: JobWatch[ResumeFact] = JobWatch(ResumeLines(logger), logger, json=reporter, progress_word=word)
    listed = [errand.id for errand in journal.errands()]

    def conclude(result: "ResumeResult") -> int:
        if reporter is not None:
            reporter.end(result)
        _show_end(journal, result, logger)
        is_written = _write_report(journal, options, listed, logger)
        if watch.last_signal and not result.is_all_well:
            return died_of_signal(watch.last_signal)
        if not result.is_all_well:
            return int(ExitCode.NOT_ALL_STORED)
        if result.uncommitted:
            return int(ExitCode.NOT_ALL_COMMITTED)
        return int(ExitCode.SUCCESS if is_written else ExitCode.CANNOT_WRITE_REPORT_FILE)

    request = ResumeRequest(
        journal=journal,
        resolve=_make_resolve(options, _ask_once()),
        errand_ids=options.errand_ids,
        retries=options.retries,
        peers_at_once=options.peers_at_once,
        tries_failed_again=options.tries_failed_again,
    )
    return watch.carry_out(request, conclude)


def _make_resolve(
    options: ResumeOptions, ask: "Callable[[TlsSettings], TlsSettings]"
) -> "Callable[[str, Mapping[str, SettingValue]], Destination]":
    """Make what finds a peer: by the request of a command line, else in the address book."""
    from dicomdesk.engine.peers.book_file import book_file  # noqa: PLC0415 - start-up time
    from dicomdesk.engine.resume.errand_requests import resolve_request  # noqa: PLC0415 - as above
    from dicomdesk.engine.routing.peer_lookup import PeerLookup  # noqa: PLC0415 - as above

    lookup = PeerLookup((), options.peers or book_file(), options.calling_ae_title)

    def resolve(name: str, settings: "Mapping[str, SettingValue]") -> "Destination":
        found = resolve_request(settings) or lookup.resolve(name, settings)
        peer = found.request.peer
        if peer.tls is None:
            return found
        return replace(found, request=replace(found.request, peer=replace(peer, tls=ask(peer.tls))))

    return resolve


def _ask_once() -> "Callable[[TlsSettings], TlsSettings]":
    """Make what asks for the pass phrase of each key, once."""
    known: dict[object, TlsSettings] = {}

    def ask(tls: "TlsSettings") -> "TlsSettings":
        key = tls.private_key_file or tls.certificate_file
        if key not in known:
            known[key] = ask_pass_phrase(tls, _TLS_ROLE)
        return replace(tls, pass_phrase=known[key].pass_phrase)

    return ask


def _show_end(journal: "SqliteJournal", result: "ResumeResult", logger: Logger) -> None:
    from dicomdesk.cli.resume.rows import counts_text  # noqa: PLC0415 - start-up time

    if result.error is not None:
        logger.fatal(printable(str(result.error)))
    if result.counts:
        text = counts_text(result.counts)
        (logger.info if result.is_all_well else logger.warn)(text)
        if result.uncommitted:
            logger.warn(f"not committed by the peer: {count_text(result.uncommitted, 'instance')}")
    elif not result.works:
        logger.info("nothing is left to be done")
    if journal.trouble:
        logger.warn(f"{journal.trouble}: what happened now is not kept")


def _write_report(journal: "SqliteJournal", options: ResumeOptions, errand_ids: list[int], logger: Logger) -> bool:
    """Write what became of each instance; False when that failed."""
    if not options.report_file:
        return True
    try:
        with open(options.report_file, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(f"{text}\n" for text in _report(journal, options, errand_ids))
    except OSError as error:
        name = printable(options.report_file)
        logger.write(Level.ERROR, f"cannot write report to file '{name}': {error.strerror}")
        return False
    return True


def _report(journal: "SqliteJournal", options: ResumeOptions, errand_ids: list[int]) -> Iterator[str]:
    from dicomdesk.cli.resume.rows import (  # noqa: PLC0415 - start-up time
        errand_lines,
        instance_fields,
        instance_lines,
        instances_of,
    )

    wanted = options.errand_ids or frozenset(errand_ids)
    for errand in journal.errands():
        if errand.id not in wanted:
            continue
        if not options.is_jsonl_report:
            yield from errand_lines(errand, journal.counts(errand.id))
        for instance in instances_of(journal, errand.id):
            attempts = journal.attempts(errand.id, instance.number)
            if options.is_jsonl_report:
                yield json.dumps(instance_fields(instance, attempts))
            else:
                yield from instance_lines(instance, attempts)


PROGRAM = Program(tool=TOOL, run=run)
