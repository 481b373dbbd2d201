"""How association requests are answered, without a socket."""

from dataclasses import replace

import pytest

from dicomdesk.network.acceptance import AcceptancePolicy, accept_all_policy
from dicomdesk.network.answering import LOCAL_LIMIT_EXCEEDED, Acceptance, Rejection, TransportFacts, answer_request
from dicomdesk.network.association_pdus import AssociateRequest, read_associate_request
from dicomdesk.network.contexts import Role, TlsSession
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tests.helpers.requestors import CT_IMAGE_STORAGE, EXPLICIT, IMPLICIT, VERIFICATION, WORKLIST, Proposal, read_answer

FACTS = TransportFacts(peer_host="modality", peer_port=4711, tls=TlsSession(version="TLSv1.3", cipher="X"))


def request(proposal: Proposal | None = None) -> AssociateRequest:
    return read_associate_request((proposal or Proposal()).encode()[6:])


def accept(proposal: Proposal | None = None) -> Acceptance:
    answer = answer_request(request(proposal), accept_all_policy(), 65536, FACTS)
    assert isinstance(answer, Acceptance)
    return answer


def test_acceptance_tells_the_peer_and_us_the_same() -> None:
    answer = accept(Proposal(called=b"CALLED", calling=b"CALLING"))
    told = read_answer(answer.pdu[6:])
    negotiation = answer.negotiation
    assert told.results == {1: (0, EXPLICIT), 3: (0, IMPLICIT)}
    assert [context.accepted_transfer_syntax for context in negotiation.contexts] == [EXPLICIT, IMPLICIT]
    assert told.max_pdu_bytes == negotiation.our_max_pdu_bytes == 65536
    assert (negotiation.calling_ae_title, negotiation.called_ae_title) == ("CALLING", "CALLED")
    assert negotiation.responding_ae_title == "CALLED"
    assert not negotiation.is_requestor
    assert (negotiation.peer_host, negotiation.peer_port, str(negotiation.tls)) == ("modality", 4711, "TLSv1.3 X")
    assert IMPLEMENTATION_CLASS_UID.encode() in answer.pdu
    assert IMPLEMENTATION_VERSION_NAME.encode() in answer.pdu


@pytest.mark.parametrize(
    ("announced", "expected"), [(16384, 16372), (0, 131060), (None, 131060), (1_000_000, 131060), (4, 0)]
)
def test_largest_value_that_we_may_send_is_counted_as_dcmtk_does(announced: int | None, expected: int) -> None:
    assert accept(Proposal(max_pdu_bytes=announced)).negotiation.max_send_pdv_bytes == expected


def test_context_refused_beside_an_accepted_one_is_answered_with_its_result() -> None:
    answer = accept(Proposal(contexts=[(1, WORKLIST, [EXPLICIT]), (3, "1.2.840.10008.1.1", [IMPLICIT])]))
    results = read_answer(answer.pdu[6:]).results
    assert results[1][0] == 3
    assert results[3] == (0, IMPLICIT)


@pytest.mark.parametrize(
    ("changed", "numbers"),
    [
        ({"protocol_version": 0}, (1, 2, 2)),
        ({"protocol_version": 2}, (1, 2, 2)),
        ({"application_context": ""}, (2, 1, 2)),
        ({"application_context": "1.2.840.10008.3.1.1.1.1"}, (2, 1, 2)),
        ({"contexts": ()}, (1, 1, 1)),
    ],
)
def test_rejections(changed: dict[str, object], numbers: tuple[int, int, int]) -> None:
    answer = answer_request(replace(request(), **changed), accept_all_policy(), 16384, FACTS)  # type: ignore[arg-type] # a table of fields
    assert isinstance(answer, Rejection)
    assert answer.pdu == b"\3\0\0\0\0\4\0" + bytes(numbers)
    assert answer.reason_text


def test_too_many_associations_are_rejected_as_transient() -> None:
    assert LOCAL_LIMIT_EXCEEDED.pdu == b"\3\0\0\0\0\4\0\2\3\2"


def test_later_protocol_versions_that_include_ours_are_accepted() -> None:
    answer = answer_request(replace(request(), protocol_version=3), accept_all_policy(), 16384, FACTS)
    assert isinstance(answer, Acceptance)


def test_roles_are_answered_as_the_policy_says_and_oddities_are_told() -> None:
    policy = AcceptancePolicy(
        contexts={CT_IMAGE_STORAGE: (EXPLICIT,)},
        roles={CT_IMAGE_STORAGE: Role(scu=False, scp=True)},
        extended_negotiation={CT_IMAGE_STORAGE: b"\1\2", VERIFICATION: b"\3"},
    )
    proposal = Proposal(roles=[(CT_IMAGE_STORAGE, 1, 0)])
    answer = answer_request(request(proposal), policy, 16384, FACTS)
    assert isinstance(answer, Acceptance)
    told = read_answer(answer.pdu[6:])
    assert told.roles == {CT_IMAGE_STORAGE: (0, 0)}
    assert told.extended == {CT_IMAGE_STORAGE: b"\1\2"}
    assert answer.warnings
    rejected = answer_request(request(), policy, 16384, FACTS)
    assert isinstance(rejected, Rejection)
    assert "only SCP role configured" in rejected.warnings[0]
