"""Asks peers to commit to what errands have brought them, one peer after the other, and deletes what may be deleted.

An errand wants that where its settings have ``commit`` ("same", "new" or "auto"); ``commit_timeout_s`` is how long the
report is waited for, ``delete_committed`` (true) has those files deleted then whose stamps ``add_stamped`` has kept.
What a peer has said stands with each instance in the journal. A report that comes later, also after a restart, finds
its instances where a receiver of the program takes reports: it has to be given ``Committer.transactions``.
"""

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit import states
from dicomdesk.engine.commit.commit import CommitResult
from dicomdesk.engine.commit.deletion import Candidate, Deletion, delete_committed, take_stamp
from dicomdesk.engine.commit.facts import CommitFact
from dicomdesk.engine.commit.kept_transactions import JournalTransactions
from dicomdesk.engine.commit.request import CommitRequest, CommitWay, CommitWish
from dicomdesk.engine.commit.states import CommitmentState
from dicomdesk.engine.commit.transactions import LateReport, Transactions
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.job import ThreadStarter, new_job_id
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import (
    TAKEN,
    Commitment,
    ErrandRecord,
    ErrandState,
    InstanceRecord,
    SettingValue,
)
from dicomdesk.engine.outbox.errands import ErrandRequest, Resolve
from dicomdesk.engine.outbox.facts import ErrandChanged, OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import LocalError, SettingsError

__all__ = [
    "COMMIT",
    "COMMIT_TIMEOUT_S",
    "DELETE_COMMITTED",
    "Committer",
    "CommitterFact",
    "ErrandCommitted",
    "add_stamped",
    "wish_of",
]

_log = logging.getLogger(__name__)

COMMIT: Final = "commit"
COMMIT_TIMEOUT_S: Final = "commit_timeout_s"
DELETE_COMMITTED: Final = "delete_committed"
"""Keys of an errand's settings."""
_STAMPS: Final = "commitment-stamps"
_PURPOSE: Final = "errands"
_ENDED: Final = frozenset({ErrandState.DONE, ErrandState.CANCELLED})
_DEFAULT_PATIENCE_S: Final = 60.0
_MOST_ASKED: Final = 50_000
"""Instances of errands that are asked about in one job."""
_NEW: Final = frozenset({Commitment.NOT_ASKED})
_UNCOMMITTED: Final = frozenset(Commitment) - {Commitment.COMMITTED}
_KEPT: Final = {
    CommitmentState.NOT_ASKED: Commitment.NOT_ASKED,
    CommitmentState.ASKED: Commitment.ASKED,
    CommitmentState.UNANSWERED: Commitment.ASKED,
    CommitmentState.COMMITTED: Commitment.COMMITTED,
    CommitmentState.NOT_COMMITTED: Commitment.NOT_COMMITTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandCommitted:
    """What the peer has said of an errand's instances is in the journal, as far as it has said anything."""

    errand_id: int
    counts: Mapping[Commitment, int]
    """Of all its instances that the peer has stored; only states that occur."""
    reason: str = ""
    """Why not all was asked, or answered; "" where it was."""
    deletions: tuple[Deletion, ...] = ()
    """What became of files that were to be deleted."""


CommitterFact = ErrandCommitted | CommitFact


def wish_of(settings: Mapping[str, SettingValue]) -> CommitWish | None:
    """What an errand's settings wish, None for nothing; what makes no sense is the usual."""
    way = settings.get(COMMIT)
    if way not in {each.value for each in CommitWay}:
        return None
    patience_s = settings.get(COMMIT_TIMEOUT_S)
    is_number = isinstance(patience_s, int | float) and not isinstance(patience_s, bool) and patience_s > 0
    return CommitWish(
        way=CommitWay(way),
        patience_s=float(patience_s) if is_number and patience_s is not None else _DEFAULT_PATIENCE_S,
        deletes=settings.get(DELETE_COMMITTED) is True,
    )


def add_stamped(outbox: Outbox, journal: Journal, request: ErrandRequest) -> int:
    """Add an errand whose files are to be deleted once committed; return its id. Reads the disk: for a worker thread.

    Without this its files are kept, whatever its settings say: nobody would know whether they are what was sent.
    """
    stamps = [take_stamp(found) for found in request.instances]
    errand_id = outbox.add(request)
    journal.keep(_STAMPS, str(errand_id), json.dumps(stamps))
    return errand_id


class Committer:
    """Asks for commitment when errands are done; a job of the engine. All methods may be called from any thread."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        resolve: Resolve,
        sink: Callable[[CommitterFact], None],
        *,
        has_receiver: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take up what earlier programs left; ``has_receiver``: whether one takes reports for ``transactions``."""
        self.id = new_job_id("committer")
        self._changed = threading.Condition()
        self._late: list[LateReport] = []
        self.transactions = Transactions(JournalTransactions(journal), self._take_late)
        """For the receiver: ``ReceiveRequest.commitments``."""
        self._engine = engine
        self._journal = journal
        self._resolve = resolve
        self._sink = sink
        self._has_receiver = has_receiver
        self._due: dict[int, None] = dict.fromkeys(
            record.id for record in journal.errands() if record.state in _ENDED and wish_of(record.settings) is not None
        )
        """Errands to be asked for, in order."""
        self._again: set[int] = set()
        """Those of them of which all is asked for that is not committed."""
        self._is_closing = False
        self._cancel_job: Callable[[], None] | None = None
        engine.submit(_CommitterRequest(self), lambda _fact: None)

    def take(self, fact: OutboxFact) -> None:
        """Hear of a fact of the Outbox; returns at once."""
        if isinstance(fact, ErrandChanged):
            record = fact.errand.record
            if record.state is ErrandState.DONE and wish_of(record.settings) is not None:
                self._put(lambda: self._due.setdefault(record.id))

    def _take_late(self, report: LateReport) -> None:
        self._put(lambda: self._late.append(report))

    def ask_again(self, errand_ids: Iterable[int]) -> None:
        """Ask for all of these errands that the peer has stored and not committed to."""
        ids = list(errand_ids)
        with self._changed:
            self._again.update(ids)
            self._due.update(dict.fromkeys(ids))
            self._changed.notify_all()

    def _put(self, change: Callable[[], object]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    # -- a job of the engine

    def share(self, commons: Commons) -> None:
        """See ``AnyJob``."""

    def open(self) -> None:
        """See ``AnyJob``."""

    def withdraw(self) -> None:
        """See ``AnyJob``."""

    def progress(self) -> Progress:
        """See ``AnyJob``."""
        return Progress()

    def cancel(self) -> None:
        """End; what was not asked for is, when the next program takes it up."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            cancel = self._cancel_job
        if cancel is not None:
            cancel()

    def run(self) -> None:
        """Ask until the end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closing or self._due or self._late)
                if self._is_closing:
                    return
                late, self._late = self._late, []
                due = list(self._due)
            try:
                for report in late:
                    self._note_late(report)
                if due:
                    self._ask(due)
            except Exception:  # noqa: BLE001 - see below
                # The top of a worker: a defect concerns these errands only.
                _log.exception("asking for storage commitment failed by a fault of this program")
                with self._changed:
                    for errand_id in due:
                        self._due.pop(errand_id, None)

    # -- on the job's thread

    def _ask(self, due: Sequence[int]) -> None:
        """Ask for errands to the peer of the first one, with the same settings, and as many as go into one job."""
        asked: dict[int, list[InstanceRecord]] = {}
        first: ErrandRecord | None = None
        for errand_id in due:
            record = self._find(errand_id)
            if record is not None and first is not None and not _goes_with(record, first):
                continue
            if sum(map(len, asked.values())) >= _MOST_ASKED:
                break
            with self._changed:
                del self._due[errand_id]
                wanted = _UNCOMMITTED if errand_id in self._again else _NEW
                self._again.discard(errand_id)
            if record is None or wish_of(record.settings) is None:
                continue
            instances = [one for one in self._stored(errand_id) if one.commitment in wanted]
            if instances:
                first = first or record
                asked[errand_id] = instances
        if first is not None:
            self._ask_for(first, asked)

    def _ask_for(self, first: ErrandRecord, asked: Mapping[int, Sequence[InstanceRecord]]) -> None:
        wish = wish_of(first.settings)
        assert wish is not None
        found: Mapping[Reference, states.Commitment] = {}
        try:
            destination = self._resolve(first.peer, first.settings).request
            has_receiver = self._has_receiver()
            request = CommitRequest(
                peer=destination.peer,
                association=destination.association,
                references=tuple(_reference(one) for instances in asked.values() for one in instances),
                transactions=self.transactions,
                wish=wish,
                has_receiver=has_receiver,
                stays_open=has_receiver,
                purpose=f"{_PURPOSE} {' '.join(map(str, asked))}",
            )
            result = self._run(request)
            found, reason = result.commitments, str(result.error or "")
        except (SettingsError, LocalError) as error:
            reason = str(error)
        for errand_id, instances in asked.items():
            for one in instances:
                commitment = found.get(_reference(one), states.NOT_ASKED)
                self._note(one, commitment)
            self._tell(errand_id, reason, self._delete(errand_id, wish))

    def _run(self, request: CommitRequest) -> CommitResult:
        job = self._engine.submit(request, self._sink)
        with self._changed:
            self._cancel_job = job.cancel
            is_closing = self._is_closing
        if is_closing:
            job.cancel()
        try:
            return job.done.result()
        finally:
            with self._changed:
                self._cancel_job = None

    def _note_late(self, report: LateReport) -> None:
        for errand_id in _errands_of(report.purpose):
            record = self._find(errand_id)
            is_known = False
            for one in self._stored(errand_id) if record is not None else ():
                outcome = report.outcomes.get(_reference(one))
                if outcome is not None:
                    is_known = True
                    self._note(one, states.judge_outcome(outcome, "", may_come=False))
            if record is not None and is_known:
                wish = wish_of(record.settings)
                self._tell(errand_id, "", self._delete(errand_id, wish) if wish is not None else ())

    def _note(self, one: InstanceRecord, commitment: states.Commitment) -> None:
        self._journal.note_commitment(one.errand_id, one.number, _KEPT[commitment.state], commitment.text)

    def _tell(self, errand_id: int, reason: str, deletions: tuple[Deletion, ...]) -> None:
        counts: dict[Commitment, int] = defaultdict(int)
        for one in self._stored(errand_id):
            counts[one.commitment] += 1
        self._sink(ErrandCommitted(errand_id=errand_id, counts=dict(counts), reason=reason, deletions=deletions))

    def _find(self, errand_id: int) -> ErrandRecord | None:
        try:
            return self._journal.errand(errand_id)
        except KeyError:
            return None

    def _stored(self, errand_id: int) -> Sequence[InstanceRecord]:
        try:
            return self._journal.instances(errand_id, states=frozenset(TAKEN))
        except KeyError:
            return ()

    # -- deleting

    def _delete(self, errand_id: int, wish: CommitWish) -> tuple[Deletion, ...]:
        """Delete the files of an errand that are committed, unless another errand still needs them."""
        if not wish.deletes:
            return ()
        stamps = self._stamps(errand_id)
        needed = self._needed(errand_id)
        candidates = []
        for one in self._journal.instances(errand_id):
            is_committed = one.state in TAKEN and one.commitment is Commitment.COMMITTED
            if is_committed and one.found.path not in needed:
                commitment = states.judge_outcome(0, "", may_come=False)
            else:
                commitment = states.NOT_ASKED
            stamp = stamps[one.number] if one.number < len(stamps) else ""
            candidates.append(Candidate(found=one.found, stamp=stamp, commitment=commitment))
        return tuple(delete_committed(candidates))

    def _needed(self, errand_id: int) -> set[str]:
        """Files that other errands still have to send, or to hear of."""
        needed: set[str] = set()
        for record in self._journal.errands():
            if record.id != errand_id:
                is_open = record.state not in _ENDED
                awaits = wish_of(record.settings) is not None
                needed.update(
                    one.found.path
                    for one in self._journal.instances(record.id)
                    if is_open or (awaits and one.state in TAKEN and one.commitment is not Commitment.COMMITTED)
                )
        return needed

    def _stamps(self, errand_id: int) -> list[str]:
        try:
            kept = json.loads(self._journal.kept(_STAMPS, str(errand_id)) or "[]")
        except (ValueError, RecursionError):
            return []
        return kept if isinstance(kept, list) and all(isinstance(one, str) for one in kept) else []


@dataclass(frozen=True, slots=True)
class _CommitterRequest:
    """Ask for commitment until the engine is closed."""

    committer: Committer

    def make_job(self, _sink: Callable[[CommitterFact], None], _start_thread: ThreadStarter, /) -> Committer:
        """See ``JobRequest``."""
        return self.committer


def _goes_with(record: ErrandRecord, first: ErrandRecord) -> bool:
    return record.peer == first.peer and record.settings == first.settings


def _reference(one: InstanceRecord) -> Reference:
    return Reference(one.found.header.sop_class_uid, one.found.header.sop_instance_uid)


def _errands_of(purpose: str) -> Iterable[int]:
    """The errands that a transaction is of."""
    kind, *ids = purpose.split(" ")
    return [int(one) for one in ids if one.isdecimal()] if kind == _PURPOSE else []
