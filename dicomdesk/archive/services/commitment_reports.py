"""Delivers storage commitment reports to peers that have left, over associations of ours (PS3.4 J.3.3).

A report is kept in its storage area from before the request is answered until the peer has taken it, also over restarts
of the archive; it is given up when the peer could not be reached for three days.
"""

import contextlib
import heapq
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import ArchiveFacts
from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.archive.services.kept_commitment_reports import KeptReports
from dicomdesk.archive.setup.configuration import Area, PeerEntry
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.dicom.commitment.references import WELL_KNOWN_INSTANCE
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.dicom.query.sop_classes import COMMITMENT
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.errors import LocalError, PeerError, SettingsError, StorageError
from dicomdesk.human import printable
from dicomdesk.network.dimse.requests import event_report_request
from dicomdesk.network.negotiation import ProposedContext, Role
from dicomdesk.network.status import StatusClass, classify_status
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.network.requestor.association import RequestedAssociation

__all__ = ["KeptReport", "ReportDelivery", "TooManyReportsError"]

logger = logging.getLogger(__name__)

_PAUSES_S: Final = (0.0, 10.0, 60.0, 600.0, 3600.0)
"""Before each attempt to reach a peer; the last before all that follow."""
_PATIENCE_S: Final = 3 * 86_400.0
"""After the request; longer than a weekend. The attempt that fails then was the last."""
_MOST_KEPT: Final = 1000
_MOST_REFERENCES: Final = 250_000
"""In all reports together, which are in memory too."""
_LONGEST_ANSWER_S: Final = 60.0
"""One peer that does not answer must not keep the others from their reports."""
_CONTEXT_ID: Final = 1
_CONTEXT: Final = ProposedContext(
    context_id=_CONTEXT_ID,
    abstract_syntax=COMMITMENT,
    transfer_syntaxes=(EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN),
    role=Role(scu=False, scp=True),
)


class TooManyReportsError(LocalError):
    """Limit of waiting reports reached: no more are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """Report, and the file in which it is kept until the peer has it."""

    report: Report
    area: Area
    folder: KeptReports
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _PendingReport:
    kept: KeptReport
    entry: PeerEntry
    attempt: int


class _Attempt(Enum):
    """Outcome of an attempt to deliver a report."""

    TAKEN = "taken"
    REFUSED = "refused"
    """The peer does not take this one."""
    NOT_REACHED = "not reached"


class ReportDelivery:
    """Delivery of reports to peers, repeated where one is not reached. Any thread.

    It has one thread, from the first report to be delivered until ``stop``. What is not delivered by then is restored
    by ``resume`` of the next one.
    """

    def __init__(
        self,
        settings: SettingsInForce,
        facts: ArchiveFacts,
        *,
        pauses_s: tuple[float, ...] = _PAUSES_S,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """``pauses_s`` come before each attempt, the last one before all that follow."""
        self._settings = settings
        self._facts = facts
        self._pauses_s = pauses_s
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._kept = 0
        self._references = 0
        """Of all that is kept."""
        self._waiting: list[tuple[float, int, _PendingReport]] = []
        """A heap, by when and in what order."""
        self._postponed: dict[PeerEntry, float] = {}
        """Until when peers that were not reached are left in peace."""
        self._count = 0
        self._thread: threading.Thread | None = None
        self._interruption: Interruption | None = None
        self._is_stopping = False

    def keep(self, report: Report, keeper: Keeper) -> KeptReport:
        """Write a report to the disk, until ``finish``. Raises TooManyReportsError, StorageError."""
        self._make_room(report)
        folder = KeptReports(keeper.storage)
        try:
            name = folder.keep(report)
        except OSError as error:
            self._give_room(report)
            raise StorageError(f"A storage commitment report cannot be kept: {error.strerror}") from error
        return KeptReport(report=report, area=keeper.area, folder=folder, name=name)

    def finish(self, kept: KeptReport, *, is_reported: bool) -> None:
        """Finish a report that the peer has, or will never have."""
        kept.folder.forget(kept.name)
        self._give_room(kept.report)
        self._facts(kept.report.answered(is_reported=is_reported))

    def deliver(self, kept: KeptReport) -> None:
        """Deliver a report soon, over an association of ours; to a peer that the configuration does not know, never."""
        configuration = self._settings.current.configuration
        area = configuration.find_area(kept.report.archive_ae_title) or kept.area
        entry = configuration.find_destination(area, kept.report.peer_ae_title)
        if entry is None:
            logger.info("Nobody says where %s is, which does not have its report", printable(kept.report.peer_ae_title))
            self.finish(kept, is_reported=False)
            return
        with self._changed:
            self._postponed.pop(entry, None)  # it has just asked
        self._wait(_PendingReport(kept=kept, entry=entry, attempt=0), self._pauses_s[0])

    def resume(self, keepers: Mapping[str, Keeper]) -> None:
        """Deliver what earlier processes have left, ``keepers`` are by AE title."""
        for keeper in keepers.values():
            folder = KeptReports(keeper.storage)
            for name, report in folder.restore():
                kept = KeptReport(report=report, area=keeper.area, folder=folder, name=name)
                try:
                    self._make_room(report)
                except TooManyReportsError as error:
                    logger.warning("%s: that of transaction %s is given up", error, report.transaction_uid)
                    folder.forget(name)
                else:
                    self.deliver(kept)

    def stop(self) -> None:
        """End; what waits stays kept."""
        with self._changed:
            self._is_stopping = True
            self._waiting.clear()
            if self._interruption is not None:
                self._interruption.set()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _make_room(self, report: Report) -> None:
        with self._changed:
            references = self._references + len(report.outcomes)
            if self._kept >= _MOST_KEPT or (self._kept and references > _MOST_REFERENCES):
                raise TooManyReportsError("Too many storage commitment reports wait for their peers")
            self._kept += 1
            self._references = references

    def _give_room(self, report: Report) -> None:
        with self._changed:
            self._kept -= 1
            self._references -= len(report.outcomes)

    def _wait(self, waiting: _PendingReport, pause_s: float) -> None:
        """Deliver after a pause, unless this ends before."""
        with self._changed:
            if self._is_stopping:
                return
            self._push(waiting, time.monotonic() + pause_s)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="commitment-reports", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _push(self, waiting: _PendingReport, due_s: float) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (due_s, self._count, waiting))

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            try:
                attempt = self._deliver(waiting.kept.report, waiting.entry)
            except Exception:
                # The top of a worker: a defect concerns this report only.
                logger.exception("A storage commitment report failed by a defect")
                attempt = _Attempt.REFUSED
            if attempt is _Attempt.TAKEN:
                self.finish(waiting.kept, is_reported=True)
            else:
                self._try_later(waiting, is_reached=attempt is _Attempt.REFUSED)

    def _try_later(self, waiting: _PendingReport, *, is_reached: bool) -> None:
        with self._changed:
            if self._is_stopping:
                return
        if time.time() - waiting.kept.report.asked >= self._patience_s:
            title, transaction = printable(waiting.kept.report.peer_ae_title), waiting.kept.report.transaction_uid
            logger.warning("%s has not taken its storage commitment report for too long: %s", title, transaction)
            self.finish(waiting.kept, is_reported=False)
            return
        number = waiting.attempt + 1
        pause_s = self._pauses_s[min(number, len(self._pauses_s) - 1)]
        if not is_reached:
            with self._changed:
                self._postponed[waiting.entry] = time.monotonic() + pause_s
        self._wait(replace(waiting, attempt=number), pause_s)

    def _next(self) -> _PendingReport | None:
        """Wait for the next that is due; None at the end."""
        with self._changed:
            while not self._is_stopping:
                now_s = time.monotonic()
                left_s = self._waiting[0][0] - now_s if self._waiting else None
                if left_s is None or left_s > 0:
                    self._changed.wait(left_s)
                    continue
                waiting = heapq.heappop(self._waiting)[2]
                until_s = self._postponed.get(waiting.entry, 0.0)
                if until_s <= now_s:
                    return waiting
                self._push(waiting, until_s)
        return None

    def _deliver(self, report: Report, entry: PeerEntry) -> _Attempt:
        try:
            interruption = Interruption()
        except LocalError as error:
            logger.info("A storage commitment report did not reach %s: %s", entry.ae_title, error)
            return _Attempt.NOT_REACHED
        with self._changed:
            self._interruption = interruption
            if self._is_stopping:
                interruption.set()
        try:
            association = self._call(report, entry, interruption)
            try:
                is_taken = _report(association, report)
                with contextlib.suppress(PeerError):  # it has the report, however it leaves
                    association.release()
            finally:
                association.abort()
        except (PeerError, SettingsError, LocalError) as error:
            logger.info("A storage commitment report did not reach %s: %s", entry.ae_title, error)
            return _Attempt.NOT_REACHED
        finally:
            with self._changed:
                self._interruption = None
            interruption.close()
        return _Attempt.TAKEN if is_taken else _Attempt.REFUSED

    def _call(self, report: Report, entry: PeerEntry, interruption: Interruption) -> "RequestedAssociation":
        from dicomdesk.network.requestor.association import open_association  # noqa: PLC0415 - start-up time

        settings = self._settings.current
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


def _report(association: "RequestedAssociation", report: Report) -> bool:
    context = association.negotiation.contexts[0]
    if not context.is_accepted:
        return False
    data_set = encode_for(context.accepted_transfer_syntax or "", report.write)
    request = event_report_request(context, WELL_KNOWN_INSTANCE, report.event_type, data_set)
    return classify_status(association.ask(request).status) in {StatusClass.SUCCESS, StatusClass.WARNING}
