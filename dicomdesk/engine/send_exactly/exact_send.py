"""Exact send job: one association whose proposal is given, files in order, as DCMTK's storescu.

Nothing is planned and nothing retried. Files are opened when their turn comes; before the association they are only
looked for, or read for their SOP class where the proposal is made of that.

Failures follow storescu. With ``halt_on_error`` the job ends before the association at the first file that is not there
or whose SOP class is unknown; at the first failure status it releases, and at the first file that cannot be sent it
aborts. Without, such files are passed over. A file that cannot be sent is not tried again for its further repetitions.
The loss of the association always ends the job, and so does a file that fails while its bytes are on the way.

Besides the events of every send job there are those that DCMTK's tool has lines for, in its order:
``InputListingStarted``, ``InputCheckStarted``, ``InputIgnored``, ``InstanceNotSent``, ``StoreBrokenOff``,
``FileRenamed``. Of a file that is sent ``ItemStarted`` tells all: ``path``, ``transfer_syntax_uid``,
``converted_from``, ``invented``.
"""

from dicomdesk.engine.delivery.delivery import EndedError, EndKind, SendFailure
from dicomdesk.engine.delivery.delivery_job import SendingJob
from dicomdesk.engine.delivery.instance_sender import InstanceSender
from dicomdesk.engine.delivery.ledger import InstanceLedger
from dicomdesk.engine.events import EventSink, NotSentCause
from dicomdesk.engine.send_exactly.exact_files import ExactFiles
from dicomdesk.engine.send_exactly.exact_inputs import propose_for_inputs
from dicomdesk.engine.send_exactly.exact_policy import ExactPolicy
from dicomdesk.engine.send_exactly.request import ExactSendRequest

__all__ = ["ExactSendJob"]

_ASSOCIATION_FAILURES = (SendFailure.ASSOCIATION, SendFailure.ASSOCIATION_LOST)
"""What a cancel brings about too."""

_FAILURES = {
    EndKind.NOT_OPENED: SendFailure.ASSOCIATION,
    EndKind.NO_CONTEXTS: SendFailure.NO_PRESENTATION_CONTEXT,
    EndKind.LOST: SendFailure.ASSOCIATION_LOST,
    EndKind.HALTED: SendFailure.SEND,
    EndKind.BROKEN_OFF: SendFailure.SEND,
    EndKind.NOT_RELEASED: SendFailure.RELEASE,
    EndKind.RELEASED: SendFailure.STATUS,
}


class ExactSendJob(SendingJob):
    """Sends files over one association. Built by the engine."""

    def __init__(self, request: ExactSendRequest, sink: EventSink, ledger: InstanceLedger | None = None) -> None:
        super().__init__("storescu", request, sink, ledger)
        self._request = request
        self._files = ExactFiles(self._transfer, self._stats, request.repeats)

    def _is_cut_short(self, ended: EndedError | None) -> bool:
        has_rest = self._files.has_rest or bool(self._transfer.unfinished())
        return has_rest or (ended is not None and ended.failure in _ASSOCIATION_FAILURES)

    def _finish_rest(self, ended: EndedError | None, reason: str) -> None:
        cause = NotSentCause.NOT_REACHED
        if ended is not None and ended.failure is SendFailure.NO_PRESENTATION_CONTEXT:
            reason, cause = "The peer accepted no presentation context at all", NotSentCause.NO_CONTEXT
        self._transfer.finish_rest(reason)
        self._files.leave_rest_out(reason, cause)

    def _deliver(self) -> None:
        proposed = propose_for_inputs(self._request, self._intake, self._files.begin)
        if proposed is None:
            return
        contexts, extensions = proposed
        self._associations, self._contexts_proposed = 1, len(contexts)
        policy = ExactPolicy(self._delivery, self._files, self._request)
        end = InstanceSender(self._delivery, policy, 1).run(contexts, extensions)
        if end.error is not None:
            raise EndedError(_FAILURES[end.kind], end.error, end.status)
