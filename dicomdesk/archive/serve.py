"""Serve job: an archive that serves until it is cancelled, or a peer requests the shutdown.

The facts are those of ``engine.events``, for associations and stored instances, and those of ``archive.facts``.
"""

import itertools
import logging
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.audit.auditor import Auditor, open_auditor
from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.facts import ArchiveFact, InstanceStored, ServingEvent, ServingSink, ShutdownRequested
from dicomdesk.archive.metrics import Metrics, MetricsServer
from dicomdesk.archive.setup.accounts import find_account
from dicomdesk.archive.setup.configuration import ArchiveConfiguration
from dicomdesk.archive.setup.profiles import ArchiveProfiles
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.archive.upkeep.reload_notes import Reloading, note_reload
from dicomdesk.engine.events import JobOutcome, Notice
from dicomdesk.engine.job import EventRelay, ThreadStarter
from dicomdesk.engine.receive.arrivals import Arrival
from dicomdesk.engine.receive.listening_job import ListeningJob, ReceiveResult
from dicomdesk.engine.receive.reception_facts import ReceptionFacts
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import ConfigurationError, DicomdeskError
from dicomdesk.network.dimse.store_reception import IncomingStore
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.journal.journal import Journal

__all__ = ["ServeJob", "ServeRequest", "load_requestor"]

logger = logging.getLogger(__name__)

_JOB_ID = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeRequest:
    """Serve an archive.

    The process is the user and the group that the configuration names, if any, once it listens.
    """

    settings: ArchiveSettings
    profiles: ArchiveProfiles = (None, None)
    """For what comes in and what goes out."""
    journal: "Journal | None" = None
    """Keeps moves that fail for reasons that pass, until they are done; None for none. Its owner closes it."""
    metrics_port: int | None = None
    """Where on loopback figures are given, 0 takes a free port; None for nowhere."""
    audit: AuditSettings | None = None
    """Where the audit trail goes; None for no trail."""
    bound: Callable[[], None] | None = None
    """Called when the port is ours and nobody is served yet: the time for what takes a moment."""

    def make_job(self, sink: ServingSink, start_thread: ThreadStarter, /) -> "ServeJob":
        """See ``JobRequest``; raises what ``Archive`` raises."""
        return ServeJob(self, sink, start_thread)


class ServeJob(ListeningJob):
    """Serves an archive until it is cancelled; COMPLETED also where associations were aborted at the end."""

    _report: EventRelay[ServingEvent]

    def __init__(self, request: ServeRequest, sink: ServingSink, start_thread: ThreadStarter) -> None:
        """Open all areas and take the port of the metrics; raises what ``Archive`` raises."""
        metrics = Metrics()
        configuration = request.settings.configuration
        self._account = find_account(configuration.user_name, configuration.group_name)
        with self._account.acting():
            self._auditor = _open_auditor(request)
        sink = sink if request.metrics_port is None else _both(metrics.take, sink)
        super().__init__(_JOB_ID, sink if self._auditor is None else _both(self._auditor.take, sink), start_thread)
        self._observer = _ServedFacts(_JOB_ID, self._report)
        with self._account.acting():
            self.archive = Archive(
                request.settings,
                self._take_fact,
                self._observer,
                profiles=request.profiles,
                journal=request.journal,
            )
        self._address = request.settings.address
        self._bound = request.bound or _nothing
        self._metrics_port = request.metrics_port
        self._metrics = metrics
        self._metrics_server: MetricsServer | None = None
        self.metrics_port = 0
        """Where figures are given, 0 for nowhere."""

    def open(self) -> None:
        """Listen, on the caller's thread, and be the account that is configured; see ``Archive.start``."""
        try:
            if self._auditor is not None:
                self._auditor.start(self._start_thread)
            if self._metrics_port is not None:
                self._metrics_server = MetricsServer(self._metrics, self.archive, self._metrics_port)
                self._metrics_server.start(self._start_thread)
                self.metrics_port = self._metrics_server.port
            self._listen(self._address, lambda: self.archive.start(bound=self._take_port))
        except BaseException:
            self.withdraw()
            raise

    def _take_port(self) -> None:
        self._bound()
        self._account.become()

    def take_reloads(self, path: Path, read: Callable[[], ArchiveConfiguration]) -> Callable[[], None]:
        """Return what has the configuration read again by ``read``, from ``path``, on a thread of its own.

        All or nothing: where it cannot be put in force, the old one stays. A notice says so, and so does a note in each
        area, which those see who ask for it.
        """
        counts = itertools.count()
        reloading = threading.Lock()

        def note(outcome: Reloading) -> None:
            count = next(counts)
            for ae_title in self.archive.ae_titles:
                note_reload(self.archive.keeper(ae_title).storage, str(path), count, outcome)

        def work() -> None:
            with reloading:
                outcome = self._reload(read)
                self._report(Notice(job_id=self.id, level=outcome.level, text=outcome.text))
                note(outcome)

        note(Reloading())
        return lambda: self._start_reload(work)

    def _start_reload(self, work: Callable[[], None]) -> None:
        self._start_thread("archive-reload", work)

    def _reload(self, read: Callable[[], ArchiveConfiguration]) -> Reloading:
        try:
            configuration = read()
            self.archive.reload(configuration)
        except ConfigurationError as error:
            return Reloading(problems=error.problems or (str(error),))
        except DicomdeskError as error:
            return Reloading(problems=(str(error),))
        except Exception:
            # The top of a worker: a defect must not end what is served.
            logger.exception("The configuration could not be read again, by a defect")
            return Reloading(problems=("a defect",))
        return Reloading(warnings=configuration.warnings)

    def withdraw(self) -> None:
        """End without having served; all areas are left in order."""
        self._close_metrics()
        self._break_off()
        self.archive.close()
        self._close_audit()

    def progress(self) -> Progress:
        """Return how much has arrived; totals and rates are unknown."""
        return Progress(
            items_done=self._observer.items,
            bytes_done=self.archive.bytes_received,
            associations=self.archive.associations,
        )

    def _work(self) -> ReceiveResult:
        self._control.wait_for_stop()
        try:
            with self._control.aborting_with(self._abort):
                self.archive.close()
        finally:
            self._close_metrics()
            self._close_audit()
        return ReceiveResult(outcome=JobOutcome.COMPLETED, counts=self._observer.counts())

    def _after_fault(self, error: DicomdeskError) -> ReceiveResult:
        """Areas that could not be left in order are put in order when they are opened again."""
        if self._control.is_aborting:
            return ReceiveResult(outcome=JobOutcome.CANCELLED, counts=self._observer.counts())
        return ReceiveResult(outcome=JobOutcome.FAILED, error=error, counts=self._observer.counts())

    def _break_off(self) -> None:
        self.archive.stop(abort=True)

    def _close_metrics(self) -> None:
        if self._metrics_server is not None:
            self._metrics_server.close()

    def _close_audit(self) -> None:
        if self._auditor is not None:
            self._auditor.close()

    def _take_fact(self, fact: ArchiveFact) -> None:
        if isinstance(fact, InstanceStored):
            self._observer.stored(fact)
        self._report(fact)
        if isinstance(fact, ShutdownRequested) and not self._control.is_stopping:
            self.cancel()


def load_requestor() -> None:
    """Load what associations of ours need, which takes a tenth of a second, before one is wanted."""
    import_module("dicomdesk.network.requestor.association")


def _nothing() -> None:
    """Do nothing."""


def _open_auditor(request: ServeRequest) -> Auditor | None:
    if request.audit is None:
        return None
    return open_auditor(request.audit, [area.ae_title for area in request.settings.configuration.areas])


def _both(first: ServingSink, second: ServingSink) -> ServingSink:
    def tell(event: ServingEvent) -> None:
        first(event)
        second(event)

    return tell


class _ServedFacts(ReceptionFacts):
    """Facts of the job; the archive tells where instances are stored."""

    unanswered = "The association ended before the whole instance had arrived"

    def __init__(self, job_id: str, report: ServingSink) -> None:
        super().__init__(job_id, report)
        self._numbers = itertools.count(1)

    def stored(self, fact: InstanceStored) -> None:
        """Note the path of the instance that is being received; that it has begun is told before."""
        arrival = self._open.get(fact.stored.request.association)
        if arrival is not None:
            self._tell_begun(arrival)
            arrival.path = fact.stored.file.path
            arrival.size_bytes = fact.stored.entry.size_bytes

    def store_started(self, request: IncomingStore) -> None:
        """See ``ListenerObserver``."""
        self.begun(Arrival(request, next(self._numbers)))
