"""Asks the peer to commit to what a delivery has stored, shows what comes of it, and deletes what may be deleted."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.cli.output.job_watch import JobWatch
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.cli.sender.commit_json import CommitJson
from dicomdesk.cli.sender.commit_options import CommitChoice
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine import events
from dicomdesk.engine.commit.commit import CommitResult
from dicomdesk.engine.commit.deletion import Candidate, Deletion, delete_committed
from dicomdesk.engine.commit.facts import CommitFact, CommitmentAsked, CommitmentReported
from dicomdesk.engine.commit.request import CommitRequest, CommitWay, CommitWish, ReportListener
from dicomdesk.engine.commit.states import NOT_ASKED, Commitment, CommitmentState, count_states
from dicomdesk.engine.commit.transactions import Transactions
from dicomdesk.engine.delivery.delivery import SendResult
from dicomdesk.engine.delivery.report import ItemRecord, Report
from dicomdesk.engine.delivery.stamped_ledger import StampedLedger
from dicomdesk.engine.events import EventSink, ItemOutcome
from dicomdesk.engine.job import Job, ThreadStarter
from dicomdesk.errors import LocalError, SettingsError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log, Logger
from dicomdesk.records import dataclass
from dicomdesk.settings import Peer

if TYPE_CHECKING:
    from dicomdesk.cli.sender.delivery import AnySenderOptions
    from dicomdesk.engine.send.request import SendRequest
    from dicomdesk.engine.send_exactly.request import ExactSendRequest

__all__ = ["CommitEnd", "StampedRequest", "commit_and_delete"]

_STORED = (ItemOutcome.STORED, ItemOutcome.WARNING)
_WORDS = {
    CommitmentState.COMMITTED: "committed",
    CommitmentState.NOT_COMMITTED: "not committed",
    CommitmentState.UNANSWERED: "without a report in time",
    CommitmentState.ASKED: "asked for",
    CommitmentState.NOT_ASKED: "not asked for",
}


class StampedRequest:
    """Request of a delivery whose files may be deleted afterwards; see ``StampedLedger``."""

    def __init__(self, request: "SendRequest | ExactSendRequest", ledger: StampedLedger) -> None:
        self._request = request
        self._ledger = ledger

    def make_job(self, sink: EventSink, start_thread: ThreadStarter, /) -> Job[SendResult]:
        """See ``JobRequest``."""
        from dicomdesk.engine.send.request import SendRequest  # noqa: PLC0415 - start-up time of those who do not

        if isinstance(self._request, SendRequest):
            from dicomdesk.engine.send.planned_send import SendJob  # noqa: PLC0415 - as above

            return SendJob(self._request, sink, start_thread, self._ledger)
        from dicomdesk.engine.send_exactly.exact_send import ExactSendJob  # noqa: PLC0415 - as above

        return ExactSendJob(self._request, sink, self._ledger)


class CommitLines(RequestorLines[CommitFact]):
    """Log lines of a commit job; see ``LogLines``."""

    _ALWAYS_WANTED = (events.AssociationFailed, events.Notice)

    def _show(self, event: CommitFact) -> None:
        match event:
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted(negotiation=negotiation):
                self._show_accepted(negotiation)
            case events.AssociationFailed():
                self._show_failed(event)
            case events.AssociationReleased():
                self._main.info("Releasing Association")
            case events.AssociationAborted(reason=reason):
                self._main.info(f"Association ended: {printable(reason)}")
            case events.Notice():
                write_notice(self._tool, event)
            case CommitmentAsked(instances=instances, status=status):
                asked = count_text(instances, "instance")
                self._main.info(f"asked for storage commitment of {asked}: {events.status_text(status)}")
            case CommitmentReported(unanswered=unanswered):
                self._main.info(f"the peer has reported; {count_text(unanswered, 'instance')} left")
            case _:
                pass


@dataclass(frozen=True, slots=True)
class CommitEnd:
    """What came of asking."""

    result: SendResult
    """With what the peer has said, and what became of files, in its report."""
    last_signal: int
    """That came meanwhile, 0 for none."""
    is_json_lost: bool
    """Whether JSON Lines could not be written."""


def commit_and_delete(
    options: "AnySenderOptions",
    result: SendResult,
    log: Log,
    ledger: StampedLedger | None,
    *,
    is_cut_short: bool,
) -> CommitEnd:
    """Ask for what was stored, unless the delivery was cut short; ``ledger`` has the stamps of files to be deleted."""
    choice = options.commit
    assert choice is not None
    json = CommitJson() if options.writes_json else None
    logger = log.logger(f"dcmtk.apps.{options.tool}")
    stored = [item for item in result.report.items if item.outcome in _STORED]
    commitments: Mapping[Reference, Commitment] = {}
    last_signal = 0
    if stored and not is_cut_short:
        watch = JobWatch(
            CommitLines(log, options.tool, options.request.peer, options.request.association),
            logger,
            json=json,
            progress_word="waiting for commitment" if options.shows_progress else "",
        )
        commitments = _ask(_commit_request(options, choice, stored), watch, logger)
        last_signal = watch.last_signal
        _show_summary(stored, commitments, logger)
    report = replace(result.report, commitments=commitments)
    if ledger is not None:
        deletions = _delete(report, ledger, logger)
        if json is not None:
            json.show_deletions(deletions.values())
        report = replace(report, deletions=deletions)
    is_lost = json is not None and json.is_lost
    return CommitEnd(replace(result, report=report), last_signal, is_json_lost=is_lost)


def _commit_request(options: "AnySenderOptions", choice: CommitChoice, stored: list[ItemRecord]) -> CommitRequest:
    request = options.request
    return CommitRequest(
        peer=request.peer,
        association=request.association,
        references=tuple(map(_reference, stored)),
        transactions=Transactions(),
        wish=CommitWish(way=CommitWay(choice.way), patience_s=choice.patience_s, deletes=choice.deletes),
        listener=_listener(request.peer, choice.port) if choice.port else None,
    )


def _listener(peer: Peer, port: int) -> ReportListener:
    """Over TLS where the peer takes TLS, and there is a certificate to show."""
    tls = peer.tls
    return ReportListener(port=port, tls=tls if tls is not None and tls.certificate_file is not None else None)


def _reference(item: ItemRecord) -> Reference:
    return Reference(item.sop_class_uid, item.sop_instance_uid)


def _ask(request: CommitRequest, watch: "JobWatch[CommitFact]", logger: Logger) -> Mapping[Reference, Commitment]:
    found: dict[Reference, Commitment] = {}

    def conclude(result: CommitResult) -> int:
        found.update(result.commitments)
        if result.error is not None:
            advice = printable(getattr(result.error, "advice", ""))
            text = printable(str(result.error)).removesuffix(".")
            logger.error(f"storage commitment: {text}{f'. {advice}' if advice else ''}")
        return 0

    try:
        watch.carry_out(request, conclude)
    except (LocalError, SettingsError) as error:
        text = printable(str(error))
        logger.error(f"storage commitment: {text}")  # noqa: TRY400 - the sentence says it all
        found.update(
            dict.fromkeys(request.references, Commitment(state=CommitmentState.NOT_ASKED, text=text)),
        )
    return found


def _show_summary(stored: list[ItemRecord], commitments: Mapping[Reference, Commitment], logger: Logger) -> None:
    """Tell how many are in which state; what is not committed is named by what keeps it from that."""
    states = [commitments.get(_reference(item), NOT_ASKED) for item in stored]
    counts = ", ".join(f"{count:,} {_WORDS[state]}" for state, count in count_states(states).items() if count)
    logger.info(f"storage commitment of {count_text(len(stored), 'instance')}: {counts}")
    by_text: dict[tuple[CommitmentState, str], list[str]] = defaultdict(list)
    for item, commitment in zip(stored, states, strict=True):
        if commitment.state is not CommitmentState.COMMITTED:
            by_text[commitment.state, commitment.text].append(item.path)
    for (state, text), paths in by_text.items():
        logger.warn(f"{count_text(len(paths), 'instance')} {_WORDS[state]}: {printable(text)}".removesuffix(": "))
        for path in paths:
            logger.info(f"{_WORDS[state]}: {printable(path)}")


def _delete(report: Report, ledger: StampedLedger, logger: Logger) -> dict[str, Deletion]:
    candidates = []
    for item in report.items:
        found, stamp = ledger.stamps[item.instance_id]
        commitment = report.commitment_of(item) or NOT_ASKED
        candidates.append(Candidate(found=found, stamp=stamp, commitment=commitment))
    deletions = {deletion.path: deletion for deletion in delete_committed(candidates)}
    kept: dict[str, list[str]] = defaultdict(list)
    for deletion in deletions.values():
        if not deletion.is_deleted:
            kept[deletion.text].append(deletion.path)
    deleted = len(deletions) - sum(map(len, kept.values()))
    logger.info(f"{count_text(deleted, 'file')} deleted, as the peer has committed to what was sent from them")
    for text, paths in kept.items():
        logger.warn(f"{count_text(len(paths), 'file')} kept: {printable(text)}")
        for path in paths:
            logger.info(f"file kept: {printable(path)}")
    return deletions
