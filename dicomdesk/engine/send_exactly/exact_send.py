"""The exact send job: one association whose proposal is given, files in order, as DCMTK's storescu.

Nothing is planned and nothing retried. Files are opened when their turn comes; before the association they are only
looked for, or read for their SOP class where the proposal is made of that.

Failures follow storescu. With ``halt_on_error`` the job ends before the association at the first file that is not there
or whose SOP class is unknown; at the first failure status it releases, and at the first file that cannot be sent it
aborts. Without, such files are passed over. A file that cannot be sent is not tried again for its further repetitions.
The loss of the association always ends the job, and so does a file that fails while its bytes are on the way.

Besides the events of every send job there are notices with the lines of DCMTK's tool, in its order: "determining input
files ...", "checking input files ...", files that are ignored, all of a file that is not sent ("Sending file: f" and
why not), unanswered requests, and renaming. Of a file that is sent ``ItemStarted`` tells all: ``path``,
``transfer_syntax_uid``, ``converted_from``, ``invented``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomdesk.dicom.files.scan import SkippedInput, list_files
from dicomdesk.engine.events import (
    EventSink,
    InputSkipped,
    JobFinished,
    JobOutcome,
    Notice,
    NoticeLevel,
    NotSentCause,
    ScanFinished,
)
from dicomdesk.engine.job import Job, new_job_id
from dicomdesk.engine.send.ledger import MemoryLedger
from dicomdesk.engine.send.report import Report
from dicomdesk.engine.send.transfer_list import TransferList, count_outcomes, skipped_event
from dicomdesk.engine.send_exactly.exact_association import ExactSender
from dicomdesk.engine.send_exactly.exact_files import ExactEnd, ExactSendFailure, ExactTransfer, FileToSend
from dicomdesk.engine.send_exactly.exact_inputs import InputChecker, Listed, as_skipped, place_of
from dicomdesk.engine.send_exactly.exact_proposal import load_profile_file, make_proposal
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.engine.stats import Progress, TransferStats
from dicomdesk.errors import CancelledError, DataError, DicomdeskError, ProfileError, ProposalError
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext

if TYPE_CHECKING:
    from dicomdesk.network.presentation.profiles import ProfileFile

__all__ = ["ExactSendFailure", "ExactSendJob", "ExactSendResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactSendResult:
    """What came of an exact send job."""

    outcome: JobOutcome
    failure: ExactSendFailure | None
    """None unless the outcome is FAILED."""
    error: DicomdeskError | None
    """What happened, where the outcome is FAILED; its ``condition``, if any, says it in DCMTK's words."""
    status: int | None
    """The failure status that halted the job."""
    report: Report


_ASSOCIATION_FAILURES = (ExactSendFailure.ASSOCIATION, ExactSendFailure.ASSOCIATION_LOST)
"""What a cancel brings about too."""


class _EndedError(Exception):
    """The job ends before there is an association."""

    def __init__(self, failure: ExactSendFailure, error: DicomdeskError) -> None:
        super().__init__(str(error))
        self.failure = failure
        self.error = error


class ExactSendJob(Job[ExactSendResult]):
    """Sends files over one association. Built by the engine."""

    def __init__(self, request: ExactSendRequest, sink: EventSink) -> None:
        super().__init__(new_job_id("storescu"), sink)
        self._request = request
        self._stats = TransferStats()
        self._transfer = TransferList(self.id, self._report, MemoryLedger(), self._stats)
        self._shared = ExactTransfer(
            job_id=self.id,
            request=request,
            control=self._control,
            report=self._report,
            transfer=self._transfer,
            stats=self._stats,
        )
        self._skipped: list[InputSkipped] = []
        self._associations = 0
        self._contexts_proposed = 0

    def progress(self) -> Progress:
        """How far the job is, now."""
        return self._stats.progress()

    def _work(self) -> ExactSendResult:
        try:
            end = self._check_and_send()
        except _EndedError as ended:
            end = ExactEnd(failure=ended.failure, error=ended.error)
        return self._result(end)

    def _after_fault(self, error: DicomdeskError) -> ExactSendResult:
        return self._result(ExactEnd(failure=ExactSendFailure.INSTANCE, error=error))

    def _finished(self, result: ExactSendResult) -> JobFinished:
        return JobFinished(
            job_id=self.id,
            outcome=result.outcome,
            counts=count_outcomes(result.report.items),
            error=str(result.error or ""),
        )

    def _result(self, end: ExactEnd) -> ExactSendResult:
        is_cut_short = self._control.is_stopping and (
            self._shared.has_rest or bool(self._transfer.unfinished()) or end.failure in _ASSOCIATION_FAILURES
        )
        reason, cause = f"The job ended before its turn came: {end.error}", NotSentCause.NOT_REACHED
        if is_cut_short:
            reason = "The job was cancelled"
        elif end.failure is ExactSendFailure.NO_PRESENTATION_CONTEXT:
            reason, cause = "The peer accepted no presentation context at all", NotSentCause.NO_CONTEXT
        self._transfer.finish_rest(reason)
        self._shared.leave_rest_out(reason, cause)
        outcome = JobOutcome.FAILED if end.failure else JobOutcome.COMPLETED
        if is_cut_short:
            outcome, end = JobOutcome.CANCELLED, ExactEnd()
        peer = self._request.peer
        report = Report(
            peer_host=peer.host,
            peer_port=peer.port,
            calling_ae_title=self._request.association.calling_ae_title,
            called_ae_title=peer.ae_title,
            associations=self._associations,
            contexts_proposed=self._contexts_proposed,
            items=tuple(self._transfer.records()),
            skipped=tuple(self._skipped),
            job_outcome=outcome,
            failure=str(end.error or ""),
        )
        return ExactSendResult(outcome=outcome, failure=end.failure, error=end.error, status=end.status, report=report)

    def _check_and_send(self) -> ExactEnd:
        profiles = self._load_profiles()
        listed = self._list_files()
        self._notice(NoticeLevel.INFO, "checking input files ...")
        sop_classes = self._check_files(listed)
        if self._control.is_stopping:
            return ExactEnd()
        contexts, extensions = self._propose(sop_classes, profiles)
        self._associations, self._contexts_proposed = 1, len(contexts)
        return ExactSender(self._shared).run(contexts, extensions)

    def _load_profiles(self) -> "ProfileFile | None":
        try:
            return load_profile_file(self._request.proposal)
        except ProfileError as error:
            raise _EndedError(ExactSendFailure.PROFILE_FILE, error) from error

    def _list_files(self) -> list[Listed]:
        if self._request.inputs.scan_directories:
            self._notice(NoticeLevel.INFO, "determining input files ...")
        listed: list[Listed] = []
        for found in list_files(self._request.inputs):
            if self._control.is_stopping:
                break
            if isinstance(found, SkippedInput) and not found.is_failure:
                self._skip(found)
            else:
                listed.append(found)
        if not (listed or self._control.is_stopping):
            raise _EndedError(ExactSendFailure.NO_INPUT_FILES, DataError("no input files to be sent"))
        return listed

    def _check_files(self, listed: list[Listed]) -> list[str]:
        """Note what is to be sent; return the SOP classes of the files, where the proposal is made of them."""
        checker = InputChecker(self._request, self._control.require_going_on)
        shared, sop_classes, fatal = self._shared, [], ""
        for found in listed:
            if self._control.is_stopping:
                break
            try:
                checked = None if fatal else checker.check(found)
            except CancelledError:
                break
            if checked is not None and checked.problem:
                self._skip(as_skipped(found, checked.problem))
                fatal = checked.words if self._request.halt_on_error else ""
                if not fatal:
                    self._notice(NoticeLevel.WARNING, f"{checked.words}, ignoring file")
                continue
            path, member = place_of(found)
            shared.files.append(FileToSend(path, checked.size_bytes if checked is not None else 0, member))
            if checked is not None and checked.sop_class_uid:
                sop_classes.append(checked.sop_class_uid)
        size_bytes = shared.begin()
        items = len(shared.files) * self._request.repeats
        self._report(ScanFinished(job_id=self.id, items=items, size_bytes=size_bytes, skipped=len(self._skipped)))
        if fatal:
            raise _EndedError(ExactSendFailure.INVALID_INPUT_FILE, DataError(fatal))
        return sop_classes

    def _propose(
        self, sop_classes: list[str], profiles: "ProfileFile | None"
    ) -> tuple[tuple[ProposedContext, ...], tuple[ExtendedNegotiation, ...]]:
        try:
            return make_proposal(self._request.proposal, sop_classes, profiles)
        except (ProfileError, ProposalError) as error:
            raise _EndedError(ExactSendFailure.PROPOSAL, error) from error

    def _skip(self, skipped: SkippedInput) -> None:
        event = skipped_event(self.id, skipped)
        self._skipped.append(event)
        self._report(event)

    def _notice(self, level: NoticeLevel, text: str) -> None:
        self._report(Notice(job_id=self.id, level=level, text=text))
