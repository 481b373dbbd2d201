"""``archive send``."""

from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.place import GENERAL, PLACE, SELECTION, read_place, read_selected
from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dicomdesk.archive.administration.keeping.exporting import ExportItem
    from dicomdesk.archive.audit.messages import AuditMessage
    from dicomdesk.archive.index_entries import StoredInstance
    from dicomdesk.engine.delivery.delivery import SendResult
    from dicomdesk.engine.delivery.report import Report
    from dicomdesk.engine.send.request import SendRequest

_MOST_RETRIES = 1000
_STORED = frozenset({"stored", "warning"})

TOOL = Tool(
    name="archive send",
    description="Send what the archive has to a peer",
    parameters=(
        Parameter(name="peer", text="AE title of the configuration, name of the address book, or PACS@HOST:PORT"),
        *SELECTION,
    ),
    groups=(
        GENERAL,
        PLACE,
        group(
            "network options",
            option("-aet --aetitle", "call as this AE title (default: that of the area)", argument="[a]etitle: string"),
            option("--peers", "address book (default: the window's)", argument="[f]ilename: string"),
            option("--retry", "try n times more what failed for now", argument="[n]umber: integer (default: 0)"),
        ),
        group("output options", JSON, *AUDIT_OPTIONS),
    ),
    notes=(
        (
            "The instances go by C-STORE, as dcmsend sends them, converted where the peer takes them otherwise only. "
            "The exit code is 0 where the peer has stored them all, and 80 where not, or nothing matches."
        ),
    ),
    examples=(
        ("Send a study to a peer of the configuration.", "archive send STORE study 1.2.3"),
        ("Send all of a patient to any peer.", "archive send PACS@pacs.example:104 patient 4711 --retry 2"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Send what is selected; returns the exit code."""
    peer, *words = line.parameters
    selection, place, audit = read_selected(words), read_place(line), read_audit(line)
    if not selection.restricts:
        raise CommandLineError("A key is needed that says what is to be sent")
    retries = line.integer("--retry", 0, _MOST_RETRIES) or 0
    from dicomdesk.archive.administration.keeping.exporting import find_export  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.administration.keeping.sending import send_request  # noqa: PLC0415 - as above
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - as above
    from dicomdesk.archive.audit.changes import opened_trail  # noqa: PLC0415 - as above
    from dicomdesk.engine.peers.book_file import book_file  # noqa: PLC0415 - as above

    book = Path(line.text("--peers")) if line.has("--peers") else book_file()

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas:
            items = find_export(areas, selection)
        if not items:
            logger.write_failure("nothing matches: nothing was sent")
            return int(ExitCode.NOT_ALL_RIGHT)
        calling = line.text("--aetitle", items[0].opened.area.ae_title)
        request = send_request(items, peer, book, calling_ae_title=calling, retries=retries)
        with opened_trail(audit) as trail:
            return _send(line, log, request, lambda report: trail.tell(_messages(items, request, report)))

    return carry_out(log, work)


def _messages(items: "Sequence[ExportItem]", request: "SendRequest", report: "Report") -> "Iterator[AuditMessage]":
    """Yield what the audit trail is told: what the peer has stored, by area and study."""
    from dicomdesk.archive.audit.changes import send_messages  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.messages import Participant, Role  # noqa: PLC0415 - as above

    title, host = request.peer.ae_title, request.peer.host
    peer = Participant(user_id=title, role=Role.DESTINATION, alternative_user_id=f"AETITLES={title}", address=host)
    stored = {item.path for item in report.items if item.outcome.value in _STORED}
    sent: dict[str, list[StoredInstance]] = {}
    for item, path in zip(items, request.inputs.paths, strict=True):
        if path in stored:
            sent.setdefault(item.opened.name, []).append(item.instance)
    for area, instances in sent.items():
        yield from send_messages(
            instances,
            area=area,
            user=who_asks(),
            peer=peer,
            description="archive send",
            is_all=len(stored) == len(items),
        )


def _send(line: CommandLine, log: Log, request: "SendRequest", tell: "Callable[[Report], None]") -> int:
    from dicomdesk.cli.dcmsend.lines import SendLines, send_words  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.output.job_watch import JobWatch, json_reporter  # noqa: PLC0415 - as above
    from dicomdesk.engine.events import Event  # noqa: PLC0415 - as above

    logger = log.logger("dcmtk.apps.archive")
    json = json_reporter(is_wanted=line.has("--json"), words=send_words)
    watch: JobWatch[Event] = JobWatch(
        SendLines(log, request, shows_contexts=False), logger, json=json, progress_word="sending"
    )

    def conclude(result: "SendResult") -> int:
        if result.error is not None:
            logger.error(printable(str(result.error)))
        tell(result.report)
        stored = sum(item.outcome.value in _STORED for item in result.report.items)
        text = f"{stored} of {count_text(len(request.inputs.paths), 'instance')} stored by {request.peer.ae_title}"
        if result.report.is_all_stored and json is None:
            write_stdout(printable(text) + "\n")
        elif not result.report.is_all_stored:
            logger.warn(printable(text))
        if watch.last_signal:
            return died_of_signal(watch.last_signal)
        is_all = result.report.is_all_stored and stored == len(request.inputs.paths)
        return int(ExitCode.SUCCESS if is_all else ExitCode.NOT_ALL_RIGHT)

    return watch.carry_out(request, conclude)


PROGRAM = Program(tool=TOOL, run=run)
