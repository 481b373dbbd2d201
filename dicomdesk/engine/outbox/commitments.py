"""Storage commitment for errands that wish it: asked once all is stored, told per instance, and files deleted after it.

Sent, stored and committed are three things: only what the peer says that it keeps is COMMITTED, and only a file whose
instances all are, and that still is what was sent, is deleted where that is wished.
"""

import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit import states
from dicomdesk.engine.commit.commit import CommitJob, CommitResult
from dicomdesk.engine.commit.deletion import Candidate, Deletion, delete_committed
from dicomdesk.engine.commit.facts import CommitFact, CommitmentAsked, CommitmentReported, InstanceJudged
from dicomdesk.engine.commit.kept_transactions import JournalTransactions
from dicomdesk.engine.commit.request import CommitRequest, CommitWish
from dicomdesk.engine.commit.transactions import LateReport, Transactions
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.records import TAKEN, Commitment, InstanceRecord
from dicomdesk.engine.outbox.errand_book import ErrandBook
from dicomdesk.engine.outbox.errands import Resolve, wish_of
from dicomdesk.engine.outbox.facts import FileDeleted, InstanceCommitted
from dicomdesk.engine.outbox.run import STAMPS, stamp_key
from dicomdesk.errors import LocalError, SettingsError
from dicomdesk.records import dataclass

__all__ = ["Commitments"]

_MOST_ERRANDS = 200
"""That one job asks for."""
_NEEDED = "Another errand is still to send it"
_STATES = {
    states.CommitmentState.NOT_ASKED: Commitment.NOT_ASKED,
    states.CommitmentState.ASKED: Commitment.ASKED,
    states.CommitmentState.UNANSWERED: Commitment.ASKED,
    states.CommitmentState.COMMITTED: Commitment.COMMITTED,
    states.CommitmentState.NOT_COMMITTED: Commitment.NOT_COMMITTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a job asks for."""

    peer: str
    wish: CommitWish
    records: Mapping[Reference, list[InstanceRecord]]


class Commitments:
    """Asks for commitment, one job a peer at a time. ``step`` is called on the Outbox's thread, without the lock."""

    def __init__(self, engine: Engine, book: ErrandBook, resolve: Resolve, wake: Callable[[], None]) -> None:
        self._engine = engine
        self._book = book
        self._resolve = resolve
        self._wake = wake
        self._busy: set[str] = set()
        """Peers that are being asked."""
        self._jobs: set[CommitJob] = set()
        self._late: deque[LateReport] = deque()
        self.transactions = Transactions(JournalTransactions(book.journal), self._note_late)

    @property
    def is_busy(self) -> bool:
        """Whether a job has not ended yet; under the lock."""
        return bool(self._busy)

    @property
    def has_work(self) -> bool:
        """Whether ``step`` has something to do; under the lock."""
        return bool(self._late) or any(peer not in self._busy for peer in self._book.to_commit)

    def cancel(self, *, abort: bool) -> None:
        """Wait for no report any more; one that comes later is taken by the next program."""
        for job in list(self._jobs):
            for _ in range(2 if abort else 1):
                job.cancel()

    def step(self) -> None:
        """Ask for what has become done, and take what was reported late."""
        while self._late:
            self._take_late(self._late.popleft())
        for peer, ids in self._grouped().items():
            self._ask(peer, ids)

    def _grouped(self) -> dict[str, list[int]]:
        """Return what is to be asked now, by peer: errands with the same settings, and take them off the list."""
        groups: dict[str, list[int]] = {}
        with self._book.lock:
            for peer in [each for each in self._book.to_commit if each not in self._busy]:
                waiting = self._book.to_commit.pop(peer)
                errands = self._book.found(waiting)
                same = [each for each in errands if each.record.settings == errands[0].record.settings]
                groups[peer] = [errand.id for errand in same[:_MOST_ERRANDS]]
                asked = set(groups[peer])
                left = {errand.id: None for errand in errands if errand.id not in asked}
                if left:
                    self._book.to_commit[peer] = left
        return {peer: ids for peer, ids in groups.items() if ids}

    def _ask(self, peer: str, ids: Sequence[int]) -> None:
        with self._book.lock:
            errand = self._book.errands.get(ids[0])
            settings = errand.record.settings if errand else {}
        wish = wish_of(settings) or CommitWish()
        records = self._records(ids)
        for errand_id in ids:
            self._count([each for each in records if each.errand_id == errand_id], errand_id)
        by_reference = _by_reference(each for each in records if each.commitment is Commitment.NOT_ASKED)
        if not by_reference:
            return
        asked = _Asked(peer=peer, wish=wish, records=by_reference)
        try:
            destination = self._resolve(peer, settings)
            request = CommitRequest(
                peer=destination.request.peer,
                association=destination.request.association,
                references=tuple(by_reference),
                transactions=self.transactions,
                wish=wish,
                listener=destination.report_listener,
                has_receiver=destination.has_receiver,
                stays_open=destination.has_receiver,
                purpose=",".join(map(str, ids)),
            )
            with self._book.lock:
                self._busy.add(peer)
            job = self._engine.submit(request, self._pass_on)
        except (SettingsError, LocalError, RuntimeError) as error:
            self._end_asking(peer)
            why = states.Commitment(state=states.CommitmentState.NOT_ASKED, text=str(error))
            self._apply(asked, dict.fromkeys(by_reference, why))
            return
        self._apply(asked, dict.fromkeys(by_reference, states.Commitment(state=states.CommitmentState.ASKED)))
        self._jobs.add(job)
        job.done.add_done_callback(partial(self._has_ended, asked, job))

    def _pass_on(self, fact: CommitFact) -> None:
        if not isinstance(fact, CommitmentAsked | CommitmentReported | InstanceJudged):
            self._book.sink(fact)

    def _has_ended(self, asked: _Asked, job: CommitJob, done: "Future[CommitResult]") -> None:
        """On the job's thread."""
        try:
            if done.exception() is None:
                self._apply(asked, done.result().commitments)
        finally:
            self._jobs.discard(job)
            self._end_asking(asked.peer)

    def _end_asking(self, peer: str) -> None:
        with self._book.lock:
            self._busy.discard(peer)
            self._wake()

    # -- what is known then

    def _apply(self, asked: _Asked, commitments: Mapping[Reference, states.Commitment]) -> None:
        committed: list[tuple[InstanceRecord, states.Commitment]] = []
        with self._book.lock:
            touched: dict[int, None] = {}
            for reference, commitment in commitments.items():
                for record in asked.records.get(reference, ()):
                    self._note(record, commitment)
                    touched[record.errand_id] = None
                    if commitment.state is states.CommitmentState.COMMITTED:
                        committed.append((record, commitment))
            for errand in self._book.found(touched):
                self._book.has_changed(errand)
        self._book.tell()
        if asked.wish.deletes and committed:
            self._delete(committed)

    def _note(self, record: InstanceRecord, commitment: states.Commitment) -> None:
        state = _STATES[commitment.state]
        self._book.journal.note_commitment(record.errand_id, record.number, state, commitment.text)
        errand = self._book.errands.get(record.errand_id)
        if errand is not None:
            errand.commitments[record.number] = state
        self._book.fact(
            InstanceCommitted(
                record.errand_id, record.number, record.found.header.sop_instance_uid, state, commitment.text
            )
        )

    def _note_late(self, report: LateReport) -> None:
        """On the thread that a report comes on."""
        self._late.append(report)
        with self._book.lock:
            self._wake()

    def _take_late(self, report: LateReport) -> None:
        ids = [int(each) for each in report.purpose.split(",") if each.isdecimal()]
        judged = {
            reference: states.judge_outcome(outcome, "", may_come=False)
            for reference, outcome in report.outcomes.items()
        }
        for errand_id in ids:
            with self._book.lock:
                errand = self._book.errands.get(errand_id)
                settings = errand.record.settings if errand else {}
            wish = wish_of(settings) or CommitWish()
            self._apply(_Asked(peer="", wish=wish, records=_by_reference(self._records([errand_id]))), judged)

    def _records(self, ids: Iterable[int]) -> list[InstanceRecord]:
        """What the peer has of errands; what cannot be read now is left."""
        records: list[InstanceRecord] = []
        for errand_id in ids:
            try:
                records += self._book.journal.instances(errand_id, states=TAKEN)
            except (KeyError, LocalError):
                continue
        return records

    def _count(self, records: Iterable[InstanceRecord], errand_id: int) -> None:
        with self._book.lock:
            errand = self._book.errands.get(errand_id)
            if errand is not None:
                errand.commitments = {each.number: each.commitment for each in records}

    # -- files

    def _delete(self, committed: Sequence[tuple[InstanceRecord, states.Commitment]]) -> None:
        """Delete the files that were committed to, but those that another errand is still to send."""
        needed = self._needed_elsewhere({record.errand_id for record, _ in committed})
        journal, names, candidates = self._book.journal, dict[str, InstanceRecord](), list[Candidate]()
        for record, commitment in committed:
            if os.path.realpath(record.found.path) in needed:
                self._tell_file(record, Deletion(path=record.found.name, is_deleted=False, text=_NEEDED))
                continue
            stamp = journal.kept(STAMPS, stamp_key(record.errand_id, record.number)) or ""
            candidates.append(Candidate(found=record.found, stamp=stamp, commitment=commitment))
            names[record.found.name] = record
        for deletion in delete_committed(candidates):
            record = names[deletion.path]
            journal.discard(STAMPS, stamp_key(record.errand_id, record.number))
            self._tell_file(record, deletion)
        self._book.tell()

    def _tell_file(self, record: InstanceRecord, deletion: Deletion) -> None:
        fact = FileDeleted(
            errand_id=record.errand_id,
            number=record.number,
            path=deletion.path,
            is_deleted=deletion.is_deleted,
            reason=deletion.text,
        )
        self._book.fact(fact)

    def _needed_elsewhere(self, errand_ids: set[int]) -> set[str]:
        """Paths that unfinished errands are to send; only those of the same studies are looked at."""
        with self._book.lock:
            errands = self._book.errands
            studies = {errand.record.study_instance_uid for errand in self._book.found(errand_ids)}
            others = [
                errand.id
                for errand in errands.values()
                if errand.unfinished
                and (
                    "" in studies or not errand.record.study_instance_uid or errand.record.study_instance_uid in studies
                )
            ]
        needed: set[str] = set()
        for errand_id in others:
            try:
                records = self._book.journal.instances(errand_id)
            except KeyError:
                continue
            needed |= {os.path.realpath(each.found.path) for each in records if each.state not in TAKEN}
        return needed


def _by_reference(records: Iterable[InstanceRecord]) -> dict[Reference, list[InstanceRecord]]:
    found: dict[Reference, list[InstanceRecord]] = defaultdict(list)
    for record in records:
        header = record.found.header
        found[Reference(header.sop_class_uid, header.sop_instance_uid)].append(record)
    return found
