"""A running archive for front ends: what happens is pushed into one sink, and it ends when it is told to.

The facts are those of ``engine.events``, for associations and stored instances, and those of ``archive.facts``. As with
jobs, ``JobFinished`` is the last.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ArchiveFact, InstanceStored, ShutdownRequested
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.engine import events
from dicomdesk.network.acceptor.handlers import IncomingAssociation, IncomingStore, SilentObserver, StoreAnswer
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.presentation.profiles import Profile

__all__ = ["Serving", "ServingEvent", "ServingSink"]

ServingEvent = events.Event | ArchiveFact
ServingSink = Callable[[ServingEvent], None]
"""Called on the threads of the associations; returns at once and raises nothing."""

_JOB_ID = "archive"


class Serving:
    """An archive from its start to its end. ``open`` once, then ``cancel`` from any thread, ``close`` at the end."""

    def __init__(
        self,
        settings: ArchiveSettings,
        sink: ServingSink,
        *,
        profiles: tuple[Profile | None, Profile | None] = (None, None),
    ) -> None:
        """Open all areas; raises what ``Archive`` raises."""
        self._sinks = [sink]
        self._observer = _Told(self._sink)
        self.archive = Archive(settings, self._take_fact, self._observer, profiles=profiles)
        self._address = settings.address
        self._lock = threading.Lock()
        self._ending: threading.Thread | None = None
        self._is_over = False
        """Whether the last has been told."""
        self._is_abandoned = False
        self.is_asked_to_end = False
        """Whether a peer has asked for the end."""

    def count_with(self, sink: ServingSink) -> None:
        """Tell another one too; before ``open``."""
        self._sinks.append(sink)

    def open(self, *, bound: Callable[[], None] | None = None) -> int:
        """Listen; returns the port. See ``Archive.start``, which raises what this raises."""
        port = self.archive.start(bound=bound)
        self._sink(events.JobStarted(job_id=_JOB_ID, at=datetime.now(UTC)))
        self._sink(events.ListenerStarted(job_id=_JOB_ID, address=self._address, port=port))
        return port

    def cancel(self) -> None:
        """First call: take no more associations, let what is being received end. Second call: abort. None waits."""
        with self._lock:
            is_first = self._ending is None
            work = self._end if is_first else partial(self.archive.stop, abort=True)
            thread = threading.Thread(target=work, name="archive-end" if is_first else "archive-abort", daemon=True)
            thread.start()
            self._ending = self._ending or thread

    def abandon(self) -> None:
        """Tell the last now, although something does not end: for the end of a process. The areas are put in order
        when they are opened again.
        """
        self._is_abandoned = True
        self._tell_last(events.JobOutcome.CANCELLED)

    def close(self) -> None:
        """Wait for the end that ``cancel`` began, or end now; all is in order then. Nothing where it was abandoned."""
        if self._is_abandoned:
            return
        with self._lock:
            ending = self._ending
        if ending is not None:
            ending.join()
        self.archive.close()

    def _sink(self, event: ServingEvent) -> None:
        for sink in self._sinks:
            sink(event)

    def _end(self) -> None:
        error = ""
        try:
            self.archive.close()
        except Exception as fault:  # noqa: BLE001 - worker top level: JobFinished must come
            error = f"{type(fault).__name__}: {fault}"
        self._tell_last(events.JobOutcome.FAILED if error else events.JobOutcome.COMPLETED, error)

    def _tell_last(self, outcome: events.JobOutcome, error: str = "") -> None:
        with self._lock:
            is_over, self._is_over = self._is_over, True
        if not is_over:
            self._sink(events.JobFinished(job_id=_JOB_ID, outcome=outcome, counts=self._observer.counts(), error=error))

    def _take_fact(self, fact: ArchiveFact) -> None:
        if isinstance(fact, InstanceStored):
            self._observer.stored(fact)
        self._sink(fact)
        if isinstance(fact, ShutdownRequested):
            self.is_asked_to_end = True
            self.cancel()


class _Told(SilentObserver):
    """Turns what the listener tells into events; called by the threads of all associations."""

    def __init__(self, sink: ServingSink) -> None:
        self._sink = sink
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
        text = f"Could not receive association request from {peer_host}: {reason}"
        self._notice(events.NoticeLevel.ERROR, text, peer_host)

    def association_received(self, request: IncomingAssociation) -> None:
        """See ``ListenerObserver``."""
        self._sink(
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
        self._sink(events.AssociationAccepted(job_id=_JOB_ID, association=association, negotiation=negotiation))

    def association_refused(self, association: int, reason: str) -> None:
        """See ``ListenerObserver``."""
        self._sink(events.AssociationFailed(job_id=_JOB_ID, association=association, reason=reason))

    def association_released(self, association: int) -> None:
        """See ``ListenerObserver``."""
        self._lost(association)
        self._sink(events.AssociationReleased(job_id=_JOB_ID, association=association))

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        """See ``ListenerObserver``."""
        self._lost(association)
        self._sink(events.AssociationAborted(job_id=_JOB_ID, association=association, by_peer=by_peer, reason=reason))

    def echoed(self, association: int, message_id: int) -> None:  # noqa: ARG002 - not in DCMTK's line
        """See ``ListenerObserver``."""
        self._notice(events.NoticeLevel.INFO, f"Received Echo SCP RQ: MsgID {message_id}")

    def store_started(self, request: IncomingStore) -> None:
        """See ``ListenerObserver``."""
        with self._lock:
            self._index += 1
            index = self._index
        self._open[request.association] = _Arrival(request, index)
        self._sink(
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
        self._notice(events.NoticeLevel.WARNING, text)

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
        self._sink(
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

    def _notice(self, level: events.NoticeLevel, text: str, peer_host: str = "") -> None:
        self._sink(events.Notice(job_id=_JOB_ID, level=level, text=text, peer_host=peer_host))


class _Arrival:
    """An instance that is being received."""

    __slots__ = ("index", "path", "request", "size_bytes")

    def __init__(self, request: IncomingStore, index: int) -> None:
        self.request = request
        self.index = index
        self.path = ""
        self.size_bytes = 0
