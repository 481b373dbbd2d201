"""Receive job: listens for associations, stores instances, reports both."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES, VERIFICATION
from dicomdesk.engine.events import (
    ArrivalKind,
    EventSink,
    ItemOutcome,
    JobOutcome,
    Notice,
    NoticeLevel,
    StorageChanged,
    StudySender,
    StudySettled,
)
from dicomdesk.engine.job import JobState, ThreadStarter, new_job_id
from dicomdesk.engine.rate import RateMeter
from dicomdesk.engine.receive.arrivals import Arrival, ArrivalHandler
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook, Arrived
from dicomdesk.engine.receive.book.folder_scan import FolderScan
from dicomdesk.engine.receive.listening_job import ListeningJob, ReceiveResult, acceptor_ssl_context
from dicomdesk.engine.receive.placement import PlacedFile, Placement, PlacementKind
from dicomdesk.engine.receive.quiet_studies import SettledStudy, StudyCommand, StudySettler
from dicomdesk.engine.receive.reception_facts import ReceptionFacts
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, StorageMode
from dicomdesk.engine.receive.storage_watch import StorageChange, StorageJudge, StorageWatch, storage_words
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, LocalError, SettingsError
from dicomdesk.network.acceptor.acceptor import Callbacks
from dicomdesk.network.acceptor.listener import Listener, ListenerSettings
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.presentation.context_acceptance import (
    AcceptancePolicy,
    accept_all_policy,
    policy_from_profile,
    verification_only_policy,
    with_commitment_reports,
)
from dicomdesk.network.presentation.profiles import load_profiles
from dicomdesk.settings import AccessRules, PeerVerification, ProfileSelection

if TYPE_CHECKING:
    pass

__all__ = ["ReceiveJob", "ReceiveResult", "check_profile"]

_LAST_COUNT_S = 1.0
"""How long the end waits for the look through the folder, so that the last counts are right."""
_LONGEST_LOOK_S = 5.0
"""How long the end waits for a look at a drive that does not answer; what it then sees is told to nobody."""
_LONGEST_INSTANCE_S = 24 * 3600.0
"""How long the first cancel waits for instances that keep arriving; those that stall end by the socket time-out."""


class ReceiveJob(ListeningJob):
    """Stores what arrives, until it is cancelled; CANCELLED where it was aborted. Built and opened by the engine."""

    def __init__(self, request: ReceiveRequest, sink: EventSink, start_thread: ThreadStarter) -> None:
        """Prepare everything but the port; raise ProfileError, StorageError, TlsSettingsError or SettingsError."""
        super().__init__(new_job_id("receive"), sink, start_thread)
        self._request = request
        acceptance, storage = request.acceptance, request.storage
        policy = _make_policy(acceptance)
        services = None
        if request.commitments is not None:
            from dicomdesk.network.acceptor.commitment_reports import (  # noqa: PLC0415 - start-up time of those who take none
                commitment_report_service,
            )

            policy = with_commitment_reports(policy)
            services = commitment_report_service(request.commitments.take_report)
        self._facts = _SettlingFacts(self.id, self._report, report_stored=request.report_stored)
        self._settler = self._make_settler()
        self.book = self._make_book()
        """Where arrivals are counted; None where nobody wants to know."""
        self._scan: FolderScan | None = None
        if self.book is not None:
            self._facts.count_in(self.book)
            if storage.mode is not StorageMode.IGNORE:
                self.book.receives_into(str(storage.folder))
                self._scan = FolderScan(str(storage.folder), self.book, lambda: self._facts.items)
        storing = ArrivalHandler(
            None if storage.mode is StorageMode.IGNORE else Placement(storage, compares=self.book is not None),
            storage.mode,
            begun=self._facts.begun,
            discarded=self._facts.discarded,
            identify=request.identify or bool(request.commands.on_study),
        )
        storing.moving = self._control.require_no_abort
        self._facts.forget = storing.forget
        self._listener = Listener(
            ListenerSettings(
                port=request.port,
                address=request.address,
                max_associations=acceptance.max_associations,
                max_pdu_bytes=acceptance.max_pdu_bytes,
                timeouts=acceptance.timeouts,
                resolve_hosts=acceptance.resolve_hosts,
                access=_checked_access(acceptance),
                places=acceptance.places,
                ssl_context=acceptor_ssl_context(acceptance.tls),
                stop_grace_s=_LONGEST_INSTANCE_S,
            ),
            policy,
            Callbacks(storing, self._facts, services),
        )
        self.storage: StorageJudge | None = None
        """How much room there is, None where nothing is stored; its gauges are for any thread."""
        self._watch = self._make_watch()
        self._byte_rate = RateMeter()
        self._item_rate = RateMeter()
        self._gauge_lock = threading.Lock()

    def open(self) -> None:
        """Start to listen, on the caller's thread; raise PortInUseError or LocalError."""
        if self._scan is not None:
            self._scan.begin()
        try:
            self._listen(self._request.address, self._listener.start)
        except LocalError:
            self._listener.stop()
            if self._scan is not None:
                self._scan.end()
            raise

    def withdraw(self) -> None:
        """Take back ``open`` where the job cannot run: nobody listens any more."""
        self._break_off()
        if self._scan is not None:
            self._scan.end()

    def progress(self) -> Progress:
        """Return how much has arrived; totals are unknown."""
        now_s, items, size_bytes = time.monotonic(), self._facts.items, self._listener.bytes_received
        with self._gauge_lock:
            return Progress(
                items_done=items,
                bytes_done=size_bytes,
                bytes_per_s=self._byte_rate.observe(now_s, size_bytes),
                items_per_s=self._item_rate.observe(now_s, items),
                associations=self._listener.associations,
            )

    def _work(self) -> ReceiveResult:
        settler_thread = self._start_settler()
        watch_thread = self._start_thread(f"{self.id}-storage", self._watch.run) if self._watch is not None else None
        scan_thread = self._start_thread(f"{self.id}-folder", self._look_through) if self._scan is not None else None
        try:
            self._control.wait_for_stop()
            with self._control.aborting_with(self._abort):
                self._listener.stop()
                if scan_thread is not None:
                    scan_thread.join(_LAST_COUNT_S)
                if self._settler is not None and settler_thread is not None:
                    self._settler.stop()
                    settler_thread.join()
        finally:
            if self._watch is not None and watch_thread is not None:
                self._watch.stop()
                watch_thread.join(_LONGEST_LOOK_S)
            if self._scan is not None and scan_thread is not None:
                self._scan.stop()
                scan_thread.join(_LONGEST_LOOK_S)
        return self._result()

    def _look_through(self) -> None:
        """Tell the book what is in the folder already; on a thread of its own."""
        if self._scan is not None:
            self._scan.run()
            if self._scan.is_bounded:
                text = f"{self._scan.files:,} files of the folder were looked through, and there are more: what comes"
                text += " again of those may be counted as new"
                self._report(Notice(job_id=self.id, level=NoticeLevel.INFO, text=text))

    def _after_fault(self, error: DicomdeskError) -> ReceiveResult:
        if self._control.is_aborting:  # whoever does not end is being told already
            self._facts.end_all()
            return self._result()
        self._break_off()
        return ReceiveResult(
            outcome=JobOutcome.FAILED, error=error, counts=self._facts.counts(), arrivals=self._facts.arrivals()
        )

    def _result(self) -> ReceiveResult:
        outcome = JobOutcome.CANCELLED if self._control.state is JobState.ABORTING else JobOutcome.COMPLETED
        return ReceiveResult(outcome=outcome, counts=self._facts.counts(), arrivals=self._facts.arrivals())

    def _abort(self) -> None:
        if self._command is not None:
            self._command.abort()
        super()._abort()

    def _break_off(self) -> None:
        self._listener.stop(abort=True)

    def _make_settler(self) -> StudySettler | None:
        commands = self._request.commands
        self._command = StudyCommand(commands.on_study) if commands.on_study else None
        if not ((self._request.identify and self._request.reports_studies) or self._command):
            return None
        settler = StudySettler(commands.settle_s, self._settled)
        self._facts.settler = settler
        return settler

    def _make_watch(self) -> StorageWatch | None:
        storage = self._request.storage
        if storage.mode is StorageMode.IGNORE:
            return None
        folder = os.path.abspath(storage.folder)
        self.storage = StorageJudge(low_bytes=storage.low_free_bytes, min_free_bytes=storage.min_free_bytes)

        def tell(change: StorageChange) -> None:
            text, advice = storage_words(change)
            self._report(
                StorageChanged(
                    job_id=self.id,
                    state=change.state,
                    folder=folder,
                    free_bytes=change.free_bytes,
                    full_in_s=change.full_in_s,
                    text=text,
                    advice=advice,
                )
            )

        watch = StorageWatch(folder, self.storage, tell)
        self._facts.troubled = watch.hurry
        return watch

    def _make_book(self) -> ArrivalBook | None:
        if self._request.identify and self._request.book is not None:
            return self._request.book
        return ArrivalBook() if self._settler is not None else None

    def _start_settler(self) -> threading.Thread | None:
        if self._settler is None:
            return None
        return self._start_thread(f"{self.id}-studies", self._settler.run)

    def _settled(self, study: SettledStudy) -> None:
        study = replace(study, folder=os.path.abspath(study.folder))
        exit_code = None if self._command is None else self._command.run(study)
        fact = StudySettled(
            job_id=self.id,
            study_instance_uid=study.study_instance_uid,
            folder=study.folder,
            items=study.items,
            command_exit_code=exit_code,
        )
        booked = self.book.find(study.study_instance_uid) if self.book is not None else None
        self._report(fact if booked is None else booked.settled(fact))


_FAILURES = {ItemOutcome.REFUSED: ArrivalKind.REFUSED, ItemOutcome.FAILED: ArrivalKind.LOST}
_TAKEN = {
    PlacementKind.REPLACED: ArrivalKind.OVERWRITTEN,
    PlacementKind.BESIDE: ArrivalKind.KEPT_BOTH,
}


def _take_place(arrived: Arrived, taken: PlacedFile) -> None:
    """Say what an arrival is whose name was taken."""
    study, earlier = arrived.header.study_instance_uid if arrived.header is not None else "", taken.earlier
    arrived.replaced_study_uid = earlier.study_instance_uid
    if taken.kind is PlacementKind.REFUSED:
        if earlier.study_instance_uid in (None, study):  # else it is not here: another study has its UID
            arrived.wanted, arrived.path = ArrivalKind.REFUSED_AGAIN, taken.path
    elif taken.kind is PlacementKind.REPLACED and earlier.has_same_data_set:
        arrived.wanted = ArrivalKind.REPEATED
    else:
        arrived.wanted = _TAKEN[taken.kind]


class _SettlingFacts(ReceptionFacts):
    """Facts of the job; stored instances go to the settler too."""

    settler: StudySettler | None = None
    _book: ArrivalBook | None = None
    troubled: Callable[[], None] | None = None
    """Told that the disk did not take an instance."""
    forget: Callable[[int], None] | None = None
    """Told when an association is over."""

    def __init__(self, job_id: str, report: EventSink, *, report_stored: bool) -> None:
        super().__init__(job_id, report, report_stored=report_stored)
        self._arrivals: Counter[ArrivalKind] = Counter()

    def count_in(self, book: ArrivalBook) -> None:
        """Count arrivals, and keep by association who sends, in a book."""
        self._book = book

        def count(arrival: Arrival, outcome: ItemOutcome, header: InstanceHeader | None, reason: str) -> ArrivalKind:
            request, taken = arrival.request, arrival.taken
            arrived = Arrived(
                sop_instance_uid=request.sop_instance_uid,
                header=header,
                association=(self._job_id, request.association),
                path=arrival.path,
                size_bytes=arrival.size_bytes,
                wanted=_FAILURES.get(outcome, ArrivalKind.NEW),
                reason=reason,
                prefix=arrival.prefix,
                data_set_offset=arrival.meta_bytes,
            )
            if taken is not None:
                _take_place(arrived, taken)
            kind = book.take(arrived, time.time())
            with self._lock:
                self._arrivals[kind] += 1
            return kind

        self.count = count

    def arrivals(self) -> dict[ArrivalKind, int]:
        """Return what those that were counted were."""
        with self._lock:
            return dict(self._arrivals)

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        """See ``ListenerObserver``."""
        if self._book is not None:
            sender = StudySender(
                calling_ae_title=negotiation.calling_ae_title,
                called_ae_title=negotiation.called_ae_title,
                host=negotiation.peer_host,
                address=negotiation.peer_address,
            )
            self._book.opened((self._job_id, association), sender)
        super().association_accepted(association, negotiation)

    def _end(self, association: int) -> None:
        super()._end(association)
        if self.forget is not None:
            self.forget(association)
        if self._book is not None:
            self._book.closed((self._job_id, association))

    def _ended(self, arrival: Arrival, header: InstanceHeader | None) -> None:
        if arrival.error and self.troubled is not None:
            self.troubled()
        if self.settler is not None and arrival.path and header is not None and header.study_instance_uid:
            request = arrival.request
            self.settler.arrived(
                header.study_instance_uid,
                os.path.dirname(arrival.path),
                request.calling_ae_title,
                request.called_ae_title,
            )


def _checked_access(acceptance: Acceptance) -> AccessRules:
    """Raises SettingsError where the rules would let in nobody, whatever the peers do."""
    tls, access = acceptance.tls, acceptance.access
    verifies = tls is not None and tls.peer_verification is not PeerVerification.NONE
    if access.needs_client_certificate and not verifies:
        raise SettingsError("A certificate can only be demanded of peers over TLS, and where it is verified")
    return access


def check_profile(profile: ProfileSelection) -> None:
    """Raises ProfileError where associations cannot be accepted by the profile. Reads the disk."""
    policy_from_profile(load_profiles(profile.file).acceptor_profile(profile.name))


def _make_policy(acceptance: Acceptance) -> AcceptancePolicy:
    profile = acceptance.profile
    if profile is not None:
        return policy_from_profile(load_profiles(profile.file).acceptor_profile(profile.name))
    if acceptance.storage_transfer_syntaxes:
        classes = (VERIFICATION, *(entry.uid for entry in STORAGE_SOP_CLASSES))
        return AcceptancePolicy(contexts=dict.fromkeys(classes, acceptance.storage_transfer_syntaxes))
    return accept_all_policy() if acceptance.accept_all else verification_only_policy()
