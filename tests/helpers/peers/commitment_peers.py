"""Messages of a storage commitment provider, byte by byte: right, odd and false ones."""

from collections.abc import Mapping

from dicomdesk.dicom.commitment.documents import read_request, write_report
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.data.datasets import EXPLICIT
from tests.helpers.peers.answering_peer import Asked, Message, response
from tests.helpers.peers.report_takers import COMMITMENT, WELL_KNOWN
from tests.helpers.peers.requestors import data_pdu, pdv
from tests.helpers.peers.requestors import pdu as raw_pdu

N_ACTION, N_EVENT_REPORT_RSP = 0x0130, 0x8100
P_DATA_TF = 4


def asked_for(message: Message) -> tuple[str, list[Reference]]:
    """Transaction and references of an N-ACTION in explicit VR little endian."""
    return read_request(message.data or b"", EXPLICIT)


def report_command(message_id: int = 1, event_type: int = 1, *, has_data: bool = True) -> bytes:
    """The command set of an N-EVENT-REPORT request."""
    values: dict[int, int | bytes] = {
        0x0002: COMMITMENT.encode(),
        0x0100: 0x0100,
        0x0110: message_id,
        0x0800: 1 if has_data else 0x0101,
        0x1000: WELL_KNOWN.encode(),
        0x1002: event_type,
    }
    return write_command_set(values)


def report_data(transaction: str, outcomes: Mapping[Reference, int]) -> bytes:
    """Event Information in explicit VR little endian."""
    return encode_for(EXPLICIT, lambda writer: write_report(writer, transaction, outcomes, "FAKE"))


def report_pdus(
    transaction: str, outcomes: Mapping[Reference, int], *, context_id: int = 1, event_type: int = 1
) -> bytes:
    """A whole N-EVENT-REPORT request."""
    command = data_pdu(context_id, 3, report_command(event_type=event_type))
    return command + data_pdu(context_id, 2, report_data(transaction, outcomes))


def action_answer(message: Message, status: int = 0, comment: str = "") -> bytes:
    """The response to an N-ACTION."""
    return response(message, status, **({"x0902": comment.encode()} if comment else {}))


def in_one_pdu(message: Message, transaction: str, outcomes: Mapping[Reference, int]) -> bytes:
    """The response to an N-ACTION and the report, in one P-DATA-TF."""
    parts = (
        pdv(1, 3, action_answer(message)[12:]),
        pdv(1, 3, report_command()),
        pdv(1, 2, report_data(transaction, outcomes)),
    )
    return raw_pdu(P_DATA_TF, b"".join(parts))


def commit_all(asked: Asked, message: Message) -> None:
    """Answer, and commit to all at once."""
    if message.field == N_ACTION:
        transaction, references = asked_for(message)
        asked.send(action_answer(message), report_pdus(transaction, dict.fromkeys(references, 0)))
