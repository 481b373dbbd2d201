"""Events and results of a sender with one context for CT images, as the suites of lines and outcomes need them."""

from dicomdesk.engine import events
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.delivery.report import ItemRecord, Report
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.errors import DicomdeskError
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT

REFUSAL = 0xA700
"""The status of each instance that was refused."""

REQUESTED = events.AssociationRequested(
    job_id="j",
    association=1,
    peer="ANY-SCP@peer:104",
    calling_ae_title="SENDER",
    contexts=(events.ProposedContext(context_id=1, abstract_syntax=CT_IMAGE, transfer_syntaxes=(EXPLICIT,)),),
)


def accepted(*, is_accepted: bool = True) -> events.AssociationAccepted:
    """An association; its context is refused where so asked for."""
    context = events.NegotiatedContext(
        context_id=1,
        abstract_syntax=CT_IMAGE,
        proposed_transfer_syntaxes=(EXPLICIT,),
        result=events.ContextResult.ACCEPTED if is_accepted else events.ContextResult.NO_REASON,
        accepted_transfer_syntax=EXPLICIT if is_accepted else None,
    )
    negotiation = events.Negotiation(
        is_requestor=True,
        calling_ae_title="SENDER",
        called_ae_title="ANY-SCP",
        responding_ae_title="ANY-SCP",
        peer_host="peer",
        peer_port=104,
        our_implementation_class_uid="1",
        our_implementation_version="2",
        peer_implementation_class_uid="3",
        peer_implementation_version="4",
        our_max_pdu_bytes=16384,
        peer_max_pdu_bytes=16384,
        max_send_pdv_bytes=16372,
        contexts=(context,),
    )
    return events.AssociationAccepted(job_id="j", association=1, negotiation=negotiation)


def started(converted_to: str = "", invented: events.InventedIdentity | None = None) -> events.ItemStarted:
    """The first instance, converted from explicit little endian where another transfer syntax is given."""
    return events.ItemStarted(
        job_id="j",
        association=1,
        index=0,
        message_id=1,
        sop_class_uid=CT_IMAGE,
        sop_instance_uid="1.2.3",
        converted_from=EXPLICIT if converted_to else "",
        converted_to=converted_to,
        path="a.dcm",
        transfer_syntax_uid=converted_to or EXPLICIT,
        invented=invented,
    )


def finished(
    outcome: ItemOutcome,
    status: int | None = None,
    *,
    reason: str = "",
    cause: events.NotSentCause | None = None,
    size_bytes: int = 0,
) -> events.ItemFinished:
    """What came of the first instance."""
    return events.ItemFinished(
        job_id="j",
        association=1,
        index=0,
        path="a.dcm",
        outcome=outcome,
        status=status,
        reason=reason,
        message_id=1,
        not_sent_cause=cause,
        size_bytes=size_bytes,
    )


def send_result(
    *outcomes: ItemOutcome,
    failure: SendFailure | None = None,
    error: DicomdeskError | None = None,
    status: int | None = None,
    outcome: JobOutcome | None = None,
) -> SendResult:
    """The result of a job with an instance for each outcome; it failed where there is a failure, unless told else."""
    items = tuple(
        ItemRecord(
            number=number,
            path="f",
            sop_instance_uid="1.2",
            sop_class_uid="1.3",
            transfer_syntax_uid="1.2.840.10008.1.2",
            outcome=each,
            status={ItemOutcome.STORED: 0, ItemOutcome.REFUSED: REFUSAL}.get(each),
        )
        for number, each in enumerate(outcomes, 1)
    )
    report = Report(
        peer_host="peer",
        peer_port=104,
        calling_ae_title="A",
        called_ae_title="B",
        associations=1,
        contexts_proposed=1,
        items=items,
    )
    outcome = outcome or (JobOutcome.FAILED if failure else JobOutcome.COMPLETED)
    return SendResult(outcome=outcome, failure=failure, error=error, status=status, report=report)
