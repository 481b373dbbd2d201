"""A report is taken and answered whatever is in it; a request names what it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.commitment.documents import CommitmentReport, read_request
from dicomdesk.dicom.commitment.references import WELL_KNOWN_INSTANCE, Reference
from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.dimse.command_sets import read_command_set, write_command_set
from dicomdesk.network.dimse.commitment import ReportAnswer, answer_report, commitment_request
from dicomdesk.network.dimse.messages import Message
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.peers.commitment_peers import report_command, report_data
from tests.helpers.peers.report_takers import COMMITMENT
from tests.helpers.peers.scripted_exchange import established


def context_of(abstract_syntax: str = COMMITMENT, syntax: str = EXPLICIT) -> NegotiatedContext:
    return NegotiatedContext(
        context_id=1,
        abstract_syntax=abstract_syntax,
        proposed_transfer_syntaxes=(syntax,),
        result=ContextResult.ACCEPTED,
        accepted_transfer_syntax=syntax,
    )


def answer_to(command: bytes, data: bytes | None, abstract_syntax: str = COMMITMENT) -> tuple[int, str, list[str]]:
    """Status, comment, and who brought what was taken."""
    taken: list[str] = []

    def take(_report: CommitmentReport, sender: str) -> ReportAnswer:
        taken.append(sender)
        return ReportAnswer()

    message = Message(
        established=established(),
        context=context_of(abstract_syntax),
        command_set=read_command_set(command),
        data_set=data,
    )
    answered = read_command_set(answer_report(message, "PACS", take))
    assert (answered.number(0x0100), answered.number(0x0120)) == (0x8100, 1)
    return answered.number(0x0900), answered.text(0x0902), taken


def test_a_report_goes_to_who_takes_it() -> None:
    data = report_data("1.2.77", {Reference(CT_IMAGE, "1.2.1"): 0})
    assert answer_to(report_command(), data) == (0, "", ["PACS"])


@pytest.mark.parametrize("event_type", [0, 3, 0xFFFF])
def test_events_of_other_types_are_refused(event_type: int) -> None:
    assert answer_to(report_command(event_type=event_type), report_data("1.2.77", {})) == (0x0113, "", [])


def test_reports_in_contexts_of_other_services_are_refused() -> None:
    assert answer_to(report_command(), report_data("1.2.77", {}), VERIFICATION) == (0x0118, "", [])


def test_a_report_on_no_transaction_is_refused() -> None:
    assert answer_to(report_command(has_data=False), None) == (0x0115, "there is no Transaction UID", [])


@given(st.binary(max_size=200))
def test_whatever_a_report_says_it_is_answered(data: bytes) -> None:
    status, _, taken = answer_to(report_command(), data)
    assert status in {0, 0x0115}
    assert bool(taken) == (status == 0)


def test_a_report_that_cannot_be_answered_is_against_the_protocol() -> None:
    with pytest.raises(PeerProtocolError):
        answer_to(write_command_set({0x0100: 0x0100, 0x1002: 1}), None)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_a_request_is_for_the_well_known_instance_and_names_its_instances(syntax: str) -> None:
    references = [Reference(CT_IMAGE, "1.2.1")]
    request = commitment_request(context_of(syntax=syntax), "1.2.77", references)
    command = read_command_set(request.command_set(5))
    assert (command.text(0x0003), command.text(0x1001), command.number(0x1008)) == (COMMITMENT, WELL_KNOWN_INSTANCE, 1)
    assert read_request(request.data_set or b"", syntax) == ("1.2.77", references)
