"""Open transactions of storage commitment: what was asked, what was reported, over whichever association (PS3.4 J.3).

A transaction is kept before it is asked, so that its report finds it whenever it comes, also after a restart. It is
open until every instance has been reported on, or it is given up. Reports are hostile: they may be of transactions
that nobody asked, name instances that nobody asked about, come in parts, twice, or contradict each other.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Final

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.uids import new_uid
from dicomdesk.engine.commit.kept_transactions import KeptTransaction, MemoryTransactions, TransactionStore
from dicomdesk.engine.commit.states import join_outcomes
from dicomdesk.errors import LocalError
from dicomdesk.human import printable
from dicomdesk.network.acceptor.association_places import Remarks
from dicomdesk.network.dimse.commitment import ReportAnswer
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

__all__ = ["LateReport", "Transactions"]

_log = logging.getLogger(__name__)

_MOST_OPEN: Final = 1000
_LONGEST_S: Final = 14 * 86_400.0
"""After which no report is expected any more."""
_MOST_REMARKS: Final = 20
"""In a minute, on reports that make no sense."""
_REMEMBERED: Final = 1000
"""Transactions that have ended, whose reports may come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReport:
    """What was reported on a transaction that no job waits for any more."""

    transaction_uid: str
    purpose: str
    """As it was given by who asked."""
    peer_ae_title: str
    outcomes: Mapping[Reference, int]
    """What became known with this report: 0 committed, else Failure Reason."""
    is_complete: bool
    """Whether nothing more is expected."""


@dataclass(slots=True)
class _Transaction:
    kept: KeptTransaction
    outcomes: dict[Reference, int | None]
    unanswered: int
    is_watched: bool
    """Whether a job waits for it."""
    by_uid: dict[str, list[Reference]] = field(default_factory=dict)

    def find(self, reported: Reference) -> list[Reference]:
        """What was asked that is meant; peers may leave the class out."""
        if not self.by_uid:
            for reference in self.outcomes:
                self.by_uid.setdefault(reference.sop_instance_uid, []).append(reference)
        asked = self.by_uid.get(reported.sop_instance_uid, [])
        return [one for one in asked if reported.sop_class_uid in {one.sop_class_uid, ""}]


class Transactions:
    """The open transactions of a program. All methods may be called from any thread, and return at once but ``wait``.

    ``take_report`` is for whoever receives reports: see ``ReportTaker``.
    """

    def __init__(self, store: TransactionStore | None = None, told: Callable[[LateReport], None] | None = None) -> None:
        """``told`` hears of reports on transactions that no job waits for; it returns at once and raises nothing.

        Now, on this thread, it hears what was reported on those of earlier programs.
        """
        self._store = store or MemoryTransactions()
        self._told = told
        self._changed = threading.Condition()
        self._open: dict[str, _Transaction] = {}
        self._ended: deque[str] = deque(maxlen=_REMEMBERED)
        self._watchers: list[Callable[[], None]] = []
        self._remarks = Remarks(_MOST_REMARKS)
        for kept in self._store.load():
            self._resume(kept)

    def _resume(self, kept: KeptTransaction) -> None:
        """Go on with a transaction of an earlier program, whose job may not have seen what was reported."""
        uid, transaction = kept.transaction_uid, _transaction(kept, is_watched=False)
        known = {reference: outcome for reference, outcome in kept.outcomes.items() if outcome is not None}
        self._open[uid] = transaction
        if known:
            self._tell(transaction, known)
        if not transaction.unanswered or time.time() - kept.asked >= _LONGEST_S:
            self._forget(uid)

    def open(self, references: Iterable[Reference], *, peer_ae_title: str, our_ae_title: str, purpose: str = "") -> str:
        """Open a transaction, watched until ``collect``; return its UID. Raises LocalError."""
        kept = KeptTransaction(
            transaction_uid=new_uid(),
            peer_ae_title=peer_ae_title,
            our_ae_title=our_ae_title,
            asked=time.time(),
            purpose=purpose,
            outcomes=dict.fromkeys(references),
        )
        with self._changed:
            self._make_room()
            self._open[kept.transaction_uid] = _transaction(kept, is_watched=True)
            self._store.keep(kept)
        return kept.transaction_uid

    def take_report(self, report: CommitmentReport, sender: str) -> ReportAnswer:
        """Take what a peer reports."""
        uid = report.transaction_uid
        with self._changed:
            transaction = self._open.get(uid)
            if transaction is None:
                is_repeated = uid in self._ended
                if not is_repeated:
                    self._remark(f"{printable(sender)} reports on a transaction that is not known: {uid}")
                return ReportAnswer() if is_repeated else ReportAnswer(_UNKNOWN, "the transaction is not known")
            news, strangers = _join(transaction, report)
            if strangers:
                about = f"{strangers} instances that it was not asked about, in transaction {uid}"
                self._remark(f"{printable(sender)} reports on {about}")
            if news:
                self._store.note(uid, news)
            if not (transaction.unanswered or transaction.is_watched):
                self._forget(uid)
            watchers = list(self._watchers)
            self._changed.notify_all()
        for wake in watchers:
            wake()
        if news and not transaction.is_watched:
            self._tell(transaction, news)
        return ReportAnswer()

    def _remark(self, text: str) -> None:
        """Log what is odd, but no flood of it."""
        more = self._remarks.admit("odd report")
        if more is not None:
            _log.warning("%s%s", text, more)

    def _tell(self, transaction: _Transaction, news: Mapping[Reference, int]) -> None:
        if self._told is None:
            return
        kept = transaction.kept
        self._told(
            LateReport(
                transaction_uid=kept.transaction_uid,
                purpose=kept.purpose,
                peer_ae_title=kept.peer_ae_title,
                outcomes=news,
                is_complete=not transaction.unanswered,
            )
        )

    def unanswered(self, uids: Iterable[str]) -> int:
        """How many instances of these transactions no report has named yet."""
        with self._changed:
            return sum(self._open[uid].unanswered for uid in uids if uid in self._open)

    def wait(self, uids: Iterable[str], deadline_s: float, is_over: Callable[[], bool]) -> None:
        """Wait until all is reported, the deadline (of ``time.monotonic``) has passed, or it is over; see ``wake``."""
        wanted = tuple(uids)
        with self._changed:
            while not is_over() and any(self._open[uid].unanswered for uid in wanted if uid in self._open):
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return
                self._changed.wait(left_s)

    def wake(self) -> None:
        """Have ``wait`` look again whether it is over."""
        with self._changed:
            self._changed.notify_all()

    @contextmanager
    def watching(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call ``wake`` after each report, while inside; on any thread."""
        with self._changed:
            self._watchers.append(wake)
        try:
            yield
        finally:
            with self._changed:
                self._watchers.remove(wake)

    def collect(self, uid: str, *, stays_open: bool) -> Mapping[Reference, int | None]:
        """End the watch over a transaction, and return what is known of its instances: None for not reported on.

        With ``stays_open`` later reports on it are taken and told.
        """
        with self._changed:
            transaction = self._open[uid]
            transaction.is_watched = False
            if not (stays_open and transaction.unanswered):
                self._forget(uid)
            return dict(transaction.outcomes)

    def _forget(self, uid: str) -> None:
        del self._open[uid]
        self._ended.append(uid)
        self._store.forget(uid)

    def _make_room(self) -> None:
        if len(self._open) < _MOST_OPEN:
            return
        oldest = next((uid for uid, one in self._open.items() if not one.is_watched), None)
        if oldest is None:
            raise LocalError("Too many requests for storage commitment wait for their reports")
        _log.warning("The report of transaction %s is waited for no longer: too many are open", oldest)
        self._forget(oldest)


_UNKNOWN: Final = int(Status.INVALID_ARGUMENT_VALUE)


def _transaction(kept: KeptTransaction, *, is_watched: bool) -> _Transaction:
    outcomes = dict(kept.outcomes)
    unanswered = sum(outcome is None for outcome in outcomes.values())
    return _Transaction(kept=kept, outcomes=outcomes, unanswered=unanswered, is_watched=is_watched)


def _join(transaction: _Transaction, report: CommitmentReport) -> tuple[dict[Reference, int], int]:
    """Join a report with what is known; return what is new, and how many instances nobody has asked about."""
    news: dict[Reference, int] = {}
    strangers = 0
    statements = [*((reference, 0) for reference in report.committed), *report.failed.items()]
    for reported, outcome in statements:
        meant = transaction.find(reported)
        strangers += not meant
        for reference in meant:
            known = transaction.outcomes[reference]
            joined = join_outcomes(known, outcome)
            if joined != known:
                transaction.unanswered -= known is None
                transaction.outcomes[reference] = news[reference] = joined
    return news, strangers
