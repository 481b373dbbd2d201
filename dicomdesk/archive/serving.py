"""The job of an archive: it serves until it is cancelled, or a peer asks for the end.

The facts are those of ``engine.events``, for associations and stored instances, and those of ``archive.facts``.
"""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ArchiveFact, InstanceStored, ServingEvent, ServingSink, ShutdownRequested
from dicomdesk.archive.metrics import Metrics, MetricsServer
from dicomdesk.archive.setup.accounts import find_account
from dicomdesk.archive.setup.profiles import ArchiveProfiles
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.engine import events
from dicomdesk.engine.job import EventRelay, Job, ThreadStarter
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
from dicomdesk.network.acceptor.handlers import IncomingAssociation, IncomingStore, SilentObserver, StoreAnswer
from dicomdesk.network.negotiation import Negotiation

__all__ = ["ServeJob", "ServeRequest", "ServeResult"]

_JOB_ID = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeRequest:
    """Serve an archive.

    The process is the user and the group that the configuration names, if any, once it listens.
    """

    settings: ArchiveSettings
    profiles: ArchiveProfiles = (None, None)
    """For what comes in and what goes out."""
    metrics_port: int | None = None
    """Where on loopback figures are given, 0 takes a free port; None for nowhere."""

    def make_job(self, sink: ServingSink, start_thread: ThreadStarter, /) -> "ServeJob":
        """See ``JobRequest``; raises what ``Archive`` raises."""
        return ServeJob(self, sink, start_thread)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeResult:
    """What came of serving."""

    outcome: events.JobOutcome
    """COMPLETED also where associations were aborted at the end."""
    error: DicomdeskError | None = None
    counts: dict[events.ItemOutcome, int] = field(default_factory=dict)
    """Instances received."""


class ServeJob(Job[ServeResult]):
    """Serves until it is cancelled. Built and opened by the engine."""

    _report: EventRelay[ServingEvent]

    def __init__(self, request: ServeRequest, sink: ServingSink, start_thread: ThreadStarter) -> None:
        """Open all areas and take the port of the metrics; raises what ``Archive`` raises."""
        metrics = Metrics()
        super().__init__(_JOB_ID, sink if request.metrics_port is None else _both(metrics.take, sink))
        self._start_thread = start_thread
        configuration = request.settings.configuration
        self._account = find_account(configuration.user_name, configuration.group_name)
        self._observer = _Told(self._report)
        with self._account.acting():
            self.archive = Archive(request.settings, self._take_fact, self._observer, profiles=request.profiles)
        self._address = request.settings.address
        self._metrics_port = request.metrics_port
        self._metrics = metrics
        self._metrics_server: MetricsServer | None = None
        self.port = 0
        """Where it listens."""
        self.metrics_port = 0
        """Where figures are given, 0 for nowhere."""

    def open(self) -> None:
        """Listen, on the caller's thread, and be the account that is configured; see ``Archive.start``."""
        try:
            if self._metrics_port is not None:
                self._metrics_server = MetricsServer(self._metrics, self.archive, self._metrics_port)
                self._metrics_server.start(self._start_thread)
                self.metrics_port = self._metrics_server.port
            with self._report.first() as report:
                self.port = self.archive.start(bound=self._account.become)
                report(events.JobStarted(job_id=self.id, at=datetime.now(UTC)))
                report(events.ListenerStarted(job_id=self.id, address=self._address, port=self.port))
        except BaseException:
            self.withdraw()
            raise

    def withdraw(self) -> None:
        """End without having served; all areas are left in order."""
        self._close_metrics()
        self.archive.stop(abort=True)
        self.archive.close()

    def progress(self) -> Progress:
        """How much has arrived; totals and rates are unknown."""
        return Progress(
            items_total=0,
            items_done=sum(self._observer.counts().values()),
            bytes_total=0,
            bytes_done=self.archive.bytes_received,
            bytes_per_s=0.0,
            items_per_s=0.0,
            seconds_left=None,
            associations=self.archive.associations,
        )

    def _announce(self) -> None:
        """Done by ``open``: associations may come before this job's thread runs."""

    def _work(self) -> ServeResult:
        self._control.wait_for_stop()
        try:
            with self._control.aborting_with(self._abort):
                self.archive.close()
        finally:
            self._close_metrics()
        return ServeResult(outcome=events.JobOutcome.COMPLETED, counts=self._observer.counts())

    def _after_fault(self, error: DicomdeskError) -> ServeResult:
        """Areas that could not be left in order are put in order when they are opened again."""
        if self._control.is_aborting:
            return ServeResult(outcome=events.JobOutcome.CANCELLED, counts=self._observer.counts())
        return ServeResult(outcome=events.JobOutcome.FAILED, error=error, counts=self._observer.counts())

    def _finished(self, result: ServeResult) -> events.JobFinished:
        return events.JobFinished(
            job_id=self.id, outcome=result.outcome, counts=result.counts, error=str(result.error or "")
        )

    def _abort(self) -> None:
        """Second cancel, on the cancelling thread, which must not wait."""
        self._start_thread(f"{self.id}-abort", lambda: self.archive.stop(abort=True))

    def _close_metrics(self) -> None:
        if self._metrics_server is not None:
            self._metrics_server.close()

    def _take_fact(self, fact: ArchiveFact) -> None:
        if isinstance(fact, InstanceStored):
            self._observer.stored(fact)
        self._report(fact)
        if isinstance(fact, ShutdownRequested) and not self._control.is_stopping:
            self.cancel()


def _both(first: ServingSink, second: ServingSink) -> ServingSink:
    def tell(event: ServingEvent) -> None:
        first(event)
        second(event)

    return tell


class _Told(SilentObserver):
    """Turns what the listener tells into events; called by the threads of all associations."""

    def __init__(self, report: ServingSink) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._counts: Counter[events.ItemOutcome] = Counter()
        self._index = 0
        self._open: dict[int, _Arrival] = {}

    def counts(self) -> dict[events.ItemOutcome, int]:
        """Instances by what became of them."""
        with self._lock:
            return dict(self._counts)

    def stored(self, fact: InstanceStored) -> None:
        """The instance that is being received has its place."""
        arrival = self._open.get(fact.stored.request.association)
        if arrival is not None:
            arrival.path = fact.stored.kept.path
            arrival.size_bytes = fact.stored.entry.size_bytes

    def request_failed(self, peer_host: str, reason: str) -> None:
        """See ``ListenerObserver``."""
        self._report(events.RequestFailed(job_id=_JOB_ID, peer_host=peer_host, reason=reason))

    def association_received(self, request: IncomingAssociation) -> None:
        """See ``ListenerObserver``."""
        self._report(
            events.AssociationReceived(
                job_id=_JOB_ID,
                association=request.association,
                peer_host=request.peer_host,
                calling_ae_title=request.calling_ae_title,
                called_ae_title=request.called_ae_title,
                contexts=request.contexts,
                user_identity=request.user_identity,
                extensions=request.extensions,
                peer_implementation_class_uid=request.implementation_class_uid,
                peer_implementation_version=request.implementation_version,
                peer_max_pdu_bytes=request.max_pdu_bytes,
            )
        )

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        """See ``ListenerObserver``."""
        self._report(events.AssociationAccepted(job_id=_JOB_ID, association=association, negotiation=negotiation))

    def association_refused(self, association: int, reason: str) -> None:
        """See ``ListenerObserver``."""
        self._report(events.AssociationFailed(job_id=_JOB_ID, association=association, reason=reason))

    def association_released(self, association: int) -> None:
        """See ``ListenerObserver``."""
        self._lost(association)
        self._report(events.AssociationReleased(job_id=_JOB_ID, association=association))

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        """See ``ListenerObserver``."""
        self._lost(association)
        self._report(events.AssociationAborted(job_id=_JOB_ID, association=association, by_peer=by_peer, reason=reason))

    def echoed(self, association: int, message_id: int) -> None:
        """See ``ListenerObserver``."""
        self._report(events.EchoReceived(job_id=_JOB_ID, association=association, message_id=message_id))

    def store_started(self, request: IncomingStore) -> None:
        """See ``ListenerObserver``."""
        with self._lock:
            self._index += 1
            index = self._index
        self._open[request.association] = _Arrival(request, index)
        self._report(
            events.ItemStarted(
                job_id=_JOB_ID,
                association=request.association,
                index=index,
                message_id=request.message_id,
                sop_class_uid=request.sop_class_uid,
                sop_instance_uid=request.sop_instance_uid,
                context_id=request.context_id,
            )
        )

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        """See ``ListenerObserver``."""
        arrival = self._open.pop(request.association, None)
        if arrival is not None:
            outcome = events.ItemOutcome.REFUSED if answer.status else events.ItemOutcome.STORED
            self._finish(arrival, outcome, answer.status, answer.comment)

    def warned(self, association: int, text: str) -> None:  # noqa: ARG002 - the text says enough
        """See ``ListenerObserver``."""
        self._report(events.Notice(job_id=_JOB_ID, level=events.NoticeLevel.WARNING, text=text))

    def _lost(self, association: int) -> None:
        arrival = self._open.pop(association, None)
        if arrival is not None and arrival.path:
            self._finish(arrival, events.ItemOutcome.STORED, None, "Stored, but the peer could not be told")
        elif arrival is not None:
            reason = "The association ended before the whole instance had arrived"
            self._finish(arrival, events.ItemOutcome.FAILED, None, reason)

    def _finish(self, arrival: "_Arrival", outcome: events.ItemOutcome, status: int | None, reason: str) -> None:
        with self._lock:
            self._counts[outcome] += 1
        self._report(
            events.ItemFinished(
                job_id=_JOB_ID,
                association=arrival.request.association,
                index=arrival.index,
                path=arrival.path,
                outcome=outcome,
                status=status,
                reason=reason,
                message_id=arrival.request.message_id,
                size_bytes=arrival.size_bytes,
            )
        )


class _Arrival:
    """An instance that is being received."""

    __slots__ = ("index", "path", "request", "size_bytes")

    def __init__(self, request: IncomingStore, index: int) -> None:
        self.request = request
        self.index = index
        self.path = ""
        self.size_bytes = 0
