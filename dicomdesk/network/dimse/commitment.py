"""Messages of storage commitment, as its user sends and takes them (PS3.4 J.3.2, J.3.3).

A report may come over the association that it was asked for on, or over one that the peer opens; it is taken and
answered alike.
"""

from collections.abc import Callable, Iterable

from dicomdesk.dicom.commitment.documents import CommitmentReport, read_report, write_request
from dicomdesk.dicom.commitment.references import WELL_KNOWN_INSTANCE, Reference
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.dicom.query.sop_classes import COMMITMENT
from dicomdesk.errors import DataError
from dicomdesk.network.dimse.command_sets import EVENT_TYPE_ID
from dicomdesk.network.dimse.messages import Message
from dicomdesk.network.dimse.requests import Request, action_request
from dicomdesk.network.dimse.responses import event_report_response
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

__all__ = ["ReportAnswer", "ReportTaker", "answer_report", "commitment_request"]

_REQUEST_COMMITMENT = 1
_EVENT_TYPES = frozenset({1, 2})
"""All committed; failures exist. What the data set lists is believed, not these."""


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """Answer to a report."""

    status: int = 0
    comment: str = ""


ReportTaker = Callable[[CommitmentReport, str], ReportAnswer]
"""Takes a report and the AE title of who brings it. Any thread, several at once; returns at once and raises nothing."""


def commitment_request(context: NegotiatedContext, transaction_uid: str, references: Iterable[Reference]) -> Request:
    """N-ACTION that asks for commitment, in an accepted context."""
    data_set = encode_for(
        context.accepted_transfer_syntax or "", lambda writer: write_request(writer, transaction_uid, references)
    )
    return action_request(context, WELL_KNOWN_INSTANCE, _REQUEST_COMMITMENT, data_set)


def answer_report(message: Message, sender: str, take: ReportTaker) -> bytes:
    """Take an N-EVENT-REPORT request, whatever is in it; return the command set of the response.

    Raises PeerProtocolError where it cannot be answered.
    """
    command = message.command_set
    if message.context.abstract_syntax != COMMITMENT:
        return event_report_response(command, Status.NO_SUCH_SOP_CLASS)
    if command.number(EVENT_TYPE_ID, 0) not in _EVENT_TYPES:
        return event_report_response(command, Status.NO_SUCH_EVENT_TYPE)
    try:
        report = read_report(message.data_set or b"", message.context.accepted_transfer_syntax or "")
    except DataError as error:
        return event_report_response(command, Status.INVALID_ARGUMENT_VALUE, comment=str(error))
    answer = take(report, sender)
    return event_report_response(command, answer.status, comment=answer.comment)
