"""Commit job: asks a peer to commit to instances and waits for its report, on this association or another (PS3.4 J)."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import field, replace

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.query.sop_classes import COMMITMENT
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.commit.facts import CommitFact, CommitmentAsked, CommitmentReported, CommitSink, InstanceJudged
from dicomdesk.engine.commit.report_listener import open_listener
from dicomdesk.engine.commit.request import CommitRequest, CommitWay
from dicomdesk.engine.commit.states import (
    NOT_ASKED,
    Commitment,
    CommitmentState,
    count_states,
    judge_outcome,
    refused,
)
from dicomdesk.engine.events import JobFinished, JobOutcome, Notice, NoticeLevel
from dicomdesk.engine.job import EventRelay, Job, new_job_id
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, LocalError, PeerError, SettingsError
from dicomdesk.human import count_text
from dicomdesk.network.acceptor.listener import Listener
from dicomdesk.network.dimse.commitment import commitment_request
from dicomdesk.network.negotiation import NegotiatedContext, number_contexts
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.status import DimseService, StatusClass, classify_status, status_text
from dicomdesk.network.status_meanings import status_advice
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings

__all__ = ["CommitJob", "CommitResult"]

_HOLD_S = 10.0
"""How long our association is held for a report where the peer could bring it on its own: many wait for its end."""
_RELEASE_GRACE_S = 2.0
"""For peers that have reported to release their associations, before these are aborted."""
_LEAST_WAIT_S = 30.0
"""For an answer, where the settings name no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitResult:
    """What came of asking."""

    outcome: JobOutcome
    """COMPLETED when all that was asked for was reported on, for better or worse."""
    commitments: dict[Reference, Commitment] = field(default_factory=dict)
    """Of every instance of the request."""
    error: DicomdeskError | None = None
    """Why not all could be asked, or reported on."""

    @property
    def is_all_committed(self) -> bool:
        """Whether the peer has committed to every instance."""
        return all(one.state is CommitmentState.COMMITTED for one in self.commitments.values())

    @property
    def counts(self) -> dict[CommitmentState, int]:
        """How many instances are in which state; every state is a key."""
        return count_states(self.commitments.values())


class CommitJob(Job[CommitResult]):
    """Asks for storage commitment. Built by the engine."""

    _report: EventRelay[CommitFact]

    def __init__(self, request: CommitRequest, sink: CommitSink) -> None:
        """Raises SettingsError where nobody would hear the peer's report."""
        super().__init__(new_job_id("commit"), sink)
        if request.wish.way is CommitWay.NEW and not request.listens:
            raise SettingsError("Nobody listens for the report on storage commitment that the peer is to bring")
        self._request = request
        self._book = request.transactions
        self._outgoing = OutgoingAssociation(job_id=self.id, number=1, control=self._control, report=self._report)
        self._references = tuple(dict.fromkeys(request.references))
        self._asked: list[str] = []
        """Transactions, in order; their outcomes are the book's until they are collected."""
        self._commitments: dict[Reference, Commitment] = {}
        self._deadline_s = self._hold_until_s = 0.0
        self._told = len(self._references)
        self._listener: Listener | None = None
        self._listened = request.has_receiver and request.wish.way is not CommitWay.SAME
        """Whether associations of the peer's can be taken, or could."""
        self._trouble: DicomdeskError | None = None
        self.port = 0
        """Where the job listens for the peer's associations, 0 for nowhere."""

    def open(self) -> None:
        """Listen, where that is asked for; where reports may come on our association too, it is no error that it fails.

        Raises PortInUseError, LocalError, TlsSettingsError.
        """
        wanted = self._request.listener
        if wanted is None or self._request.wish.way is CommitWay.SAME:
            return
        try:
            self._listener, self.port = open_listener(wanted, self._request.association, self._book.take_report)
        except LocalError as error:
            if self._request.wish.way is CommitWay.NEW:
                raise
            self._trouble = error
        else:
            self._listened = True

    def withdraw(self) -> None:
        """See ``Job``."""
        self._stop_listening()

    def progress(self) -> Progress:
        """Return how many instances were reported on."""
        total = len(self._references)
        done = len(self._commitments) or total - self._unanswered()
        return Progress(items_total=total, items_done=done)

    def _work(self) -> CommitResult:
        try:
            if self._trouble is not None:
                self._notice(NoticeLevel.WARNING, f"{self._trouble}; the report can come on our association only")
            if self._references:
                self._ask_and_wait()
            return self._result(None)
        except NotOpenedError as failed:
            return self._result(failed.error)
        except PeerError as error:
            return self._result(error)
        finally:
            self._stop_listening()

    def _ask_and_wait(self) -> None:
        """Raises NotOpenedError and PeerError."""
        request = self._request
        contexts = number_contexts([(COMMITMENT, (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN))])
        loss: PeerError | None = None
        with self._outgoing.opened(request.peer, _bounded(request), contexts) as association:
            context = association.negotiation.contexts[0]
            if not context.is_accepted:
                self._outgoing.release(association)
                raise PeerError(
                    "The peer does not accept storage commitment",
                    advice="Ask who runs the peer whether it offers Storage Commitment Push Model to this AE title.",
                )
            try:
                self._ask_all(association, context)
            except PeerError as error:
                self._outgoing.report_loss(error)
                loss = error
            else:
                self._outgoing.release(association)
        if self._listened and self._unanswered():
            with self._control.stopping_with(self._book.wake):
                while self._unanswered() and not self._control.is_stopping and time.monotonic() < self._deadline_s:
                    self._book.wait(self._asked, self._deadline_s, lambda: self._has_news or self._control.is_stopping)
                    self._tell_news()
        elif loss is not None and self._unanswered():
            raise loss

    @property
    def _has_news(self) -> bool:
        return self._unanswered() != self._told

    def _ask_all(self, association: RequestedAssociation, context: NegotiatedContext) -> None:
        """Ask in parts; the last one waits for reports on all. Raises PeerError."""
        parts = list(_parts(self._references, self._request.most_at_once))
        for number, part in enumerate(parts, 1):
            if self._control.is_stopping:
                return
            self._ask(association, context, part, is_last=number == len(parts))

    def _ask(
        self,
        association: RequestedAssociation,
        context: NegotiatedContext,
        part: tuple[Reference, ...],
        *,
        is_last: bool,
    ) -> None:
        request = self._request
        uid = self._book.open(
            part,
            peer_ae_title=request.peer.ae_title,
            our_ae_title=request.association.calling_ae_title,
            purpose=request.purpose,
        )
        self._asked.append(uid)
        self._deadline_s = time.monotonic() + request.wish.patience_s
        action = association.act(commitment_request(context, uid, part))
        action.take_report = self._book.take_report
        with self._control.stopping_with(action.wake), self._book.watching(action.wake):
            response = next(action)
            self._report(
                CommitmentAsked(
                    job_id=self.id,
                    association=1,
                    transaction_uid=uid,
                    instances=len(part),
                    status=response.status,
                    comment=response.comment,
                )
            )
            if classify_status(response.status) not in {StatusClass.SUCCESS, StatusClass.WARNING}:
                self._refuse(uid, response.status, response.comment)
            self._deadline_s = time.monotonic() + request.wish.patience_s
            if is_last:
                hold_s = _HOLD_S if self._listened else request.wish.patience_s
                self._hold_until_s = time.monotonic() + min(hold_s, request.wish.patience_s)
                action.patience_s = self._left_s
            for _ in action:  # to its end: reports are taken meanwhile
                raise AssertionError("one N-ACTION has one response")
            self._tell_news()

    def _left_s(self) -> float:
        """How much longer our association is held."""
        self._tell_news()
        way = self._request.wish.way
        if way is CommitWay.NEW or self._control.is_stopping or not self._unanswered():
            return 0.0
        return self._hold_until_s - time.monotonic()

    def _refuse(self, uid: str, status: int, comment: str) -> None:
        """The peer will not report on a transaction."""
        self._asked.remove(uid)
        advice = status_advice(status, DimseService.N_ACTION)
        text = f"The peer refused to be asked for storage commitment: {status_text(status)}. {advice}"
        if comment:
            text += f' The peer says: "{comment}"'
        told = refused(text.rstrip())
        self._commitments.update(dict.fromkeys(self._book.collect(uid, stays_open=False), told))

    def _unanswered(self) -> int:
        return self._book.unanswered(self._asked)

    def _tell_news(self) -> None:
        unanswered = self._unanswered()
        if unanswered != self._told:
            self._told = unanswered
            self._report(CommitmentReported(job_id=self.id, unanswered=unanswered))

    def _notice(self, level: NoticeLevel, text: str) -> None:
        self._report(Notice(job_id=self.id, level=level, text=text))

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop(release_grace_s=0.0 if self._control.is_stopping else _RELEASE_GRACE_S)

    # -- the end

    def _result(self, error: DicomdeskError | None) -> CommitResult:
        request, waited = self._request, self._waited
        for uid in self._asked:
            outcomes = self._book.collect(uid, stays_open=request.stays_open)
            for reference, found in outcomes.items():
                self._commitments[reference] = judge_outcome(found, waited, may_come=request.stays_open)
        self._asked.clear()
        why = Commitment(state=CommitmentState.NOT_ASKED, text=str(error)) if error is not None else NOT_ASKED
        commitments = {reference: self._commitments.get(reference, why) for reference in self._references}
        for reference, commitment in commitments.items():
            self._report(InstanceJudged(job_id=self.id, reference=reference, commitment=commitment))
        counts = count_states(commitments.values())
        unanswered = counts[CommitmentState.UNANSWERED]
        if error is None and unanswered and not self._control.is_stopping:
            error = PeerError(
                f"The peer has not reported on {count_text(unanswered, 'instance')} {waited}",
                advice=self._advice(),
            )
        is_left = unanswered + counts[CommitmentState.NOT_ASKED] > 0
        outcome = JobOutcome.COMPLETED
        if is_left:
            outcome = JobOutcome.CANCELLED if self._control.is_stopping else JobOutcome.FAILED
        return CommitResult(outcome=outcome, commitments=commitments, error=error)

    @property
    def _waited(self) -> str:
        if self._control.is_stopping:
            return "before the wait was broken off"
        return f"within {self._request.wish.patience_s:g} s"

    def _advice(self) -> str:
        if not self._listened:
            return (
                "It may want to report over an association of its own: then it must know where this AE title listens, "
                "and somebody must listen there."
            )
        title = self._request.association.calling_ae_title
        return f"Ask who runs the peer whether it knows the address and port of {title}, and allows itself to call it."

    def _after_fault(self, error: DicomdeskError) -> CommitResult:
        self._stop_listening()
        return self._result(error)

    def _finished(self, result: CommitResult) -> JobFinished:
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=str(result.error or ""))


def _bounded(request: CommitRequest) -> AssociationSettings:
    """The settings, with an end to the wait for each answer."""
    timeouts = request.association.timeouts
    if timeouts.dimse_s is not None:
        return request.association
    return replace(request.association, timeouts=replace(timeouts, dimse_s=max(request.wish.patience_s, _LEAST_WAIT_S)))


def _parts(references: tuple[Reference, ...], most: int) -> Iterator[tuple[Reference, ...]]:
    """The references in parts of so many at most."""
    remaining = iter(references)
    while part := tuple(itertools.islice(remaining, most)):
        yield part
