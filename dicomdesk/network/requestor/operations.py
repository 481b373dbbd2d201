"""DIMSE operations of the requestor other than C-STORE: each one message out, one answer in, through pynetdicom."""

from dataclasses import dataclass
from io import BytesIO

from pydicom.uid import UID
from pynetdicom.dimse_primitives import C_ECHO, N_EVENT_REPORT

from dicomdesk.errors import PeerError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation

_VERIFICATION = UID("1.2.840.10008.1.1")

NO_ANSWER = "DIMSE No data available (timeout in non-blocking mode)"
"""DCMTK's wording for a DIMSE timeout."""

NO_CONTEXT = "DIMSE No valid Presentation Context ID"
"""DCMTK's wording where no presentation context serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """What an N-EVENT-REPORT says."""

    context_id: int
    sop_class_uid: str
    sop_instance_uid: str
    event_type: int
    data_set: bytes
    """In the transfer syntax of the context."""


def echo(association: PumpedAssociation, message_id: int) -> int:
    """C-ECHO (PS3.7 9.1.5): the status that the peer answers.

    Raises PeerError where the peer did not accept verification; others where the association fails.
    """
    context_id = next(
        (number for number, context in association._accepted_cx.items() if context.abstract_syntax == _VERIFICATION),
        None,
    )
    if context_id is None:
        raise PeerError("The peer does not accept verification (C-ECHO)", condition=NO_CONTEXT)
    request = C_ECHO()
    request.MessageID = message_id
    request.AffectedSOPClassUID = _VERIFICATION
    association.dimse.send_msg(request, context_id)
    answer_context_id, answer = association.dimse.get_msg(block=True)
    if answer is None:
        raise association.end_error() or PeerTimeoutError("The peer did not answer C-ECHO in time", condition=NO_ANSWER)
    if (
        not isinstance(answer, C_ECHO)
        or not answer.is_valid_response
        or answer.MessageIDBeingRespondedTo != message_id
        or answer_context_id != context_id
    ):
        raise PeerProtocolError("The peer answered C-ECHO with a different message", condition="DIMSE Bad command type")
    return int(answer.Status or 0)


def report_event(association: PumpedAssociation, message_id: int, event: EventReport) -> int:
    """N-EVENT-REPORT (PS3.7 10.1.1): the status that the peer answers; raises PeerError."""
    request = N_EVENT_REPORT()
    request.MessageID = message_id
    request.AffectedSOPClassUID = UID(event.sop_class_uid)
    request.AffectedSOPInstanceUID = UID(event.sop_instance_uid)
    request.EventTypeID = event.event_type
    request.EventInformation = BytesIO(event.data_set)
    association.dimse.send_msg(request, event.context_id)
    answer_context_id, answer = association.dimse.get_msg(block=True)
    if answer is None:
        raise association.end_error() or PeerTimeoutError(
            "The peer did not answer N-EVENT-REPORT in time", condition=NO_ANSWER
        )
    is_answer = isinstance(answer, N_EVENT_REPORT) and answer.MessageIDBeingRespondedTo == message_id
    if not is_answer or answer_context_id != event.context_id:
        raise PeerProtocolError(
            "The peer answered N-EVENT-REPORT with a different message", condition="DIMSE Bad command type"
        )
    return int(answer.Status or 0)
