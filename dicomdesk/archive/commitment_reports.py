"""What storage commitment reports, and how peers that have left get it: over associations of ours (PS3.4 J.3.3)."""

import heapq
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from dicomdesk.archive.configuration import PeerEntry
from dicomdesk.archive.facts import ArchiveFacts, CommitmentAnswered
from dicomdesk.archive.retrieval import encode_for
from dicomdesk.archive.service_classes import COMMITMENT
from dicomdesk.archive.settings import ArchiveSettings
from dicomdesk.dicom.element_writing import ElementWriter
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.errors import LocalError, PeerError, SettingsError
from dicomdesk.network.association import RequestedAssociation, open_association
from dicomdesk.network.connection import Interruption
from dicomdesk.network.contexts import ProposedContext, Role
from dicomdesk.network.operations import EventReport
from dicomdesk.network.status import StatusClass, classify_status
from dicomdesk.settings import AssociationSettings, Peer

__all__ = ["WELL_KNOWN_INSTANCE", "Reference", "Report", "ReportDelivery"]

logger = logging.getLogger(__name__)

WELL_KNOWN_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
"""Storage Commitment Push Model SOP Instance."""

_RETRIEVE_AE_TITLE: Final = 0x00080054
_REFERENCED_CLASS: Final = 0x00081150
_REFERENCED_INSTANCE: Final = 0x00081155
_TRANSACTION_UID: Final = 0x00081195
_FAILURE_REASON: Final = 0x00081197
_FAILED_SOP_SEQUENCE: Final = 0x00081198
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_ALL_COMMITTED, _SOME_FAILED = 1, 2

_PAUSES_S: Final = (0.0, 10.0, 60.0, 600.0)
"""Before each attempt to reach a peer."""
_MOST_WAITING: Final = 1000
_LONGEST_ANSWER_S: Final = 60.0
"""One peer that does not answer must not keep the others from their reports."""
_CONTEXT_ID: Final = 1
_CONTEXT: Final = ProposedContext(
    context_id=_CONTEXT_ID,
    abstract_syntax=COMMITMENT,
    transfer_syntaxes=(EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN),
    role=Role(scu=False, scp=True),
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One instance that commitment is asked for."""

    sop_class_uid: str
    sop_instance_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of one transaction."""

    association: int
    """That it was asked on."""
    transaction_uid: str
    outcomes: Mapping[Reference, int]
    """Failure Reason of each reference, 0 for one that is kept."""
    archive_ae_title: str
    peer_ae_title: str

    @property
    def event_type(self) -> int:
        """1 where all are kept, else 2 (PS3.4 J.3.3.1)."""
        return _SOME_FAILED if any(self.outcomes.values()) else _ALL_COMMITTED

    def answered(self, *, is_reported: bool) -> CommitmentAnswered:
        """The fact that the peer has taken it, or cannot be reached."""
        failed = sum(1 for reason in self.outcomes.values() if reason)
        return CommitmentAnswered(
            association=self.association,
            transaction_uid=self.transaction_uid,
            committed=len(self.outcomes) - failed,
            failed=failed,
            is_reported=is_reported,
        )

    def write(self, writer: ElementWriter) -> None:
        """Write the event information (PS3.4 table J.3-2)."""
        writer.write_element(_RETRIEVE_AE_TITLE, b"AE", self.archive_ae_title.encode("ascii", "replace"))
        writer.write_element(_TRANSACTION_UID, b"UI", self.transaction_uid.encode("ascii"))
        failed = [(reference, reason) for reference, reason in self.outcomes.items() if reason]
        if failed:
            _write_sequence(writer, _FAILED_SOP_SEQUENCE, failed)
        kept = [(reference, 0) for reference, reason in self.outcomes.items() if not reason]
        if kept:
            _write_sequence(writer, _REFERENCED_SOP_SEQUENCE, kept)


def _write_sequence(writer: ElementWriter, tag: int, outcomes: Iterable[tuple[Reference, int]]) -> None:
    order: Literal["little", "big"] = "little" if writer.encoding.is_little_endian else "big"
    writer.start_sequence(tag)
    for reference, reason in outcomes:
        writer.start_item()
        writer.write_element(_REFERENCED_CLASS, b"UI", reference.sop_class_uid.encode("ascii", "replace"))
        writer.write_element(_REFERENCED_INSTANCE, b"UI", reference.sop_instance_uid.encode("ascii", "replace"))
        if reason:
            writer.write_element(_FAILURE_REASON, b"US", reason.to_bytes(2, order))
        writer.end_item()
    writer.end_sequence()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    report: Report
    entry: PeerEntry
    attempt: int


class ReportDelivery:
    """Takes reports to peers, again after a while where one is not reached. Any thread.

    It has one thread, from the first report until ``stop``. What is not delivered by then is forgotten: peers ask
    again.
    """

    def __init__(
        self, settings: ArchiveSettings, facts: ArchiveFacts, *, pauses_s: tuple[float, ...] = _PAUSES_S
    ) -> None:
        """``pauses_s`` come before each attempt."""
        self._settings = settings
        self._facts = facts
        self._pauses_s = pauses_s
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, _Waiting]] = []
        """A heap, by when and in what order."""
        self._count = 0
        self._thread: threading.Thread | None = None
        self._interruption: Interruption | None = None
        self._is_stopping = False

    def add(self, report: Report, entry: PeerEntry) -> None:
        """Deliver a report soon; one too many is given up."""
        if not self._wait(_Waiting(report=report, entry=entry, attempt=0)):
            self._facts(report.answered(is_reported=False))

    def stop(self) -> None:
        """Give up what waits, and end."""
        with self._changed:
            self._is_stopping = True
            self._waiting.clear()
            if self._interruption is not None:
                self._interruption.set()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _wait(self, waiting: _Waiting) -> bool:
        with self._changed:
            if self._is_stopping or len(self._waiting) >= _MOST_WAITING:
                return False
            self._count += 1
            due_s = time.monotonic() + self._pauses_s[waiting.attempt]
            heapq.heappush(self._waiting, (due_s, self._count, waiting))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="commitment-reports", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return True

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            try:
                is_taken = self._deliver(waiting.report, waiting.entry)
            except Exception:
                # The top of a worker: a defect concerns this report only.
                logger.exception("A storage commitment report failed by a defect")
                is_taken = False
            if is_taken:
                self._facts(waiting.report.answered(is_reported=True))
            elif waiting.attempt + 1 >= len(self._pauses_s) or not self._wait(
                replace(waiting, attempt=waiting.attempt + 1)
            ):
                self._facts(waiting.report.answered(is_reported=False))

    def _next(self) -> _Waiting | None:
        """Wait for the next that is due; None at the end."""
        with self._changed:
            while not self._is_stopping:
                left_s = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if left_s is not None and left_s <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(left_s)
        return None

    def _deliver(self, report: Report, entry: PeerEntry) -> bool:
        """One attempt; whether the peer has taken it."""
        interruption = Interruption()
        with self._changed:
            self._interruption = interruption
            if self._is_stopping:
                interruption.set()
        try:
            association = self._call(report, entry, interruption)
            try:
                is_taken = _report(association, report)
                association.release()
            finally:
                association.abort()
        except (PeerError, SettingsError, LocalError) as error:
            logger.info("A storage commitment report did not reach %s: %s", entry.ae_title, error)
            return False
        finally:
            with self._changed:
                self._interruption = None
            interruption.close()
        return is_taken

    def _call(self, report: Report, entry: PeerEntry, interruption: Interruption) -> RequestedAssociation:
        settings = self._settings
        longest_s = min(settings.timeouts.dimse_s or _LONGEST_ANSWER_S, _LONGEST_ANSWER_S)
        return open_association(
            peer=Peer(host=entry.host, port=entry.port, ae_title=entry.ae_title, tls=settings.destination_tls),
            settings=AssociationSettings(
                calling_ae_title=report.archive_ae_title,
                max_pdu_bytes=settings.max_pdu_bytes or settings.configuration.max_pdu_bytes,
                timeouts=replace(settings.timeouts, dimse_s=longest_s),
            ),
            contexts=[_CONTEXT],
            interruption=interruption,
        )


def _report(association: RequestedAssociation, report: Report) -> bool:
    context = association.negotiation.contexts[0]
    if not context.is_accepted:
        return False
    event = EventReport(
        context_id=context.context_id,
        sop_class_uid=COMMITMENT,
        sop_instance_uid=WELL_KNOWN_INSTANCE,
        event_type=report.event_type,
        data_set=encode_for(context.accepted_transfer_syntax or "", report.write),
    )
    return classify_status(association.report_event(event)) in {StatusClass.SUCCESS, StatusClass.WARNING}
